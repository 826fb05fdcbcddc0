"""What the services of a change of direction share: its lock, its history, and who waits for what it stops."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loopline.core.problems import Conflict, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.identity.actor import Actor
from loopline.slices.goals.models import Direction
from loopline.slices.goals.planning import Waiting, source

FREES = ("pause", "drop", "move")  # what may break a promise


def locked(direction_id: int) -> Direction:
    row = Direction.objects.select_for_update().filter(pk=direction_id).first()
    if row is None:
        raise Missing("change of direction")
    return row


def drafted(direction_id: int) -> Direction:
    row = locked(direction_id)
    if row.state != "draft":
        raise Conflict("It is decided; what it changes stays as it was written.")
    return row


def said(actor: Actor, now: datetime, action: str, d: Direction, before: Mapping[str, Any],
         after: Mapping[str, Any]) -> None:  # fmt: skip
    record(actor=actor, now=now, change=Change(action, "direction", d.pk, before, after))


def touched(d: Direction, now: datetime) -> None:
    d.version, d.updated_at = d.version + 1, now
    d.save(update_fields=["version", "updated_at"])


def candidates(d: Direction, now: datetime) -> list[Waiting]:
    """Accounts that wait for what is paused, dropped or moved and are not on the list yet; the largest first."""
    bets = [r.ref_id for r in d.rows.filter(kind="bet", action__in=FREES) if r.ref_id]
    have = set(d.promises.values_list("account_id", "bet_id"))
    found = [w for w in source().waiting(bets, now) if (w.account_id, w.bet_id) not in have]
    return sorted(found, key=lambda w: (-(w.worth or 0), w.account))
