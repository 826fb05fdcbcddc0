"""Columns of sealed segments as arrays, kept in this process from one question to the next.

Segments never change, so what was once decoded stays right; the columns longest unused go first when room runs out.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy.typing as npt

Column = npt.NDArray[Any]
Columns = tuple[Column, ...]
ROOM = 384 << 20  # bytes


class Decoded:
    """Columns by what they are of. Any thread may ask; the arrays cannot be written to."""

    def __init__(self, room: int = ROOM) -> None:
        self.room, self.taken = room, 0
        self._kept: OrderedDict[tuple[Any, ...], Columns] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[Any, ...], make: Callable[[], Columns]) -> Columns:
        """The columns of that key, made where they are not there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        for each in made:
            each.setflags(write=False)
        with self._lock:
            self._put(key, made)
        return made

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.taken = 0

    def _put(self, key: tuple[Any, ...], made: Columns) -> None:
        size = _size(made)
        if key in self._kept or size > self.room:
            return
        self._kept[key] = made
        self.taken += size
        while self.taken > self.room:
            _, gone = self._kept.popitem(last=False)
            self.taken -= _size(gone)


def _size(some: Columns) -> int:
    return sum(each.nbytes for each in some)


decoded = Decoded()
