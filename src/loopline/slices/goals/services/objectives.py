"""Objectives and key results: written, changed, started, closed, taken out. Each act can be taken back."""

from collections.abc import Mapping
from datetime import date, datetime
from math import isfinite
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.undo import steps
from loopline.slices.goals.events import ObjectiveClosed
from loopline.slices.goals.models import KeyResult, Objective
from loopline.slices.goals.queries import current_metric
from loopline.slices.goals.rules import OUTCOMES, bounds, checked_period, checked_way, label
from loopline.slices.measures import queries as measures

MOST_KEY_RESULTS = 12


def _index(o: Objective) -> None:
    entry = index.Entry(
        "objective", o.pk, o.title, o.updated_at, f"OBJ-{o.pk}", o.why, f"{o.team} {label(o.period)}",
        bool(o.archived_at),
    )  # fmt: skip
    index.put([entry])


def _index_key(k: KeyResult) -> None:
    entry = index.Entry(
        "key-result", k.pk, k.text, k.updated_at, f"KR-{k.pk}", k.objective.title, label(k.objective.period),
        bool(k.archived_at),
    )  # fmt: skip
    index.put([entry])


def locked(objective_id: int) -> Objective:
    row = Objective.objects.select_for_update().filter(pk=objective_id).first()
    if row is None:
        raise Missing("objective")
    return row


def locked_key(key_result_id: int) -> KeyResult:
    row = (
        KeyResult.objects.select_for_update(of=("self",))
        .select_related("objective")
        .filter(pk=key_result_id)
        .first()
    )
    if row is None:
        raise Missing("key result")
    return row


def _words(field: str, text: Any, most: int = 200) -> str:
    said = " ".join(str(text or "").split())
    if not 1 <= len(said) <= most:
        raise Invalid(**{field: f"Write it in 1 to {most} characters."})
    return said


def _checked(values: Mapping[str, Any], own: int | None = None) -> dict[str, Any]:
    out = dict(values)
    if "title" in out:
        out["title"] = _words("title", out["title"])
    if "period" in out:
        out["period"] = checked_period(out["period"])
    for key, most in (("why", 20_000), ("team", 80), ("learned", 20_000)):
        if key in out:
            out[key] = str(out[key] or "").strip()[:most]
    parent = out.get("parent_id")
    if parent:
        _fits_under(int(parent), own)
    return out


def _fits_under(parent: int, own: int | None) -> None:
    seen: set[int] = set()
    at: int | None = parent
    while at:
        if at == own or at in seen:
            raise Invalid(parent="An objective cannot stand under itself.")
        seen.add(at)
        row = Objective.objects.filter(pk=at).values_list("parent_id", flat=True)
        if not row:
            raise Invalid(parent="There is no such objective.")
        at = row[0]


def _note(actor: Actor, now: datetime, action: str, row: Objective | KeyResult, before: Mapping[str, Any],
          after: Mapping[str, Any]) -> None:  # fmt: skip
    kind = "objective" if isinstance(row, Objective) else "key-result"
    record(actor=actor, now=now, change=Change(action, kind, row.pk, before, after))


@transaction.atomic
def create_objective(
    *, actor: Actor, title: str, period: str, why: str = "", team: str = "", owner_id: int | None = None,
    parent_id: int | None = None, now: datetime, sample: bool = False,
) -> int:  # fmt: skip
    """What a quarter is for. Answers its id; it starts as a draft."""
    allow(actor, "goal.change")
    values = _checked(
        {"title": title, "period": period, "why": why, "team": team, "parent_id": parent_id}
    )
    row = Objective.objects.create(
        **values, owner_id=owner_id or actor.user_id, created_at=now, updated_at=now, sample=sample
    )
    _note(actor, now, "objective.created", row, {}, {"title": row.title})
    _index(row)
    return row.pk


@transaction.atomic
def change_objective(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Correct what it says. A new quarter takes the due days of its key results along."""
    allow(actor, "goal.change")
    row = locked(id_)
    old = row.period
    before, after = apply_changes(row, _checked(changes, row.pk), now=now, version=version)
    if not after:
        return
    if "period" in after:
        KeyResult.objects.filter(objective=row, due=bounds(old)[1]).update(
            due=bounds(row.period)[1]
        )
    _note(actor, now, "objective.changed", row, before, after)
    _index(row)


def _state(
    actor: Actor, row: Objective, action: str, changes: Mapping[str, Any], now: datetime
) -> None:
    before, after = apply_changes(row, changes, now=now)
    _note(actor, now, action, row, before, after)
    _index(row)


@transaction.atomic
def start_objective(*, actor: Actor, objective_id: int, now: datetime) -> None:
    """It holds from now on; it needs a key result. Twice is once."""
    allow(actor, "goal.change")
    row = locked(objective_id)
    if row.state == "closed":
        raise Conflict("It is closed. Open it again first.")
    if not row.key_results.filter(archived_at=None, dropped_at=None).exists():
        raise Conflict("Add a key result first: the number that says whether it is met.")
    if row.state == "draft":
        _state(actor, row, "objective.started", {"state": "active"}, now)


@transaction.atomic
def close_objective(
    *, actor: Actor, objective_id: int, outcome: str, learned: str = "", now: datetime
) -> str:
    """It ended as achieved, partial, missed or dropped. Answers the token that opens it again."""
    allow(actor, "goal.change")
    if outcome not in dict(OUTCOMES):
        raise Invalid(outcome=f"An outcome is one of {', '.join(dict(OUTCOMES))}.")
    row = locked(objective_id)
    if row.state == "closed":
        raise Conflict("It is closed already.")
    was = row.state
    _state(
        actor, row, f"objective.closed_{outcome}",
        {"state": "closed", "outcome": outcome, "learned": learned.strip()[:20_000] or row.learned, "closed_at": now},
        now,
    )  # fmt: skip
    publish(ObjectiveClosed(row.pk, outcome), actor=actor, now=now)
    return steps.offer(
        actor=actor, label=f"Closed {row.title}", inverse="objective.reopen",
        payload={"objective_id": row.pk, "state": was}, now=now,
    )  # fmt: skip


@transaction.atomic
def reopen_objective(
    *, actor: Actor, objective_id: int, state: str = "active", now: datetime
) -> None:
    """Take a closing back."""
    allow(actor, "goal.change")
    row = locked(objective_id)
    if row.state != "closed":
        raise Conflict("It is open.")
    state = state if state in ("draft", "active") else "active"
    _state(
        actor, row, "objective.reopened", {"state": state, "outcome": "", "closed_at": None}, now
    )


def _checked_key(values: Mapping[str, Any], row: KeyResult | None = None) -> dict[str, Any]:
    out = dict(values)
    if "text" in out:
        out["text"] = _words("text", out["text"])
    for key in ("baseline", "target"):
        if out.get(key) is not None:
            try:
                out[key] = float(out[key])
            except (TypeError, ValueError):
                raise Invalid(**{key: f"The {key} is a number."}) from None
            if not isfinite(out[key]) or abs(out[key]) > 1e15:
                raise Invalid(**{key: f"The {key} is a number below 10^15."})
    if "target" in out and out["target"] is None:
        raise Invalid(target="A key result needs a target.")
    if out.get("metric_id") and not measures.metrics_by_id([out["metric_id"]]):
        raise Invalid(metric="There is no such metric. Name it under Metrics first.")
    if "unit" in out:
        out["unit"] = str(out["unit"] or "").strip()[:40]
    if "due" in out and not isinstance(out["due"], date):
        raise Invalid(due="Say by when, as 2026-12-31.")
    if {"baseline", "target", "direction"} & set(out):
        now_: dict[str, Any] = {
            k: out.get(k, getattr(row, k, None)) for k in ("baseline", "target", "direction")
        }
        checked_way(now_["baseline"], now_["target"], now_["direction"])
    return out


@transaction.atomic
def create_key_result(
    *, actor: Actor, objective_id: int, text: str, target: float, baseline: float | None = None,
    direction: str = "", unit: str = "", metric_id: int | None = None, owner_id: int | None = None,
    due: date | None = None, now: datetime, sample: bool = False,
) -> int:  # fmt: skip
    """A number that says whether the objective is met. Answers its id.

    Bound to a metric it takes unit and direction from there, and what it reads now as its baseline unless told.
    """
    allow(actor, "goal.change")
    o = locked(objective_id)
    if o.state == "closed":
        raise Conflict("The objective is closed.")
    if o.key_results.filter(archived_at=None).count() >= MOST_KEY_RESULTS:
        raise Conflict(
            f"At most {MOST_KEY_RESULTS} key results; few are looked after, many are not."
        )
    values: dict[str, Any] = {
        "text": text, "target": target, "baseline": baseline, "unit": unit, "metric_id": metric_id,
        "due": due or bounds(o.period)[1], "direction": direction,
    }  # fmt: skip
    metric, reading = current_metric(metric_id)
    if metric:
        values["unit"] = unit or metric.unit
        values["direction"] = direction or metric.direction
        values["baseline"] = reading.value if baseline is None and reading else baseline
    elif not direction:
        values["direction"] = "down" if baseline is not None and target < baseline else "up"
    row = KeyResult.objects.create(
        **_checked_key(values), objective=o, owner_id=owner_id or o.owner_id or actor.user_id, created_at=now,
        updated_at=now, sample=sample,
    )  # fmt: skip
    _note(actor, now, "key_result.created", row, {}, {"text": row.text, "target": row.target})
    _index_key(row)
    return row.pk


@transaction.atomic
def change_key_result(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Correct it; binding it to another metric keeps its check-ins as they were said."""
    allow(actor, "goal.change")
    row = locked_key(id_)
    before, after = apply_changes(row, _checked_key(changes, row), now=now, version=version)
    if after:
        _note(actor, now, "key_result.changed", row, before, after)
        _index_key(row)


@transaction.atomic
def drop_key_result(*, actor: Actor, key_result_id: int, why: str, now: datetime) -> str:
    """Take it out; it stays to be read. Answers the token that brings it back."""
    allow(actor, "goal.change")
    if not why.strip():
        raise Invalid(why="Say why; whoever reads the quarter later was not there.")
    row = locked_key(key_result_id)
    if row.dropped_at:
        raise Conflict("It was taken out already.")
    before, after = apply_changes(
        row, {"dropped_at": now, "dropped_why": why.strip()[:400]}, now=now
    )
    _note(actor, now, "key_result.taken_out", row, before, after)
    return steps.offer(
        actor=actor, label=f"Took out {row.text}", inverse="key_result.restore", payload={"key_result_id": row.pk},
        now=now,
    )  # fmt: skip


@transaction.atomic
def restore_key_result(*, actor: Actor, key_result_id: int, now: datetime) -> None:
    """Bring back what was taken out."""
    allow(actor, "goal.change")
    row = locked_key(key_result_id)
    before, after = apply_changes(row, {"dropped_at": None, "dropped_why": ""}, now=now)
    if after:
        _note(actor, now, "key_result.brought_back", row, before, after)
