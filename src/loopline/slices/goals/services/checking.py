"""Check-ins: what an owner says once a week. They are added, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, NotAllowed
from loopline.platform.audit.record import Change, record
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow, may
from loopline.slices.goals.events import KeyResultCheckedIn
from loopline.slices.goals.models import CheckIn, KeyResult
from loopline.slices.goals.services.objectives import locked_key
from loopline.slices.measures import queries as measures

MOST = 100


@dataclass(frozen=True, slots=True)
class Said:
    """One check-in: `value` only where the key result has no metric."""

    key_result_id: int
    confidence: int
    note: str = ""
    value: float | None = None


def _value(
    row: KeyResult, said: Said, read: Mapping[int, measures.Reading]
) -> tuple[float | None, datetime | None]:
    if row.metric_id:
        if said.value is not None:
            raise Invalid(
                value=f"“{row.text}” takes its value from its metric; it is not typed in."
            )
        found = read.get(row.metric_id)
        return (found.value, found.at) if found else (None, None)
    if said.value is None:
        raise Invalid(value=f"Say where “{row.text}” stands, or bind it to a metric.")
    if not isfinite(said.value) or abs(said.value) > 1e15:
        raise Invalid(value="The value is a number below 10^15.")
    return said.value, None


def _may(actor: Actor, row: KeyResult) -> None:
    if row.owner_id != actor.user_id and not may(actor, "goal.change"):
        raise NotAllowed("Only its owner, or whoever runs the goals, checks a key result in.")


@transaction.atomic
def check_in_many(*, actor: Actor, said: Sequence[Said], now: datetime) -> list[int]:
    """Say where several key results stand, all or none. Answers the check-ins' ids.

    The value of a bound key result is what its metric reads now, none where that is not measured yet.
    """
    allow(actor, "goal.check_in")
    if not said:
        raise Invalid(confidence="Say how sure you are, from 0 to 10, of at least one.")
    if len(said) > MOST:
        raise Invalid(check_ins=f"At most {MOST} at a time.")
    rows = [locked_key(s.key_result_id) for s in said]
    read = measures.latest_values(r.metric_id for r in rows)
    out = []
    for row, s in zip(rows, said, strict=True):
        _may(actor, row)
        if row.objective.state == "closed" or row.dropped_at:
            raise Conflict(f"“{row.text}” is over.")
        if isinstance(s.confidence, bool) or s.confidence not in range(11):
            raise Invalid(confidence="Confidence is a whole number from 0 to 10.")
        value, at = _value(row, s, read)
        made = CheckIn.objects.create(
            key_result=row, value=value, measured_at=at, confidence=s.confidence, note=s.note.strip()[:1000], at=now,
            by_id=actor.user_id, by_name=actor.name[:160],
        )  # fmt: skip
        after = {"confidence": s.confidence, "value": value}
        record(
            actor=actor,
            now=now,
            change=Change("key_result.checked_in", "key-result", row.pk, {}, after),
        )
        publish(KeyResultCheckedIn(row.pk, made.pk), actor=actor, now=now)
        out.append(made.pk)
    return out


def check_in(
    *, actor: Actor, key_result_id: int, confidence: int, note: str = "", value: float | None = None, now: datetime
) -> int:  # fmt: skip
    """Say where one key result stands and how sure you are of reaching it. Answers the check-in's id."""
    return check_in_many(actor=actor, said=[Said(key_result_id, confidence, note, value)], now=now)[
        0
    ]
