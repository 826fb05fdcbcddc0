"""What a funnel's chains are looked for in: events of its steps, as the question's ties, held properties and periods

would have them. Columns: the keys an actor is told by, `ts`, `s1..` and `g1..` (0 or 1), and where they are asked for
`opening` (the actor's first start), `lo` and `hi` (between which chains start).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from loopline.core.insights.ir import Attribution, Breakdown, Entry, Funnel, Order, Ties
from loopline.warehouse.portable.asking import Asking
from loopline.warehouse.portable.dialects import Dialect
from loopline.warehouse.portable.rows import read
from loopline.warehouse.portable.shaping import NONE

GRACE = {Ties.STEP_ORDER: 1, Ties.GRACE_1S: 1_000_000, Ties.GRACE_2S: 2_000_000}
SHIFT = 2 * 10**18  # whole graces, so that times before 1970 are cut downwards too
Parts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Board:
    """Parts, the name of the last, and the keys: the actor first, held values next, then value and period."""

    parts: Parts
    last: str
    keys: tuple[str, ...]
    held: tuple[str, ...] = ()

    def then(self, name: str, sql: str, *more: str) -> "Board":
        return Board({**self.parts, name: sql}, name, (*self.keys, *more), self.held)


def coarse(dialect: Dialect, question: Funnel, ts: str) -> str:
    """A time as the question's ties see it."""
    grace = GRACE[question.ties]
    if grace == 1:
        return ts
    return f"{dialect.whole(f'({ts} + {SHIFT})', str(grace))} * {grace} - {SHIFT}"


def carried(question: Funnel, *, periods: bool) -> list[str]:
    """Columns of the board beside keys, time and flags."""
    return (["opening"] if question.entry is Entry.FIRST else []) + (
        ["lo", "hi"] if periods else []
    )


def may_start(question: Funnel, *, periods: bool) -> str:
    """Whether a chain may start at a row's time."""
    tests = ["ts = opening"] if question.entry is Entry.FIRST else []
    tests += ["ts >= lo and ts < hi"] if periods else []
    return " and ".join(tests) or "1 = 1"


def board(
    asking: Asking,
    question: Funnel,
    by: Breakdown | None,
    shown: str | None,
    bounds: Sequence[int] | None,
) -> Board:
    """`shown`: what values count under; `bounds`: edges of periods, of which each is looked at by itself."""
    everywhere = by if by and by.attribution is Attribution.ALL_EVENTS else None
    steps = [f"s{k}" for k in range(1, len(question.steps) + 1)]
    flags = {f"s{k}": step for k, step in enumerate(question.steps, 1)}
    flags |= {f"g{g}": each.match for g, each in enumerate(question.exclude, 1)}
    held = tuple(f"held{n}" for n in range(1, len(question.hold) + 1))
    labels = [
        f"{asking.label('properties', name)} as {h}"
        for h, name in zip(held, question.hold, strict=True)
    ]
    every = question.order is Order.STRICT
    sql = read(asking, flags, start=question.span.start, every=every, by=everywhere, more=labels)
    value = ("value",) if everywhere else ()
    made = Board({"found": sql}, "found", ("actor", *held, *value), held)
    if held or shown or question.ties is not Ties.STEP_ORDER:
        keys = ", ".join(
            ["actor", *held, *([f"{shown or 'value'} as value"] if everywhere else [])]
        )
        tests = " and ".join(f"{h} <> '{NONE}'" for h in held) or "1 = 1"
        ts = coarse(asking.dialect, question, "ts")
        made = made.then(
            "seen", f"select {keys}, {ts} as ts, {', '.join(flags)} from found where {tests}"
        )
    if question.entry is Entry.FIRST:
        starts = steps if question.order is Order.UNORDERED else steps[:1]
        test = " or ".join(f"{s} = 1" for s in starts)
        over = f"over (partition by {', '.join(made.keys)})"
        made = made.then(
            "opened",
            f"select *, min(case when {test} then ts end) {over} as opening from {made.last}",
        )
    return made if bounds is None else _spread(made, question, [*flags], bounds)


def _spread(made: Board, question: Funnel, flags: list[str], bounds: Sequence[int]) -> Board:
    """Each event in every period whose chains can reach it."""
    each = " union all ".join(
        f"select {n} as period, {low} as lo, {high} as hi"
        for n, (low, high) in enumerate(pairwise(bounds))
    )
    opening = ["opening"] if question.entry is Entry.FIRST else []
    columns = ", ".join(f"f.{c} as {c}" for c in [*made.keys, "ts", *flags, *opening])
    return made.then("each_period", each or "select 0 as period, 0 as lo, 0 as hi").then(
        "spread",
        f"select {columns}, p.period as period, p.lo as lo, p.hi as hi from {made.last} f"
        f" cross join each_period p where f.ts >= p.lo and f.ts <= p.hi + {question.window}",
        "period",
    )
