"""What arrives now: the newest events of the tail with their verdicts, and what was refused."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from loopline.core.problems import Problem
from loopline.slices.insights import asking, shown
from loopline.warehouse.refusals import Sample
from loopline.warehouse.tail import Tail

SHOWN = 100
LOOKED = 5_000  # newest events among which a filter looks
FEW = 30  # fewer than these, and what was sealed lately is shown too
BACK = timedelta(days=1)
HEAD = 160  # characters of what an event carried


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event as it came. `at` is when it arrived, `happened` what it says of itself."""

    at: datetime
    happened: datetime
    event: str
    person: str
    account: str
    dialect: str
    head: str
    id: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason for which events were turned away since yesterday, and how often. Duplicates are among them."""

    dialect: str
    reason: str
    count: int


def newest(
    *, now: datetime, event: str = "", person: str = "", dialect: str = "", most: int = SHOWN
) -> list[Arrival]:
    """The events that came last, the newest first; filters look for parts of names, in lower case.

    What is not sealed yet is read without the desk; where that is little, it is asked for the last day.
    """
    tail = Tail(asking.folder())
    found = []
    for _, id_, name, distinct, ts, received, properties, _anonymous, account, by in reversed(
        tail.rows(max(0, tail.last() - LOOKED))
    ):
        if event and event.lower() not in name.lower():
            continue
        if person and person.lower() not in distinct.lower():
            continue
        if dialect and by != dialect:
            continue
        found.append(
            Arrival(
                moment(received), moment(ts), name, distinct, account, by, head(properties), id_
            )
        )
        if len(found) == most:
            return found
    if len(found) >= FEW:
        return found
    seen = {one.id for one in found}
    more = _sealed(now, event, person, dialect)
    both = [*found, *(one for one in more if one.id not in seen)]
    return sorted(both, key=lambda one: one.at, reverse=True)[:most]


def _sealed(now: datetime, event: str, person: str, dialect: str) -> list[Arrival]:
    since = asking.micros(now - BACK)
    try:
        rows = asking.look(
            "recent", since=since, event=event, person=person, dialect=dialect, limit=FEW
        )
    except Problem:
        return []  # what is not sealed yet shows all the same
    return [
        Arrival(
            moment(one["received_at"]), moment(one["at"]), one["event"], one["distinct_id"], one["account"],
            one["dialect"], head(one["properties"]), one["id"],
        )
        for one in rows
    ]  # fmt: skip


def refusals(now: datetime, dialect: str = "") -> list[Refusal]:
    """Why events were turned away since yesterday, the commonest first."""
    since = asking.micros(now - timedelta(days=1))
    counts: dict[tuple[str, str], int] = {}
    for _, by, reason, count in Tail(asking.folder()).refusals(since):
        if not dialect or by == dialect:
            counts[by, reason] = counts.get((by, reason), 0) + count
    found = [Refusal(by, reason, count) for (by, reason), count in counts.items()]
    return sorted(found, key=lambda one: -one.count)[:20]


def samples(dialect: str = "") -> list[Sample]:
    """The last few that were turned away, the newest first, with the reason and how each began."""
    return Tail(asking.folder()).refused(dialect)[:20]


def ever() -> bool:
    """Whether any event ever came, by SDK or by file."""
    where = asking.folder()
    return Tail(where).last() > 0 or (where / "segments" / "manifest.json").exists()


def moment(micros: int) -> datetime:
    """A time of the store."""
    return datetime.fromisoformat(shown.moment(micros) or "")


def head(properties: bytes | str) -> str:
    """The first of what an event carried, as `plan pro · rows 12`."""
    parts, size = [], 0
    for text in _pairs(properties):
        size += len(text) + 3
        if size > HEAD:
            parts.append("…")
            break
        parts.append(text)
    return " · ".join(parts)


def _pairs(properties: bytes | str) -> Iterator[str]:
    try:
        found: Any = json.loads(properties or "{}")
    except ValueError:
        return
    for key, value in found.items() if isinstance(found, dict) else ():
        if not key.startswith("$") and not isinstance(value, (dict, list)) and value is not None:
            yield f"{key} {str(value)[:60]}"
