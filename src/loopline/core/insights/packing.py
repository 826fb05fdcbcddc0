"""One 64-bit key for (actor, time), exact to the microsecond.

Sorted keys order by actor, then time, so one binary search answers "the last such event of this actor until then".
Where the bits of actor and time do not fit together, actors are taken in blocks of numbers (`blocks`), each with keys
of its own. Where times alone leave next to no bits, they are replaced by their rank: order stays exact, and true times
come back from the table of ranks.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Pair = tuple[Ints, Ints]  # (actors, times in microseconds), of one length
BITS = 63
LEAST = 12  # bits of actors below which blocks would be too many


@dataclass(frozen=True, slots=True)
class Packing:
    """How keys are laid out: `actor << bits | (time - base)`, or the time's rank where `table` is given."""

    bits: int
    base: int
    table: Ints | None = None

    def keys(self, actors: Ints, times: Ints) -> Ints:
        """Keys of equally long arrays; every time must lie in what the packing was made for."""
        low = times - self.base if self.table is None else np.searchsorted(self.table, times)
        return np.asarray((actors << self.bits) | low, dtype=np.int64)

    def actors(self, keys: Ints) -> Ints:
        return np.asarray(keys >> self.bits, dtype=np.int64)

    def times(self, keys: Ints) -> Ints:
        low = keys & ((1 << self.bits) - 1)
        return np.asarray(
            low + self.base if self.table is None else self.table[low], dtype=np.int64
        )


def packing(actors_below: int, times: Iterable[Ints], *, beyond: int = 0) -> Packing:
    """A layout for actors 0 <= a < `actors_below` and all the given times, and so much room behind the last."""
    filled = [each for each in times if each.size]
    if not filled:
        return Packing(1, 0)
    first = min(int(each.min()) for each in filled)
    last = max(int(each.max()) for each in filled)
    bits = max(1, (last - first + beyond).bit_length())
    room = BITS - max(1, (max(actors_below, 1) - 1).bit_length())
    if bits <= room:
        return Packing(bits, first)
    table = np.unique(np.concatenate(filled))
    return Packing(max(1, (table.size - 1).bit_length()), 0, table)


def ordered(keys: Ints) -> Ints:
    """The keys in order, each once. Rows read from a sorted projection are not sorted again."""
    if keys.size < 2:
        return keys
    steps = np.diff(keys)
    if (steps < 0).any():
        return np.unique(keys)
    return keys if (steps > 0).all() else keys[np.concatenate(([True], steps > 0))]


def blocks(pairs: Sequence[Pair], *, beyond: int = 0) -> Iterator[tuple[int, list[Pair]]]:
    """The same events by blocks of actors whose keys fit into 63 bits: (first actor, pairs with actors from 0).

    `beyond`: room that keys need behind the last time.

    Most questions fit into one block, which is the pairs as they are; order within a pair is kept.
    """
    filled = [pair for pair in pairs if pair[0].size]
    below = max((int(actors.max()) + 1 for actors, _ in filled), default=1)
    first = min((int(times.min()) for _, times in filled), default=0)
    last = max((int(times.max()) for _, times in filled), default=0)
    room = BITS - max(1, (last - first + beyond).bit_length())
    if room < LEAST or below <= 1 << room:
        yield 0, list(pairs)
        return
    sorted_ = [bool((actors[1:] >= actors[:-1]).all()) for actors, _ in pairs]
    for low in range(0, below, 1 << room):
        yield (
            low,
            [
                _between(pair, low, low + (1 << room), within_order)
                for pair, within_order in zip(pairs, sorted_, strict=True)
            ],
        )


def in_order(actors: Ints, times: Ints) -> Pair:
    """Rows by actor, then time; as they are where they stand so already."""
    step, wait = np.diff(actors), np.diff(times)
    if ((step > 0) | ((step == 0) & (wait >= 0))).all():
        return actors, times
    order = np.lexsort((times, actors))
    return actors[order], times[order]


def _between(pair: Pair, low: int, high: int, within_order: bool) -> Pair:
    actors, times = pair
    if within_order:
        here = slice(*np.searchsorted(actors, (low, high)).tolist())
        return (actors[here] - low if low else actors[here]), times[here]
    keep = (actors >= low) & (actors < high)
    return actors[keep] - low, times[keep]
