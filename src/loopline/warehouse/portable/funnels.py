"""Funnels as window SQL: the chain each actor keeps, laid over the values of a breakdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from loopline.core.insights.answers import FunnelAnswer, FunnelPoint, Step, Times
from loopline.core.insights.ir import (
    Attribution,
    BadQuestion,
    Breakdown,
    Cell,
    Funnel,
    Order,
)
from loopline.warehouse import ranking
from loopline.warehouse.portable import shaping
from loopline.warehouse.portable.asking import Asking
from loopline.warehouse.portable.boards import board, coarse
from loopline.warehouse.portable.chains import Chains
from loopline.warehouse.portable.converting import periods, to_convert
from loopline.warehouse.portable.rows import ORDER, read
from loopline.warehouse.portable.windows import Windows

MOST_STEPS = 20
MOST_HELD = 3
Parts = dict[str, str]


def answer(asking: Asking, question: Funnel) -> FunnelAnswer:
    check(question)
    by = question.breakdown
    plan = _plan(asking, question, None)
    whole = _counted(asking, question, plan, "")
    steps = _steps(whole[0][1:] if whole else None, question)
    trend: tuple[FunnelPoint, ...] = ()
    times: Times | None = None
    if question.interval:
        trend = _trend(asking, question)
        times = to_convert(asking, plan.parts, plan.last, len(question.steps))
    if by is None:
        return FunnelAnswer(steps, (), trend, times)
    plan = _split(asking, question, by)
    found = {shaping.value_of(row[0]): row[1:] for row in _counted(asking, question, plan, "value")}
    sizes = {value: int(row[0]) for value, row in found.items()}
    shown = ranking.in_order(sizes, rest=plan.folded)
    return FunnelAnswer(steps, tuple((v, _steps(found[v], question)) for v in shown), trend, times)


def people(asking: Asking, question: Funnel, cell: Cell) -> tuple[Parts, str]:
    """Parts, and the SELECT of the actors who reached the cell's step, of its value where it is split."""
    check(question)
    if not 1 <= cell.step <= len(question.steps):
        raise BadQuestion("no such step")
    far = f"level >= {int(cell.step)}"
    if cell.period is not None:
        bounds = periods(question)
        plan = _plan(asking, question, None, bounds=bounds)
        place = shaping.place_of(bounds, cell.at)
        return plan.parts, f"select actor from {plan.last} where {far} and period = {place}"
    if not cell.split:
        plan = _plan(asking, question, None)
        return plan.parts, f"select actor from {plan.last} where {far}"
    if question.breakdown is None:
        return {}, ""
    plan = _split(asking, question, question.breakdown)
    wanted = asking.bind(shaping.label_of(cell.value))
    return plan.parts, f"select actor from {plan.last} where {far} and value = {wanted}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Parts whose `last` has (actor, level, t1..[, value][, period]); whether values beyond the most are joined."""

    parts: Parts
    last: str
    folded: bool = False


def _split(asking: Asking, question: Funnel, by: Breakdown) -> Plan:
    """The plan by values as they are shown: the largest by actors who began, the rest joined."""
    plan = _plan(asking, question, by)
    rows = asking.rows(plan.parts, f"select value, count(*) from {plan.last} group by value")
    sizes = {str(label): int(count) for label, count in rows}
    shown = shaping.folded(asking, sizes, by.most)
    return plan if shown is None else _plan(asking, question, by, shown)


def _plan(
    asking: Asking,
    question: Funnel,
    by: Breakdown | None,
    shown: str | None = None,
    bounds: Sequence[int] | None = None,
) -> Plan:
    everywhere = by is not None and by.attribution is Attribution.ALL_EVENTS
    made = board(asking, question, by, shown if everywhere else None, bounds)
    keys, spread = ", ".join(made.keys), bounds is not None
    if question.order is Order.UNORDERED:
        parts = made.parts | Windows(question, keys, asking.dialect, spread).parts(made.last)
    else:
        parts = made.parts | Chains(question, keys, spread).parts(made.last)
    times = [f"t{i}" for i in range(1, len(question.steps) + 1)]
    last = "reached"
    if made.held:
        parts["kept"] = _best([key for key in made.keys if key not in made.held], times)
        last = "kept"
    if by is None or everywhere:
        return Plan(parts, last, shown is not None)
    parts["touches"] = _touches(asking, question, by)
    parts["valued"] = _valued(asking, question, by, last)
    if not shown:
        return Plan(parts, "valued")
    parts["renamed"] = f"select actor, level, {', '.join(times)}, {shown} as value from valued"
    return Plan(parts, "renamed", folded=True)


def _best(keys: Sequence[str], times: Sequence[str]) -> str:
    """Each actor's best chain over all values held: the deepest, then the one done first, then the latest."""
    last = " ".join(f"when {k} then {t}" for k, t in enumerate(times, 1))
    order = ", ".join(
        ["level desc", f"case level {last} end", *(f"coalesce({t}, -1) desc" for t in times[::-1])]
    )
    columns = ", ".join([*keys, "level", *times])
    return (
        f"select {columns} from (select *, row_number() over (partition by {', '.join(keys)}"
        f" order by {order}) as turn from reached) r where turn = 1"
    )


def _trend(asking: Asking, question: Funnel) -> tuple[FunnelPoint, ...]:
    """Each period's funnel of the chains that start in it."""
    bounds, span = periods(question), question.span
    plan = _plan(asking, question, None, bounds=bounds)
    steps = range(1, len(question.steps) + 1)
    counts = ", ".join(asking.dialect.count_if(f"level >= {k}") for k in steps)
    rows = asking.rows(plan.parts, f"select period, {counts} from {plan.last} group by period")
    found = {int(row[0]): tuple(int(each) for each in row[1:]) for row in rows}
    return tuple(
        FunnelPoint(
            low,
            found.get(n, (0,) * len(question.steps)),
            low < span.start or high + question.window > span.end,
        )
        for n, (low, high) in enumerate(pairwise(bounds))
    )


# the breakdown


def _touches(asking: Asking, question: Funnel, by: Breakdown) -> str:
    """Events that serve the steps a value may come from, with it."""
    flags = {f"s{k}": step for k, step in enumerate(question.steps, 1)}
    if by.attribution is Attribution.STEP:
        flags = {"s": question.steps[by.step - 1]}
    return read(asking, flags, start=question.span.start, more=ORDER[1:], by=by)


def _valued(asking: Asking, question: Funnel, by: Breakdown, reached: str) -> str:
    """What was reached, with each actor's value."""
    keys = [f"t.{key}" for key in ORDER]
    pick = asking.dialect.last if by.attribution is Attribution.LAST_TOUCH else asking.dialect.first
    if by.attribution is Attribution.STEP:
        since = f"r.t{1 if question.order is Order.UNORDERED else by.step}"
        width = question.window if question.order is Order.UNORDERED else 0
        ts = coarse(asking.dialect, question, "t.ts")
        test = f"r.level >= {by.step} and {ts} >= {since} and {ts} <= {since} + {width}"
    else:
        test = f"t.value <> '{shaping.NONE}'"
    columns = ["level", *(f"t{i}" for i in range(1, len(question.steps) + 1))]
    return (
        f"select r.actor as actor, {', '.join(f'r.{c} as {c}' for c in columns)},"
        f" coalesce(v.value, '{shaping.NONE}') as value from {reached} r left join"
        f" (select r.actor as actor, {pick('t.value', keys)} as value from {reached} r"
        f" join touches t on t.actor = r.actor where {test} group by r.actor) v on v.actor = r.actor"
    )


# the answer


def _counted(asking: Asking, question: Funnel, plan: Plan, by: str) -> list[tuple[Any, ...]]:
    """Rows of (value, count of each step, median of each step but the first)."""
    steps = range(1, len(question.steps) + 1)
    dialect = asking.dialect
    picked = [dialect.count_if(f"level >= {k}") for k in steps]
    picked += [
        dialect.quantile(f"cast(t{k} - t{k - 1} as {dialect.double})", 0.5) for k in steps if k > 1
    ]
    grouped = f" group by {by}" if by else ""
    return asking.rows(
        plan.parts, f"select {by or '0'}, {', '.join(picked)} from {plan.last}{grouped}"
    )


def _steps(row: tuple[Any, ...] | None, question: Funnel) -> tuple[Step, ...]:
    size = len(question.steps)
    row = row or (0,) * size + (None,) * (size - 1)
    counts = [int(each) for each in row[:size]]
    return tuple(
        Step(
            match.name or match.event or "Any event",
            counts[place],
            counts[place] / counts[0] if counts[0] else None,
            counts[place] / counts[place - 1] if place and counts[place - 1] else None,
            shaping.seconds(row[size + place - 1]) if place and counts[place] else None,
        )
        for place, match in enumerate(question.steps)
    )


def check(question: Funnel) -> None:
    """Raises BadQuestion for a funnel that cannot be asked."""
    count = len(question.steps)
    if not 1 <= count <= MOST_STEPS:
        raise BadQuestion(f"a funnel has 1 to {MOST_STEPS} steps")
    if question.window < 0:
        raise BadQuestion("the window cannot be negative")
    if question.exclusion not in ("person", "truncate"):
        raise BadQuestion("exclusion is person or truncate")
    if any(not 1 <= each.after_step < each.before_step <= count for each in question.exclude):
        raise BadQuestion(
            "an exclusion lies between two steps of the funnel, the first before the second"
        )
    if len(question.hold) > MOST_HELD or len(set(question.hold)) < len(question.hold):
        raise BadQuestion(f"up to {MOST_HELD} different properties can be held constant")
    by = question.breakdown
    if by and by.attribution is Attribution.ALL_EVENTS and question.hold:
        raise BadQuestion("properties held constant go with every breakdown but all_events")
    if by and by.attribution is Attribution.STEP and not 1 <= by.step <= count:
        raise BadQuestion("the breakdown's step is none of the funnel's")
    if by and by.most < 1:
        raise BadQuestion("a breakdown shows at least one value")
