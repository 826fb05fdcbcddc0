"""What every drawing of an answer carries, and the words they share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from markupsafe import Markup

from loopline.platform.ui.formats import plural

NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class Worst:
    """The step (from 1) where most are lost; with `of_split` by those of one `value` of the breakdown."""

    value: str | None
    step: int
    of_split: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """`finding` is the sentence above, `detail` the one below it; `head` and `rows` are the table twin."""

    title: str
    unit: str
    finding: str
    detail: str = ""
    svg: Markup = NOTHING
    head: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    legend: Sequence[str] = ()
    worst: Worst | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def moment_of(text: str) -> datetime:
    """A time of an answer."""
    return datetime.fromisoformat(text)


def days_of(texts: Sequence[str], zone: tzinfo) -> list[date]:
    """The days periods begin on, in the company's zone."""
    return [moment_of(text).astimezone(zone).date() for text in texts]


def short_day(day: date, interval: str = "day") -> str:
    return f"{day:%b %Y}" if interval == "month" else f"{day:%-d %b}"


def whom(body: Mapping[str, Any], count: int | None = None) -> str:
    """Persons or accounts, as words: "people", "1 account"."""
    one, many = ("account", "accounts") if body.get("actor") == "account" else ("person", "people")
    return many if count is None else plural(count, one, many)


def named(match: Mapping[str, Any] | None) -> str:
    """What a match is called: its own name, else its event's, else any event."""
    match = match or {}
    return str(match.get("name") or match.get("event") or "any event")


def percent(share: float | None) -> str:
    """A whole percentage, or a dash."""
    return "–" if share is None else f"{round(share * 100)} %"


def shown_value(value: str | None) -> str:
    """A breakdown's value; null is said in words."""
    return "not set" if value is None else value or "empty"


def every(days: Sequence[date], interval: str, most: int = 7) -> list[tuple[int, str]]:
    """Ticks below a time axis: about `most` of them."""
    step = max(-(-len(days) // most), 1)
    return [(at, short_day(day, interval)) for at, day in enumerate(days) if at % step == 0]
