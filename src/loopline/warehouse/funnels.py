"""Funnels of the embedded engine: rows from DuckDB, chains from the kernels, values of the breakdown laid over them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from loopline.core.insights.activity import quantile
from loopline.core.insights.answers import FunnelAnswer, Step
from loopline.core.insights.chains import Gate, Plan, Reached, reach
from loopline.core.insights.ir import (
    Attribution,
    BadQuestion,
    Breakdown,
    Cell,
    Entry,
    Funnel,
    Match,
    Order,
)
from loopline.core.insights.packing import Bools, Ints, packing
from loopline.core.insights.windows import gather, gather_shared
from loopline.warehouse import ranking
from loopline.warehouse.ranking import Value
from loopline.warehouse.scans import NONE, Rows, Scan, Wish, joined

MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class _Board:
    """Everything a funnel reads, once."""

    steps: tuple[Rows, ...]
    gates: tuple[Rows, ...]
    every: Rows | None

    def split(self, codes: int, code_of: Ints) -> "_Board":
        """The same events with (actor, value) in the actor's place."""

        def one(rows: Rows) -> Rows:
            return replace(rows, actors=rows.actors * codes + code_of[rows.values])

        return _Board(
            tuple(one(rows) for rows in self.steps),
            tuple(one(rows) for rows in self.gates),
            None if self.every is None else one(self.every),
        )


def answer(scan: Scan, question: Funnel) -> FunnelAnswer:
    whole, groups = _reached(scan, question)
    sizes = {value: int(each.actors.size) for value, each in groups.items()}
    rest = bool(question.breakdown) and len(sizes) > _most(question)
    return FunnelAnswer(
        _steps(whole, question),
        tuple((v, _steps(groups[v], question)) for v in ranking.in_order(sizes, rest=rest)),
    )


def people(scan: Scan, question: Funnel, cell: Cell) -> Ints:
    """Actors who reached the cell's step, of the cell's value where it is split."""
    if not 1 <= cell.step <= len(question.steps):
        raise BadQuestion("no such step")
    whole, groups = _reached(scan, question)
    found = groups.get(cell.value) if cell.split else whole
    if found is None:
        return np.zeros(0, dtype=np.int64)
    return found.actors[found.levels >= cell.step]


def _most(question: Funnel) -> int:
    return question.breakdown.most if question.breakdown else 0


def _reached(scan: Scan, question: Funnel) -> tuple[Reached, dict[Value, Reached]]:
    _check(question)
    board = _read(scan, question)
    whole = _run(board, question)
    by = question.breakdown
    if by is None:
        return whole, {}
    if by.attribution is Attribution.ALL_EVENTS:
        return whole, _by_event(scan, board, question, by)
    if by.attribution is Attribution.STEP:
        rows = scan.read(question.steps[by.step - 1], Wish(by=by, order=True))
        codes = _at_step(rows.in_order(), whole, question, by.step)
    else:
        wish = Wish(by=by, order=True, present=True)
        touches = [scan.read(step, wish) for step in dict.fromkeys(question.steps)]
        codes = _touched(
            joined(touches), whole.actors, last=by.attribution is Attribution.LAST_TOUCH
        )
    texts = scan.values.texts()
    sizes = {texts[code]: count for code, count in Counter(codes.tolist()).items()}
    place = ranking.folded(sizes, by.most)
    groups: dict[Value, list[int]] = {}
    for code in np.unique(codes).tolist():
        groups.setdefault(place[texts[code]], []).append(code)
    return whole, {value: _part(whole, np.isin(codes, some)) for value, some in groups.items()}


def _read(scan: Scan, question: Funnel) -> _Board:
    by = question.breakdown
    everywhere = by is not None and by.attribution is Attribution.ALL_EVENTS
    shared = question.order is Order.UNORDERED and any(_later(question.steps))
    elsewhere = Wish(by=by if everywhere else None)
    on_steps = replace(elsewhere, identity=shared)
    strict = question.order is Order.STRICT
    return _Board(
        tuple(scan.read(step, on_steps) for step in question.steps),
        tuple(scan.read(each.match, elsewhere) for each in question.exclude),
        scan.read(Match(None), elsewhere) if strict else None,
    )


def _run(board: _Board, question: Funnel) -> Reached:
    plan = Plan(
        _later(question.steps),
        question.window,
        question.entry is Entry.FIRST,
        question.exclusion == "person",
    )
    gates = [
        Gate(rows.actors, rows.times, each.after_step, each.before_step)
        for rows, each in zip(board.gates, question.exclude, strict=True)
    ]
    pairs = [(rows.actors, rows.times) for rows in board.steps]
    if question.order is not Order.UNORDERED:
        every = (board.every.actors, board.every.times) if board.every else None
        return reach(pairs, plan, gates, every)
    if any(plan.later):
        return gather_shared(_shared(board.steps), len(pairs), plan, gates)
    return gather(pairs, plan, gates)


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


# the breakdown


def _touched(rows: Rows, actors: Ints, *, last: bool) -> Ints:
    """Per actor the first (or last) value on any event that serves a step."""
    rows = rows.where(np.flatnonzero((rows.values >= 0) & np.isin(rows.actors, actors))).in_order()
    if not rows.actors.size:
        return np.full(actors.size, NONE, dtype=np.int64)
    side = "right" if last else "left"
    place = np.searchsorted(rows.actors, actors, side) - (1 if last else 0)  # type: ignore[call-overload]
    place = np.clip(place, 0, rows.actors.size - 1)
    return np.where(rows.actors[place] == actors, rows.values[place], NONE)


def _at_step(rows: Rows, whole: Reached, question: Funnel, step: int) -> Ints:
    """Per actor the value of the event that served the step in the chain kept; none where it was not reached."""
    found = np.full(whole.actors.size, NONE, dtype=np.int64)
    there = np.flatnonzero(whole.levels >= step)
    if not rows.actors.size or not there.size:
        return found
    unordered = question.order is Order.UNORDERED
    actors = whole.actors[there]
    since = whole.times[there, 0 if unordered else step - 1]
    until = since + question.window if unordered else since
    below = int(max(rows.actors[-1], actors[-1])) + 1
    layout = packing(below, [rows.times, since])
    keys = layout.keys(rows.actors, rows.times)
    place = np.searchsorted(keys, layout.keys(actors, since))
    hit = np.minimum(place, keys.size - 1)
    good = (place < keys.size) & (rows.actors[hit] == actors) & (rows.times[hit] <= until)
    found[there] = np.where(good, rows.values[hit], NONE)
    return found


def _by_event(scan: Scan, board: _Board, question: Funnel, by: Breakdown) -> dict[Value, Reached]:
    """A funnel of its own for each value, over the events that carry it."""
    shown = scan.values.texts()
    values, found = _split(board, question, shown)
    counts = np.bincount(found.actors % len(values), minlength=len(values)).tolist()
    sizes = {value: count for value, count in zip(values, counts, strict=True) if count}
    if len(sizes) > by.most:
        place = ranking.folded(sizes, by.most)
        values, found = _split(board, question, [place.get(each, ranking.OTHER) for each in shown])
    codes = found.actors % len(values)
    whole = replace(found, actors=found.actors // len(values))
    return {values[code]: _part(whole, codes == code) for code in np.unique(codes).tolist()}


def _split(board: _Board, question: Funnel, shown: Sequence[Value]) -> tuple[list[Value], Reached]:
    """`shown`: per code (none last) the value its events count under. The values, and who reached what.

    Actors of the answer are `actor * len(values) + place of the value`.
    """
    place = {value: number for number, value in enumerate(dict.fromkeys(shown))}
    code_of = np.array([place[value] for value in shown], dtype=np.int64)
    return list(place), _run(board.split(len(place), code_of), question)


def _part(reached: Reached, keep: Bools) -> Reached:
    return Reached(reached.actors[keep], reached.levels[keep], reached.times[keep])


# the answer


def _steps(reached: Reached, question: Funnel) -> tuple[Step, ...]:
    counts = [int((reached.levels > place).sum()) for place in range(len(question.steps))]
    steps = []
    for place, match in enumerate(question.steps):
        here = reached.levels > place
        waits = reached.times[here, place] - reached.times[here, place - 1] if place else None
        before = counts[place - 1] if place else 0
        steps.append(
            Step(
                match.name or match.event or "Any event",
                counts[place],
                counts[place] / counts[0] if counts[0] else None,
                counts[place] / before if before else None,
                None if waits is None else quantile(waits / 1e6, 0.5),
            )
        )
    return tuple(steps)


def _check(question: Funnel) -> None:
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
