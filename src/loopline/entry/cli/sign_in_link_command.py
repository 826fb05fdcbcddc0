"""`loopline sign-in-link EMAIL`: a way in, also for somebody who lost their second factor."""

import argparse
from typing import Any

from loopline.entry.terminal import Failed, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email")


def run(args: argparse.Namespace) -> dict[str, Any]:
    setup()
    from django.conf import settings
    from django.utils import timezone

    from loopline.platform.entrance import services as entrance
    from loopline.platform.identity.actor import Actor, Role, Via
    from loopline.platform.identity.models import User

    user = User.objects.filter(email__iexact=args.email, is_active=True).first()
    if user is None:
        raise Failed(f"Nobody active here has the address {args.email}.")
    actor = Actor(Role.OWNER, Via.CLI, name="loopline sign-in-link")
    link = settings.BASE_URL + entrance.sign_in_link(
        actor=actor, user_id=user.pk, now=timezone.now()
    )
    if not args.json:
        print(link)
    return {"email": user.email, "sign_in_url": link}
