"""Offering and taking back. Inverses are services registered by name; they refuse when the object moved on."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.undo.models import UndoStep

GOOD_FOR = timedelta(hours=1)
Inverse = Callable[..., object]  # (actor=, now=, **payload)
_INVERSES: dict[str, Inverse] = {}


def register(name: str, inverse: Inverse) -> None:
    _INVERSES[name] = inverse


def offer(
    *, actor: Actor, label: str, inverse: str, payload: Mapping[str, Any], now: datetime
) -> str:
    """Leave a token that undoes what was just done; call it in the same transaction."""
    if inverse not in _INVERSES:
        raise LookupError(f"no inverse called {inverse}")
    step = UndoStep.objects.create(
        token=secrets.token_urlsafe(18),
        user_id=actor.user_id,
        label=label[:200],
        inverse=inverse,
        payload=dict(payload),
        at=now,
    )
    return step.token


@transaction.atomic
def undo(*, actor: Actor, token: str, now: datetime) -> str:
    """Take one act back; answers what was undone. Only its actor may, once, within the hour."""
    step = UndoStep.objects.select_for_update().filter(token=token, user_id=actor.user_id).first()
    if step is None:
        raise Missing("step to undo")
    if step.used_at:
        raise Conflict("This was undone already.")
    if now - step.at > GOOD_FOR:
        raise Conflict("Undo lasts an hour; this was longer ago. Change it by hand.")
    _INVERSES[step.inverse](actor=actor, now=now, **step.payload)
    step.used_at = now
    step.save(update_fields=["used_at"])
    return step.label


def last_token(*, actor: Actor, now: datetime) -> str | None:
    """The token behind the Z key: the actor's latest act that can still be undone."""
    rows = UndoStep.objects.filter(
        user_id=actor.user_id, used_at=None, at__gt=now - timedelta(minutes=10)
    )
    return rows.order_by("-id").values_list("token", flat=True).first()
