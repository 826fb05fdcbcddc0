"""Bets in the plan: their quarter and weeks, pausing and going on, and putting a bet back as it was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.thread.store import touch
from loopline.platform.undo import steps
from loopline.slices.roadmap.events import BetTakenBack
from loopline.slices.roadmap.models import Bet, Estimate

PLANNED = ("proposed", "committed", "in_progress")
KEPT = ("state", "horizon", "position", "quarter", "committed_at", "declined_at", "paused_at")


def locked(bet_id: int) -> Bet:
    row = Bet.objects.select_for_update().filter(pk=bet_id).first()
    if row is None:
        raise Missing("bet")
    return row


def weeks_of(bet: Bet) -> dict[str, float]:
    return dict(bet.estimates.order_by("team").values_list("team", "weeks"))


def _set(actor: Actor, row: Bet, action: str, changes: Mapping[str, Any], now: datetime) -> None:
    before, after = apply_changes(row, changes, now=now)
    if after:
        record(actor=actor, now=now, change=Change(action, "bet", row.pk, before, after))
        touch([("bet", row.pk)])


@transaction.atomic
def plan_bet(
    *, actor: Actor, bet_id: int, quarter: str | None = None, weeks: Mapping[str, float | None] | None = None,
    now: datetime,
) -> None:  # fmt: skip
    """Put a bet into a quarter (empty: out of all; None: as it is), and set person-weeks by team; None forgets one."""
    allow(actor, "bet.change")
    row = locked(bet_id)
    if quarter is not None:
        _set(actor, row, "bet.planned", {"quarter": quarter}, now)
    old, new = weeks_of(row), dict(weeks or {})
    for team, value in new.items():
        if value is None:
            Estimate.objects.filter(bet=row, team=team).delete()
        else:
            Estimate.objects.update_or_create(bet=row, team=team, defaults={"weeks": value})
    if weeks and (known := weeks_of(row)) != old:
        row.version, row.updated_at = row.version + 1, now
        row.save(update_fields=["version", "updated_at"])
        change = Change("bet.estimated", "bet", row.pk, {"weeks": old}, {"weeks": known})
        record(actor=actor, now=now, change=change)


@transaction.atomic
def pause_bet(*, actor: Actor, bet_id: int, quarter: str | None = None, now: datetime) -> str:
    """Stop for now, perhaps until a quarter (empty: out of all; None: as it is); its state stays.

    Answers the token that goes on.
    """
    allow(actor, "bet.change")
    row = locked(bet_id)
    if row.state not in PLANNED:
        raise Conflict("Only what is not yet shipped can be paused.")
    if row.paused_at is None:
        to = row.quarter if quarter is None else quarter
        _set(actor, row, "bet.paused", {"paused_at": now, "quarter": to}, now)
    return steps.offer(
        actor=actor,
        label=f"Paused {row.title}",
        inverse="bet.resume",
        payload={"bet_id": row.pk},
        now=now,
    )


@transaction.atomic
def resume_bet(*, actor: Actor, bet_id: int, now: datetime) -> None:
    """Go on with it. Twice is once."""
    allow(actor, "bet.change")
    row = locked(bet_id)
    if row.paused_at:
        _set(actor, row, "bet.resumed", {"paused_at": None}, now)


def kept(row: Bet) -> dict[str, Any]:
    """What a change of direction may touch, as JSON can hold it."""
    out = {k: getattr(row, k) for k in KEPT}
    out = {k: (v.isoformat() if hasattr(v, "isoformat") else v) for k, v in out.items()}
    return out | {"weeks": weeks_of(row)}


@transaction.atomic
def put_back(
    *, actor: Actor, bet_id: int, was: Mapping[str, Any], version: int, archive: bool = False, now: datetime
) -> None:  # fmt: skip
    """Everything a change of direction touched as it was before; Conflict where the bet moved on since."""
    allow(actor, "bet.change")
    row = locked(bet_id)
    if row.version != version:
        raise Conflict(f"“{row.title}” was changed since. Take that back first.")
    values = {
        k: (datetime.fromisoformat(v) if k.endswith("_at") and v else v)
        for k, v in was.items()
        if k in KEPT
    }
    judged = row.state != values.get("state", row.state)
    _set(actor, row, "bet.put_back", values | ({"archived": True} if archive else {}), now)
    Estimate.objects.filter(bet=row).exclude(team__in=was.get("weeks", {})).delete()
    for team, weeks in was.get("weeks", {}).items():
        Estimate.objects.update_or_create(bet=row, team=team, defaults={"weeks": weeks})
    if judged or archive:
        publish(BetTakenBack(row.pk), actor=actor, now=now)
