"""The right to write segments: one process at a time holds it."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAIT = 10.0  # seconds


class Busy(Exception):
    """Another process writes segments now and did not end in time."""


@contextmanager
def writing(folder: Path, *, wait: float = WAIT) -> Iterator[None]:
    """Hold the right to seal, merge, pour or erase in `folder`. Waits so many seconds, then raises Busy.

    It is not re-entrant. A process that dies gives it back.
    """
    with held(folder, "sealing.lock", wait):
        yield


@contextmanager
def held(folder: Path, name: str, wait: float) -> Iterator[None]:
    """A lock on a file of the folder, for this thread of this process. Raises Busy."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + wait
        while not _locked(handle):
            if time.monotonic() >= until:
                raise Busy("Another process looks after the product events now; try again later.")
            time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
