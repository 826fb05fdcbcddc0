"""Events as columns of arrays, as the embedded engine reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from loopline.core.insights.packing import Bools, Ints

Floats = npt.NDArray[np.float64]


def no_ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


def no_floats() -> Floats:
    return np.zeros(0, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Rows:
    """Events as columns, all of one length, or empty where not asked for.

    `order` ranks events of one time; `values` are codes into the scan's values, -1 for none; `numbers` has NaN where
    the property is no number; `events` are codes into the scan's names; `rows` tells one event from another; `held` are
    codes of the values of the properties held constant.
    """

    actors: Ints = field(default_factory=no_ints)
    times: Ints = field(default_factory=no_ints)
    order: Ints = field(default_factory=no_ints)
    values: Ints = field(default_factory=no_ints)
    numbers: Floats = field(default_factory=no_floats)
    events: Ints = field(default_factory=no_ints)
    rows: Ints = field(default_factory=no_ints)
    held: Ints = field(default_factory=no_ints)

    def where(self, keep: Bools | Ints) -> "Rows":
        """The rows of a mask or of places, in that order."""

        def one(column: Ints) -> Ints:
            return column[keep] if column.size else column

        numbers = self.numbers[keep] if self.numbers.size else self.numbers
        return Rows(
            one(self.actors),
            one(self.times),
            one(self.order),
            one(self.values),
            numbers,
            one(self.events),
            one(self.rows),
            one(self.held),
        )

    def in_order(self) -> "Rows":
        """By actor, then time, then arrival."""
        return self.where(self.sorting())

    def timing(self) -> Ints:
        """The places of the rows by time, then arrival."""
        if self._by_time():
            return np.arange(self.times.size)
        if not self.order.size:
            return np.argsort(self.times, kind="stable")
        return np.lexsort((self.order, self.times))

    def sorting(self) -> Ints:
        """The places of the rows in that order. Rows of one wide table stand in order of time and arrival already."""
        if self._by_time():
            return np.argsort(self.actors, kind="stable")
        keys = (self.times, self.actors)
        return np.lexsort((self.order, *keys) if self.order.size else keys)

    def _by_time(self) -> bool:
        wait = np.diff(self.times)
        if not self.order.size:
            return bool((wait >= 0).all())
        return bool(((wait > 0) | ((wait == 0) & (np.diff(self.order) >= 0))).all())


def joined(parts: Sequence[Rows]) -> Rows:
    """The rows of all, one behind the other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return Rows()
    return Rows(
        np.concatenate([part.actors for part in parts]),
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.order for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.numbers for part in parts]),
        np.concatenate([part.events for part in parts]),
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.held for part in parts]),
    )
