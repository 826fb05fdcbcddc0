"""What runs over time: trends, actives, lifecycle. An open period is drawn apart; what we did is marked."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from loopline.platform.ui import charts
from loopline.platform.ui.drawn.marks import keyed
from loopline.platform.ui.drawn.shape import (
    Drawn,
    days_of,
    every,
    moment_of,
    named,
    shown_value,
    whom,
)
from loopline.platform.ui.formats import num
from loopline.platform.ui.moments import Moment, flags

SHOWN = 4
LEAST = {"day": 1, "week": 7, "month": 28}  # days a period has at least


def trend(
    body: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    zone: tzinfo,
    now: datetime,
    moments: Sequence[Moment] = (),
    w: float = 760,
) -> Drawn:
    """An event over time, one line a value of its breakdown."""
    found = answer["series"]
    interval = body.get("interval", "day")
    measure = _measure(body)
    runs = [
        (shown_value(s["value"]) if body.get("breakdown") else measure, s["points"]) for s in found
    ]
    runs.sort(key=lambda run: -sum(p["value"] or 0 for p in run[1]))
    finding = _moved(str(body.get("event") or "events"), measure, runs, interval, now)
    return _drawn(measure, finding, runs, interval, zone, now, moments, _unit(interval, body), w)


def actives(
    body: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    zone: tzinfo,
    now: datetime,
    moments: Sequence[Moment] = (),
    w: float = 760,
) -> Drawn:
    """Distinct actors a period."""
    interval = body.get("interval", "day")
    rolling = body.get("rolling_days", 1)
    title = (
        f"Active in the last {rolling} days" if rolling > 1 else f"Active {whom(body)} a {interval}"
    )
    runs = [(title, answer["points"])]
    what = f"active {whom(body)}"
    if body.get("event"):
        what = f"{whom(body)} who did “{body['event']}”"
    finding = _moved(what, title, runs, "day" if rolling > 1 else interval, now)
    return _drawn(
        title, finding, runs, "day" if rolling > 1 else interval, zone, now, moments, whom(body), w
    )


def lifecycle(
    body: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    zone: tzinfo,
    now: datetime,
    moments: Sequence[Moment] = (),
    w: float = 760,
) -> Drawn:
    """New, returning, resurrecting and dormant ones a period."""
    interval = body.get("interval", "week")
    keys = ("returning", "new", "resurrecting", "dormant")
    runs = [
        (
            key.capitalize(),
            [
                {"at": p["at"], "value": p[key], "incomplete": p["incomplete"]}
                for p in answer["points"]
            ],
        )
        for key in keys
    ]
    open_ = _open(answer["points"], interval, now)
    whole = [p for p, cut in zip(answer["points"], open_, strict=True) if not cut]
    finding = "Nobody was active in this time"
    if whole and any(whole[-1][key] for key in keys):
        last = whole[-1]
        gained, lost = last["new"] + last["resurrecting"], last["dormant"]
        finding = f"{num(gained)} {whom(body)} came or came back in the last whole {interval}, {num(lost)} left"
    return _drawn(
        "Who came, stayed and left",
        finding,
        runs,
        interval,
        zone,
        now,
        moments,
        f"{whom(body)} a {interval}",
        w,
    )


def _measure(body: Mapping[str, Any]) -> str:
    how, _, what = str(body.get("measure", "count")).partition(":")
    words = {
        "count": "Times",
        "people": whom(body).capitalize(),
        "sum": f"Sum of {what}",
        "avg": f"Mean {what}",
    }
    return words.get(how, f"{how} of {what}")


def _unit(interval: str, body: Mapping[str, Any]) -> str:
    parts = [f"a {interval}"]
    if body.get("breakdown"):
        parts.append(f"by {body['breakdown']['property']}")
    return f"{named(body)}, {', '.join(parts)}"


def _open(points: Sequence[Mapping[str, Any]], interval: str, now: datetime) -> list[bool]:
    """Which periods are not whole: cut by the ends of the time asked about, or still running."""
    ends = [moment_of(p["at"]) for p in points[1:]]
    if points:
        ends.append(moment_of(points[-1]["at"]) + timedelta(days=LEAST[interval]))
    return [bool(p["incomplete"]) or end > now for p, end in zip(points, ends, strict=True)]


def _moved(
    what: str,
    measure: str,
    runs: Sequence[tuple[str, Sequence[Mapping[str, Any]]]],
    interval: str,
    now: datetime,
) -> str:
    """The latest whole periods against those before, in words."""
    if not runs or not any(p["value"] for _, points in runs for p in points):
        return f"No {what} in this time"
    open_ = _open(runs[0][1], interval, now)
    points = [p for p, cut in zip(runs[0][1], open_, strict=True) if not cut]
    half = len(points) // 2
    if half < 2 or any(p["value"] is None for p in points[-2 * half :]):
        return f"{what[:1].upper()}{what[1:]}"
    before = sum(p["value"] for p in points[-2 * half : -half]) / half
    after = sum(p["value"] for p in points[-half:]) / half
    subject = f"{what[:1].upper()}{what[1:]}" if len(runs) == 1 else f"{what}: {runs[0][0]}"
    if not before:
        return (
            f"{subject} began in the second half of this time"
            if after
            else f"{subject} held steady"
        )
    change = (after - before) / before
    if abs(change) < 0.03:
        return f"{subject} held steady"
    went = "rose" if change > 0 else "fell"
    return f"{subject} {went} by {abs(round(change * 100))} % from the first half of this time to the second"


def _drawn(
    title: str,
    finding: str,
    runs: Sequence[tuple[str, Sequence[Mapping[str, Any]]]],
    interval: str,
    zone: tzinfo,
    now: datetime,
    moments: Sequence[Moment],
    unit: str,
    w: float,
) -> Drawn:
    if not runs or not runs[0][1]:
        return Drawn(title, unit, finding)
    days = days_of([p["at"] for p in runs[0][1]], zone)
    shown = []
    for place, (name, points) in enumerate(runs[:SHOWN]):
        values, open_ = [p["value"] for p in points], _open(points, interval, now)
        whole = [None if cut else value for value, cut in zip(values, open_, strict=True)]
        end = name if len(runs) > 1 else ""
        last = next((v for v in reversed(whole) if v is not None), None)
        shown.append(
            charts.Series(
                whole,
                end or (num(last, 1 if last and last < 10 else 0) if last is not None else ""),
                f"l{place + 1}",
                edge=True,
            )
        )
        if last is not None:
            shown += [
                charts.Series(r, "", f"l{place + 1}", dash=True) for r in _rest(values, open_)
            ]
    starts = [moment_of(p["at"]) for p in runs[0][1]]
    svg = charts.lines(
        _apart(shown), every(days, interval), f"{finding}.", flags=flags(moments, starts), w=w
    )
    svg = keyed(svg, moments, starts, zone, w)
    head = ["Begins", *(name for name, _ in runs)]
    rows = [
        [f"{day:%-d %b %Y}", *(_cell(points, at) for _, points in runs)]
        for at, day in enumerate(days)
    ]
    return Drawn(title, unit, finding, "", svg, head, rows[::-1], [name for name, _ in runs])


def _rest(values: Sequence[float | None], open_: Sequence[bool]) -> list[list[float | None]]:
    """What is not whole at either end, each a run that meets the whole ones."""
    out = []
    first = next((at for at, cut in enumerate(open_) if not cut), len(open_))
    after = len(open_) - next((at for at, cut in enumerate(reversed(open_)) if not cut), 0)
    if 0 < first < len(open_):
        out.append([*values[: first + 1], *[None] * (len(values) - first - 1)])
    if 0 < after < len(open_):
        out.append([*[None] * (after - 1), *values[after - 1 :]])
    return out


def _apart(shown: Sequence[charts.Series]) -> list[charts.Series]:
    """The accent last, so that it lies on top."""
    return sorted(shown, key=lambda s: s.cls == "l1")


def _cell(points: Sequence[Mapping[str, Any]], at: int) -> str:
    value = points[at]["value"] if at < len(points) else None
    return "–" if value is None else num(value)
