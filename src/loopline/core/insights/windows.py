"""Unordered funnels: the most distinct steps that distinct events of one actor serve inside one window.

A window opens at an event that serves any step. Its k-th time is the first at which k steps can be served at once by
k different events; an actor's window is the one that serves most, then the one that is done first, then the latest.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from loopline.core.insights.chains import Gate, Plan, Reached, together
from loopline.core.insights.packing import Bools, Ints, Packing, Pair, blocks, ordered, packing

FAR = np.iinfo(np.int64).max


def gather(steps: Sequence[Pair], plan: Plan, gates: Sequence[Gate] = ()) -> Reached:
    """As `chains.reach`, without an order. No two steps may be served by one event; see `gather_shared` for those."""
    parts = []
    for low, some in blocks([*steps, *((gate.actors, gate.times) for gate in gates)]):
        within = [
            replace(gate, actors=actors, times=times)
            for gate, (actors, times) in zip(gates, some[len(steps) :], strict=True)
        ]
        found = _gather(some[: len(steps)], plan, within)
        parts.append(replace(found, actors=found.actors + low))
    return together(parts)


def _gather(steps: Sequence[Pair], plan: Plan, gates: Sequence[Gate]) -> Reached:
    below = max((int(actors.max()) + 1 for actors, _ in steps if actors.size), default=1)
    gate_below = max((int(g.actors.max()) + 1 for g in gates if g.actors.size), default=1)
    layout = packing(max(below, gate_below), [*(t for _, t in steps), *(g.times for g in gates)])
    packed = [ordered(layout.keys(actors, times)) for actors, times in steps]
    opens = ordered(np.concatenate(packed))
    if plan.first_only and opens.size:
        actors = layout.actors(opens)
        opens = opens[np.concatenate(([True], actors[1:] != actors[:-1]))]
    if plan.starts:
        opens = opens[plan.may_start(layout.times(opens))]
    hits = np.full((opens.size, len(steps)), FAR, dtype=np.int64)
    start = layout.times(opens)
    for place, keys in enumerate(packed):
        plan.pause()
        hits[:, place] = _following(layout, keys, opens, start + plan.window)
    hits.sort(axis=1)
    return settle(layout.actors(opens), hits, plan, [_shut(layout, gate) for gate in gates], layout)


def settle(
    actors: Ints,
    hits: Ints,
    plan: Plan,
    gates: Sequence[tuple[Ints, int, int]],
    layout: Packing,
) -> Reached:
    """Choose each actor's window. `hits`: per window (rows by actor, then opening) its sorted times, FAR where none."""
    levels = np.asarray((hits != FAR).sum(axis=1), dtype=np.int64)
    deepest = levels
    if gates:
        spoiled = [_spoiled(layout, actors, hits, gate, plan) for gate in gates]
        if plan.drops:
            clean = ~np.logical_or.reduce([each.any(axis=1) for each in spoiled])
            levels = np.where(clean, levels, 0)
        else:
            for each in spoiled:
                first = np.where(each.any(axis=1), each.argmax(axis=1), hits.shape[1])
                levels = np.minimum(levels, first)
    last = hits[np.arange(levels.size), np.maximum(levels - 1, 0)]
    order = np.lexsort((-hits[:, 0], last, -levels, actors))
    chosen = order[_firsts(actors[order])]
    if gates and plan.drops:
        by_depth = np.lexsort((-deepest, actors))
        most = deepest[by_depth[_firsts(actors[by_depth])]]
        chosen = chosen[levels[chosen] >= most]
    chosen = chosen[levels[chosen] > 0]
    times, depth = hits[chosen], levels[chosen]
    times[np.arange(hits.shape[1])[None, :] >= depth[:, None]] = -1
    return Reached(actors[chosen], depth, times)


def _firsts(actors: Ints) -> Bools:
    return np.concatenate((np.ones(min(1, actors.size), bool), actors[1:] != actors[:-1]))


def _following(layout: Packing, keys: Ints, opens: Ints, until: Ints) -> Ints:
    """The time of the first key at or after each opening, same actor, no later than `until`; FAR where none."""
    if not keys.size:
        return np.full(opens.size, FAR, dtype=np.int64)
    place = np.searchsorted(keys, opens)
    hit = keys[np.minimum(place, keys.size - 1)]
    times = layout.times(hit)
    good = (place < keys.size) & (layout.actors(hit) == layout.actors(opens)) & (times <= until)
    return np.where(good, times, FAR)


def _shut(layout: Packing, gate: Gate) -> tuple[Ints, int, int]:
    return ordered(layout.keys(gate.actors, gate.times)), gate.after, gate.before


def _spoiled(
    layout: Packing, actors: Ints, hits: Ints, gate: tuple[Ints, int, int], plan: Plan
) -> Bools:
    """(windows, steps): whether the gate's event lies so that the step of that column may not be counted.

    Dropping marks column `before` for a hit between the two steps, or column `after` where the window still owes
    `before` and the hit falls inside it.
    """
    keys, after, before = gate
    marks = np.zeros(hits.shape, dtype=np.bool_)
    since, until = hits[:, after - 1], hits[:, before - 1]
    known = since != FAR
    reach = layout.keys(actors[known], since[known])
    place = np.searchsorted(keys, reach, "right")
    if not keys.size:
        return marks
    hit = keys[np.minimum(place, keys.size - 1)]
    same = (place < keys.size) & (layout.actors(hit) == actors[known])
    when = layout.times(hit)
    done = until[known] != FAR
    marks[known, before - 1] = same & done & (when < until[known])
    if plan.drops:
        owed = same & ~done & (when - hits[known, 0] <= plan.window)
        marks[known, after - 1] |= owed
    return marks


def gather_shared(
    rows: tuple[Ints, Ints, Ints],
    steps: int,
    plan: Plan,
    gates: Sequence[Gate] = (),
) -> Reached:
    """As `gather` where one event may serve several steps. `rows`: (actors, times, steps served as bits), one an event.

    Each window is a bipartite matching of events and steps, grown by augmenting paths (Kuhn): plain Python, for the
    rare question that repeats an event name without an order.
    """
    actors, times, masks = (each[np.lexsort((rows[1], rows[0]))] for each in rows)
    below = max(
        (int(each.max()) + 1 for each in (actors, *(g.actors for g in gates)) if each.size),
        default=1,
    )
    layout = packing(below, [times, *(gate.times for gate in gates)])
    opens = np.flatnonzero(_firsts(actors)) if plan.first_only else np.arange(actors.size)
    if plan.starts:
        opens = opens[plan.may_start(times[opens])]
    ends = np.searchsorted(actors, actors[opens], "right")
    hits = np.full((opens.size, steps), FAR, dtype=np.int64)
    listed, bits = times.tolist(), masks.tolist()
    for place, (first, end) in enumerate(zip(opens.tolist(), ends.tolist(), strict=True)):
        if place % 1024 == 0:
            plan.pause()
        found = _matched(listed, bits, range(first, end), steps, plan.window)
        hits[place, : len(found)] = found
    return settle(actors[opens], hits, plan, [_shut(layout, gate) for gate in gates], layout)


def _matched(times: list[int], bits: list[int], rows: range, steps: int, window: int) -> list[int]:
    """When one, two, ... steps are served at once."""
    owner: dict[int, int] = {}

    def place(row: int, tried: set[int]) -> bool:
        for step in range(steps):
            if bits[row] >> step & 1 and step not in tried:
                tried.add(step)
                if step not in owner or place(owner[step], tried):
                    owner[step] = row
                    return True
        return False

    found: list[int] = []
    for row in rows:
        if len(found) == steps or times[row] - times[rows.start] > window:
            break
        if place(row, set()):
            found.append(times[row])
    return found
