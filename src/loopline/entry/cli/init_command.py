"""`loopline init`: a home ready to use, without questions."""

import argparse
import sys
from typing import Any

from loopline.entry.terminal import Failed, say, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--owner-email", required=True)
    parser.add_argument("--owner-password-stdin", action="store_true")
    parser.add_argument("--company", default="My company")


def run(args: argparse.Namespace) -> dict[str, Any]:
    password = sys.stdin.readline().rstrip("\n") if args.owner_password_stdin else ""
    setup()
    from django.conf import settings
    from django.utils import timezone

    from loopline.entry.cli.migrating import migrate
    from loopline.platform.entrance import services as entrance
    from loopline.platform.entrance.ingest_keys import create_ingest_key
    from loopline.platform.identity.actor import Actor, Role, Via
    from loopline.platform.identity.models import User
    from loopline.platform.settings import options

    migrate()
    now = timezone.now()
    actor = Actor(Role.OWNER, Via.CLI, name="loopline init")
    if User.objects.filter(role=Role.OWNER, is_active=True).exists():
        raise Failed("This home has an owner already. Use `loopline sign-in-link EMAIL`.")
    options.change(actor=actor, values={"name": args.company}, now=now)
    owner = entrance.add_person(
        actor=actor, email=args.owner_email, name="", role=Role.OWNER, password=password, now=now
    )
    key = create_ingest_key(actor=actor, name="default", now=now)
    link = settings.BASE_URL + entrance.sign_in_link(actor=actor, user_id=owner, now=now)
    say(
        f"{args.company} is ready in {settings.LOOPLINE_HOME.path}. Start it with `loopline serve`."
    )
    say(
        "This signs the owner in once, on the address you serve; `loopline serve --port` changes the port in it:"
    )
    if not args.json:
        print(link)
    return {
        "home": str(settings.LOOPLINE_HOME.path),
        "owner": args.owner_email,
        "ingest_key": key.value,
        "sign_in_url": link,
    }
