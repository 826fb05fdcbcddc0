"""One 64-bit key for (actor, time), exact to the microsecond.

Sorted keys order by actor, then time, so one binary search answers "the last such event of this actor until then".
Where the bits of actor and time do not fit together, times are replaced by their rank: order stays exact, and the
true times come back from the table of ranks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
BITS = 63


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


def packing(actors_below: int, times: Iterable[Ints]) -> Packing:
    """A layout for actors 0 <= a < `actors_below` and all the given times."""
    filled = [each for each in times if each.size]
    if not filled:
        return Packing(1, 0)
    first = min(int(each.min()) for each in filled)
    last = max(int(each.max()) for each in filled)
    bits = max(1, (last - first).bit_length())
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
