"""When a ritual falls: days by a rhythm, and the moment of a day where the company is."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = 7
LAST = 5
_NAMES = tuple(calendar.day_name)
_NTH = ("", "first", "second", "third", "fourth", "last")


@dataclass(frozen=True, slots=True)
class Cadence:
    """`kind` is weekly, fortnightly, monthly or quarterly. `anchor` lies in one of the weeks of a fortnightly one,
    and in one of the months of a quarterly one. `nth` counts the weekday in its month; 5 is the last."""

    kind: str
    weekday: int
    nth: int
    anchor: date


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth weekday of a month; 5 is the last."""
    if nth >= LAST:
        last = date(year, month, calendar.monthrange(year, month)[1])
        return last - timedelta(days=(last.weekday() - weekday) % WEEK)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % WEEK + WEEK * (nth - 1))


def slots(c: Cadence, start: date, end: date) -> list[date]:
    """The days of [start, end) it falls on, in order."""
    if c.kind in ("weekly", "fortnightly"):
        first = start + timedelta(days=(c.weekday - start.weekday()) % WEEK)
        found = [first + timedelta(days=n) for n in range(0, max((end - first).days, 0), WEEK)]
        if c.kind == "weekly":
            return found
        base = _monday(c.anchor)
        return [d for d in found if (_monday(d) - base).days // WEEK % 2 == 0]
    out = []
    place = start.year * 12 + start.month - 1
    while date(place // 12, place % 12 + 1, 1) < end:
        year, month = place // 12, place % 12 + 1
        if c.kind == "monthly" or (month - c.anchor.month) % 3 == 0:
            day = nth_weekday(year, month, c.weekday, c.nth)
            if start <= day < end:
                out.append(day)
        place += 1
    return out


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a local time on a day; a time that summer time leaves out is the hour after it."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def per_month(kind: str) -> float:
    """How often a month, on average."""
    return {"weekly": 52 / 12, "fortnightly": 26 / 12, "monthly": 1.0, "quarterly": 1 / 3}[kind]


def said(c: Cadence) -> str:
    """Every Friday. Every second Tuesday. The last Friday of the month."""
    name = _NAMES[c.weekday]
    if c.kind == "weekly":
        return f"Every {name}"
    if c.kind == "fortnightly":
        return f"Every second {name}"
    which = f"The {_NTH[min(c.nth, LAST)]} {name} of"
    if c.kind == "monthly":
        return f"{which} the month"
    months = sorted({(c.anchor.month - 1 + 3 * n) % 12 + 1 for n in range(4)})
    names = [calendar.month_name[m] for m in months]
    return f"{which} {', '.join(names[:-1])} and {names[-1]}"
