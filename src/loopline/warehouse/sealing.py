"""Looking after the folder of product events: the tail is sealed into segments, small segments become large ones.

Exactly one process at a time may write segments; whoever does holds `writing`. Readers need no lock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from loopline.warehouse import layout, manifest, segments
from loopline.warehouse.erasing import Erased, erase, finish, retain, strip
from loopline.warehouse.lock import WAIT, Busy, writing
from loopline.warehouse.manifest import Entry, Manifest
from loopline.warehouse.room import Disk, disk, enough_room
from loopline.warehouse.tail import Tail

__all__ = [
    "Busy", "Disk", "Erased", "Tended", "disk", "enough_room", "erase", "retain", "strip", "tend", "writing",
]  # fmt: skip

AT_LEAST = 20_000  # events that are worth a segment
OLDEST = 15 * 60 * 1_000_000  # microseconds after which fewer are sealed too
BATCH = 500_000  # events of one new segment
PAGE = 20_000  # rows of the tail in memory at once
TIER = 8  # segments of about one size that become one
MOST = 20_000_000  # events of the largest segment
Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Tended:
    """What was done (events sealed, segments that became one), and what there is: segments, events in them."""

    sealed: int
    merged: int
    segments: int
    events: int


def tend(
    folder: Path,
    *,
    now: int,
    at_least: int = AT_LEAST,
    oldest: int = OLDEST,
    memory_limit: str = "512MB",
    note: Note = lambda step: None,
    wait: float = WAIT,
) -> Tended:
    """Seal the tail where it holds `at_least` events or one that came `oldest` microseconds before `now`; merge once.

    An erasing that was cut short comes first.
    `note` is told each step when it is done. A kill at any step loses and doubles nothing. Raises Busy.
    """
    home, tail = folder / "segments", Tail(folder)
    with writing(folder, wait=wait):
        mark = manifest.load(home).mark
        if tail.first() is not None:
            tail.forget(mark)  # what a call that was cut short had sealed already
        finish(folder, memory_limit=memory_limit, note=note)
        sealed = 0
        if _due(tail, mark, now, at_least, oldest):
            sealed = _seal(home, tail, memory_limit, note)
        merged = _merge(home, memory_limit, note)
        after = manifest.load(home)
    return Tended(sealed, merged, len(after.segments), sum(each.events for each in after.segments))


def _due(tail: Tail, mark: int, now: int, at_least: int, oldest: int) -> bool:
    first = tail.first(mark)
    if first is None:
        return False
    return tail.last() - mark >= at_least or now - first >= oldest


def _seal(home: Path, tail: Tail, memory_limit: str, note: Note) -> int:
    """Everything that is in the tail now, in bounded batches; how many events."""
    total, end = 0, tail.last()
    before = manifest.load(home)
    while before.mark < end:
        upto = tail.nth(before.mark, end, BATCH)
        copy = partial(_copy, tail, before.mark, upto)
        after = segments.pour(home, copy, upto, memory_limit=memory_limit, note=note)
        total += _events(after) - _events(before)
        tail.forget(upto)
        note("forgotten")
        before = after
    return total


def _copy(tail: Tail, low: int, high: int, connection: duckdb.DuckDBPyConnection) -> int:
    return sum(layout.take_rows(connection, page) for page in tail.pages(low, high, PAGE))


def _merge(home: Path, memory_limit: str, note: Note) -> int:
    files = [entry.file for entry in _crowded(manifest.load(home).segments)]
    if files:
        segments.merge(home, files, memory_limit=memory_limit, note=note)
    return len(files)


def _crowded(entries: Sequence[Entry]) -> list[Entry]:
    """The segments to merge now: the first so many of a tier that has enough of them, small tiers first."""
    tiers: dict[int, list[Entry]] = {}
    for entry in entries:
        tiers.setdefault(_tier(entry.events), []).append(entry)
    for _, some in sorted(tiers.items()):
        if len(some) >= TIER:
            chosen: list[Entry] = []
            for entry in some[:TIER]:
                if sum(each.events for each in chosen) + entry.events <= MOST:
                    chosen.append(entry)
            if len(chosen) > 1:
                return chosen
    return []


def _tier(events: int) -> int:
    tier = 0
    while events > AT_LEAST:
        events //= TIER
        tier += 1
    return tier


def _events(of: Manifest) -> int:
    return sum(entry.events for entry in of.segments)
