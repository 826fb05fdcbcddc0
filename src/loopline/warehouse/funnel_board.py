"""What a funnel reads, once, and the chains found in it: of all its events, or of one value or one period."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from loopline.core.insights import straight
from loopline.core.insights.chains import Gate, Plan, Reached, reach
from loopline.core.insights.ir import Attribution, Entry, Funnel, Match, Order, Ties
from loopline.core.insights.packing import Ints
from loopline.core.insights.windows import gather, gather_shared
from loopline.warehouse.rows import Rows
from loopline.warehouse.scans import Scan, Wish

GRACE = {Ties.STEP_ORDER: 1, Ties.GRACE_1S: 1_000_000, Ties.GRACE_2S: 2_000_000}


@dataclass(frozen=True, slots=True)
class Board:
    """Events that serve the steps, excluded ones, and all where the order is strict.

    With properties held constant, actors stand for (actor, values): `actor * held + values`.
    """

    scan: Scan
    question: Funnel
    steps: tuple[Rows, ...]
    gates: tuple[Rows, ...]
    every: Rows | None
    held: int = 1

    def split(self, codes: int, code_of: Ints) -> "Board":
        """The same events with (actor, value) in the actor's place."""
        return self.each(
            lambda rows: replace(rows, actors=rows.actors * codes + code_of[rows.values])
        )

    def until(self, low: int, high: int) -> "Board":
        """The events of times in [low, high]. For rows in order of time."""

        def some(rows: Rows) -> Rows:
            first, last = (
                np.searchsorted(rows.times, low),
                np.searchsorted(rows.times, high, "right"),
            )
            return rows.where(np.arange(first, last))

        return self.each(some)

    def by_time(self) -> "Board":
        return self.each(lambda rows: rows.where(np.argsort(rows.times, kind="stable")))

    def each(self, one: Callable[[Rows], Rows]) -> "Board":
        return replace(
            self,
            steps=tuple(one(rows) for rows in self.steps),
            gates=tuple(one(rows) for rows in self.gates),
            every=None if self.every is None else one(self.every),
        )


def read(scan: Scan, question: Funnel) -> Board:
    """The board of a question."""
    by = question.breakdown
    everywhere = by is not None and by.attribution is Attribution.ALL_EVENTS
    shared = question.order is Order.UNORDERED and any(_later(question.steps))
    elsewhere = Wish(by=by if everywhere else None, hold=question.hold)
    on_steps = replace(elsewhere, identity=shared)
    strict = question.order is Order.STRICT
    board = Board(
        scan,
        question,
        tuple(scan.read(step, on_steps) for step in question.steps),
        tuple(scan.read(each.match, elsewhere) for each in question.exclude),
        scan.read(Match(None), elsewhere) if strict else None,
    )
    if question.ties is not Ties.STEP_ORDER:
        board = board.each(lambda rows: graced(rows, question))
    if question.hold:
        held = max(1, len(scan.holding.codes))
        board = board.each(lambda rows: replace(rows, actors=rows.actors * held + rows.held))
        board = replace(board, held=held)
    return board


def graced(rows: Rows, question: Funnel) -> Rows:
    """The rows with times as coarse as the question's ties."""
    grace = GRACE[question.ties]
    return rows if grace == 1 else replace(rows, times=rows.times - rows.times % grace)


def run(board: Board, starts: tuple[int, int] | None = None) -> Reached:
    """The chain of every actor, of all or of those that start in [starts)."""
    question, plan = board.question, plan_of(board, starts)
    gates = [
        Gate(rows.actors, rows.times, each.after_step, each.before_step)
        for rows, each in zip(board.gates, question.exclude, strict=True)
    ]
    pairs = [(rows.actors, rows.times) for rows in board.steps]
    if question.order is Order.ORDERED and not gates and straight.fits(pairs, plan):
        found = straight.reach(pairs, plan)
    elif question.order is not Order.UNORDERED:
        every = (board.every.actors, board.every.times) if board.every else None
        found = reach(pairs, plan, gates, every)
    elif any(plan.later):
        found = gather_shared(_shared(board.steps), len(pairs), plan, gates)
    else:
        found = gather(pairs, plan, gates)
    return _best(found, board.held) if question.hold else found


def plan_of(board: Board, starts: tuple[int, int] | None = None) -> Plan:
    """What the kernels need to know of the question."""
    question = board.question
    return Plan(
        _later(question.steps),
        question.window,
        question.entry is Entry.FIRST,
        question.exclusion == "person",
        starts,
        board.scan.store.pause,
    )


def _best(found: Reached, held: int) -> Reached:
    """Each actor's best chain over all values held: the deepest, then the one done first, then the latest."""
    actors, levels, times = found.actors // held, found.levels, found.times
    last = times[np.arange(levels.size), np.maximum(levels - 1, 0)]
    order = np.lexsort(
        (*(-times[:, step] for step in range(times.shape[1])), last, -levels, actors)
    )
    new = np.ones(order.size, dtype=np.bool_)
    new[1:] = actors[order][1:] != actors[order][:-1]
    kept = order[new]
    return Reached(actors[kept], levels[kept], times[kept])


def _later(steps: Sequence[Match]) -> tuple[int, ...]:
    """Per step the last earlier one that an event could serve too: one of the same name, or of any."""
    return tuple(
        max(
            (
                earlier + 1
                for earlier in range(place)
                if step.event is None or steps[earlier].event in (None, step.event)
            ),
            default=0,
        )
        for place, step in enumerate(steps)
    )


def _shared(steps: Sequence[Rows]) -> tuple[Ints, Ints, Ints]:
    """(actors, times, bits of the steps served), one row an event."""
    rows = np.concatenate([each.rows for each in steps])
    bits = np.concatenate(
        [np.full(each.actors.size, 1 << place, dtype=np.int64) for place, each in enumerate(steps)]
    )
    actors = np.concatenate([each.actors for each in steps])
    times = np.concatenate([each.times for each in steps])
    _, first, inverse = np.unique(rows, return_index=True, return_inverse=True)
    masks = np.zeros(first.size, dtype=np.int64)
    np.bitwise_or.at(masks, inverse, bits)
    return actors[first], times[first], masks
