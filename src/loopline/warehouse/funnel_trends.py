"""A funnel by the period in which its chains start, and how long whoever did all steps took."""

from itertools import pairwise

import numpy as np

from loopline.core.insights.answers import FunnelPoint, Times
from loopline.core.insights.chains import Reached
from loopline.core.insights.durations import times
from loopline.core.insights.ir import BadQuestion, Entry, Funnel
from loopline.core.insights.packing import Ints
from loopline.core.insights.periods import edges
from loopline.warehouse.funnel_board import Board, run

MOST = 400  # periods


def trend(board: Board) -> tuple[FunnelPoint, ...]:
    """Each period's funnel of the chains that start in it."""
    question, bounds = board.question, _bounds(board.question)
    board = board.by_time()
    found = []
    for start, end in pairwise(bounds):
        counts = np.bincount(_period(board, start, end).levels, minlength=len(question.steps) + 1)
        reached = np.cumsum(counts[::-1])[::-1][1:]
        cut = start < question.span.start or end + question.window > question.span.end
        found.append(FunnelPoint(start, tuple(reached.tolist()), cut))
    return tuple(found)


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
