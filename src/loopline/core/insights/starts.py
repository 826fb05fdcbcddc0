"""Ordered funnels start by start: how deep each single start leads, for funnels by the time of their start."""

from collections.abc import Sequence

import numpy as np

from loopline.core.insights.chains import Plan
from loopline.core.insights.packing import Ints, Pair, blocks, ordered, packing


def by_start(steps: Sequence[Pair], plan: Plan) -> tuple[Ints, Ints, Ints]:
    """(actors, times, levels), one row a start, without exclusions; `plan.starts` is not looked at.

    From one start on, the first event that may serve the next step is never a worse choice than a later one.
    """
    parts = [
        (actors + low, times, levels)
        for low, some in blocks(steps)
        for actors, times, levels in [_by_start(some, plan)]
    ]
    return (
        np.concatenate([actors for actors, _, _ in parts]),
        np.concatenate([times for _, times, _ in parts]),
        np.concatenate([levels for _, _, levels in parts]),
    )


def _by_start(steps: Sequence[Pair], plan: Plan) -> tuple[Ints, Ints, Ints]:
    below = max((int(actors.max()) + 1 for actors, _ in steps if actors.size), default=1)
    layout = packing(below, (times for _, times in steps))
    packed = [ordered(layout.keys(actors, times)) for actors, times in steps]
    first = packed[0]
    if plan.first_only and first.size:
        who = layout.actors(first)
        first = first[np.concatenate(([True], who[1:] != who[:-1]))]
    actors, times = layout.actors(first), layout.times(first)
    levels, alive, path = np.ones(first.size, dtype=np.int64), np.arange(first.size), [first]
    for keys, earlier in zip(packed[1:], plan.later[1:], strict=True):
        plan.pause()
        if not keys.size:
            break
        wanted = np.maximum(path[-1], path[earlier - 1] + 1) if earlier else path[-1]
        place = np.searchsorted(keys, wanted)
        hit = keys[np.minimum(place, keys.size - 1)]
        good = (place < keys.size) & (layout.actors(hit) == actors[alive])
        good &= layout.times(hit) - times[alive] <= plan.window
        alive = alive[good]
        path = [*(each[good] for each in path), hit[good]]
        levels[alive] += 1
    return actors, times, levels
