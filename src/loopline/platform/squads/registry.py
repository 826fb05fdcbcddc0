"""Parts of a squad's set-up, and measures of what a squad uses; each from the slice that owns it.

A part is made for a team in one go, found again, copied to another team and written out as text. A measure gives a
value a week and team. So the page that sets a squad up knows neither rituals nor docs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from loopline.platform.identity.actor import Actor

Week = tuple[datetime, datetime]
Values = Mapping[int, Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class Made:
    """One thing a team has; `href` opens it."""

    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a team's own playbook, as markdown; `name` becomes its file's."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """`made(team)` lists what is there; `make(actor, team, now)` makes what is not and answers nothing new twice.

    `copy(actor, source, target, now)` makes for another team what the first has, with nothing shared between them.
    `many(teams)` is `made` of several teams in a fixed number of queries.
    """

    key: str
    label: str
    about: str
    order: int
    made: Callable[[int], Sequence[Made]]
    make: Callable[[Actor, int, datetime], None]
    copy: Callable[[Actor, int, int, datetime], None]
    sheets: Callable[[Actor, int], Sequence[Sheet]]
    many: Callable[[Sequence[int]], Mapping[int, Sequence[Made]]] | None = None

    def of(self, teams: Sequence[int]) -> Mapping[int, Sequence[Made]]:
        """What each of these teams has."""
        return self.many(teams) if self.many else {t: self.made(t) for t in teams}


@dataclass(frozen=True, slots=True)
class Measure:
    """How much a squad uses something: `weeks(teams, weeks, now)` answers a value a week in `unit`, None where there
    is nothing to count from. `says` is its definition, `missing` what would have to be there, `href` its records."""

    key: str
    label: str
    says: str
    unit: str
    order: int
    weeks: Callable[[Sequence[int], Sequence[Week], datetime], Values]
    missing: str
    href: str = ""


_PARTS: dict[str, Part] = {}
_MEASURES: dict[str, Measure] = {}


def part(one: Part) -> None:
    """Register a part; the same key again replaces it."""
    _PARTS[one.key] = one


def parts() -> list[Part]:
    return sorted(_PARTS.values(), key=lambda p: (p.order, p.label))


def measure(one: Measure) -> None:
    """Register a measure; the same key again replaces it."""
    _MEASURES[one.key] = one


def measures() -> list[Measure]:
    return sorted(_MEASURES.values(), key=lambda m: (m.order, m.label))
