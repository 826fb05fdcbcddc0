"""Answers as JSON: times RFC 3339 UTC, shares 0 to 1, null where there is no data."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from loopline.core.insights import answers as a
from loopline.warehouse.desk.messages import Computed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(micros: int | None) -> str | None:
    """A time in UTC microseconds as RFC 3339."""
    if micros is None:
        return None
    return (EPOCH + timedelta(microseconds=micros)).isoformat().replace("+00:00", "Z")


def answered(answer: a.Answer, computed: Computed) -> dict[str, Any]:
    """The JSON of an answer, with what it was computed from."""
    return _body(answer) | {
        "computed_from": {
            "events": computed.events,
            "through": moment(computed.through),
            "engine": computed.engine,
            "milliseconds": computed.milliseconds,
        }
    }


def _body(answer: a.Answer) -> dict[str, Any]:
    match answer:
        case a.FunnelAnswer():
            return _funnel(answer)
        case a.RetentionAnswer(cohorts):
            return {"cohorts": [_timed(asdict(each), "start") for each in cohorts]}
        case a.TrendAnswer(series):
            return {
                "series": [
                    {"value": s.value, "points": [_point(p) for p in s.points]} for s in series
                ]
            }
        case a.ActivesAnswer(points):
            return {"points": [_point(p) for p in points]}
        case a.LifecycleAnswer(points):
            return {"points": [_timed(asdict(each), "at") for each in points]}
        case a.StickinessAnswer(counts):
            return {"counts": list(counts)}
        case a.PathsAnswer(edges):
            return {"edges": [asdict(edge) for edge in edges]}
        case a.TimeToValueAnswer() | a.AdoptionAnswer():
            return asdict(answer)


def _funnel(answer: a.FunnelAnswer) -> dict[str, Any]:
    body: dict[str, Any] = {
        "steps": [_step(step) for step in answer.steps],
        "breakdown": [
            {"value": value, "steps": [_step(step) for step in steps]}
            for value, steps in answer.breakdown
        ],
    }
    more = asdict(answer)
    for extra in set(more) - {"steps", "breakdown"}:
        body[extra] = _times_in(more[extra])
    return body


def _times_in(value: Any) -> Any:
    """Moments inside answers are called `at` or `start`."""
    if isinstance(value, dict):
        return {
            k: moment(v) if k in ("at", "start") and isinstance(v, int) else _times_in(v)
            for k, v in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_times_in(each) for each in value]
    return value


def _step(step: a.Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "count": step.count,
        "conversion_from_start": step.from_start,
        "conversion_from_previous": step.from_previous,
        "median_seconds_from_previous": step.median_seconds,
    }


def _point(point: a.Point) -> dict[str, Any]:
    """A sum beyond what a number holds is none: JSON has no word for it."""
    value = point.value if point.value is None or isfinite(point.value) else None
    return _timed(asdict(point) | {"value": value}, "at")


def _timed(fields: dict[str, Any], key: str) -> dict[str, Any]:
    return {
        k: moment(v) if k == key else (list(v) if isinstance(v, tuple) else v)
        for k, v in fields.items()
    }
