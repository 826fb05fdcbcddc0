"""The plan of a quarter: who there is, which bets it holds with how many weeks, and freezing it."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.goals.computing import freeze
from loopline.slices.goals.models import Capacity, PlanSnapshot
from loopline.slices.goals.planning import source
from loopline.slices.goals.rules import checked_period


def _number(field: str, value: float, most: float) -> float:
    if not isfinite(value) or not 0 <= value <= most:
        raise Invalid(**{field: f"Write a number from 0 to {most:g}."})
    return float(value)


@transaction.atomic
def set_capacity(
    *, actor: Actor, team: str, period: str, people: float, days_away: float = 0.0, now: datetime, sample: bool = False
) -> None:  # fmt: skip
    """How many people a team has from this quarter on, and how many days they are away in it."""
    allow(actor, "goal.change")
    team = " ".join(team.split())[:80]
    if not team:
        raise Invalid(team="Name the team.")
    values = {
        "people": _number("people", people, 500),
        "days_away": _number("days_away", days_away, 20_000),
    }
    period = checked_period(period)
    row = Capacity.objects.select_for_update().filter(team=team, period=period).first()
    if row is None:
        row = Capacity.objects.create(
            **values, team=team, period=period, created_at=now, updated_at=now, sample=sample
        )
        before: dict[str, Any] = {}
        after: dict[str, Any] = dict(values)
    else:
        before, after = apply_changes(row, values, now=now)
    if after:
        record(
            actor=actor,
            now=now,
            change=Change("plan.capacity_set", "plan", period, before, {**after, "team": team}),
        )


def plan_bet(
    *, actor: Actor, bet_id: int, quarter: str | None = None, weeks: Mapping[str, float | None] | None = None,
    now: datetime,
) -> None:  # fmt: skip
    """Put a bet into a quarter (empty: out of all), with its person-weeks by team; None forgets one."""
    allow(actor, "goal.change")
    if quarter:
        quarter = checked_period(quarter)
    clean = {
        " ".join(t.split())[:80]: (None if w is None else _number("weeks", w, 10_000))
        for t, w in (weeks or {}).items()
        if t.strip()
    }
    source().plan(actor=actor, bet_id=bet_id, quarter=quarter, weeks=clean, now=now)


@transaction.atomic
def take_snapshot(
    *, actor: Actor, period: str, why: str = "", now: datetime, sample: bool = False
) -> int:  # fmt: skip
    """Freeze the plan of a quarter as it is now. Answers the snapshot's id."""
    allow(actor, "goal.change")
    made: PlanSnapshot | None = freeze(
        checked_period(period), why=why.strip() or "By hand", by=actor.name, now=now, sample=sample
    )
    assert made is not None  # noqa: S101  only a nightly one may be left out
    record(
        actor=actor,
        now=now,
        change=Change("plan.frozen", "plan", period, {}, {"snapshot": made.pk}),
    )
    return made.pk
