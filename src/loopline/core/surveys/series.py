"""Answers over time and by group: which of them count, in which period, and what each group says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from loopline.core.surveys.scores import Score, score

MOST_PERIODS = 400


@dataclass(frozen=True, slots=True)
class Given:
    """One answer: who, when, the number, and the groups the person belongs to."""

    person: str
    at: datetime
    score: int
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a trend; `score` is None where nobody answered."""

    start: date
    score: Score | None


def counted(rule: str, answers: Iterable[Given]) -> list[Given]:
    """The answers that count: the latest of each person for nps, every one otherwise. Oldest first."""
    ordered = sorted(answers, key=lambda a: a.at)
    if rule != "nps":
        return ordered
    latest = {a.person: a for a in ordered}
    return sorted(latest.values(), key=lambda a: a.at)


def period_start(day: date, interval: str) -> date:
    """Monday of its week, or the first of its month."""
    return day.replace(day=1) if interval == "month" else day - timedelta(days=day.weekday())


def _following(start: date, interval: str) -> date:
    if interval == "month":
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return start + timedelta(days=7)


def trend(
    rule: str,
    answers: Sequence[Given],
    *,
    interval: str,
    zone: tzinfo,
    least: int = 1,
    most: int = 5,
) -> list[Point]:
    """A score per week or month in the zone, without a gap from the first to the last; at most 400.

    Each period counts by its own answers: for nps the latest of each person within it.
    """
    by_start: dict[date, list[Given]] = {}
    for a in answers:
        by_start.setdefault(period_start(a.at.astimezone(zone).date(), interval), []).append(a)
    if not by_start:
        return []
    out, at, last = [], min(by_start), max(by_start)
    while at <= last:
        found = counted(rule, by_start.get(at, []))
        out.append(Point(at, score(rule, [a.score for a in found], least, most)))
        at = _following(at, interval)
    return out[-MOST_PERIODS:]


def by_group(
    rule: str, answers: Sequence[Given], index: int, *, least: int = 1, most: int = 5
) -> list[tuple[str, Score]]:
    """(group, its score) for the groups at one place, most answers first; the empty group is left out."""
    groups: dict[str, list[int]] = {}
    for a in counted(rule, answers):
        if a.groups[index]:
            groups.setdefault(a.groups[index], []).append(a.score)
    found = [(g, s) for g, v in groups.items() if (s := score(rule, v, least, most))]
    return sorted(found, key=lambda x: (-x[1].n, x[0]))
