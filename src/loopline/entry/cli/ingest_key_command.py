"""`loopline ingest-key`: keys the SDKs send events with, printed once."""

import argparse
from typing import Any

from loopline.entry.terminal import say, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="print a new key, once")
    rotate = actions.add_parser("rotate", help="print a new key in place of the old one")
    revoke = actions.add_parser("revoke", help="end a key")
    listing = actions.add_parser("list", help="names of the keys that are good")
    rotate.add_argument("--keep-old-days", type=int, default=0, help="days the old key stays good")
    for action in (create, rotate, revoke):
        action.add_argument("--name", required=True)
    for action in (create, rotate, revoke, listing):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
        action.add_argument("--home", default=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> dict[str, Any]:
    setup()
    from django.utils import timezone

    from loopline.platform.entrance import ingest_keys as keys
    from loopline.platform.identity.actor import Actor, Role, Via
    from loopline.platform.identity.grants import ingest_keys

    actor, now = Actor(Role.OWNER, Via.CLI, name="loopline ingest-key"), timezone.now()
    if args.action == "list":
        found = ingest_keys(actor=actor, now=now)
        if not args.json:
            for key in found:
                print(f"{key.prefix}…  {key.name}")
        return {"items": [{"id": str(k.pk), "name": k.name, "prefix": k.prefix} for k in found]}
    if args.action == "revoke":
        ended = keys.revoke_ingest_key(actor=actor, name=args.name, now=now)
        say(f"{args.name} lets nothing in any more.")
        return {"name": args.name, "revoked": ended}
    if args.action == "create":
        made = keys.create_ingest_key(actor=actor, name=args.name, now=now)
    else:
        made = keys.rotate_ingest_key(
            actor=actor, name=args.name, keep_old_days=args.keep_old_days, now=now
        )
    if not args.json:
        print(made.value)
    return {"id": str(made.id), "name": args.name, "ingest_key": made.value}
