"""What a survey's page shows: its sentence, its drawings and the tables beside them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from loopline.core.surveys.scores import LEAST, Score
from loopline.core.surveys.series import Point
from loopline.platform.ui import charts
from loopline.platform.ui.formats import day, pct
from loopline.slices.surveys.lists import BOUNDS, GROUP_WORDS
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
    return count if s.form == "text" or r.enough else f"{count}, too few to say"


def rate_words(s: Survey, r: Results) -> str:
    """How many of those asked answered."""
    if r.response_rate is None:
        return ""
    asked = "colleagues asked" if s.kind == "stakeholders" else "people asked by e-mail"
    return f"{r.answered:,} of {r.sent:,} {asked} answered, {pct(r.response_rate)}."


def latest_words(s: Survey, r: Results, now: datetime) -> str:
    """What the newest period with enough answers says, where it is not all there is."""
    told = [p for p in r.trend if p.score and p.score.enough]
    if len(told) < 2 or not told[-1].score:
        return ""
    by, last = rule(s), told[-1].score
    when = _period(told[-1].start, r.interval, now)
    low, high = value_text(by, last.low), value_text(by, last.high)
    of = "the week of " if r.interval == "week" else ""
    return f"{of}{when}: {value_text(by, last.value)}, between {low} and {high}, from {last.n:,}."


def _period(start: date, interval: str, now: datetime) -> str:
    if interval == "week":
        return day(start, now=now)
    return f"{start:%b}" if start.year == now.year else f"{start:%b} {start.year}"


def _ticks(points: Sequence[Point], interval: str, now: datetime) -> list[tuple[int, str]]:
    every = max(1, len(points) // 6)
    return [(i, _period(p.start, interval, now)) for i, p in enumerate(points) if i % every == 0]


def trend_chart(s: Survey, r: Results, now: datetime) -> dict[str, Any]:
    """The score over time with its band, and its table; empty where fewer than two periods say something."""
    by = rule(s)
    shown = [p.score if p.score and p.score.enough else None for p in r.trend]
    name = "Week of" if r.interval == "week" else "Month"
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
        (v, round(100 * n / most, 1) if most else 0, f"{n:,} · {pct(n / r.n) if r.n else '–'}", _colour(s, v))
        for v, n in r.distribution
    ]  # fmt: skip


def _colour(s: Survey, value: str) -> str | None:
    """The colour of the group a number belongs to; none where there are no groups."""
    bounds = BOUNDS.get(rule(s))
    if not bounds:
        return None
    group = next(g for g, (low, high) in bounds.items() if low <= int(value) <= high)
    return {"high": "good", "middle": "c4", "low": "bad"}[group]


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
