"""Periods a metric has values for: days, weeks from Monday and months of a zone, as UTC instants."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from loopline.core.insights.ir import Interval, Span
from loopline.core.insights.periods import EPOCH, edges

GRAINS = ("day", "week", "month")
HISTORY = {"day": 91, "week": 26, "month": 12}  # periods computed when a metric begins


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end), UTC."""

    start: datetime
    end: datetime


def micros(at: datetime) -> int:
    """UTC microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def _of(found: tuple[int, ...]) -> list[Period]:
    at = [EPOCH + timedelta(microseconds=each) for each in found]
    return [Period(a, b) for a, b in pairwise(at)]


def back_from(now: datetime, grain: str, zone: str, count: int) -> list[Period]:
    """The period that holds `now` and those before it, `count` in all, oldest first."""
    instant = micros(now.astimezone(UTC))
    return _of(edges(Span(instant, instant + 1, zone), Interval(grain), before=count - 1))


def between(start: datetime, end: datetime, grain: str, zone: str) -> list[Period]:
    """The periods that [start, end) touches, oldest first; none where it is empty."""
    return _of(edges(Span(micros(start), micros(end), zone), Interval(grain)))


def following(period: Period, grain: str, zone: str, count: int) -> Period:
    """From the period's start to the end of the `count`-th period after it."""
    instant = micros(period.start)
    found = _of(edges(Span(instant, instant + 1, zone), Interval(grain), after=count))
    return Period(period.start, found[-1].end)
