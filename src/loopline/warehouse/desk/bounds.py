"""What a desk may take of the machine: memory no limit of the engine counts, and time in which nothing can be stopped.

A text of gigabytes, or a list of millions, is made in one step by one function: the engine neither counts it nor
stops within it. So the whole process is bounded, and ends where a question does not.
"""

import os
import resource
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

GRACE = 30.0  # seconds beyond its own that a question may take to stop
LEAST, MOST = 3 << 30, 6 << 30  # bytes of memory of one desk


def hold_memory(most: int | None = None) -> None:
    """Let this process take no more than so many bytes; without, three quarters of the machine's, 3 to 6 GiB."""
    if most is None:
        there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        most = max(LEAST, min(MOST, there * 3 // 4))
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (least, hard))


class Clock:
    """Which questions run, and whether one of them should long have ended."""

    def __init__(self) -> None:
        self._ends: dict[int, float] = {}
        self._lock = threading.Lock()

    @contextmanager
    def running(self, seconds: float) -> Generator[None]:
        """A question that may take so many seconds, on this thread."""
        here = threading.get_ident()
        with self._lock:
            self._ends[here] = time.monotonic() + seconds
        try:
            yield
        finally:
            with self._lock:
                del self._ends[here]

    def overdue(self) -> bool:
        """Whether a question goes on that was stopped more than GRACE seconds ago."""
        with self._lock:
            return any(time.monotonic() > end + GRACE for end in self._ends.values())
