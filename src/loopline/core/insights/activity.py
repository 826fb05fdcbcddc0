"""Kernels over (actor, period) sets: active actors, stickiness, lifecycle, retention, time to value, percentiles.

Buckets are places in a sorted array of period edges; actors are integers from 0. No data is None, never zero.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loopline.core.insights.packing import Bools, Ints, Pair, blocks, in_order, ordered, packing

FEW = 1_000  # times for which a table of periods is not worth making
MOST = 200_000  # stretches of time in such a table: hours of 22 years
FAR = 2**62  # microseconds; times further apart are told apart by search


@dataclass(frozen=True, slots=True)
class Presence:
    """Distinct (actor, bucket) pairs, sorted by actor, then bucket."""

    actors: Ints
    buckets: Ints

    def keys(self, buckets: int) -> Ints:
        return self.actors * buckets + self.buckets


def bucket(times: Ints, edges: Ints) -> Ints:
    """The period of each time: 0 for [edges[0], edges[1]), -1 before the first edge, edges - 1 from the last on."""
    if times.size > FEW and edges.size > 1 and int(edges[-1]) - int(edges[0]) < FAR:
        lengths = np.diff(edges)
        width = int(np.gcd.reduce(lengths))  # a day, or an hour where clocks change
        stretches = int(edges[-1] - edges[0]) // width
        if stretches <= MOST and times.min() >= edges[0] and times.max() < edges[-1]:
            place: Ints = (times - edges[0]) // width
            if stretches > lengths.size:
                place = np.repeat(np.arange(lengths.size), lengths // width)[place]
            return place
    return np.asarray(np.searchsorted(edges, times, "right") - 1, dtype=np.int64)


def presence(actors: Ints, buckets: Ints, count: int) -> Presence:
    """The pairs there are, for buckets 0 <= b < `count`; others are left out."""
    inside = (buckets >= 0) & (buckets < count)
    if not inside.all():
        actors, buckets = actors[inside], buckets[inside]
    same = actors[1:] == actors[:-1]
    if (actors[1:] >= actors[:-1]).all() and not (same & (buckets[1:] < buckets[:-1])).any():
        first = np.ones(min(1, actors.size), dtype=np.bool_)
        new = np.concatenate((first, ~same | (buckets[1:] != buckets[:-1])))
        place = np.flatnonzero(new)
        return Presence(actors[place], buckets[place])
    keys = ordered(actors * count + buckets)
    return Presence(keys // max(count, 1), keys % max(count, 1))


def per_bucket(pairs: Presence, count: int) -> Ints:
    """Distinct actors of each bucket."""
    return np.asarray(np.bincount(pairs.buckets, minlength=count)[:count], dtype=np.int64)


def rolling(pairs: Presence, count: int, width: int) -> Ints:
    """Distinct actors of the `width` days that end on each day, days 0 to `count` - 1.

    Interval difference: each active day opens an interval that ends after `width` days or at the actor's next active
    day; the running sum of openings less endings is the answer. Exact, one pass, no fan-out.
    """
    change = np.zeros(count + 1, dtype=np.int64)
    if pairs.actors.size:
        until = pairs.buckets + width
        same = pairs.actors[1:] == pairs.actors[:-1]
        until[:-1] = np.where(same, np.minimum(until[:-1], pairs.buckets[1:]), until[:-1])
        np.add.at(change, pairs.buckets, 1)
        np.subtract.at(change, np.minimum(until, count), 1)
    return np.cumsum(change)[:count]


def days_each(pairs: Presence) -> tuple[Ints, Ints]:
    """(actors, in how many buckets each was active)."""
    return _counts(pairs.actors)


def lifecycle(pairs: Presence, count: int) -> dict[str, Presence]:
    """Who is new, returning, resurrecting and dormant in each bucket, of all an actor's buckets since their first.

    New: the actor's first bucket. Returning: also active in the bucket before. Resurrecting: active, neither new nor
    returning. Dormant: active in the bucket before, not in this one.
    """
    same = np.concatenate(
        (np.zeros(min(1, pairs.actors.size), bool), pairs.actors[1:] == pairs.actors[:-1])
    )
    gap = np.concatenate((np.zeros(min(1, pairs.buckets.size), np.int64), np.diff(pairs.buckets)))
    followed = np.concatenate((same[1:] & (gap[1:] == 1), np.zeros(min(1, same.size), bool)))
    left = ~followed & (pairs.buckets + 1 < count)
    return {
        "new": _where(pairs, ~same),
        "returning": _where(pairs, same & (gap == 1)),
        "resurrecting": _where(pairs, same & (gap > 1)),
        "dormant": Presence(pairs.actors[left], pairs.buckets[left] + 1),
    }


def firsts(actors: Ints, times: Ints) -> tuple[Ints, Ints]:
    """(actors, first time of each), sorted by actor."""
    actors, times = in_order(actors, times)
    new = _new(actors)
    return actors[new], times[new]


def waits(start: Pair, value: Pair) -> tuple[Ints, Ints, Bools]:
    """Per actor with a start: (actors, microseconds to the first value at or after it or -1, any value before it)."""
    parts = [
        (actors + low, wait, early)
        for low, (began, values) in blocks([firsts(*start), value])
        for actors, wait, early in [_waits(began, values)]
    ]
    return (
        np.concatenate([actors for actors, _, _ in parts]),
        np.concatenate([wait for _, wait, _ in parts]),
        np.concatenate([early for _, _, early in parts]),
    )


def _waits(start: Pair, value: Pair) -> tuple[Ints, Ints, Bools]:
    actors, began = start
    below = max((int(a.max()) + 1 for a in (actors, value[0]) if a.size), default=1)
    layout = packing(below, [began, value[1]])
    wanted, keys = layout.keys(actors, began), ordered(layout.keys(*value))
    if not keys.size:
        return (
            actors,
            np.full(actors.size, -1, dtype=np.int64),
            np.zeros(actors.size, dtype=np.bool_),
        )
    place = np.searchsorted(keys, wanted)
    hit = keys[np.minimum(place, keys.size - 1)]
    good = (place < keys.size) & (layout.actors(hit) == actors)
    early = (place > 0) & (layout.actors(keys[np.maximum(place - 1, 0)]) == actors)
    return actors, np.where(good, layout.times(hit) - began, -1), early


def quantile(values: npt.NDArray[np.float64] | Ints, q: float) -> float | None:
    """Continuous interpolation between the two nearest of the sorted values (Hyndman and Fan's type 7)."""
    return float(np.quantile(values, q)) if values.size else None


def quantiles(
    groups: Ints, values: npt.NDArray[np.float64], count: int, q: float
) -> npt.NDArray[np.float64]:
    """`quantile` of the values of each group 0 to `count` - 1 at once; NaN where a group has none."""
    found = np.full(count, np.nan)
    if not values.size:
        return found
    order = np.lexsort((values, groups))
    values, sizes = values[order], np.bincount(groups, minlength=count)
    there = np.flatnonzero(sizes)
    first = (np.cumsum(sizes) - sizes)[there]
    place = q * (sizes[there] - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, sizes[there] - 1)
    below, above = values[first + low], values[first + high]
    # Where both are infinite their difference is no number.
    with np.errstate(invalid="ignore"):
        between = below + (above - below) * (place - low)
    found[there] = np.where(below == above, below, between)
    return found


def back_on(starts: Presence, backs: Presence, count: int, k: int, *, or_after: bool) -> Bools:
    """Per start (actor, bucket): whether the actor is back in bucket + k, or in that or any later one."""
    found = np.zeros(starts.actors.size, dtype=np.bool_)
    # A bucket beyond the last is nobody's; its key would be the next actor's.
    asked = np.flatnonzero(starts.buckets + k < count)
    if not backs.actors.size or not asked.size:
        return found
    actors = starts.actors[asked]
    want, keys = actors * count + starts.buckets[asked] + k, backs.keys(count)
    place = np.searchsorted(keys, want)
    hit = keys[np.minimum(place, keys.size - 1)]
    found[asked] = (place < keys.size) & (hit // count == actors if or_after else hit == want)
    return found


def back_within(starts: Pair, backs: Pair, low: int, high: int | None) -> Bools:
    """Per start (actor, time): whether the actor is back in [time + low, time + high), with no end for None.

    `starts` are sorted by actor.
    """
    actors, times = starts
    return np.concatenate(
        [
            _within(since, some, None if high is None else high - low)
            for _, (since, some) in blocks([(actors, times + low), backs])
        ]
    )


def _within(since: Pair, backs: Pair, width: int | None) -> Bools:
    actors, times = since
    if not backs[0].size:
        return np.zeros(actors.size, dtype=np.bool_)
    below = max(int(each.max()) + 1 for each in (actors, backs[0]) if each.size)
    layout = packing(below, [times, backs[1]])
    keys = ordered(layout.keys(*backs))
    place = np.searchsorted(keys, layout.keys(actors, times))
    hit = keys[np.minimum(place, keys.size - 1)]
    good = (place < keys.size) & (layout.actors(hit) == actors)
    if width is not None:
        good &= layout.times(hit) < times + width
    return np.asarray(good, dtype=np.bool_)


def _counts(actors: Ints) -> tuple[Ints, Ints]:
    found, counts = np.unique(actors, return_counts=True)
    return found, np.asarray(counts, dtype=np.int64)


def _new(actors: Ints) -> Bools:
    return np.concatenate((np.ones(min(1, actors.size), bool), actors[1:] != actors[:-1]))


def _where(pairs: Presence, keep: Bools) -> Presence:
    return Presence(pairs.actors[keep], pairs.buckets[keep])
