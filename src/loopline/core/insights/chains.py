"""Ordered and strict funnels on sorted arrays: which step each actor reaches, and by which chain.

A chain is events e1..en of one actor, event i serving step i, with times that never go back, the last at most `window`
after the first. Two steps that one event could serve both need a strictly later event for the second, so no event is
used twice. Strict: no event of the actor lies strictly between two consecutive steps.

Search merge (reference: ClickHouse's windowFunnel; PostHog's any-entry funnel): for each event of step k the best
predecessor is the latest event that reached step k-1, because its chain starts latest and no part of it lies earlier.
The chain kept for an actor is the one that ends first at the deepest step; among those each step is as late as it can
be, from the last step back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from loopline.core.insights.packing import Bools, Ints, Packing, Pair, blocks, ordered, packing


@dataclass(frozen=True, slots=True)
class Gate:
    """Times of an excluded event, as (actors, times), that may not lie strictly between two steps (1-based)."""

    actors: Ints
    times: Ints
    after: int
    before: int


@dataclass(frozen=True, slots=True)
class Plan:
    """`later[k]`: the last earlier step (1-based, 0 none) that an event of step k+1 could serve too."""

    later: tuple[int, ...]
    window: int
    first_only: bool = False
    drops: bool = True  # exclusions drop the actor; else steps before the excluded event are kept
    starts: tuple[int, int] | None = None  # chains start at or after the one, before the other
    pause: Callable[[], None] = lambda: None  # called between steps; may raise to stop

    def may_start(self, times: Ints) -> Bools:
        """Which of the times a chain may start at."""
        low, high = self.starts or (-(2**63), 2**63 - 1)
        return np.asarray((times >= low) & (times < high), dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Reached:
    """Per actor with a level of at least one, sorted by actor. `times` is (n, steps), -1 where not reached."""

    actors: Ints
    levels: Ints
    times: Ints

    def at(self, places: Ints) -> "Reached":
        """Those at the places, in that order."""
        return Reached(
            self.actors[places], self.levels[places], self.times.T.take(places, axis=1).T
        )


@dataclass(frozen=True, slots=True)
class _Level:
    """Nodes of one step, sorted by key. `run`: the first step of the chain's last stretch of equal times."""

    keys: Ints
    run: Ints
    start: Ints
    previous: Ints


@dataclass(frozen=True, slots=True)
class _Board:
    """The events of a question, packed."""

    layout: Packing
    steps: tuple[Ints, ...]
    gates: tuple[tuple[Ints, int, int], ...]
    every: Ints | None


def reach(
    steps: Sequence[Pair],
    plan: Plan,
    gates: Sequence[Gate] = (),
    every: Pair | None = None,
) -> Reached:
    """The deepest step of every actor.

    `steps`: per step (actors, times in microseconds), in any order; `every`: all events of the actors, given where the
    order is strict. Actors are integers from 0.
    """
    pairs = [*steps, *((gate.actors, gate.times) for gate in gates), *([every] if every else [])]
    parts = []
    for low, some in blocks(pairs):
        within = [
            replace(gate, actors=actors, times=times)
            for gate, (actors, times) in zip(gates, some[len(steps) :], strict=False)
        ]
        found = _reach(some[: len(steps)], plan, within, some[-1] if every else None)
        parts.append(replace(found, actors=found.actors + low))
    return together(parts)


def together(parts: Sequence[Reached]) -> Reached:
    """Answers of disjoint blocks of actors, in order, as one."""
    if len(parts) == 1:
        return parts[0]
    return Reached(
        np.concatenate([part.actors for part in parts]),
        np.concatenate([part.levels for part in parts]),
        np.concatenate([part.times.T for part in parts], axis=1).T,
    )


def _reach(steps: Sequence[Pair], plan: Plan, gates: Sequence[Gate], every: Pair | None) -> Reached:
    board = _board(steps, plan, gates, every)
    open_levels = _merge(board, plan, gated=False)
    if not board.gates:
        return _winners(board, [_ends(level) for level in open_levels], open_levels)
    levels = _merge(board, plan, gated=True)
    ends = [_ends(level) for level in levels]
    if not plan.drops:
        return _winners(board, ends, levels)
    clean = [
        end[_untouched(board, levels, depth, end, plan.window)] for depth, end in enumerate(ends, 1)
    ]
    kept = _winners(board, clean, levels)
    whole = _winners(board, [_ends(level) for level in open_levels], open_levels)
    place = np.searchsorted(whole.actors, kept.actors)
    return _only(kept, kept.levels >= whole.levels[place])


def _board(
    steps: Sequence[Pair],
    plan: Plan,
    gates: Sequence[Gate],
    every: Pair | None,
) -> _Board:
    pairs = [*steps, *((gate.actors, gate.times) for gate in gates), *([every] if every else [])]
    below = max((int(actors.max()) + 1 for actors, _ in pairs if actors.size), default=1)
    layout = packing(below, (times for _, times in pairs))
    packed = [ordered(layout.keys(actors, times)) for actors, times in pairs]
    first = packed[0]
    if plan.first_only and first.size:
        actors = layout.actors(first)
        packed[0] = first[np.concatenate(([True], actors[1:] != actors[:-1]))]
    if plan.starts:
        packed[0] = packed[0][plan.may_start(layout.times(packed[0]))]
    count = len(steps)
    shut = tuple(
        (packed[count + place], gate.after, gate.before) for place, gate in enumerate(gates)
    )
    return _Board(layout, tuple(packed[:count]), shut, packed[-1] if every else None)


def _merge(board: _Board, plan: Plan, *, gated: bool) -> list[_Level]:
    first = board.steps[0]
    zeros = np.zeros(first.size, dtype=np.int64)
    levels = [_Level(first, zeros + 1, board.layout.times(first), zeros - 1)]
    # Runs of equal times matter only where a step repeats an earlier one that is not its neighbour.
    runs = any(0 < earlier < step for step, earlier in enumerate(plan.later))
    for step in range(2, len(board.steps) + 1):
        plan.pause()
        levels.append(_next(board, plan, levels, step, gated=gated, runs=runs))
    return levels


def _next(
    board: _Board, plan: Plan, levels: list[_Level], step: int, *, gated: bool, runs: bool
) -> _Level:
    keys, before, earlier = board.steps[step - 1], levels[-1], plan.later[step - 1]
    side = "left" if runs or earlier == step - 1 else "right"
    previous = np.searchsorted(before.keys, keys, side) - 1  # type: ignore[call-overload]
    run = np.full(keys.size, step, dtype=np.int64)
    if runs:  # chains whose last stretch of equal times goes on with this step
        place = np.searchsorted(keys, before.keys)
        here = np.flatnonzero(
            (before.run > earlier)
            & (place < keys.size)
            & (keys[np.minimum(place, keys.size - 1)] == before.keys if keys.size else False)
        )
        keys = np.concatenate((keys, before.keys[here]))
        previous = np.concatenate((previous, here))
        run = np.concatenate((run, before.run[here]))
    keep = previous >= 0
    keys, previous, run = keys[keep], previous[keep], run[keep]
    good = _fits(board, plan, levels, step, keys, previous)
    if gated:
        for shut, after, upto in board.gates:
            if upto == step:
                since = _back(levels, previous, step - 1, after)
                inside = np.searchsorted(shut, keys) > np.searchsorted(shut, since, "right")
                good &= ~inside
    keys, previous, run = keys[good], previous[good], run[good]
    if runs:
        order = np.lexsort((-run, keys))
        keys, previous, run = keys[order], previous[order], run[order]
    return _Level(keys, run, before.start[previous], previous)


def _fits(
    board: _Board, plan: Plan, levels: list[_Level], step: int, keys: Ints, previous: Ints
) -> Bools:
    before, layout = levels[-1], board.layout
    came = before.keys[previous]
    good = layout.actors(came) == layout.actors(keys)
    good &= layout.times(keys) - before.start[previous] <= plan.window
    if board.every is not None:
        ranks = np.searchsorted(board.every, keys) - np.searchsorted(board.every, came)
        good &= ranks <= 1
    return np.asarray(good, dtype=np.bool_)


def _back(levels: list[_Level], nodes: Ints, depth: int, step: int) -> Ints:
    """Keys of the events that serve `step` in the chains that end at `nodes` of level `depth`."""
    for level in range(depth, step, -1):
        nodes = levels[level - 1].previous[nodes]
    return levels[step - 1].keys[nodes]


def _ends(level: _Level) -> Ints:
    """The node kept for each time: the last of its key, whose chain lies latest."""
    if not level.keys.size:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate((level.keys[1:] != level.keys[:-1], [True])))


def _untouched(board: _Board, levels: list[_Level], depth: int, nodes: Ints, window: int) -> Bools:
    """Where no excluded event follows inside the window of a chain that still owes the step behind it."""
    good = np.ones(nodes.size, dtype=np.bool_)
    start = levels[depth - 1].start[nodes]
    for shut, after, before in board.gates:
        if after <= depth < before and shut.size:
            since = _back(levels, nodes, depth, after)
            place = np.searchsorted(shut, since, "right")
            hit = shut[np.minimum(place, shut.size - 1)]
            same = board.layout.actors(hit) == board.layout.actors(since)
            inside = board.layout.times(hit) - start <= window
            good &= ~((place < shut.size) & same & inside)
    return good


def _winners(board: _Board, ends: list[Ints], levels: list[_Level]) -> Reached:
    steps = len(levels)
    below = max(
        (int(keys[-1] >> board.layout.bits) for keys in board.steps if keys.size), default=-1
    )
    deepest = np.zeros(below + 1, dtype=np.int64)
    node = np.zeros(below + 1, dtype=np.int64)
    for depth in range(1, steps + 1):  # the deeper takes the place of the less deep
        nodes = ends[depth - 1]
        actors = board.layout.actors(levels[depth - 1].keys[nodes])
        first = np.concatenate((np.ones(min(1, actors.size), bool), actors[1:] != actors[:-1]))
        deepest[actors[first]] = depth
        node[actors[first]] = nodes[first]
    every = np.flatnonzero(deepest)
    reached = deepest[every]
    times = np.full((every.size, steps), -1, dtype=np.int64)
    for depth in range(1, steps + 1):
        here = np.flatnonzero(reached == depth)
        nodes = node[every[here]]
        for step in range(depth, 0, -1):
            times[here, step - 1] = board.layout.times(levels[step - 1].keys[nodes])
            nodes = levels[step - 1].previous[nodes]
    return Reached(every, reached, times)


def _only(reached: Reached, keep: Bools) -> Reached:
    return Reached(reached.actors[keep], reached.levels[keep], reached.times[keep])
