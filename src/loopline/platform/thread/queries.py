"""Reading lines: many at once for lists, one with its objects for the thread page and the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card, card, cards
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.thread import registry
from loopline.platform.thread.marks import EMPTY, STATIONS, Line, Mark, line
from loopline.platform.thread.models import ThreadRow
from loopline.platform.thread.patience import patience
from loopline.platform.thread.store import marks_of


def stored_marks(object_type: str, ids: Sequence[int]) -> dict[int, list[Mark]]:
    """Marks kept in the read table; one query."""
    rows = ThreadRow.objects.filter(object_type=object_type, object_id__in=ids)
    return {
        i: [Mark.from_json(m) for m in marks] for i, marks in rows.values_list("object_id", "marks")
    }


def _marks(object_type: str, ids: Sequence[int]) -> Mapping[int, Sequence[Mark]]:
    if object_type in registry.stored_types():
        return stored_marks(object_type, ids)
    own = marks_of(object_type, ids)
    parents_of = registry.parents_of(object_type)
    parents = parents_of(ids) if parents_of else {}
    by_type: dict[str, set[int]] = {}
    for type_, id_ in parents.values():
        by_type.setdefault(type_, set()).add(id_)
    ridden = {t: _marks(t, sorted(p)) for t, p in by_type.items()}
    has_own = [registry.provider(object_type, s) is not None for s in range(7)]
    out = {}
    for id_ in ids:
        above = ridden.get(parents[id_][0], {}).get(parents[id_][1]) if id_ in parents else None
        out[id_] = [own[id_][s] if has_own[s] else (above[s] if above else EMPTY) for s in range(7)]
    return out


def lines(object_type: str, ids: Sequence[int], *, now: datetime) -> dict[int, Line]:
    """Lines of rows that the actor already sees; a handful of queries however many rows."""
    if not ids:
        return {}
    patient = patience()
    nothing = [EMPTY] * 7
    found = _marks(object_type, ids)
    return {i: line(found.get(i, nothing), now=now, patience=patient) for i in ids}


@dataclass(frozen=True, slots=True)
class Station:
    name: str
    mark: Mark
    state: str
    objects: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """One object's line with what stands at each station."""

    card: Card
    line: Line
    stations: tuple[Station, ...]


def _objects(object_type: str, id_: int, station: int, limit: int) -> Sequence[registry.Ref]:
    provider = registry.provider(object_type, station)
    if provider is not None:
        return provider.objects(id_, limit)
    parents_of = registry.parents_of(object_type)
    above = parents_of([id_]).get(id_) if parents_of else None
    return _objects(above[0], above[1], station, limit) if above else []


def thread(*, actor: Actor, object_type: str, id_: int, now: datetime, limit: int = 20) -> Thread:
    """The whole line of one object. Raises Missing for types without a line and unseen objects."""
    allow(actor, "line.read")
    if not registry.has_line(object_type):
        raise Missing("line")
    own = card(actor=actor, type_=object_type, id_=id_)
    found = lines(object_type, [id_], now=now)[id_]
    refs = [_objects(object_type, id_, s, limit) for s in range(7)]
    known = cards(actor=actor, refs=[r for group in refs for r in group])
    stations = tuple(
        Station(
            name, found.marks[s], found.states[s], tuple(known[r] for r in refs[s] if r in known)
        )
        for s, name in enumerate(STATIONS)
    )
    return Thread(own, found, stations)


@dataclass(frozen=True, slots=True)
class Standing:
    """Open threads at one station: how many, their median wait there, how many stand too long."""

    station: int
    name: str
    threads: int
    median_wait: timedelta | None
    stalled: int


def standings(*, object_type: str, now: datetime) -> list[Standing]:
    """Where open threads stand, from the read table only."""
    usual = patience()
    waits: dict[int, list[timedelta]] = {}
    rows = ThreadRow.objects.filter(object_type=object_type, closed=False, furthest__gt=0)
    for station, moved_at in rows.values_list("furthest", "moved_at"):
        waits.setdefault(station, []).append(now - (moved_at or now))
    out = []
    for n, name in enumerate(STATIONS, 1):
        here = sorted(waits.get(n, []))
        median = here[len(here) // 2] if here else None
        limit = usual.get(n, timedelta(days=30))
        out.append(Standing(n, name, len(here), median, sum(w > limit for w in here)))
    return out


def recently_moved(*, object_type: str, since: datetime, limit: int) -> list[tuple[int, datetime]]:
    """(id, when) of stored lines that moved since, newest first."""
    rows = ThreadRow.objects.filter(object_type=object_type, moved_at__gte=since)
    found = rows.order_by("-moved_at", "-object_id").values_list("object_id", "moved_at")[:limit]
    return [(i, at) for i, at in found if at]


def reached_counts() -> dict[str, int]:
    """How many opportunities have reached each station, by its name; for the first day's checklist."""
    rows = ThreadRow.objects.filter(object_type="opportunity").values_list("furthest", flat=True)
    found = list(rows[:5000])
    return {name: sum(f >= n for f in found) for n, name in enumerate(STATIONS, 1)}


def open_threads(object_type: str) -> list[tuple[int, int, datetime | None, datetime | None]]:
    """(id, station it stands at, when it came there, when it last moved) of every open line; one query."""
    rows = ThreadRow.objects.filter(object_type=object_type, closed=False, furthest__gt=0)
    found = rows.order_by("object_id").values_list("object_id", "furthest", "moved_at", "marks")
    return [
        (i, far, Mark.from_json(marks[far - 1]).first or moved, moved)
        for i, far, moved, marks in found
    ]


def passages(object_type: str, *, since: datetime) -> list[tuple[int, datetime, float]]:
    """(station that was left, when, seconds it took until the next lit station) since a moment; one query."""
    out = []
    rows = ThreadRow.objects.filter(object_type=object_type, moved_at__gte=since)
    for raw in rows.order_by("object_id").values_list("marks", flat=True):
        lit = [
            (n, m) for n, m in enumerate((Mark.from_json(m) for m in raw), 1) if m.lit and m.first
        ]
        for (n, a), (_, b) in pairwise(lit):
            if a.first and b.first and b.first >= since:
                out.append((n, b.first, max((b.first - a.first).total_seconds(), 0.0)))
    return out
