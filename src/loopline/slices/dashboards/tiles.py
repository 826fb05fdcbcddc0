"""What a tile shows: a sentence, a chart, its table; computed when the page asks for it, apart from the page."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from loopline.core.problems import Invalid, TooMany, Unavailable
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import zone
from loopline.platform.ui import moments
from loopline.platform.ui.drawn import metric
from loopline.platform.ui.drawn.shape import Worst, named, percent, shown_value
from loopline.platform.ui.formats import num, written
from loopline.slices.dashboards.models import Dashboard, Tile
from loopline.slices.insights import queries as insights
from loopline.slices.measures import queries as measures

NOTHING = Markup("")
VALUES = 5  # of a breakdown, beside all
Bar = tuple[str, int, str, bool]  # name, share 0..100, text, in question
_NOT_ASKED = object()  # no value of a breakdown: "not set" is None


@dataclass(frozen=True, slots=True)
class Shown:
    """One tile as it is drawn. `bars` are a funnel's steps, or its values."""

    title: str
    unit: str = ""
    finding: str = ""
    href: str = ""
    svg: Markup = NOTHING
    head: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    bars: Sequence[Bar] = ()
    owner: str = ""
    trouble: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def show(actor: Actor, board: Dashboard, tile: Tile, days: int, now: datetime) -> Shown:
    """Raises TooMany where the desk is busy; other trouble is said on the tile."""
    try:
        return _shown(actor, board, tile, days, now)
    except Unavailable as wrong:
        return Shown(tile.title, trouble=wrong.sentence)


def _shown(actor: Actor, board: Dashboard, tile: Tile, days: int, now: datetime) -> Shown:
    if tile.kind == "text":
        return Shown(tile.title)
    if tile.kind == "metric":
        return _metric(actor, board, tile, days, now)
    found = insights.report_definitions([tile.ref_id or 0]).get(tile.ref_id or 0)
    if found is None:
        return Shown(tile.title or "Gone", trouble="This report is no longer there.")
    return _report(actor, board, tile, found, days, now)


def _width(tile: Tile) -> float:
    """Drawn at about the size it is shown at, so that its words keep theirs."""
    return 1180 if tile.wide else 560


def _report(
    actor: Actor, board: Dashboard, tile: Tile, found: Mapping[str, Any], days: int, now: datetime
) -> Shown:
    title, href = tile.title or found["name"], f"/reports/{tile.ref_id}"
    if found["kind"] == "sql":
        return Shown(title, "SQL", found["finding"] or found["says"], f"/sql?report={tile.ref_id}")
    body = insights.narrowed(found["body"], days=days, filters=board.filters)
    try:
        drawn, answer = insights.drawn(
            actor=actor, kind=found["kind"], body=body, now=now, w=_width(tile)
        )
    except Invalid as wrong:
        return Shown(title, href=href, trouble=" ".join(wrong.errors.values()))
    bars: Sequence[Bar] = ()
    unit = drawn.unit
    if found["kind"] == "funnel" and answer["steps"]:
        split = found["body"].get("breakdown") if len(answer["breakdown"]) > 1 else None
        bars = (_split_bars if split else _bars)(found["body"], answer, drawn.worst)
        if split:
            unit = f"reach “{named(found['body']['steps'][-1])}”, by {split['property']}"
    return Shown(
        title,
        unit,
        drawn.finding,
        href,
        NOTHING if bars else drawn.svg,
        drawn.head,
        drawn.rows,
        bars,
    )


def _bars(body: Mapping[str, Any], answer: Mapping[str, Any], worst: Worst | None) -> list[Bar]:
    """A funnel small: a bar a step, with what was lost since the step before."""
    rows, before = [], 100.0
    for number, (step, said) in enumerate(
        zip(body["steps"], answer["steps"], strict=True), start=1
    ):
        share = (said["conversion_from_start"] or 0.0) * 100
        name = named(step)
        text = num(said["count"]) if number == 1 else f"{round(share)} %, −{round(before - share)}"
        rows.append((name, round(share), text, bool(worst and worst.step == number)))
        before = share
    return rows


def _split_bars(
    body: Mapping[str, Any], answer: Mapping[str, Any], worst: Worst | None
) -> list[Bar]:
    """A funnel by value: how many of each reach the last step, the largest first, the one in question among them."""
    found = sorted(answer["breakdown"], key=lambda b: -b["steps"][0]["count"])
    here = worst.value if worst and worst.of_split else _NOT_ASKED
    shown = found[:VALUES]
    if here is not _NOT_ASKED and all(b["value"] != here for b in shown):
        shown[-1:] = [b for b in found if b["value"] == here]
    rows = [("All", answer["steps"], False)]
    rows += [(shown_value(b["value"]), b["steps"], b["value"] == here) for b in shown]
    return [
        (
            name, round((steps[-1]["conversion_from_start"] or 0.0) * 100),
            f"{percent(steps[-1]['conversion_from_start'])} of {num(steps[0]['count'])}", marked,
        )
        for name, steps, marked in rows
    ]  # fmt: skip


def _metric(actor: Actor, board: Dashboard, tile: Tile, days: int, now: datetime) -> Shown:
    series = measures.value_series(
        actor=actor, metric_id=tile.ref_id or 0, start=now - timedelta(days=days)
    )
    m = series.metric
    points = [p for p in series.points if p.value is not None]
    whole = [p for p in points if not p.incomplete]
    summary = measures.metric_summary([m.id], now=now)[m.id]
    href = f"/measures/{m.id}"
    if not points:
        return Shown(
            tile.title or m.name, m.unit, "No value in this time", href, owner=summary.owner
        )
    latest = whole[-1] if whole else points[-1]
    finding = written(latest.value, m.unit)
    if len(whole) > 1 and whole[-2].version == latest.version:
        change = (latest.value or 0.0) - (whole[-2].value or 0.0)
        sign = "+" if change > 0 else "−" if change < 0 else "±"
        before = "period" if whole[-2].at == latest.start else "value"
        finding += f", {sign}{written(abs(change), '')} since the {before} before"
    if latest.low is not None and latest.high is not None:
        finding += f"; {written(latest.low, '')} to {written(latest.high, m.unit)} is likely"
    seen = moments.between(actor, min(p.start for p in series.points), now)
    drawn = metric.draw(
        series, version=points[-1].version, zone=zone(), moments=seen, w=_width(tile), h=220
    )
    return Shown(
        tile.title or m.name, _unit(m.unit, series.grain), finding, href, drawn.chart, drawn.head, drawn.rows,
        owner=summary.owner, extra={"counts": _counts(board, m.id)},
    )  # fmt: skip


def _counts(board: Dashboard, metric_id: int) -> str:
    """What a metric counts, and that a dashboard's filters leave it as it is."""
    versions = measures.versions_of(metric_id)
    words = versions[-1].words if versions else ""
    return f"{words} The filter does not reach it.".strip() if board.filters else words


def _unit(unit: str, grain: str) -> str:
    return unit if unit.startswith("a ") else f"{unit or 'value'} a {grain}"


def said_change(effect: Mapping[str, Any]) -> str:
    """An effect in words: +18 %, between +9 and +28."""
    if not effect:
        return ""
    relative = effect.get("relative")
    if relative is None:
        return "cannot be said relative to nothing"
    text = f"{'+' if relative > 0 else '−' if relative < 0 else '±'}{percent(abs(relative))}"
    if effect.get("low") is None:
        return text
    return f"{text}, between {_signed(effect['low'])} and {_signed(effect['high'])} %"


def _signed(share: float) -> str:
    rounded = round(share * 100)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{abs(rounded)}"


def patiently(show: Callable[[], Shown], tries: int = 5) -> Shown:
    """For mails and files, which nobody can ask again: waits where the desk is busy, then says so on the tile."""
    for _ in range(tries):
        try:
            return show()
        except TooMany as busy:
            time.sleep(busy.retry_after)
    return Shown("", trouble="The numbers could not be computed in time.")
