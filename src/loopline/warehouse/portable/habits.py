"""Actives, stickiness and lifecycle as SQL: distinct (actor, calendar period) pairs."""

from collections.abc import Sequence
from itertools import accumulate

from loopline.core.insights.answers import (
    ActivesAnswer,
    LifecycleAnswer,
    LifecyclePoint,
    Point,
    StickinessAnswer,
)
from loopline.core.insights.ir import Actives, BadQuestion, Cell, Interval, Lifecycle, Stickiness
from loopline.core.insights.periods import edges
from loopline.warehouse.portable import spans
from loopline.warehouse.portable.asking import Asking
from loopline.warehouse.portable.rows import read
from loopline.warehouse.portable.shaping import place_of

Parts = dict[str, str]
MOST_DAYS = 400
KINDS = ("new", "returning", "resurrecting", "dormant")
NEXT = "over (partition by actor order by place rows between 1 following and 1 following)"
LAST = "over (partition by actor order by place rows between 1 preceding and 1 preceding)"


def _present(
    asking: Asking,
    question: Actives | Stickiness | Lifecycle,
    bounds: Sequence[int],
    start: int | None,
) -> Parts:
    """`present`: distinct (actor, place)."""
    found = read(asking, {"m": question.match}, start=start)
    place = spans.place(asking.dialect, bounds)
    return {
        "found": found,
        "present": f"select distinct actor, {place} as place from found",
    }


# actives


def actives(asking: Asking, question: Actives) -> ActivesAnswer:
    """Distinct actors a period; rolling days look back before the span's start."""
    parts, bounds, before = _active(asking, question)
    counts = [0] * len(bounds)
    if before:
        parts["opened"] = (
            f"select place, coalesce(least(place + {before + 1}, min(place) {NEXT}),"
            f" place + {before + 1}) as until from present"
        )
        opens = "select place, cast(count(*) as bigint) as change from opened group by place"
        ends = (
            "select until as place, -cast(count(*) as bigint) as change from opened group by until"
        )
        rows = asking.rows(
            parts,
            f"select place, sum(change) from ({opens} union all {ends}) c group by place",
        )
    else:
        rows = asking.rows(parts, "select place, count(*) from present group by place")
    for place, count in rows:
        if 0 <= place < len(bounds):
            counts[place] = int(count)
    values = list(accumulate(counts)) if before else counts
    return ActivesAnswer(
        tuple(Point(at, float(values[n])) for n, at in enumerate(bounds[:-1]) if n >= before)
    )


def actives_people(asking: Asking, question: Actives, cell: Cell) -> tuple[Parts, str]:
    parts, bounds, before = _active(asking, question)
    last = place_of(bounds, cell.at)
    if last < before:
        raise BadQuestion("no period of the answer begins then")
    return (
        parts,
        f"select distinct actor from present where place >= {last - before} and place <= {last}",
    )


def _active(asking: Asking, question: Actives) -> tuple[Parts, tuple[int, ...], int]:
    """Parts, edges, and how many of the first periods are only looked back at."""
    if not 1 <= question.rolling_days <= MOST_DAYS:
        raise BadQuestion(f"rolling days are 1 to {MOST_DAYS}")
    before = question.rolling_days - 1
    bounds = edges(question.span, Interval.DAY if before else question.interval, before=before)
    if len(bounds) == 1:
        before = 0
    start = bounds[0] if before else question.span.start
    return _present(asking, question, bounds, start), bounds, before


# stickiness


def stickiness(asking: Asking, question: Stickiness) -> StickinessAnswer:
    parts, bounds = _days(asking, question)
    counts = [0] * len(bounds)
    for days, count in asking.rows(parts, "select days, count(*) from days_each group by days"):
        counts[int(days)] = int(count)
    return StickinessAnswer(tuple(counts[1:]))


def stickiness_people(asking: Asking, question: Stickiness, cell: Cell) -> tuple[Parts, str]:
    parts, _ = _days(asking, question)
    return parts, f"select actor from days_each where days = {int(cell.step)}"


def _days(asking: Asking, question: Stickiness) -> tuple[Parts, tuple[int, ...]]:
    bounds = edges(question.span, question.interval)
    parts = _present(asking, question, bounds, question.span.start)
    parts["days_each"] = "select actor, count(*) as days from present group by actor"
    return parts, bounds


# lifecycle


def lifecycle(asking: Asking, question: Lifecycle) -> LifecycleAnswer:
    parts, bounds = _kinds(asking, question)
    counts = dict.fromkeys(
        ((place, kind) for place in range(1, len(bounds) - 1) for kind in KINDS), 0
    )
    rows = asking.rows(parts, "select place, kind, count(*) from kinds group by place, kind")
    for place, kind, count in rows:
        if (place, kind) in counts:
            counts[place, kind] = int(count)
    return LifecycleAnswer(
        tuple(
            LifecyclePoint(bounds[place], *(counts[place, kind] for kind in KINDS))
            for place in range(1, len(bounds) - 1)
        )
    )


def lifecycle_people(asking: Asking, question: Lifecycle, cell: Cell) -> tuple[Parts, str]:
    if cell.value not in KINDS:
        raise BadQuestion(f"a lifecycle cell is one of {', '.join(KINDS)}")
    parts, bounds = _kinds(asking, question)
    place = place_of(bounds, cell.at)
    if place < 1:
        raise BadQuestion("no period of the answer begins then")
    return parts, f"select actor from kinds where place = {place} and kind = '{cell.value}'"


def _kinds(asking: Asking, question: Lifecycle) -> tuple[Parts, tuple[int, ...]]:
    """`kinds`: (actor, place, kind). Place 0 is the period before the span, -1 all time before that."""
    bounds = edges(question.span, question.interval, before=1)
    parts = _present(asking, question, bounds, None)
    parts["around"] = (
        f"select actor, place, max(place) {LAST} as last_place, max(place) {NEXT} as next_place"
        " from present"
    )
    kind = (
        "case when last_place is null then 'new' when last_place = place - 1 then 'returning'"
        " else 'resurrecting' end"
    )
    parts["kinds"] = (
        f"select actor, place, {kind} as kind from around"
        " union all select actor, place + 1 as place, 'dormant' as kind from around"
        " where place >= 0 and (next_place is null or next_place > place + 1)"
    )
    return parts, bounds
