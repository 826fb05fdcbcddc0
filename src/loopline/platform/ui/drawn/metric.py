"""A metric over time: versions never joined, gaps left open, the open period apart, its likely range, its target."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Protocol

from markupsafe import Markup

from loopline.core.metrics.unusual import Unusual
from loopline.platform.ui import charts
from loopline.platform.ui.charts import Note, Series
from loopline.platform.ui.drawn.marks import keyed
from loopline.platform.ui.formats import written
from loopline.platform.ui.moments import Moment, flags

TICKS = 6


class Point(Protocol):
    """One period: `value` None where there is nothing to compute it from."""

    @property
    def start(self) -> datetime: ...
    @property
    def value(self) -> float | None: ...
    @property
    def n(self) -> int | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def incomplete(self) -> bool: ...
    @property
    def version(self) -> int: ...
    @property
    def manual(self) -> bool: ...
    @property
    def note(self) -> str: ...


class Change(Protocol):
    """Where the definition changed."""

    @property
    def number(self) -> int: ...
    @property
    def at(self) -> datetime: ...


class Named(Protocol):
    """Whose values they are."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def target(self) -> float | None: ...


class Values(Protocol):
    """Values oldest first, and those of earlier periods under the version in force now."""

    @property
    def metric(self) -> Named: ...
    @property
    def grain(self) -> str: ...
    @property
    def points(self) -> Sequence[Point]: ...
    @property
    def recomputed(self) -> Sequence[Point]: ...
    @property
    def changes(self) -> Sequence[Change]: ...
    @property
    def odd(self) -> Sequence[Unusual]: ...


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart with the key to its marks, its table twin and what its colours mean."""

    chart: Markup
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    legend: Sequence[tuple[str, str, str, str]]


def period_name(at: datetime, grain: str, zone: tzinfo, *, year: bool = False) -> str:
    """A period by its first day: 16 Nov, or Nov 2026."""
    local = at.astimezone(zone)
    if grain == "month":
        return f"{local:%b %Y}" if year else f"{local:%b}"
    return f"{local:%-d %b %Y}" if year else f"{local:%-d %b}"


def usual(u: Unusual, unit: str) -> str:
    """What would have been usual, in words."""
    side = "above" if u.above else "below"
    return f"{side} its usual {written(u.low, '')} to {written(u.high, unit)}"


def _runs(places: Sequence[tuple[int, Point]], size: int) -> list[list[tuple[int, Point]]]:
    """Stretches without a gap: a period without a value is not bridged."""
    out: list[list[tuple[int, Point]]] = []
    for at, p in places:
        if p.value is None:
            out.append([])
            continue
        if not out or (out[-1] and at - out[-1][-1][0] > 1 and not p.manual):
            out.append([])
        out[-1].append((at, p))
    return [run for run in out if run]


def _series(run: Sequence[tuple[int, Point]], size: int, **how: Any) -> Series:
    values: list[float | None] = [None] * size
    low: list[float | None] = [None] * size
    high: list[float | None] = [None] * size
    for at, p in run:
        values[at], low[at], high[at] = p.value, p.low, p.high
    if how.get("cls", "l1") != "l1" or how.get("dash"):
        return Series(values, **how)
    return Series(values, low=low, high=high, **how)


def draw(
    series: Values, *, version: int, zone: tzinfo, moments: Sequence[Moment] = (), w: float = 760,
    h: float = 250,
) -> Drawing:  # fmt: skip
    """Everything that is known of a metric on one axis, `w` wide; nothing of one version is joined to another.

    `version` is the one in force, drawn in the accent. `moments` are marked, with their key below.
    """
    m = series.metric
    starts = sorted({p.start for p in (*series.points, *series.recomputed)})
    place = {at: i for i, at in enumerate(starts)}
    size = len(starts)
    if sum(p.value is not None for p in series.points) < 2:
        return Drawing(Markup(""), (), (), ())
    mine = [(place[p.start], p) for p in series.points if p.version == version]
    closed = [(i, p) for i, p in mine if not p.incomplete]
    drawn: list[Series] = []
    old = sorted({p.version for p in series.points if p.version != version})
    for number in old:
        found = [(place[p.start], p) for p in series.points if p.version == number]
        drawn += [_series(run, size, cls="l2") for run in _runs(found, size)]
    again = [(place[p.start], p) for p in series.recomputed]
    drawn += [_series(run, size, cls="l3", dash=True) for run in _runs(again, size)]
    open_ = [(i, p) for i, p in mine if p.incomplete and p.value is not None]
    runs = _runs(closed, size)
    last = runs[-1][-1][1].value if runs else None
    for run in runs:
        end = (
            f"{written(last, m.unit)}|{written(last, '')}" if run is runs[-1] and not open_ else ""
        )
        drawn.append(_series(run, size, end=end))
    if open_:
        joined = [x for x in closed[-1:] if x[0] == open_[0][0] - 1 and x[1].value is not None]
        value = open_[-1][1].value
        end = f"{written(value, m.unit)} so far|{written(value, '')}"
        drawn.append(_series([*joined, *open_], size, dash=True, end=end))
    chart = charts.lines(
        drawn, _ticks(starts, series.grain, zone), _label(m, closed, open_),
        unit=f" {m.unit}" if len(m.unit) == 1 else "", notes=_notes(series, starts, m.unit, zone, series.grain),
        rules=_goal(m), flags=flags(moments, starts), rings=_rings(series, place, runs, open_), h=h, w=w,
    )  # fmt: skip
    return Drawing(
        keyed(chart, moments, starts, zone, w),
        *_table(series, starts, zone, version),
        _legend(old, version, bool(again), bool(open_)),
    )  # fmt: skip


def _goal(m: Named) -> list[tuple[float, str]]:
    if m.target is None:
        return []
    return [(m.target, f"target {written(m.target, m.unit)}|{written(m.target, '')}")]


def _ticks(starts: Sequence[datetime], grain: str, zone: tzinfo) -> list[tuple[int, str]]:
    every = max(-(-len(starts) // TICKS), 1)
    return [(i, period_name(at, grain, zone)) for i, at in enumerate(starts) if i % every == 0]


def _label(
    m: Named, closed: Sequence[tuple[int, Point]], open_: Sequence[tuple[int, Point]]
) -> str:
    known = [p for _, p in (closed or open_) if p.value is not None]
    if not known:
        return m.name
    return f"{m.name}, from {written(known[0].value, m.unit)} to {written(known[-1].value, m.unit)}"


def _notes(
    series: Values, starts: Sequence[datetime], unit: str, zone: tzinfo, grain: str
) -> list[Note]:
    """Where the definition changed, and the newest unusual value."""
    out = []
    for c in series.changes:
        at = max(bisect_right(starts, c.at) - 1, 0)
        when = f"{c.at.astimezone(zone):%-d %b}"
        out.append(Note(at, f"version {c.number}, {when}|v{c.number}", "warn", row=0))
    if series.odd:
        u = series.odd[-1]
        p = series.points[u.position]
        name = period_name(p.start, grain, zone)
        out.append(
            Note(starts.index(p.start), f"{name}: {usual(u, unit)}|{name}", "", row=1 if out else 0)
        )
    return out[-4:]


def _rings(
    series: Values, place: Mapping[datetime, int], runs: Sequence[Sequence[tuple[int, Point]]],
    open_: Sequence[tuple[int, Point]],
) -> list[tuple[int, float, str, float]]:  # fmt: skip
    out: list[tuple[int, float, str, float]] = [
        (run[0][0], run[0][1].value, "b1", 2.5) for run in runs if len(run) == 1 and run[0][1].value is not None
    ]  # fmt: skip
    out += [(i, p.value, "hole", 3.5) for i, p in open_ if p.value is not None]
    for u in series.odd:
        out.append((place[series.points[u.position].start], u.value, "odd-mark", 6.5))
    return out


def _legend(
    old: Sequence[int], version: int, again: bool, open_: bool
) -> list[tuple[str, str, str, str]]:
    if not old and not open_:
        return []
    out = [("c1", f"Version {version}" if old else "Complete", "", "")]
    out += [("c2", f"Version {n}, as it was reported", "", "") for n in old]
    if again:
        out.append(("c3", f"Earlier, recomputed with version {version}", "", ""))
    if open_:
        out.append(("c1", "Still open: dashed, with a hollow end", "", ""))
    return out


def _table(
    series: Values, starts: Sequence[datetime], zone: tzinfo, version: int
) -> tuple[list[str], list[list[Any]]]:
    unit = f", {series.metric.unit}" if series.metric.unit else ""
    many = any(p.version != version for p in series.points)
    head = [
        "Period",
        f"Value{unit}",
        "Likely",
        "From",
        *(["Version", f"With version {version}{unit}"] if many else []),
        "",
    ]
    again = {p.start: p for p in series.recomputed}
    odd = {series.points[u.position].start for u in series.odd}
    by_start: dict[datetime, Point] = {}
    for p in series.points:
        by_start[p.start] = p
    rows = []
    for at in reversed(starts):
        if at not in by_start:
            continue
        p = by_start[at]
        likely = (
            f"{written(p.low, '')} to {written(p.high, '')}"
            if p.low is not None and p.high is not None
            else "–"
        )
        said = "still open" if p.incomplete else "unusual" if at in odd else p.note
        mine = p.value if p.version == version else (again[at].value if at in again else None)
        rows.append(
            [
                period_name(at, series.grain, zone, year=True),
                written(p.value, "") if p.value is not None else "–", likely,
                f"{p.n:,}" if p.n is not None else "–",
                *([p.version, written(mine, "") if mine is not None else "–"] if many else []), said,
            ]
        )  # fmt: skip
    return head, rows
