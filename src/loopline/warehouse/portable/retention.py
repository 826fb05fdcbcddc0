"""Retention as SQL: cohorts by the period of the start, and in which period each actor is back."""

from itertools import accumulate

from loopline.core.insights.answers import Cohort, RetentionAnswer
from loopline.core.insights.ir import BadQuestion, Cell, Match, Retention
from loopline.core.insights.periods import WIDTHS, edges
from loopline.warehouse.portable import spans
from loopline.warehouse.portable.asking import Asking
from loopline.warehouse.portable.rows import read
from loopline.warehouse.portable.shaping import place_of

MOST_PERIODS = 400
Parts = dict[str, str]


def answer(asking: Asking, question: Retention) -> RetentionAnswer:
    """A period that ends after the span is open and None."""
    _check(question)
    bounds = edges(question.span, question.interval, after=question.periods)
    count = len(edges(question.span, question.interval)) - 1
    parts = _parts(asking, question, bounds[: count + 1])
    sizes, back = [0] * count, [[0] * question.periods for _ in range(count)]
    rows = asking.rows(
        parts,
        "select cohort, -1 as k, count(*) from starts group by cohort"
        " union all select cohort, k, count(*) from back group by cohort, k",
    )
    for cohort, k, found in rows:
        if k < 0:
            sizes[cohort] = int(found)
        else:
            # Beyond the periods asked for, "or later" still counts for the last of them.
            back[cohort][min(int(k), question.periods - 1)] += int(found)
    if question.on_or_after:
        back = [[*accumulate(reversed(row))][::-1] for row in back]
        back = [[size, *row[1:]] for size, row in zip(sizes, back, strict=True)]
    return RetentionAnswer(
        tuple(
            Cohort(
                bounds[cohort],
                sizes[cohort],
                tuple(
                    None if _open(question, bounds, cohort, k) else back[cohort][k]
                    for k in range(question.periods)
                ),
            )
            for cohort in range(count)
        )
    )


def people(asking: Asking, question: Retention, cell: Cell) -> tuple[Parts, str]:
    """Parts, and the SELECT of the actors of a cohort, or of those of it who are back."""
    _check(question)
    bounds = edges(question.span, question.interval)
    cohort = place_of(bounds, cell.at)
    parts = _parts(asking, question, bounds)
    if cell.period is None or (question.on_or_after and cell.period == 0):
        return parts, f"select actor from starts where cohort = {cohort}"
    sign = ">=" if question.on_or_after else "="
    return parts, f"select actor from back where cohort = {cohort} and k {sign} {int(cell.period)}"


def _parts(asking: Asking, question: Retention, bounds: tuple[int, ...]) -> Parts:
    """`starts`: (actor, cohort, since); `back`: (actor, cohort, k), of which "or later" keeps the last k alone."""
    low = question.span.start
    recurring = question.anchor == "recurring"
    ever = question.anchor == "first_ever"
    flags = {"a": question.start} | ({"e": Match(None)} if ever else {})
    parts = {
        "begun": read(asking, flags, start=low if recurring else None),
        "returns": read(asking, {"b": question.back}, start=low),
    }
    place = spans.place(asking.dialect, bounds)
    if recurring:
        since, source = f"select actor, ts, {place} as cohort from begun", "begun"
    else:
        parts["firsts"] = (
            "select actor, min(case when a = 1 then ts end) as ts, min(ts) as seen from begun"
            " group by actor"
        )
        only = " and ts = seen" if ever else ""
        source = f"(select actor, ts from firsts where ts >= {low}{only}) f"
        since = f"select actor, ts, {place} as cohort from {source}"
    parts["placed"] = since
    parts["starts"] = "select actor, cohort, min(ts) as since from placed group by actor, cohort"
    parts["back"] = _back(asking, question, bounds)
    return parts


def _back(asking: Asking, question: Retention, bounds: tuple[int, ...]) -> str:
    if question.rolling:
        width = WIDTHS[question.interval]
        k = asking.dialect.whole("(b.ts - s.since)", str(width))
        joined = "starts s join returns b on b.actor = s.actor where b.ts >= s.since"
    else:
        place = spans.place(asking.dialect, bounds)
        k = "b.place - s.cohort"
        joined = (
            f"starts s join (select distinct actor, {place} as place from returns) b"
            " on b.actor = s.actor where b.place >= s.cohort"
        )
    if question.on_or_after:
        return (
            f"select s.actor as actor, s.cohort as cohort, max({k}) as k from {joined}"
            " group by s.actor, s.cohort"
        )
    return (
        f"select distinct s.actor as actor, s.cohort as cohort, {k} as k from {joined}"
        f" and {k} < {question.periods}"
    )


def _open(question: Retention, bounds: tuple[int, ...], cohort: int, k: int) -> bool:
    if question.on_or_after and k == 0:
        return False
    closes = bounds[cohort + k + 1]
    if question.rolling:
        closes = bounds[cohort + 1] + (k + 1) * WIDTHS[question.interval]
    return closes > question.span.end


def _check(question: Retention) -> None:
    if not 1 <= question.periods <= MOST_PERIODS:
        raise BadQuestion(f"retention looks at 1 to {MOST_PERIODS} periods")
    if question.anchor not in ("recurring", "first_match", "first_ever"):
        raise BadQuestion("the anchor is recurring, first_match or first_ever")
