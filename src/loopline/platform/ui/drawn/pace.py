"""A funnel over time: the share that reaches the end by when they began, and how long it took."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from loopline.platform.ui import charts
from loopline.platform.ui.drawn.shape import days_of, every, percent
from loopline.platform.ui.formats import dur, num


def over_time(body: Mapping[str, Any], answer: Mapping[str, Any], zone: tzinfo) -> dict[str, Any]:
    """Drawings and tables of `trend` and `times`; empty where the question has no interval."""
    if not answer.get("trend"):
        return {}
    interval = body.get("interval", "week")
    points = answer["trend"]
    days = days_of([p["at"] for p in points], zone)
    shares = [p["counts"][-1] / p["counts"][0] if p["counts"][0] else None for p in points]
    whole = [
        None if p["incomplete"] or s is None else round(100 * s, 1)
        for p, s in zip(points, shares, strict=True)
    ]
    rest = [
        round(100 * s, 1)
        if s is not None and (p["incomplete"] or _before_open(points, at))
        else None
        for at, (p, s) in enumerate(zip(points, shares, strict=True))
    ]
    last = next((v for v in reversed(whole) if v is not None), None)
    runs = [
        charts.Series(rest, "", "l1", dash=True),
        charts.Series(whole, "" if last is None else f"{last:.0f} %", "l1", edge=True),
    ]
    times = answer.get("times")
    return {
        "trend": charts.lines(
            runs,
            every(days, interval),
            "Share that reaches the end, by when they began",
            unit=" %",
            lo=0,
        ),
        "trend_head": ["Began", "People", "Reach the end", ""],
        "trend_rows": [
            [f"{day:%-d %b %Y}", num(p["counts"][0]), percent(s), "open" if p["incomplete"] else ""]
            for day, p, s in zip(days, points, shares, strict=True)
        ][::-1],
        **(_histogram(times) if times and times["histogram"] else {}),
    }


def _before_open(points: list[Mapping[str, Any]], at: int) -> bool:
    """The last whole point belongs to the dashed run as well, so that the two meet."""
    return at + 1 < len(points) and bool(points[at + 1]["incomplete"])


def _histogram(times: Mapping[str, Any]) -> dict[str, Any]:
    bins = times["histogram"]
    ticks = [(at, dur(b["low"])) for at, b in enumerate(bins) if at % max(len(bins) // 6, 1) == 0]
    return {
        "times": charts.columns(
            [b["count"] for b in bins], ticks, "People by the time they took", on=(-1, -1)
        ),
        "times_rows": [[dur(b["low"]), dur(b["high"]), num(b["count"])] for b in bins],
    }
