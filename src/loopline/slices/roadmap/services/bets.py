"""Bets: made, ordered, committed, declined, shipped, judged. Every change of state is written down."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any

from django.db import transaction
from django.db.models import Max

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import Event, publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.settings.options import today
from loopline.platform.thread.store import touch
from loopline.platform.undo import steps
from loopline.slices.decisions import services as decisions
from loopline.slices.goals import queries as goals
from loopline.slices.goals.rules import checked_period
from loopline.slices.measures import queries as measures
from loopline.slices.roadmap.events import BetCommitted, BetDeclined, BetShipped
from loopline.slices.roadmap.models import Bet, Opportunity
from loopline.slices.roadmap.rules import CHECK_AFTER_DAYS, HORIZONS, STATES, may_follow


def _locked(bet_id: int) -> Bet:
    row = Bet.objects.select_for_update().filter(pk=bet_id).first()
    if row is None:
        raise Missing("bet")
    return row


def _reindex(b: Bet) -> None:
    entry = index.Entry(
        "bet", b.pk, b.title, b.updated_at, f"BET-{b.pk}", b.hypothesis, f"{b.squad} {b.state}", bool(b.archived_at)
    )  # fmt: skip
    index.put([entry])


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(values)
    if "title" in out:
        out["title"] = " ".join(str(out["title"] or "").split())
        if not 1 <= len(out["title"]) <= 200:
            raise Invalid(title="Name the bet in 1 to 200 characters.")
    for key in ("target", "baseline"):
        if out.get(key) is not None:
            out[key] = float(out[key])
            if not isfinite(out[key]) or abs(out[key]) > 1e15:
                raise Invalid(**{key: f"The {key} is a number below 10^15."})
    if "horizon" in out and out["horizon"] not in dict(HORIZONS):
        raise Invalid(horizon="A horizon is now, next or later.")
    if out.get("metric_id") and not measures.metrics_by_id([out["metric_id"]]):
        raise Invalid(metric="There is no such metric. Name it under Metrics first.")
    if out.get("key_result_id") and not goals.key_results_by_id([out["key_result_id"]]):
        raise Invalid(key_result="There is no such key result.")
    if out.get("quarter"):
        out["quarter"] = checked_period(out["quarter"])
    opp = out.get("opportunity_id")
    if opp and not Opportunity.objects.filter(pk=opp, merged_into=None).exists():
        raise Invalid(opportunity="There is no such opportunity.")
    return out


def _last(horizon: str) -> float:
    top = Bet.objects.filter(horizon=horizon).aggregate(m=Max("position"))["m"]
    return float(top or 0) + 1.0


@transaction.atomic
def create_bet(
    *, actor: Actor, title: str, hypothesis: str = "", opportunity_id: int | None = None,
    metric_id: int | None = None, baseline: float | None = None, target: float | None = None,
    horizon: str = "later", squad: str = "", owner_id: int | None = None,
    inputs: Mapping[str, Any] | None = None, key_result_id: int | None = None, quarter: str = "", now: datetime,
    sample: bool = False,
) -> int:  # fmt: skip
    """A way to solve a problem that we would put work into. Answers its id; it starts as proposed."""
    allow(actor, "bet.change")
    values = _checked(
        {"title": title, "opportunity_id": opportunity_id, "metric_id": metric_id, "baseline": baseline,
         "target": target, "horizon": horizon, "key_result_id": key_result_id, "quarter": quarter}
    )  # fmt: skip
    row = Bet.objects.create(
        **values, hypothesis=hypothesis[:20_000], squad=squad[:80], owner_id=owner_id or actor.user_id,
        inputs=dict(inputs or {}), position=_last(horizon), created_at=now, updated_at=now, sample=sample,
    )  # fmt: skip
    record(
        actor=actor, now=now, change=Change("bet.created", "bet", row.pk, {}, {"title": row.title})
    )
    _reindex(row)
    touch([("bet", row.pk)])
    return row.pk


@transaction.atomic
def change_bet(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Correct what a bet says; its state has actions of its own."""
    allow(actor, "bet.change")
    row = _locked(id_)
    old = row.opportunity_id
    before, after = apply_changes(row, _checked(changes), now=now, version=version)
    if after:
        record(actor=actor, now=now, change=Change("bet.changed", "bet", row.pk, before, after))
        _reindex(row)
        touch([("bet", row.pk), *((("opportunity", old),) if old else ())])


def _to(
    actor: Actor,
    row: Bet,
    state: str,
    stamps: Mapping[str, Any],
    event: Event | None,
    now: datetime,
) -> None:
    if not may_follow(row.state, state):
        raise Conflict(
            f"A bet that is {STATES[row.state].lower()} cannot become {STATES[state].lower()}."
        )
    before, after = apply_changes(row, {"state": state, **stamps}, now=now)
    record(actor=actor, now=now, change=Change(f"bet.{state}", "bet", row.pk, before, after))
    _reindex(row)
    touch([("bet", row.pk)])
    if event is not None:
        publish(event, actor=actor, now=now)


def _decision(
    actor: Actor, row: Bet, verdict: str, words: str, why: str, revisit: date | None, now: datetime
) -> None:
    """A verdict on a bet is a decision with its inputs frozen, made together with it."""
    titles = {
        "committed": f"Commit to {row.title}",
        "declined": f"Decline {row.title}",
        "not_now": f"Not now: {row.title}",
    }
    made = decisions.open_decision(
        actor=actor,
        question=f"Do we build “{row.title[:240]}”?",
        about=("bet", row.pk),
        now=now,
        sample=row.sample,
    )
    decisions.decide(
        actor=actor, decision_id=made, chosen=titles[verdict], rationale=why.strip() or words, verdict=verdict,
        revisit_on=revisit, now=now,
    )  # fmt: skip


@transaction.atomic
def commit_bet(
    *, actor: Actor, bet_id: int, rationale: str = "", horizon: str = "", now: datetime
) -> None:
    """We will build it. Writes the decision with today's demand frozen; twice changes nothing."""
    allow(actor, "bet.change")
    row = _locked(bet_id)
    if row.state == "committed":
        return
    stamps: dict[str, Any] = {"committed_at": now, "declined_at": None}
    if horizon or row.horizon == "later":
        stamps |= {"horizon": horizon or "next", "position": _last(horizon or "next")}
    _to(actor, row, "committed", stamps, BetCommitted(row.pk), now)
    _decision(actor, row, "committed", "Committed from the roadmap.", rationale, None, now)


@transaction.atomic
def decline_bet(
    *, actor: Actor, bet_id: int, reason: str, not_now: bool = False, revisit_on: date | None = None,
    now: datetime,
) -> None:  # fmt: skip
    """We will not build it, or not now; the reason goes to those who asked. Twice changes nothing."""
    allow(actor, "bet.change")
    if not reason.strip():
        raise Invalid(reason="Say why. Those who asked will read it.")
    row = _locked(bet_id)
    if row.state == "declined":
        return
    _to(actor, row, "declined", {"declined_at": now}, BetDeclined(row.pk), now)
    _decision(actor, row, "not_now" if not_now else "declined", reason, reason, revisit_on, now)


@transaction.atomic
def mark_started(*, actor: Actor, bet_id: int, now: datetime) -> None:
    """Work has begun; called by hand or when the first item starts. Later states stay."""
    allow(actor, "bet.change")
    row = _locked(bet_id)
    if row.state == "committed":
        _to(actor, row, "in_progress", {"started_at": now}, None, now)


@transaction.atomic
def mark_shipped(*, actor: Actor, bet_id: int, now: datetime) -> None:
    """It reached its users; called by hand or when a release with its work ships. Twice is once."""
    allow(actor, "bet.change")
    row = _locked(bet_id)
    if row.state in ("shipped", "confirmed", "pivoted", "sunset"):
        return
    stamps = {"shipped_at": now, "check_on": today(now) + timedelta(days=CHECK_AFTER_DAYS)}
    _to(actor, row, "shipped", stamps, BetShipped(row.pk), now)


@transaction.atomic
def set_outcome(*, actor: Actor, bet_id: int, state: str, reason: str, now: datetime) -> None:
    """What became of a shipped bet: confirmed, pivoted or sunset; or a declined one is proposed again."""
    allow(actor, "bet.change")
    if state not in ("confirmed", "pivoted", "sunset", "proposed"):
        raise Invalid(state="An outcome is confirmed, pivoted or sunset.")
    row = _locked(bet_id)
    if row.state != state:
        _to(actor, row, state, {}, None, now)
        if reason.strip():
            made = decisions.open_decision(
                actor=actor, question=f"What became of “{row.title[:240]}”?", about=("bet", row.pk), now=now,
                sample=row.sample,
            )  # fmt: skip
            decisions.decide(
                actor=actor, decision_id=made, chosen=STATES[state], rationale=reason, now=now
            )


@transaction.atomic
def move_bet(
    *, actor: Actor, bet_id: int, horizon: str, before_id: int | None = None, now: datetime
) -> str:
    """Put a bet into a column before another, or last. Answers the token that puts it back."""
    allow(actor, "bet.change")
    if horizon not in dict(HORIZONS):
        raise Invalid(horizon="A horizon is now, next or later.")
    row = _locked(bet_id)
    was = {"bet_id": row.pk, "horizon": row.horizon, "position": row.position}
    others = Bet.objects.filter(horizon=horizon, archived_at=None).exclude(pk=row.pk)
    order = list(others.order_by("position", "pk").values_list("pk", "position"))
    place = next((i for i, (pk, _) in enumerate(order) if pk == before_id), len(order))
    low = order[place - 1][1] if place else None
    high = order[place][1] if place < len(order) else None
    position = _between(low, high)
    before, after = apply_changes(row, {"horizon": horizon, "position": position}, now=now)
    if "horizon" in after:
        change = Change(
            "bet.moved", "bet", row.pk, {"horizon": before["horizon"]}, {"horizon": horizon}
        )
        record(actor=actor, now=now, change=change)
    return steps.offer(
        actor=actor, label=f"Moved {row.title}", inverse="bet.unmove", payload=was, now=now
    )


def _between(low: float | None, high: float | None) -> float:
    if low is None and high is None:
        return 1.0
    if low is None:
        return float(high or 0) - 1.0
    return low + 1.0 if high is None else (low + high) / 2


@transaction.atomic
def unmove_bet(*, actor: Actor, bet_id: int, horizon: str, position: float, now: datetime) -> None:
    """Back to the column and place it had."""
    allow(actor, "bet.change")
    row = _locked(bet_id)
    before, after = apply_changes(row, {"horizon": horizon, "position": position}, now=now)
    if "horizon" in after:
        record(actor=actor, now=now, change=Change("bet.moved", "bet", row.pk, before, after))
