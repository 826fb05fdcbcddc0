"""What engines answer: plain frozen values, the same from every engine. No data is None, not zero."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    count: int
    from_start: float | None
    from_previous: float | None
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """Actors who reached each step by chains that start in the period; an actor may be in several periods.

    `incomplete`: the span does not hold the whole period, or ends before the window of its last starts.
    """

    at: int
    counts: tuple[int, ...]
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Bin:
    """Actors who took at least `low` and less than `high` seconds."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Times:
    """How long whoever did all steps took from the first to the last; taking no time counts as 0."""

    p50_seconds: float | None
    p85_seconds: float | None
    histogram: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class FunnelAnswer:
    """`trend` and `times` are there where the question has an `interval`."""

    steps: tuple[Step, ...]
    breakdown: tuple[tuple[str | None, tuple[Step, ...]], ...] = ()
    trend: tuple[FunnelPoint, ...] = ()
    times: Times | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    start: int  # UTC microseconds of the period's first instant
    size: int
    values: tuple[int | None, ...]  # actors back in period k; None where the period is still open
    incomplete: bool = False  # the span does not hold the whole period in which they started


@dataclass(frozen=True, slots=True)
class RetentionAnswer:
    cohorts: tuple[Cohort, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """`incomplete`: the span does not hold the whole period."""

    at: int
    value: float | None
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    value: str | None
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class TrendAnswer:
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class ActivesAnswer:
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class StickinessAnswer:
    """`counts[i]`: actors active in exactly i + 1 intervals of the span."""

    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LifecyclePoint:
    """Actors of one interval; dormant ones were active in the interval before and are not in this one."""

    at: int
    new: int
    returning: int
    resurrecting: int
    dormant: int
    incomplete: bool = field(default=False, kw_only=True)  # the period ends after the span


@dataclass(frozen=True, slots=True)
class LifecycleAnswer:
    points: tuple[LifecyclePoint, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """Actors who went from `source` to `target` as the `position`-th move of a session's path."""

    position: int
    source: str
    target: str
    count: int


@dataclass(frozen=True, slots=True)
class PathsAnswer:
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class TimeToValueAnswer:
    people: int
    reached: int
    p50_seconds: float | None
    p85_seconds: float | None
    early: int = (
        0  # people with a value event before their start: flagged, not counted as reached by it
    )


@dataclass(frozen=True, slots=True)
class AdoptionAnswer:
    eligible: int
    adopters: int
    share: float | None


Answer = (
    FunnelAnswer
    | RetentionAnswer
    | TrendAnswer
    | ActivesAnswer
    | StickinessAnswer
    | LifecycleAnswer
    | PathsAnswer
    | TimeToValueAnswer
    | AdoptionAnswer
)
