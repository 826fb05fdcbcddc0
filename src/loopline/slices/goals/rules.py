"""Permissions, words of states, quarters, and whether a key result goes at the pace it needs. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Role

PERMISSIONS = {
    "goal.read": Role.VIEWER,
    "goal.change": Role.PRODUCT,
    "goal.check_in": Role.MEMBER,
    "direction.change": Role.PRODUCT,
}
STATES = (("draft", "Draft"), ("active", "Active"), ("closed", "Closed"))
OUTCOMES = (
    ("achieved", "Achieved"),
    ("partial", "Partly achieved"),
    ("missed", "Missed"),
    ("dropped", "Dropped"),
)
DIRECTIONS = (("up", "Higher"), ("down", "Lower"))
STATUS: Mapping[str, str] = {
    "reached": "Reached",
    "on_track": "On track",
    "behind": "Behind",
    "at_risk": "At risk",
    "no_start": "No starting value",
    "unmeasured": "Not yet measured",
    "dropped": "Dropped",
}
TONES: Mapping[str, str] = {
    "reached": "good", "on_track": "good", "behind": "warn", "at_risk": "bad",
}  # fmt: skip
LOW_CONFIDENCE = 4  # of ten; below it somebody should look
CHECK_IN_DAYS = 7
_PERIOD = re.compile(r"(20\d\d)-Q([1-4])")
_NEAR = 1e-9


def period_of(day: date) -> str:
    """The quarter a day lies in: 2026-Q4."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def checked_period(text: str) -> str:
    """A quarter as 2026-Q4. Raises Invalid."""
    if not _PERIOD.fullmatch(str(text or "").strip()):
        raise Invalid(period="Write a quarter as 2026-Q4.")
    return str(text).strip()


def bounds(period: str) -> tuple[date, date]:
    """First and last day of a quarter."""
    year, quarter = int(period[:4]), int(period[6])
    first = date(year, quarter * 3 - 2, 1)
    after = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return first, after - timedelta(days=1)


def shifted(period: str, by: int) -> str:
    """The quarter so many later, or earlier."""
    at = int(period[:4]) * 4 + int(period[6]) - 1 + by
    return f"{at // 4}-Q{at % 4 + 1}"


def label(period: str) -> str:
    """Q4 2026."""
    return f"{period[5:]} {period[:4]}" if period else ""


def weeks_of(period: str) -> int:
    """How many whole weeks it has; the day or two beyond are left to the last one."""
    first, last = bounds(period)
    return round(((last - first).days + 1) / 7)


def week_in(period: str, day: date) -> int:
    """The week of the quarter a day lies in, from 1; held within the quarter."""
    first, _ = bounds(period)
    return max(1, min(weeks_of(period), (day - first).days // 7 + 1))


@dataclass(frozen=True, slots=True)
class Pace:
    """`done` and `expected` are shares of the way from baseline to target; `ratio` one by the other.

    None where a part is unknown. `done` may be below 0 and above 1.
    """

    status: str
    done: float | None = None
    expected: float | None = None
    ratio: float | None = None


def reached(value: float, target: float, direction: str) -> bool:
    return value <= target if direction == "down" else value >= target


def expected_share(start: date, due: date, on: date) -> float:
    """How much of the way should be gone on a day: in a straight line from start to due."""
    if due <= start:
        return 1.0
    return min(max((on - start).days / (due - start).days, 0.0), 1.0)


def pace(
    *, baseline: float | None, value: float | None, target: float, direction: str, start: date, due: date,
    on: date, on_track: float = 0.95, behind: float = 0.75,
) -> Pace:  # fmt: skip
    """Whether the way gone fits the time gone: from `on_track` on track, from `behind` behind, else at risk.

    A value at the target is reached, whatever the day. No value is not yet measured, never at risk.
    """
    expected = expected_share(start, due, on)
    if value is None:
        return Pace("unmeasured", None, expected)
    way = None if baseline is None else target - baseline
    done = (value - baseline) / way if baseline is not None and way else None
    if reached(value, target, direction):
        return Pace("reached", 1.0 if done is None else done, expected)
    if baseline is None:
        return Pace("no_start", None, expected)
    if done is None:
        return Pace("at_risk", None, expected)  # to be held where it was, and it was not
    if expected == 0:
        return Pace("on_track", done, expected)
    ratio = done / expected
    for status, least in (("on_track", on_track), ("behind", behind)):
        if ratio >= least - _NEAR:
            return Pace(status, done, expected, ratio)
    return Pace("at_risk", done, expected, ratio)


def checked_way(baseline: float | None, target: float, direction: str) -> None:
    """Raises Invalid where the target lies on the wrong side of the baseline."""
    if direction not in dict(DIRECTIONS):
        raise Invalid(direction="Better is up or down.")
    if baseline is None:
        return
    if (direction == "up" and target < baseline) or (direction == "down" and target > baseline):
        where = "above" if direction == "up" else "below"
        raise Invalid(target=f"Better is {direction}, so the target lies {where} where it starts.")
