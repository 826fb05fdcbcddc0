"""Ids of events that came by file, so that the same event sent live later counts as a duplicate.

Live ids are remembered for 30 days; a file may hold events of any age. So each import leaves its ids beside the tail:
sorted 64-bit marks in small files named after the times they cover. Only events of those times are looked up, and a
lookup is a binary search in a mapped file, so the door pays nothing for what it does not need.
"""

import hashlib
import mmap
import os
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from loopline.warehouse.records import Event

FOLDER = "imported"
NEAR = 86_400_000_000  # microseconds: a live copy may carry a time corrected by up to a day
_WORD = 8  # bytes of a mark


def mark(id: str) -> int:
    """64 bits that stand for an id. DuckDB says the same as `md5_number_lower(id)`."""
    digest = hashlib.md5(id.encode("utf-8", "replace"), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little")


def publish(folder: Path, name: str, marks: bytes, first: int, last: int) -> Path | None:
    """Leave sorted marks (64-bit, this machine's byte order) of events of the times `first` to `last`. Durable.

    `name` tells them apart; the same name again replaces. Nothing is left where there are no marks.
    """
    if not marks:
        return None
    home = folder / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    path = home / f"{name}.{first}.{last}.ids"
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(marks)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    handle = os.open(home, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return path


def damaged(folder: Path) -> list[Path]:
    """Files of ids that no lookup can be made in: cut short, not in order, or under no name of ours."""
    return [path for path in sorted((folder / FOLDER).glob("*.ids")) if not _sound(path)]


def _sound(path: Path) -> bool:
    marks = _opened(path)
    if marks is None:
        return False
    words = np.asarray(marks.words, dtype=np.uint64)
    return bool(np.all(words[:-1] <= words[1:]))


@dataclass(frozen=True, slots=True)
class _Marks:
    first: int
    last: int
    words: Sequence[int]

    def hold(self, wanted: int) -> bool:
        place = bisect_left(self.words, wanted)
        return place < len(self.words) and self.words[place] == wanted


class Imported:
    """What the files of a folder say. One for each writer; it looks again when the folder changed."""

    def __init__(self, folder: Path) -> None:
        self._home = folder / FOLDER
        self._seen: Any = None
        self._files: dict[str, _Marks] = {}
        self._first, self._last = 0, -1

    def known(self, events: Iterable[Event]) -> set[str]:
        """The ids among these that came by file already."""
        self._look()
        if not self._files:
            return set()
        first, last = self._first, self._last
        return {
            event.id for event in events if first <= event.ts <= last and self._holds(event)
        }  # fmt: skip

    def _holds(self, event: Event) -> bool:
        wanted, at = mark(event.id), event.ts
        return any(
            marks.hold(wanted)
            for marks in self._files.values()
            if marks.first - NEAR <= at <= marks.last + NEAR
        )

    def _look(self) -> None:
        try:
            now = self._home.stat().st_mtime_ns
        except FileNotFoundError:
            self._seen, self._files = None, {}
            return
        if now == self._seen:
            return
        found: dict[str, _Marks] = {}
        for path in self._home.glob("*.ids"):
            marks = self._files.get(path.name) or _opened(path)
            if marks is not None:
                found[path.name] = marks
        self._seen, self._files = now, found
        self._first = min((each.first for each in found.values()), default=0) - NEAR
        self._last = max((each.last for each in found.values()), default=-1) + NEAR


def _opened(path: Path) -> _Marks | None:
    """The marks of a file; None where it went away or is not one of ours."""
    parts = path.name.rsplit(".", 3)
    try:
        first, last = int(parts[1]), int(parts[2])
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not size or size % _WORD:
                return None
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError, IndexError):
        return None
    return _Marks(first, last, memoryview(mapped).cast("Q"))
