"""What the pages of goals draw: a key result over its quarter, a plan before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup

from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import today
from loopline.platform.ui import charts
from loopline.platform.ui.formats import NONE
from loopline.slices.goals.figures import printed
from loopline.slices.goals.models import CheckIn, Direction, DirectionRow, KeyResult
from loopline.slices.goals.planning import LIVE
from loopline.slices.goals.rules import bounds, expected_share, label
from loopline.slices.goals.wording import TAGS, becomes, weeks_said
from loopline.slices.measures import queries as measures

LEAVES = ("pause", "drop")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A key result by week: its chart, the confidence below it, and both as a table."""

    values: Markup
    confidence: Markup
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]


def _weeks(start: date, due: date) -> list[date]:
    """Days at which a value is read: the start, then every seventh day, the due day last."""
    out = [start]
    while out[-1] < due:
        out.append(min(out[-1] + timedelta(days=7), due))
    return out


def _read(
    actor: Actor, k: KeyResult, said: Sequence[CheckIn], days: Sequence[date], now: datetime
) -> list[float | None]:
    """The newest value on each day that is not ahead, from the metric or from what was typed in."""
    if k.metric_id:
        points = measures.value_series(actor=actor, metric_id=k.metric_id).points
        known = [(today(p.at), p.value) for p in points if p.value is not None and not p.incomplete]
    else:
        known = [(today(c.at), c.value) for c in said if c.value is not None]
    edge = today(now)
    out: list[float | None] = []
    for i, day in enumerate(days):
        if day > edge and (i == 0 or days[i - 1] >= edge):
            out.append(None)
            continue
        upto = [v for at, v in known if at <= min(day, edge)]
        out.append(upto[-1] if upto else None)
    return out


def _sure(said: Sequence[CheckIn], days: Sequence[date]) -> list[float | None]:
    """The last confidence of each stretch between two days, by the later one."""
    out: list[float | None] = [None] * len(days)
    for c in said:
        at = today(c.at)
        place = next((i for i, day in enumerate(days) if at <= day), None)
        if place is not None:
            out[place] = float(c.confidence)
    return out


def drawing(actor: Actor, k: KeyResult, said: Sequence[CheckIn], now: datetime) -> Drawn:
    """Values by week with the line that leads to the target, and the confidence of the check-ins."""
    start, _ = bounds(k.objective.period)
    days = _weeks(start, k.due)
    values, sure = _read(actor, k, said, days, now), _sure(said, days)
    way: list[float | None] = []
    if k.baseline is not None:
        way = [k.baseline + (k.target - k.baseline) * expected_share(start, k.due, d) for d in days]
    ticks = [(i, f"{d.day} {d:%b}") for i, d in enumerate(days) if i % 4 == 0]
    last = next((v for v in reversed(values) if v is not None), None)
    series = [charts.Series(values, printed(last, k.unit), edge=False)]
    series += [charts.Series(way, "", "l2", dash=True)] if way else []
    what = f"{k.text}: {printed(last, k.unit)}, target {printed(k.target, k.unit)}"
    chart = Markup("")
    if last is not None:
        unit = "%" if k.unit == "%" else ""
        chart = charts.lines(
            series,
            ticks,
            what,
            unit=unit,
            rules=[(k.target, f"target {printed(k.target, k.unit)}|target")],
        )
    conf = Markup("")
    if any(s is not None for s in sure):
        told = next(s for s in reversed(sure) if s is not None)
        conf = charts.lines(
            [charts.Series(sure, f"{told:g} of 10")],
            ticks,
            f"Confidence: {told:g} of 10",
            lo=0,
            hi=10,
            h=130,
        )
    rows = [
        [f"{d.day} {d:%b %Y}", printed(v, k.unit), printed(way[i], k.unit) if way else NONE,
         f"{s:g} of 10" if s is not None else NONE]
        for i, (d, v, s) in enumerate(zip(days, values, sure, strict=True))
        if v is not None or s is not None
    ]  # fmt: skip
    return Drawn(chart, conf, ["Day", "Value", "Should be", "Confidence"], rows)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan side by side: its place, name, weeks, mark (gone, new or empty) and tag."""

    place: int
    title: str
    weeks: str
    mark: str = ""
    tag: str = ""
    url: str = ""


def _total(bets: Sequence[Mapping[str, Any]]) -> float:
    return sum(sum(b["weeks"].values()) for b in bets)


def _planned(content: Mapping[str, Any], period: str) -> list[Mapping[str, Any]]:
    return [
        b
        for b in content.get("bets", ())
        if b["quarter"] == period and b["state"] in LIVE and not b["paused"]
    ]


def _leaves(row: DirectionRow | None, period: str) -> bool:
    if row is None or row.kind != "bet":
        return False
    elsewhere = row.action == "move" and row.values.get("quarter", period) != period
    return row.action in LEAVES or elsewhere


def _after(row: DirectionRow | None, bet: Mapping[str, Any]) -> tuple[Mapping[str, float], str]:
    if row is None:
        return bet["weeks"], ""
    weeks = {**bet["weeks"], **row.values.get("weeks", {})}
    more = sum(weeks.values()) - sum(bet["weeks"].values())
    if more:
        return weeks, f"{abs(more):g} wk {'more' if more > 0 else 'less'}"
    return weeks, TAGS[row.action]


def side_by_side(
    d: Direction, rows: Sequence[DirectionRow]
) -> tuple[list[Line], list[Line], float, float]:
    """The plan before and after, and the person-weeks of both."""
    content = d.before.content if d.before else {}
    by = {r.ref_id: r for r in rows if r.kind == "bet" and r.ref_id}
    planned = _planned(content, d.period)
    before = [
        Line(
            i, b["title"], weeks_said(b["weeks"]), "gone" if _leaves(by.get(b["id"]), d.period) else "",
            _gone(by.get(b["id"]), d.period), f"/bets/{b['id']}",
        )
        for i, b in enumerate(planned, 1)
    ]  # fmt: skip
    there = {b["id"] for b in planned}
    came = [
        r for r in rows
        if r.kind == "bet" and r.ref_id not in there and not _leaves(r, d.period)
    ]  # fmt: skip
    after: list[Line] = []
    total = 0.0
    for r in came:
        weeks = r.values.get("weeks") or r.before.get("weeks") or {}
        total += sum(weeks.values())
        tag = "New" if r.action == "add" else "Brought forward"
        url = f"/bets/{r.ref_id}" if r.ref_id else ""
        after.append(Line(len(after) + 1, r.title, weeks_said(weeks), "new", tag, url))
    for b in planned:
        row = by.get(b["id"])
        if not _leaves(row, d.period):
            weeks, tag = _after(row, b)
            total += sum(weeks.values())
            after.append(
                Line(len(after) + 1, b["title"], weeks_said(weeks), "", tag, f"/bets/{b['id']}")
            )
    return before, after, _total(planned), total


def _gone(row: DirectionRow | None, period: str) -> str:
    if row is None or not _leaves(row, period):
        return ""
    return f"To {label(row.values['quarter'])}" if row.action == "move" else TAGS[row.action]


def goals_side_by_side(
    d: Direction, rows: Sequence[DirectionRow]
) -> list[tuple[str, str, str, bool, str]]:
    """(key result, target before, after, whether it changes, address) of the quarter's goals."""
    by = {r.ref_id: r for r in rows if r.kind == "key_result"}
    content = d.before.content if d.before else {}
    out = []
    for k in content.get("key_results", ()):
        if k["state"] == "dropped":
            continue
        row = by.get(k["id"])
        was = printed(k["target"], k["unit"])
        will = becomes(row).removeprefix("target ") if row else was
        out.append((k["title"], was, will, row is not None, f"/goals/key-results/{k['id']}"))
    return out
