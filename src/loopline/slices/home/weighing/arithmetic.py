"""What a gap between two stations costs, and what closing it would bring. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

WEEK = 7 * 86_400.0
QUARTER = 13  # weeks
MINUTES = 20.0  # a stalled thread's share of a week, until somebody says better
LEAST = 5  # finished waits before the workspace's own habits count
UNTIL_KNOWN = 30 * 86_400.0
FORMULA_HOURS = (
    "weeks each open thread has waited beyond the usual wait, at most 13, added up, times the minutes a "
    "stalled thread costs in a week, divided by 60"
)
FORMULA_ARR = (
    "for each account that waits, its ARR times the weeks its longest thread has waited beyond the usual "
    "wait, at most 13, added up"
)


@dataclass(frozen=True, slots=True)
class Waits:
    """Finished waits at a station, in seconds; None where none is known."""

    n: int
    median: float | None
    p85: float | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open thread: seconds since it came there, what each waiting account is worth a year, seconds without any
    movement."""

    id: int
    seconds: float
    accounts: tuple[tuple[int, float], ...] = ()
    still: float = 0.0


@dataclass(frozen=True, slots=True)
class Return:
    """What closing the gap brings in a quarter: `weeks` of waiting, `hours` of work, ARR times weeks."""

    threads: int
    weeks: float
    hours: float
    arr_weeks: float


def percentile(values: Sequence[float], share: float) -> float | None:
    """The sorted value at index floor(share * n), as metric-definitions.md takes percentiles."""
    ordered = sorted(values)
    return ordered[min(floor(share * len(ordered)), len(ordered) - 1)] if ordered else None


def summed(seconds: Sequence[float]) -> Waits:
    return Waits(len(seconds), percentile(seconds, 0.5), percentile(seconds, 0.85))


def usual(found: Waits) -> float:
    """The wait a thread is held to: the workspace's own median, 30 days until it has five."""
    return found.median if found.n >= LEAST and found.median is not None else UNTIL_KNOWN


def beyond(seconds: float, held_to: float) -> float:
    """Weeks waited beyond the usual, at most a quarter's."""
    return min(max(seconds - held_to, 0.0) / WEEK, QUARTER)


def returned(waiting: Sequence[Waiting], held_to: float, minutes: float) -> Return:
    """What closing the gap would bring a quarter; see FORMULA_HOURS and FORMULA_ARR."""
    late = [(w, beyond(w.seconds, held_to)) for w in waiting]
    late = [(w, weeks) for w, weeks in late if weeks > 0]
    longest: dict[int, float] = {}
    worth: dict[int, float] = {}
    for w, weeks in late:
        for account, arr in w.accounts:
            longest[account] = max(longest.get(account, 0.0), weeks)
            worth[account] = max(worth.get(account, 0.0), arr)
    total = sum(weeks for _, weeks in late)
    return Return(
        len(late), total, total * minutes / 60, sum(worth[a] * longest[a] for a in longest)
    )


def met(when: str, level: float | None, value: float | None) -> bool:
    """Whether a watched number has come to what brings something back; never where it is not measured."""
    if value is None or level is None:
        return False
    return value >= level if when == "at least" else value <= level
