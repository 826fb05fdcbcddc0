"""A result of SQL as a picture: lines where its first column is a time, bars where it is a name."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from loopline.platform.ui import charts

MOST_SERIES = 4
MOST_POINTS = 400
MOST_BARS = 24
NUMBERS = ("int", "double", "float", "decimal", "numeric", "real", "bigint", "hugeint", "number")


def drawn(columns: Sequence[dict[str, str]], rows: Sequence[Sequence[Any]]) -> tuple[Markup, str]:
    """The drawing and how it is read; both empty where the result is no series."""
    if len(rows) < 2 or len(columns) < 2:
        return Markup(""), ""
    places = [at for at, c in enumerate(columns) if at and _is_number(c["type"])]
    if not places:
        return Markup(""), ""
    first = columns[0]["type"].lower()
    names = [columns[at]["name"] for at in places]
    if first.startswith(("date", "time")) and len(rows) <= MOST_POINTS:
        return _lines(columns[0]["name"], rows, places[:MOST_SERIES], names), names[0]
    if len(rows) <= MOST_BARS:
        return _columns(rows, places[0], f"{names[0]} by {columns[0]['name']}"), names[0]
    return Markup(""), ""


def _is_number(type_: str) -> bool:
    return type_.lower().startswith(NUMBERS)


def _lines(
    name: str, rows: Sequence[Sequence[Any]], places: Sequence[int], names: Sequence[str]
) -> Markup:
    ordered = sorted(rows, key=lambda row: str(row[0]))
    if len({row[0] for row in ordered}) < len(ordered):
        return Markup("")  # several rows a time: no line says which
    series = [
        charts.Series(
            [row[at] if row[at] is not None else None for row in ordered], names[n], "l1" if not n else "l2"
        )
        for n, at in enumerate(places)
    ]  # fmt: skip
    last = len(ordered) - 1
    ticks = [(at, _short(ordered[at][0])) for at in sorted({0, last // 2, last})]
    return charts.lines(series, ticks, f"{', '.join(names)} by {name}")


def _columns(rows: Sequence[Sequence[Any]], place: int, label: str) -> Markup:
    values = [float(row[place] or 0) for row in rows]
    if min(values) < 0:
        return Markup("")
    step = max(1, len(rows) // 8)
    ticks = [
        (at, str(row[0] if row[0] is not None else "–")[:14])
        for at, row in enumerate(rows)
        if at % step == 0
    ]
    return charts.columns(values, ticks, label, on=(values.index(max(values)),) * 2)


def _short(value: Any) -> str:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)[:12]
    plain: date | datetime = at
    return f"{plain:%-d %b}" if at.hour == at.minute == 0 else f"{at:%-d %b %H:%M}"
