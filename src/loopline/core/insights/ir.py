"""One typed description per question about product events; every engine compiles from these and from nothing else.

Semantics are those of docs/guide/insights.md: any-entry funnels with an inclusive window, equal times resolved by
step order, calendar periods in the asker's zone, weeks from Monday. Times are UTC microseconds since 1970.
"""

from dataclasses import dataclass, field
from enum import StrEnum

Scalar = str | float | int | bool
MICROSECONDS = 1_000_000


class Op(StrEnum):
    EQ = "eq"
    NE = "ne"
    IN = "in"
    NOT_IN = "not_in"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    CONTAINS = "contains"
    REGEX = "regex"
    IS_SET = "is_set"
    IS_NOT_SET = "is_not_set"


class On(StrEnum):
    EVENT = "event"
    PERSON = "person"
    ACCOUNT = "account"


class Actor(StrEnum):
    PERSON = "person"
    ACCOUNT = "account"


class Interval(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Order(StrEnum):
    ORDERED = "ordered"
    STRICT = "strict"
    UNORDERED = "unordered"


class Entry(StrEnum):
    ANY = "any"
    FIRST = "first"


class Ties(StrEnum):
    """What "at one instant" means in a funnel: the very microsecond, or the same (even) second.

    The graces read times in whole seconds, or in whole two seconds: inside one, steps may come in either order.
    """

    STEP_ORDER = "step_order"
    GRACE_1S = "grace_1s"
    GRACE_2S = "grace_2s"


class Attribution(StrEnum):
    FIRST_TOUCH = "first_touch"
    LAST_TOUCH = "last_touch"
    STEP = "step"
    ALL_EVENTS = "all_events"


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of one property. `ne` and `not_in` hold where the property is absent; the others do not."""

    property: str
    op: Op
    value: Scalar | tuple[Scalar, ...] | None = None
    on: On = On.EVENT


@dataclass(frozen=True, slots=True)
class Match:
    """Events of one name for which every condition holds; no name means any event."""

    event: str | None
    where: tuple[Condition, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) in UTC microseconds, read in an IANA zone."""

    start: int
    end: int
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Breakdown:
    property: str
    attribution: Attribution = Attribution.FIRST_TOUCH
    step: int = 1
    on: On = On.EVENT
    most: int = 12  # values shown; the rest are counted together as "other"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An event that may not lie between two steps (1-based) of a chain."""

    match: Match
    after_step: int = 1
    before_step: int = 2


@dataclass(frozen=True, slots=True)
class Question:
    """What all questions share. `filters` apply to events before anything is matched, and so do `among` and `without`:

    the actors (persons, by any of their ids; accounts where those are asked for) whose events alone are looked at, or
    are not; a saved cohort.
    """

    span: Span
    filters: tuple[Condition, ...] = ()
    actor: Actor = Actor.PERSON
    among: frozenset[str] | None = field(default=None, kw_only=True)
    without: frozenset[str] = field(default=frozenset(), kw_only=True)


@dataclass(frozen=True, slots=True)
class Funnel(Question):
    """`hold`: up to 3 properties of events that have one value throughout a chain; events without them serve no step.

    It is a funnel of its own for each combination of values, and an actor counts by the best of theirs. `interval`:
    the answer has a trend by the period in which chains start, and times to convert.
    """

    steps: tuple[Match, ...] = ()
    order: Order = Order.ORDERED
    entry: Entry = Entry.ANY
    window: int = 14 * 86_400 * MICROSECONDS
    exclude: tuple[Exclusion, ...] = ()
    exclusion: str = "person"  # or "truncate": steps reached before the excluded event are kept
    breakdown: Breakdown | None = None
    ties: Ties = Ties.STEP_ORDER
    hold: tuple[str, ...] = ()
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Retention(Question):
    start: Match = field(default_factory=lambda: Match(None))
    back: Match = field(default_factory=lambda: Match(None))
    interval: Interval = Interval.WEEK
    periods: int = 12
    rolling: bool = (
        False  # false: calendar periods of the zone; true: day 24 h, week 7 d, month 30 d
    )
    on_or_after: bool = False
    anchor: str = "recurring"  # first_match, first_ever


@dataclass(frozen=True, slots=True)
class Trend(Question):
    match: Match = field(default_factory=lambda: Match(None))
    measure: str = "count"  # people, sum:PROPERTY, avg:PROPERTY, p50:..p99:PROPERTY
    interval: Interval = Interval.DAY
    breakdown: Breakdown | None = None


@dataclass(frozen=True, slots=True)
class Actives(Question):
    """Distinct actors a period; with `rolling_days` those of the days that end on each day."""

    match: Match = field(default_factory=lambda: Match(None))
    interval: Interval = Interval.DAY
    rolling_days: int = 1


@dataclass(frozen=True, slots=True)
class TimeToValue(Question):
    start: Match = field(default_factory=lambda: Match(None))
    value: Match = field(default_factory=lambda: Match(None))


@dataclass(frozen=True, slots=True)
class Adoption(Question):
    """Who used it at least `uses` times, among the actors active in the span (or with `eligible`)."""

    match: Match = field(default_factory=lambda: Match(None))
    eligible: Match = field(default_factory=lambda: Match(None))
    uses: int = 1


@dataclass(frozen=True, slots=True)
class Stickiness(Question):
    match: Match = field(default_factory=lambda: Match(None))
    interval: Interval = Interval.DAY


@dataclass(frozen=True, slots=True)
class Lifecycle(Question):
    match: Match = field(default_factory=lambda: Match(None))
    interval: Interval = Interval.WEEK


@dataclass(frozen=True, slots=True)
class Paths(Question):
    """What follows (or leads to) an event: edges by position, within sessions of `gap` idle time."""

    start: Match = field(default_factory=lambda: Match(None))
    steps: int = 5
    most: int = 40
    backwards: bool = False
    gap: int = 30 * 60 * MICROSECONDS


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of an answer, to ask who stands behind it.

    Funnel: `step` from 1, with `split` also the breakdown's `value`, with `period` 0 only chains that start in the
    period of the trend that begins `at`. Retention: the cohort's `at` and `period`
    (None: the cohort itself). Trend: `at`, with `split` also `value`; its people, also where it counts events.
    Actives: `at`. Time to value and adoption: `step` 1 all, 2 those who reached or adopted. Stickiness: `step` is the
    number of active intervals. Lifecycle: `at` and `value` (new, returning, resurrecting, dormant). Paths: `step`,
    `source` and `target`.
    """

    step: int = 1
    split: bool = False
    value: str | None = None
    at: int = 0
    period: int | None = None
    source: str = ""
    target: str = ""


class BadQuestion(ValueError):
    """A question no engine can answer as asked; the message says why, for the asker."""
