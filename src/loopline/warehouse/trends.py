"""Trends of the embedded engine: a measure per calendar period, by the values of a property."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from loopline.core.insights import activity
from loopline.core.insights.answers import Point, Series, TrendAnswer
from loopline.core.insights.ir import BadQuestion, Cell, Trend
from loopline.core.insights.packing import Ints
from loopline.core.insights.periods import edges
from loopline.warehouse import ranking
from loopline.warehouse.ranking import Value
from loopline.warehouse.rows import Floats, Rows
from loopline.warehouse.scans import Scan, Wish

Cells = list[float | None]


@dataclass(frozen=True, slots=True)
class _Laid:
    """Rows with the place of their value among `shown` and of their period."""

    rows: Rows
    shown: list[Value]
    series: Ints
    buckets: Ints
    bounds: Ints

    @property
    def periods(self) -> int:
        return self.bounds.size - 1


def trend(scan: Scan, question: Trend) -> TrendAnswer:
    """Series by size, the joined rest last. Counts are 0 where nothing happened, other measures None."""
    measure, _ = _measure(question.measure)
    laid = _laid(scan, question)
    values = measure(laid)
    return TrendAnswer(
        tuple(
            Series(
                value,
                tuple(
                    Point(int(at), values[place * laid.periods + period])
                    for period, at in enumerate(laid.bounds[:-1])
                ),
            )
            for place, value in enumerate(laid.shown)
        )
    )


def people(scan: Scan, question: Trend, cell: Cell) -> Ints:
    laid = _laid(scan, question)
    place = int(np.searchsorted(laid.bounds[:-1], cell.at))
    if place >= laid.periods or int(laid.bounds[place]) != cell.at:
        raise BadQuestion("no period of the answer begins then")
    keep = laid.buckets == place
    if cell.split:
        if cell.value not in laid.shown:
            return np.zeros(0, dtype=np.int64)
        keep &= laid.series == laid.shown.index(cell.value)
    return np.unique(laid.rows.actors[keep])


def _laid(scan: Scan, question: Trend) -> _Laid:
    by = question.breakdown
    if by and by.most < 1:
        raise BadQuestion("a breakdown shows at least one value")
    _, number = _measure(question.measure)
    rows = scan.read(question.match, Wish(by=by, number=number))
    bounds = np.array(edges(question.span, question.interval), dtype=np.int64)
    buckets = activity.bucket(rows.times, bounds)
    if by is None:
        return _Laid(rows, [None], np.zeros(rows.actors.size, dtype=np.int64), buckets, bounds)
    texts = scan.values.texts()
    counts = np.bincount(rows.values + 1, minlength=len(texts))
    sizes = {text: int(counts[place]) for place, text in enumerate([None, *texts[:-1]])}
    sizes = {text: size for text, size in sizes.items() if size}
    place = ranking.folded(sizes, by.most)
    totals: dict[Value, int] = {}
    for text, size in sizes.items():
        totals[place[text]] = totals.get(place[text], 0) + size
    shown = ranking.in_order(totals, rest=len(sizes) > by.most)
    at = {text: number_ for number_, text in enumerate(shown)}
    series_of = np.array([at.get(place.get(text), 0) for text in texts], dtype=np.int64)
    return _Laid(rows, shown, series_of[rows.values], buckets, bounds)


def _measure(name: str) -> tuple[Callable[[_Laid], Cells], str | None]:
    """The measure's function and the property whose numbers it needs."""
    kind, _, number = name.partition(":")
    if name == "count":
        return _count, None
    if name == "people":
        return _people, None
    if kind == "sum":
        return _sum, number
    if kind == "avg":
        return _mean, number
    if kind[:1] == "p" and kind[1:].isascii() and kind[1:].isdigit() and 1 <= int(kind[1:]) <= 99:
        share = int(kind[1:]) / 100
        return lambda laid: _quantile(laid, share), number
    raise BadQuestion(
        "a measure is count, people, sum:PROPERTY, avg:PROPERTY or p1:PROPERTY to p99:PROPERTY"
    )


def _cells(laid: _Laid) -> Ints:
    return laid.series * laid.periods + laid.buckets


def _count(laid: _Laid) -> Cells:
    counts = np.bincount(_cells(laid), minlength=len(laid.shown) * laid.periods)
    return [float(each) for each in counts]


def _people(laid: _Laid) -> Cells:
    count = len(laid.shown) * laid.periods
    pairs = activity.presence(laid.rows.actors, _cells(laid), count)
    return [float(each) for each in activity.per_bucket(pairs, count)]


def _numbers(laid: _Laid) -> tuple[Ints, Floats]:
    """(cell, number) of the rows that have a number."""
    known = ~np.isnan(laid.rows.numbers)
    return _cells(laid)[known], laid.rows.numbers[known]


def _sums(laid: _Laid) -> tuple[Ints, Floats]:
    cells, numbers = _numbers(laid)
    count = len(laid.shown) * laid.periods
    totals = np.bincount(cells, weights=numbers, minlength=count)
    return np.bincount(cells, minlength=count), np.asarray(totals, dtype=np.float64)


def _sum(laid: _Laid) -> Cells:
    counts, totals = _sums(laid)
    return [float(t) if n else None for n, t in zip(counts, totals, strict=True)]


def _mean(laid: _Laid) -> Cells:
    counts, totals = _sums(laid)
    return [float(t / n) if n else None for n, t in zip(counts, totals, strict=True)]


def _quantile(laid: _Laid, share: float) -> Cells:
    cells, numbers = _numbers(laid)
    found = activity.quantiles(cells, numbers, len(laid.shown) * laid.periods, share)
    return [None if np.isnan(each) else float(each) for each in found]
