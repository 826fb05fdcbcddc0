"""Ordered funnels without exclusions: the chains of `chains`, in a third of the passes over the events.

Keys have room for the window: whatever lies at most `window` behind a key is the same actor's, so that one subtraction
tells both. A node of step k is the key of its event, the key its chain starts at and the place of the node before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from loopline.core.insights.chains import Plan, Reached, together
from loopline.core.insights.packing import BITS, LEAST, Ints, Packing, Pair, blocks, packing


@dataclass(frozen=True, slots=True)
class _Nodes:
    """Those of one step, in order of their keys."""

    keys: Ints
    start: Ints
    before: Ints


def fits(steps: Sequence[Pair], plan: Plan) -> bool:
    """Whether keys have the room, and no step repeats an earlier one that is not its neighbour."""
    if any(0 < earlier < step for step, earlier in enumerate(plan.later)):
        return False
    filled = [times for _, times in steps if times.size]
    if not filled:
        return False
    span = max(int(times.max()) for times in filled) - min(int(times.min()) for times in filled)
    return (span + plan.window).bit_length() <= BITS - LEAST


def reach(steps: Sequence[Pair], plan: Plan) -> Reached:
    """As `chains.reach`, for steps that fit."""
    parts = []
    for low, some in blocks(steps, beyond=plan.window):
        found = _reach(some, plan)
        parts.append(replace(found, actors=found.actors + low))
    return together(parts)


def _reach(steps: Sequence[Pair], plan: Plan) -> Reached:
    below = max((int(actors.max()) + 1 for actors, _ in steps if actors.size), default=1)
    layout = packing(below, [times for _, times in steps], beyond=plan.window)
    first = _first(_sorted(layout.keys(*steps[0])), layout, plan)
    levels = [_Nodes(first, first, np.zeros(0, dtype=np.int64))]
    for step in range(2, len(steps) + 1):
        plan.pause()
        shared = plan.later[step - 1] == step - 1
        levels.append(_next(_sorted(layout.keys(*steps[step - 1])), levels[-1], plan, shared))
    return _kept(levels, layout)


def _sorted(keys: Ints) -> Ints:
    return keys if keys.size < 2 or bool((keys[1:] >= keys[:-1]).all()) else np.sort(keys)


def _first(keys: Ints, layout: Packing, plan: Plan) -> Ints:
    if plan.first_only:
        keys = keys[_firsts(layout.actors(keys))]
    if plan.starts:
        keys = keys[plan.may_start(layout.times(keys))]
    return keys


def _next(keys: Ints, before: _Nodes, plan: Plan, shared: bool) -> _Nodes:
    """Each event goes on from the latest node before it; strictly before it where one event could serve both."""
    place = np.searchsorted(before.keys, keys, "left" if shared else "right")
    skip = int(np.searchsorted(place, 1))  # events before any node
    keys, came = keys[skip:], place[skip:] - 1
    start = before.start[came]
    good = np.flatnonzero(keys - start <= plan.window)
    return _Nodes(keys[good], start[good], came[good])


def _firsts(actors: Ints) -> Ints:
    """The places where another actor begins."""
    new = np.ones(actors.size, dtype=np.bool_)
    np.not_equal(actors[1:], actors[:-1], out=new[1:])
    return np.flatnonzero(new)


def _kept(levels: Sequence[_Nodes], layout: Packing) -> Reached:
    """Each actor's chain: the first to end at the deepest step reached."""
    actors = layout.actors(levels[0].keys)
    node = _firsts(actors)
    actors = actors[node]
    depth = np.ones(actors.size, dtype=np.int64)
    for step, level in enumerate(levels[1:], start=2):
        there = layout.actors(level.keys)
        ends = _firsts(there)
        place = np.searchsorted(actors, there[ends])
        depth[place] = step
        node[place] = ends
    times = np.full((len(levels), actors.size), -1, dtype=np.int64)
    for last in range(1, len(levels) + 1):
        here = np.flatnonzero(depth == last)
        at = node[here]
        for step in range(last - 1, -1, -1):
            times[step, here] = layout.times(levels[step].keys[at])
            if step:
                at = levels[step].before[at]
    return Reached(actors, depth, times.T)
