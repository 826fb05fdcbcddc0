"""Funnels of the embedded engine: rows from DuckDB, chains from the kernels, values of the breakdown laid over them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from loopline.core.insights.activity import quantile
from loopline.core.insights.answers import FunnelAnswer, Step
from loopline.core.insights.chains import Reached
from loopline.core.insights.ir import (
    Attribution,
    BadQuestion,
    Breakdown,
    Cell,
    Funnel,
    Order,
)
from loopline.core.insights.packing import Bools, Ints, packing
from loopline.warehouse import funnel_trends, ranking
from loopline.warehouse.funnel_board import Board, graced, read, run
from loopline.warehouse.ranking import Value
from loopline.warehouse.scans import NONE, Rows, Scan, Wish, joined

MOST_STEPS = 20
MOST_HELD = 3


def answer(scan: Scan, question: Funnel) -> FunnelAnswer:
    board, whole, groups = _reached(scan, question)
    sizes = {value: int(each.actors.size) for value, each in groups.items()}
    rest = bool(question.breakdown) and len(sizes) > _most(question)
    return FunnelAnswer(
        _steps(whole, question),
        tuple((v, _steps(groups[v], question)) for v in ranking.in_order(sizes, rest=rest)),
        funnel_trends.trend(board) if question.interval else (),
        funnel_trends.to_convert(whole) if question.interval else None,
    )


def people(scan: Scan, question: Funnel, cell: Cell) -> Ints:
    """Actors who reached the cell's step, of the cell's value where it is split."""
    if not 1 <= cell.step <= len(question.steps):
        raise BadQuestion("no such step")
    if cell.period is not None:
        _check(question)
        return funnel_trends.people(read(scan, question), cell.at, cell.step)
    _, whole, groups = _reached(scan, question)
    found = groups.get(cell.value) if cell.split else whole
    if found is None:
        return np.zeros(0, dtype=np.int64)
    return found.actors[found.levels >= cell.step]


def _most(question: Funnel) -> int:
    return question.breakdown.most if question.breakdown else 0


def _reached(scan: Scan, question: Funnel) -> tuple[Board, Reached, dict[Value, Reached]]:
    _check(question)
    board = read(scan, question)
    whole = run(board)
    by = question.breakdown
    if by is None:
        return board, whole, {}
    if by.attribution is Attribution.ALL_EVENTS:
        return board, whole, _by_event(scan, board, by)
    if by.attribution is Attribution.STEP:
        rows = scan.read(question.steps[by.step - 1], Wish(by=by, order=True))
        codes = _at_step(graced(rows.in_order(), question), whole, question, by.step)
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
    parts = {value: _part(whole, np.isin(codes, some)) for value, some in groups.items()}
    return board, whole, parts


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


def _by_event(scan: Scan, board: Board, by: Breakdown) -> dict[Value, Reached]:
    """A funnel of its own for each value, over the events that carry it."""
    shown = scan.values.texts()
    values, found = _split(board, shown)
    counts = np.bincount(found.actors % len(values), minlength=len(values)).tolist()
    sizes = {value: count for value, count in zip(values, counts, strict=True) if count}
    if len(sizes) > by.most:
        place = ranking.folded(sizes, by.most)
        values, found = _split(board, [place.get(each, ranking.OTHER) for each in shown])
    codes = found.actors % len(values)
    whole = replace(found, actors=found.actors // len(values))
    return {values[code]: _part(whole, codes == code) for code in np.unique(codes).tolist()}


def _split(board: Board, shown: Sequence[Value]) -> tuple[list[Value], Reached]:
    """`shown`: per code (none last) the value its events count under. The values, and who reached what.

    Actors of the answer are `actor * len(values) + place of the value`.
    """
    place = {value: number for number, value in enumerate(dict.fromkeys(shown))}
    code_of = np.array([place[value] for value in shown], dtype=np.int64)
    return list(place), run(board.split(len(place), code_of))


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
    if len(question.hold) > MOST_HELD or len(set(question.hold)) < len(question.hold):
        raise BadQuestion(f"up to {MOST_HELD} different properties can be held constant")
    by = question.breakdown
    if by and by.attribution is Attribution.ALL_EVENTS and question.hold:
        raise BadQuestion("properties held constant go with every breakdown but all_events")
    if by and by.attribution is Attribution.STEP and not 1 <= by.step <= count:
        raise BadQuestion("the breakdown's step is none of the funnel's")
    if by and by.most < 1:
        raise BadQuestion("a breakdown shows at least one value")
