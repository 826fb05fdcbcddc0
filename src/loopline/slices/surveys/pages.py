"""What a survey's page shows: its sentence, its drawings and the tables beside them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from loopline.core.surveys.scores import LEAST, Score
from loopline.core.surveys.series import Point
from loopline.platform.ui import charts
from loopline.platform.ui.formats import day, pct
from loopline.slices.surveys.lists import GROUP_WORDS
from loopline.slices.surveys.models import Survey
from loopline.slices.surveys.queries import rule
from loopline.slices.surveys.results import Results
from loopline.slices.surveys.rules import KINDS, said, value_text

AXES: Mapping[str, tuple[float, float, str, float]] = {
    "nps": (-100, 100, "", 1), "share": (0, 100, " %", 100), "mean": (0, 0, "", 1),
}  # fmt: skip
_GROUP_NAMES = {"segment": "Segment", "plan": "Plan", "persona": "Persona", "role": "Role"}


def sentence(s: Survey, r: Results) -> str:
    """The page's finding in words, or why there is none yet."""
    if not r.answers:
        return {"draft": "Not open yet", "open": "No answer yet", "closed": "Nobody answered"}[
            s.state
        ]
    if r.score and r.enough:
        return said(s.kind, rule(s), r.score)
    if s.form == "choice" and r.enough:
        best, n = max(r.distribution, key=lambda x: x[1])
        return f"{best}: {pct(n / r.n)} of {r.n:,} answers"
    count = "1 answer" if r.answers == 1 else f"{r.answers:,} answers"
    return count if s.form == "text" or r.enough else f"{count}, too few for a score"


def rate_words(r: Results) -> str:
    """How many of those asked answered."""
    if r.response_rate is None:
        return ""
    return f"{r.answered:,} of {r.sent:,} people asked by e-mail answered, {pct(r.response_rate)}."


def _period(start: date, interval: str, now: datetime) -> str:
    return f"{start:%b} {start.year}" if interval == "month" else day(start, now=now)


def _ticks(points: Sequence[Point], interval: str, now: datetime) -> list[tuple[int, str]]:
    every = max(1, len(points) // 6)
    return [(i, _period(p.start, interval, now)) for i, p in enumerate(points) if i % every == 0]


def trend_chart(s: Survey, r: Results, now: datetime) -> dict[str, Any]:
    """The score over time with its band, and its table; empty where fewer than two periods say something."""
    by = rule(s)
    shown = [p.score if p.score and p.score.enough else None for p in r.trend]
    name = f"{'Week' if r.interval == 'week' else 'Month'} of"
    rows = [
        (
            _period(p.start, r.interval, now),
            value_text(by, p.score.value) if p.score and p.score.enough else "–",
            f"{value_text(by, p.score.low)} to {value_text(by, p.score.high)}"
            if p.score and p.score.enough
            else "–",
            f"{p.score.n if p.score else 0:,}",
        )
        for p in r.trend
    ]
    drawing = Markup("")
    if sum(x is not None for x in shown) >= 2:
        low, high, unit, times = AXES[by]
        if by == "mean":
            low, high = s.least, s.most
        last = next(x for x in reversed(shown) if x)
        series = charts.Series(
            [x.value * times if x else None for x in shown],
            value_text(by, last.value), "l1",
            [x.low * times if x else None for x in shown],
            [x.high * times if x else None for x in shown],
        )  # fmt: skip
        label = f"{KINDS[s.kind].label} by {r.interval}, the last {value_text(by, last.value)}"
        drawing = charts.lines(
            [series], _ticks(r.trend, r.interval, now), label, unit=unit, lo=low, hi=high, right=(60, 50)
        )  # fmt: skip
    return {"drawing": drawing, "rows": rows, "head": [name, "Score", "95 % interval", "Answers"]}


def bars(s: Survey, r: Results) -> list[tuple[str, float, str, str | None]]:
    """How answers fall: (label, length 0 to 100, as printed, colour)."""
    most = max((n for _, n in r.distribution), default=0)
    return [
        (_label(s, v), round(100 * n / most, 1) if most else 0, f"{n:,} · {pct(n / r.n) if r.n else '–'}", None)
        for v, n in r.distribution
    ]  # fmt: skip


def _label(s: Survey, value: str) -> str:
    ends = {str(s.least): s.least_label, str(s.most): s.most_label}
    if s.form != "scale":
        return value
    return f"{value}  {ends[value]}" if ends.get(value) else value


def parts(s: Survey, r: Results) -> list[tuple[str, int, str]]:
    """The groups the score is made of: (name, answers, share); empty where there are none."""
    words = GROUP_WORDS.get(rule(s), ())
    if not words or not r.score or not r.n:
        return []
    return [(label, n, pct(n / r.n)) for (_, label), n in zip(words, r.score.counts, strict=True)]


def _row(by: str, name: str, found: Score) -> tuple[str, str, str, str]:
    if not found.enough:
        return name, "–", "too few", f"{found.n:,}"
    between = f"{value_text(by, found.low)} to {value_text(by, found.high)}"
    return name, value_text(by, found.value), between, f"{found.n:,}"


def breakdowns(s: Survey, r: Results) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """(what by, rows of name, score, interval, answers) for each grouping that tells two groups apart."""
    by = rule(s)
    return [
        (_GROUP_NAMES[name], [_row(by, n, found) for n, found in rows[:12]])
        for name, rows in r.breakdown.items()
        if len(rows) >= 2 and any(found.n >= LEAST for _, found in rows)
    ]
