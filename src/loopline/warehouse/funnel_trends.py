"""A funnel by the period in which its chains start, and how long whoever did all steps took."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from loopline.core.insights import activity
from loopline.core.insights.answers import FunnelPoint, Times
from loopline.core.insights.chains import Reached
from loopline.core.insights.durations import times
from loopline.core.insights.ir import BadQuestion, Entry, Funnel, Order
from loopline.core.insights.packing import Ints
from loopline.core.insights.periods import edges
from loopline.core.insights.starts import by_start
from loopline.warehouse.funnel_board import Board, plan_of, run

MOST = 400  # periods


def trend(board: Board) -> tuple[FunnelPoint, ...]:
    """Each period's funnel of the chains that start in it."""
    question, bounds = board.question, _bounds(board.question)
    plain = question.order is Order.ORDERED and not question.exclude
    table = _all_starts(board, bounds) if plain else _each_period(board, bounds)
    return tuple(
        FunnelPoint(
            start,
            tuple(counts),
            start < question.span.start or end + question.window > question.span.end,
        )
        for (start, end), counts in zip(pairwise(bounds), table, strict=True)
    )


def _all_starts(board: Board, bounds: Sequence[int]) -> list[list[int]]:
    """Counts by period and step, from one pass over all starts."""
    pairs = [(rows.actors, rows.times) for rows in board.steps]
    actors, times, levels = by_start(pairs, plan_of(board))
    periods = activity.bucket(times, np.array(bounds, dtype=np.int64))
    count, table = len(bounds) - 1, []
    for step in range(1, len(board.steps) + 1):
        deep = levels >= step
        there = activity.presence(actors[deep] // board.held, periods[deep], count)
        table.append(activity.per_bucket(there, count))
    return [[int(each) for each in counts] for counts in zip(*table, strict=True)]


def _each_period(board: Board, bounds: Sequence[int]) -> list[list[int]]:
    """The same, period by period."""
    board, steps, table = board.by_time(), len(board.steps), []
    for start, end in pairwise(bounds):
        counts = np.bincount(_period(board, start, end).levels, minlength=steps + 1)
        table.append(np.cumsum(counts[::-1])[::-1][1:].tolist())
    return table


def people(board: Board, at: int, step: int) -> Ints:
    """Actors who reached the step by chains that start in the period."""
    bounds = _bounds(board.question)
    if at not in bounds[:-1]:
        raise BadQuestion("no period of the answer begins then")
    found = _period(board.by_time(), at, bounds[bounds.index(at) + 1])
    return found.actors[found.levels >= step]


def _period(board: Board, start: int, end: int) -> Reached:
    """Of rows in order of time, only those are looked at that such a chain can hold."""
    low = start if board.question.entry is Entry.ANY else board.question.span.start - 2_000_000
    return run(board.until(low, end + board.question.window), (start, end))


def _bounds(question: Funnel) -> tuple[int, ...]:
    if question.interval is None:
        raise BadQuestion("the funnel has no trend; give an interval")
    bounds = edges(question.span, question.interval)
    if len(bounds) > MOST + 1:
        raise BadQuestion(f"a funnel's trend has at most {MOST} periods: choose a longer interval")
    return bounds


def to_convert(reached: Reached) -> Times:
    done = reached.levels == reached.times.shape[1]
    return times((reached.times[done, -1] - reached.times[done, 0]) / 1e6)
