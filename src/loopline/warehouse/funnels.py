"""Funnels of the embedded engine: rows from DuckDB, chains from the kernels, values of the breakdown laid over them."""

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
from loopline.core.insights.packing import Ints, packing
from loopline.warehouse import funnel_trends, ranking
from loopline.warehouse.funnel_board import Board, graced, read, run
from loopline.warehouse.ranking import Value
from loopline.warehouse.rows import Rows
from loopline.warehouse.scans import NONE, Scan, Wish

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
        codes = _touched(scan, question, by, whole.actors)
    return board, whole, _grouped(whole, codes, scan.values.texts(), by.most)


# the breakdown


def _touched(scan: Scan, question: Funnel, by: Breakdown, actors: Ints) -> Ints:
    """Per actor the first (or last) value on any event that serves a step."""
    last = by.attribution is Attribution.LAST_TOUCH
    rows = _present(scan.read_any(question.steps, Wish(by=by, present=True)))
    if not rows.actors.size or not actors.size:
        return np.full(actors.size, NONE, dtype=np.int64)
    below = max(int(rows.actors.max()), int(actors.max())) + 1
    best = np.full(below, np.iinfo(np.int64).min if last else np.iinfo(np.int64).max)
    (np.maximum if last else np.minimum).at(best, rows.actors, rows.times)
    hits = np.flatnonzero(rows.times == best[rows.actors])
    value_of = np.full(below, NONE, dtype=np.int64)
    value_of[rows.actors[hits]] = rows.values[hits]
    if (value_of[rows.actors[hits]] != rows.values[hits]).any():
        rows = _present(scan.read_any(question.steps, Wish(by=by, order=True, present=True)))
        # Of several values put in one place the last stays.
        order = rows.timing() if last else rows.timing()[::-1]
        value_of[rows.actors[order]] = rows.values[order]
    return value_of[actors]


def _present(rows: Rows) -> Rows:
    return rows.where(np.flatnonzero(rows.values >= 0)) if (rows.values < 0).any() else rows


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
    whole = replace(found, actors=found.actors // len(values))
    return _parts(whole, found.actors % len(values), values)


def _split(board: Board, shown: Sequence[Value]) -> tuple[list[Value], Reached]:
    """`shown`: per code (none last) the value its events count under. The values, and who reached what.

    Actors of the answer are `actor * len(values) + place of the value`.
    """
    place = {value: number for number, value in enumerate(dict.fromkeys(shown))}
    code_of = np.array([place[value] for value in shown], dtype=np.int64)
    return list(place), run(board.split(len(place), code_of))


def _grouped(
    whole: Reached, codes: Ints, texts: Sequence[Value], most: int
) -> dict[Value, Reached]:
    """`codes`: each actor's place in `texts`. The values shown, and the rest as one."""
    counts = np.bincount(codes + 1, minlength=len(texts)).tolist()
    sizes = {text: size for text, size in zip([None, *texts[:-1]], counts, strict=True) if size}
    place = ranking.folded(sizes, most)
    values = list(dict.fromkeys(place.values()))
    at = {value: number for number, value in enumerate(values)}
    lookup = np.array([at.get(place.get(text), 0) for text in texts], dtype=np.int64)
    return _parts(whole, lookup[codes], values)


def _parts(whole: Reached, groups: Ints, values: Sequence[Value]) -> dict[Value, Reached]:
    """What belongs to each value; those of nobody left out."""
    # Sorting by digits takes one pass over short numbers, and none over long ones.
    short = groups.astype(np.uint16) if len(values) < 1 << 16 else groups
    order = np.argsort(short, kind="stable")
    sorted_ = whole.at(order)
    ends = np.cumsum(np.bincount(groups, minlength=len(values))).tolist()
    return {
        value: _part(sorted_, slice(first, end))
        for value, first, end in zip(values, [0, *ends], ends, strict=False)
        if end > first
    }


def _part(reached: Reached, some: slice) -> Reached:
    return Reached(reached.actors[some], reached.levels[some], reached.times[some])


# the answer


def _steps(reached: Reached, question: Funnel) -> tuple[Step, ...]:
    at_least = np.bincount(reached.levels, minlength=len(question.steps) + 1)[::-1].cumsum()[::-1]
    counts = at_least[1:].tolist()
    steps = []
    for place, match in enumerate(question.steps):
        waits = None
        if place:
            here = np.flatnonzero(reached.levels > place)
            waits = reached.times[:, place][here] - reached.times[:, place - 1][here]
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
