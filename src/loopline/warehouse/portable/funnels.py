"""Funnels as window SQL: the chain each actor keeps, laid over the values of a breakdown."""

from dataclasses import dataclass
from typing import Any

from loopline.core.insights.answers import FunnelAnswer, Step
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
from loopline.warehouse.portable.chains import Chains
from loopline.warehouse.portable.rows import ORDER, read
from loopline.warehouse.portable.windows import Windows

MOST_STEPS = 20
Parts = dict[str, str]


def answer(asking: Asking, question: Funnel) -> FunnelAnswer:
    check(question)
    by = question.breakdown
    whole = _counted(asking, question, _plan(asking, question, None), "")
    steps = _steps(whole[0][1:] if whole else None, question)
    if by is None:
        return FunnelAnswer(steps)
    plan = _split(asking, question, by)
    found = {shaping.value_of(row[0]): row[1:] for row in _counted(asking, question, plan, "value")}
    sizes = {value: int(row[0]) for value, row in found.items()}
    rest = plan.folded
    return FunnelAnswer(
        steps,
        tuple((v, _steps(found[v], question)) for v in ranking.in_order(sizes, rest=rest)),
    )


def people(asking: Asking, question: Funnel, cell: Cell) -> tuple[Parts, str]:
    """Parts, and the SELECT of the actors who reached the cell's step, of its value where it is split."""
    check(question)
    if not 1 <= cell.step <= len(question.steps):
        raise BadQuestion("no such step")
    if not cell.split:
        plan = _plan(asking, question, None)
        return plan.parts, f"select actor from {plan.last} where level >= {int(cell.step)}"
    if question.breakdown is None:
        return {}, ""
    plan = _split(asking, question, question.breakdown)
    wanted = asking.bind(shaping.label_of(cell.value))
    return (
        plan.parts,
        f"select actor from {plan.last} where level >= {int(cell.step)} and value = {wanted}",
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """Parts whose `last` has (actor, level, t1..[, value]); whether the values beyond the most are joined."""

    parts: Parts
    last: str
    folded: bool = False


def _split(asking: Asking, question: Funnel, by: Breakdown) -> Plan:
    """The plan by values as they are shown: the largest by actors who began, the rest joined."""
    plan = _plan(asking, question, by)
    rows = asking.rows(plan.parts, f"select value, count(*) from {plan.last} group by value")
    sizes = {str(label): int(count) for label, count in rows}
    shown = shaping.folded(asking, sizes, by.most)
    if shown is None:
        return plan
    return _plan(asking, question, by, shown)


def _plan(asking: Asking, question: Funnel, by: Breakdown | None, shown: str | None = None) -> Plan:
    everywhere = by if by and by.attribution is Attribution.ALL_EVENTS else None
    parts = _rows(asking, question, everywhere)
    source = "found"
    if everywhere and shown:
        parts["renamed"] = f"select actor, ts, {_flags(question)}, {shown} as value from found"
        source = "renamed"
    keys = "actor, value" if everywhere else "actor"
    if question.order is Order.UNORDERED:
        parts |= Windows(question, keys, asking.dialect).parts(source)
    else:
        parts |= Chains(question, keys).parts(source)
    if by is None or everywhere:
        return Plan(parts, "reached", shown is not None)
    times = ", ".join(f"t{i}" for i in range(1, len(question.steps) + 1))
    parts["touches"] = _touches(asking, question, by)
    parts["valued"] = _valued(asking, question, by)
    if not shown:
        return Plan(parts, "valued")
    parts["renamed"] = f"select actor, level, {times}, {shown} as value from valued"
    return Plan(parts, "renamed", folded=True)


def _flags(question: Funnel) -> str:
    flags = [f"s{k}" for k in range(1, len(question.steps) + 1)]
    return ", ".join([*flags, *(f"g{g}" for g in range(1, len(question.exclude) + 1))])


def _rows(asking: Asking, question: Funnel, by: Breakdown | None) -> Parts:
    flags = {f"s{k}": step for k, step in enumerate(question.steps, 1)}
    flags |= {f"g{g}": each.match for g, each in enumerate(question.exclude, 1)}
    every = question.order is Order.STRICT
    sql = read(asking, flags, start=question.span.start, every=every, by=by)
    return {"found": sql}


# the breakdown


def _touches(asking: Asking, question: Funnel, by: Breakdown) -> str:
    """Events that serve the steps a value may come from, with it."""
    flags = {f"s{k}": step for k, step in enumerate(question.steps, 1)}
    if by.attribution is Attribution.STEP:
        flags = {"s": question.steps[by.step - 1]}
    return read(asking, flags, start=question.span.start, more=ORDER[1:], by=by)


def _valued(asking: Asking, question: Funnel, by: Breakdown) -> str:
    """`reached` with each actor's value."""
    keys = [f"t.{key}" for key in ORDER]
    pick = asking.dialect.last if by.attribution is Attribution.LAST_TOUCH else asking.dialect.first
    if by.attribution is Attribution.STEP:
        since = f"r.t{1 if question.order is Order.UNORDERED else by.step}"
        width = question.window if question.order is Order.UNORDERED else 0
        test = f"r.level >= {by.step} and t.ts >= {since} and t.ts <= {since} + {width}"
    else:
        test = f"t.value <> '{shaping.NONE}'"
    columns = ["level", *(f"t{i}" for i in range(1, len(question.steps) + 1))]
    return (
        f"select r.actor as actor, {', '.join(f'r.{c} as {c}' for c in columns)},"
        f" coalesce(v.value, '{shaping.NONE}') as value from reached r left join"
        f" (select r.actor as actor, {pick('t.value', keys)} as value from reached r"
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
    by = question.breakdown
    if by and by.attribution is Attribution.STEP and not 1 <= by.step <= count:
        raise BadQuestion("the breakdown's step is none of the funnel's")
    if by and by.most < 1:
        raise BadQuestion("a breakdown shows at least one value")
