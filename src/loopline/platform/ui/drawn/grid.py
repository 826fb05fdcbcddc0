"""Retention as a grid of numbers; the picture is the table itself, drawn by the page, and the curve of all cohorts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from loopline.platform.ui import charts
from loopline.platform.ui.drawn.shape import Drawn, days_of, named, short_day, whom
from loopline.platform.ui.formats import num
from loopline.platform.ui.moments import Moment

FEW = 30


def draw(
    body: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    zone: tzinfo,
    now: datetime,
    moments: Sequence[Moment] = (),
    w: float = 760,
) -> Drawn:
    """Rows of cohorts with shares, the weighted share of all, and the cohort that lies furthest below it."""
    interval = body.get("interval", "week")
    cohorts = [c for c in answer["cohorts"] if c["size"]]
    days = days_of([c["start"] for c in cohorts], zone)
    width = max((len(c["values"]) for c in cohorts), default=0)
    usual = [_all(cohorts, k) for k in range(width)]
    worst = _worst(cohorts, usual)
    back = named(body.get("return"))
    finding = f"Nobody did “{named(body.get('start'))}” in this time"
    detail = ""
    if cohorts:
        finding, detail = _said(body, cohorts, usual, worst, days, interval, back)
    rows = [
        {
            "name": short_day(day, interval),
            "at": c["start"],
            "size": c["size"],
            "few": c["size"] < FEW,
            "cells": [
                None if v is None else {"count": v, "share": v / c["size"]} for v in c["values"]
            ],
        }
        for c, day in zip(cohorts, days, strict=True)
    ]
    values = [None if u is None else round(u * 100, 1) for u in usual]
    svg = charts.lines(
        [charts.Series(values, "all cohorts")],
        [(k, str(k)) for k in range(0, width, max(width // 8, 1))],
        f"Share that comes back, by {interval} after the first",
        unit=" %", lo=0, hi=100, h=180, w=w,
    )  # fmt: skip
    head = ["Started", whom(body).capitalize(), *(str(k) for k in range(width))]
    table = [
        [r["name"], num(r["size"]), *("–" if c is None else num(c["count"]) for c in r["cells"])]
        for r in rows
    ]
    extra = {
        "grid": rows, "usual": usual, "total": sum(c["size"] for c in cohorts), "interval": interval,
        "worst": worst and {"row": worst[0], "period": worst[1]},
    }  # fmt: skip
    return Drawn(
        f"Still doing “{back}”",
        f"% of {whom(body)}, by {interval} after the {interval} they began",
        finding,
        detail,
        svg,
        head,
        table,
        extra=extra,
    )


def _all(cohorts: Sequence[Mapping[str, Any]], period: int) -> float | None:
    """The share over all cohorts whose period is over, each person once."""
    known = [c for c in cohorts if period < len(c["values"]) and c["values"][period] is not None]
    size = sum(c["size"] for c in known)
    return sum(c["values"][period] for c in known) / size if size else None


def _worst(
    cohorts: Sequence[Mapping[str, Any]], usual: Sequence[float | None]
) -> tuple[int, int] | None:
    """The cell of a cohort of at least 30 that lies furthest below all cohorts: more than three standard errors."""
    found = []
    for row, c in enumerate(cohorts):
        for k, value in enumerate(c["values"]):
            p = usual[k]
            if k == 0 or value is None or p is None or c["size"] < FEW or not 0 < p < 1:
                continue
            z = (value / c["size"] - p) / (p * (1 - p) / c["size"]) ** 0.5
            found.append((z, row, k))
    if not found:
        return None
    z, row, k = min(found)
    return (row, k) if z < -3 else None


def _said(
    body: Mapping[str, Any],
    cohorts: Sequence[Mapping[str, Any]],
    usual: Sequence[float | None],
    worst: tuple[int, int] | None,
    days: Sequence[Any],
    interval: str,
    back: str,
) -> tuple[str, str]:
    known = [(k, u) for k, u in enumerate(usual) if k and u is not None]
    if not known:
        return f"Too early to say: no {interval} after the first is over", ""
    k, last = known[min(3, len(known) - 1)]
    finding = f"{round(last * 100)} % still do “{back}” in {interval} {k}"
    if worst is None:
        return finding, "No group that began together stands out."
    row, period = worst
    cohort = cohorts[row]
    value, expected = cohort["values"][period], round((usual[period] or 0) * cohort["size"])
    when = f"{'in' if interval == 'month' else 'on'} {short_day(days[row], interval)}"
    finding += f"; those who began {when} fell short in {interval} {period}"
    return finding, (
        f"Of its {num(cohort['size'])} {whom(body)}, {num(value)} came back in {interval} {period},"
        f" where {num(expected)} would be usual."
    )
