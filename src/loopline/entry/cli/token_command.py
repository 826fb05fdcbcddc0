"""`loopline token create`: an API token, printed once."""

import argparse
from typing import Any

from loopline.entry.terminal import setup


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="print a new token, once")
    create.add_argument("--name", required=True)
    create.add_argument("--role", required=True)
    create.add_argument("--scopes", default="", help="comma separated, such as feedback:write,read")
    create.add_argument("--days", type=int, help="days until it expires")
    create.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    create.add_argument("--home", default=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> dict[str, Any]:
    setup()
    from django.utils import timezone

    from loopline.platform.entrance import services as entrance
    from loopline.platform.identity.actor import Actor, Role, Via

    actor = Actor(Role.OWNER, Via.CLI, name="loopline token")
    made = entrance.create_token(
        actor=actor,
        name=args.name,
        role=args.role,
        scopes=[s.strip() for s in args.scopes.split(",") if s.strip()] or None,
        days=args.days,
        own=False,
        now=timezone.now(),
    )
    if not args.json:
        print(made.value)
    return {"id": str(made.id), "name": args.name, "role": args.role, "token": made.value}
