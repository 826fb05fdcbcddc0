"""Trends as SQL: a measure per calendar period, by the values of a property."""

from collections.abc import Sequence

from loopline.core.insights.answers import Point, Series, TrendAnswer
from loopline.core.insights.ir import BadQuestion, Cell, Trend
from loopline.core.insights.periods import edges
from loopline.warehouse import ranking
from loopline.warehouse.portable import shaping, spans
from loopline.warehouse.portable.asking import Asking
from loopline.warehouse.portable.dialects import Dialect
from loopline.warehouse.portable.rows import read
from loopline.warehouse.ranking import Value

Parts = dict[str, str]


def answer(asking: Asking, question: Trend) -> TrendAnswer:
    """Series by size, the joined rest last. Counts are 0 where nothing happened, other measures None."""
    measure, _ = _measure(asking.dialect, question.measure)
    bounds = edges(question.span, question.interval)
    parts, rest, sizes = _laid(asking, question, bounds)
    label, keys = ("value", "value, place") if question.breakdown else ("'n'", "place")
    rows = asking.rows(parts, f"select {label}, place, {measure} from laid group by {keys}")
    cells = {(shaping.value_of(each), int(place)): found for each, place, found in rows}
    empty = 0.0 if question.measure in ("count", "people") else None
    shown = ranking.in_order(sizes, rest=rest) if question.breakdown else [None]
    return TrendAnswer(
        tuple(
            Series(
                value,
                _points(bounds, [cells.get((value, n), empty) for n in range(len(bounds) - 1)]),
            )
            for value in shown
        )
    )


def people(asking: Asking, question: Trend, cell: Cell) -> tuple[Parts, str]:
    """Parts, and the SELECT of the actors with an event in the period, of the value where it is split."""
    bounds = edges(question.span, question.interval)
    place = shaping.place_of(bounds, cell.at)
    _measure(asking.dialect, question.measure)
    parts, _, _ = _laid(asking, question, bounds)
    if not cell.split:
        return parts, f"select distinct actor from laid where place = {place}"
    if question.breakdown is None:
        return {}, ""
    wanted = asking.bind(shaping.label_of(cell.value))
    return parts, f"select distinct actor from laid where place = {place} and value = {wanted}"


def _points(bounds: Sequence[int], values: Sequence[object]) -> tuple[Point, ...]:
    return tuple(
        Point(at, shaping.number(value)) for at, value in zip(bounds, values, strict=False)
    )


def _laid(
    asking: Asking, question: Trend, bounds: Sequence[int]
) -> tuple[Parts, bool, dict[Value, int]]:
    """`laid`: (actor, place[, number][, value as shown]); whether a rest is joined; events by value shown."""
    by = question.breakdown
    _, number = _measure(asking.dialect, question.measure)
    found = read(asking, {"m": question.match}, start=question.span.start, by=by, number=number)
    parts = {"found": found}
    columns = ["actor", f"{spans.place(asking.dialect, bounds)} as place"]
    columns += ["number"] if number is not None else []
    if by is None:
        parts["laid"] = f"select {', '.join(columns)} from found"
        return parts, False, {}
    rows = asking.rows(parts, "select value, count(*) from found group by value")
    sizes = {str(label): int(count) for label, count in rows}
    shown = shaping.folded(asking, sizes, by.most)
    parts["laid"] = f"select {', '.join([*columns, f'{shown or "value"} as value'])} from found"
    values = {shaping.value_of(label): size for label, size in sizes.items()}
    if shown is None:
        return parts, False, values
    place = ranking.folded(values, by.most)
    totals: dict[Value, int] = {}
    for value, size in values.items():
        totals[place[value]] = totals.get(place[value], 0) + size
    return parts, True, totals


def _measure(dialect: Dialect, name: str) -> tuple[str, str | None]:
    """The measure's aggregate, and the property whose numbers it needs."""
    kind, _, number = name.partition(":")
    if name == "count":
        return "count(*)", None
    if name == "people":
        return "count(distinct actor)", None
    if kind == "sum":
        return dialect.total("number"), number
    if kind == "avg":
        return "avg(number)", number
    if kind[:1] == "p" and kind[1:].isascii() and kind[1:].isdigit() and 1 <= int(kind[1:]) <= 99:
        return dialect.quantile("number", int(kind[1:]) / 100), number
    raise BadQuestion(
        "a measure is count, people, sum:PROPERTY, avg:PROPERTY or p1:PROPERTY to p99:PROPERTY"
    )
