"""Trends of the embedded engine: a measure per calendar period, by the values of a property."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from loopline.core.insights import activity
from loopline.core.insights.answers import Point, Series, TrendAnswer
from loopline.core.insights.ir import BadQuestion, Cell, Trend
from loopline.core.insights.packing import Ints
from loopline.core.insights.periods import edges
from loopline.warehouse import ranking, tallies
from loopline.warehouse.ranking import Value
from loopline.warehouse.rows import Floats, Rows
from loopline.warehouse.scans import Scan, Wish

Cells = list[float | None]
Places = tuple[dict[Value, Value], list[Value]]
_WHOLE: Places = ({None: None}, [None])


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
    measure, number = _measure(question.measure)
    _check(question)
    counted = None if question.measure == "people" else _counted(scan, question, number)
    if counted is not None:
        shown, bounds, values = counted
    else:
        laid = _laid(scan, question)
        shown, bounds, values = laid.shown, laid.bounds, measure(laid)
    periods = bounds.size - 1
    return TrendAnswer(
        tuple(
            Series(
                value,
                tuple(
                    Point(int(at), values[place * periods + period])
                    for period, at in enumerate(bounds[:-1])
                ),
            )
            for place, value in enumerate(shown)
        )
    )


def _counted(
    scan: Scan, question: Trend, number: str | None
) -> tuple[list[Value], Ints, Cells] | None:
    """(values shown, edges, cells) of a trend that needs no rows; None where it does."""
    kind, by = question.measure.partition(":")[0], question.breakdown
    share = int(kind[1:]) / 100 if number is not None and kind not in ("sum", "avg") else None
    bounds = np.array(edges(question.span, question.interval), dtype=np.int64)
    groups = tallies.tally(scan, question, bounds, number, share)
    if groups is None:
        return None
    sizes: dict[Value, int] = {}
    for each in groups:
        sizes[each.value] = sizes.get(each.value, 0) + each.events
    if by and share is not None and len(sizes) > by.most:
        return None  # quantiles of the rest do not follow from those of its values
    place, shown = _places(sizes, by.most) if by else _WHOLE
    at = {value: position for position, value in enumerate(shown)}
    periods = bounds.size - 1
    events, numbers, totals, quantiles = (np.zeros(len(shown) * periods) for _ in range(4))
    for each in groups:
        cell = at[place[each.value]] * periods + each.bucket
        events[cell] += each.events
        numbers[cell] += each.numbers
        totals[cell] += each.total
        quantiles[cell] = each.quantile
    if number is None:
        return shown, bounds, [float(each) for each in events]
    found = quantiles if share is not None else totals
    if kind == "avg":
        found = totals / np.maximum(numbers, 1)
    cells = [float(v) if n else None for v, n in zip(found, numbers, strict=True)]
    return shown, bounds, cells


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
    _check(question)
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
    place, shown = _places(sizes, by.most)
    at = {text: number_ for number_, text in enumerate(shown)}
    series_of = np.array([at.get(place.get(text), 0) for text in texts], dtype=np.int64)
    return _Laid(rows, shown, series_of[rows.values], buckets, bounds)


def _check(question: Trend) -> None:
    if question.breakdown and question.breakdown.most < 1:
        raise BadQuestion("a breakdown shows at least one value")


def _places(sizes: dict[Value, int], most: int) -> Places:
    """(each value's place in the answer, the values shown in order)."""
    place = ranking.folded(sizes, most)
    totals: dict[Value, int] = {}
    for text, size in sizes.items():
        totals[place[text]] = totals.get(place[text], 0) + size
    return place, ranking.in_order(totals, rest=len(sizes) > most)


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
