"""Stations, marks and the rules that turn marks into states. Pure; the words are CONTRACT's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

STATIONS = ("heard", "understood", "decided", "built", "shipped", "measured", "told")
HEARD, UNDERSTOOD, DECIDED, BUILT, SHIPPED, MEASURED, TOLD = range(7)
UNTIL_KNOWN = timedelta(days=30)  # patience before a workspace has 20 samples of its own


@dataclass(frozen=True, slots=True)
class Mark:
    """What a provider knows of one station: `share` 0..1 done, `count` things there, first and last time.

    `reached` may hold before everything is done (the first finished item builds). `note` is one clause.
    """

    reached: bool = False
    share: float = 0.0
    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    note: str = ""

    @property
    def lit(self) -> bool:
        return self.reached or self.share > 0

    def as_json(self) -> list[Any]:
        def time(t: datetime | None) -> str | None:
            return t.isoformat() if t else None

        return [
            self.reached,
            round(self.share, 4),
            self.count,
            time(self.first),
            time(self.last),
            self.note,
        ]

    @classmethod
    def from_json(cls, raw: Sequence[Any]) -> "Mark":
        def time(t: str | None) -> datetime | None:
            return datetime.fromisoformat(t) if t else None

        return cls(raw[0], raw[1], raw[2], time(raw[3]), time(raw[4]), raw[5])


EMPTY = Mark()


@dataclass(frozen=True, slots=True)
class Line:
    """The seven marks of one object with their states; `stalled_days` where it stands still too long."""

    marks: tuple[Mark, ...]
    states: tuple[str, ...]
    furthest: int
    closed: bool
    moved_at: datetime | None
    stalled_days: int | None = None

    @property
    def code(self) -> str:
        """One letter a station (R N P A S), for drawing and caching."""
        return "".join(s[0].upper() for s in self.states)


def furthest(marks: Sequence[Mark]) -> int:
    """The number of the last lit station, 0 where none is."""
    return max((i + 1 for i, m in enumerate(marks) if m.lit), default=0)


def is_closed(marks: Sequence[Mark]) -> bool:
    return marks[TOLD].reached and marks[TOLD].share >= 1


def moved(marks: Sequence[Mark]) -> datetime | None:
    return max((m.last or m.first for m in marks if m.last or m.first), default=None)  # type: ignore[type-var]


def line(marks: Sequence[Mark], *, now: datetime, patience: Mapping[int, timedelta]) -> Line:
    """States from marks: lit stations are reached, skipped ones passed, the furthest is now or stalled.

    Measured is `now` from shipping until its value is there, never passed.
    """
    far, closed, last = furthest(marks), is_closed(marks), moved(marks)
    states = []
    for i, mark in enumerate(marks):
        if i == MEASURED and marks[SHIPPED].reached and not mark.reached:
            states.append("now")
        elif i + 1 > far:
            states.append("ahead")
        elif not mark.lit:
            states.append("passed")
        elif i + 1 == far and not closed:
            states.append("now")
        else:
            states.append("reached")
    stalled = None
    if far and not closed and last and now - last > patience.get(far, UNTIL_KNOWN):
        stalled = (now - last).days
        states[far - 1] = "stalled"
    return Line(tuple(marks), tuple(states), far, closed, last, stalled)
