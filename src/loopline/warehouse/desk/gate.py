"""How many may run and wait at once; whoever comes beyond that is told to come back."""

import threading
from collections.abc import Generator
from contextlib import contextmanager


class Full(Exception):
    """Nobody more may wait."""


class Gate:
    """At most `running` inside, `waiting` before it."""

    def __init__(self, running: int, waiting: int) -> None:
        self._room = threading.Semaphore(running)
        self._lock = threading.Lock()
        self._most = running + waiting
        self._here = 0

    @contextmanager
    def entered(self) -> Generator[None]:
        """Wait for a place. Raises Full."""
        with self._lock:
            if self._here >= self._most:
                raise Full
            self._here += 1
        try:
            with self._room:
                yield
        finally:
            with self._lock:
                self._here -= 1

    @property
    def here(self) -> int:
        """How many run or wait."""
        return self._here
