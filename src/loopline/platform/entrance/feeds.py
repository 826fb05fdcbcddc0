"""Links that let a calendar or a reader in without a sign-in: signed, one person's, taken back at will.

The link holds the person and a mark that is kept with them; another mark makes every older link worthless. Nothing
secret is stored: what makes a link hard to guess is the home's signing key.
"""

import secrets
from datetime import datetime

from django.core import signing
from django.db import transaction

from loopline.core.problems import Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.identity.actor import Actor, Via
from loopline.platform.identity.models import User
from loopline.platform.identity.queries import actor_for

SALT = "feed"


def _kept(user: User, purpose: str) -> str:
    return str((user.preferences or {}).get("feeds", {}).get(purpose, ""))


def token(*, actor: Actor, purpose: str) -> str:
    """The actor's present link for a purpose such as calendar; empty where they have none."""
    user = User.objects.filter(pk=actor.user_id or 0).first()
    mark = _kept(user, purpose) if user else ""
    return signing.dumps([actor.user_id, mark], salt=f"{SALT}:{purpose}") if mark else ""


@transaction.atomic
def renew(*, actor: Actor, purpose: str, on: bool = True, now: datetime) -> None:
    """A new link, or with `on` false none at all; those handed out before open nothing any more."""
    user = User.objects.select_for_update().filter(pk=actor.user_id or 0).first()
    if user is None:
        raise Missing("person")
    feeds = dict((user.preferences or {}).get("feeds", {}))
    feeds.pop(purpose, None)
    if on:
        feeds[purpose] = secrets.token_hex(8)
    user.preferences = {**(user.preferences or {}), "feeds": feeds}
    user.save(update_fields=["preferences"])
    what = "feed.renewed" if on else "feed.revoked"
    record(actor=actor, now=now, change=Change(what, "person", user.pk, {}, {"feed": purpose}))


def actor_of(raw: str, *, purpose: str) -> Actor:
    """Who a link lets in, with what they may do now.

    Raises Missing for what is forged, taken back, or of somebody who left.
    """
    try:
        user_id, mark = signing.loads(raw, salt=f"{SALT}:{purpose}")
    except (signing.BadSignature, TypeError, ValueError):
        raise Missing("feed") from None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not mark or not secrets.compare_digest(_kept(user, purpose), str(mark)):
        raise Missing("feed")
    return actor_for(user, Via.API)
