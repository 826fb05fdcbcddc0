"""Sealed segments: immutable DuckDB files beside a manifest. One process writes at a time; any number read.

Every change walks copied -> counted -> hashed -> switched -> deleted. Until the switch of the manifest the old files
are the truth and the new one is litter; after it the reverse. Whoever writes next sweeps litter away, so a kill at any
step neither loses nor doubles an event. What was erased (see tombstones) gets into no new segment.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import duckdb
import numpy as np

from loopline.warehouse import layout, manifest, tombstones
from loopline.warehouse.manifest import Entry, Manifest
from loopline.warehouse.records import Event

Note = Callable[[str], None]
Fill = Callable[[duckdb.DuckDBPyConnection], int]


class Miscounted(Exception):
    """A new segment does not hold the events it was made from; nothing was switched."""


def seal(
    home: Path,
    events: Iterable[Event],
    mark: int,
    *,
    memory_limit: str = "512MB",
    note: Note = lambda step: None,
) -> Manifest:
    """Write events into a new segment and move the tail's mark, at once. Without events only the mark moves.

    `events` are all those of the tail behind the old mark and up to `mark`; the caller may delete them from the tail
    whenever it likes once this returned. `note` is told each step when it is done.
    """

    def fill(connection: duckdb.DuckDBPyConnection) -> int:
        return layout.take(connection, events)

    return pour(home, fill, mark, memory_limit=memory_limit, note=note)


def pour(
    home: Path,
    fill: Fill,
    mark: int,
    *,
    memory_limit: str = "512MB",
    note: Note = lambda step: None,
) -> Manifest:
    """As `seal`, where `fill` puts the events into the table `raw` (see layout.RAW) by SQL and says how many."""
    home.mkdir(parents=True, exist_ok=True)
    now = manifest.load(home)
    manifest.sweep(home, now)
    entry = _build(home, now, fill, memory_limit, note)
    kept = (*now.segments, entry) if entry else now.segments
    after = Manifest(mark=mark, next=now.next + 1, segments=_in_order(kept))
    manifest.switch(home, after)
    note("switched")
    return after


def merge(
    home: Path,
    files: Sequence[str],
    *,
    memory_limit: str = "512MB",
    note: Note = lambda step: None,
) -> Manifest:
    """Make one segment of several. Old files stay readable to those who have them open until they close them."""
    now = manifest.load(home)
    manifest.sweep(home, now)
    old = [entry for entry in now.segments if entry.file in set(files)]
    if len(old) < 2:
        return now

    def fill(connection: duckdb.DuckDBPyConnection) -> int:
        for entry in old:
            _copy_raw(connection, home / entry.file)
        return sum(entry.events for entry in old)

    return _replaced(home, now, old, _build(home, now, fill, memory_limit, note), note)


def rewrite(
    home: Path,
    file: str,
    change: Fill,
    *,
    memory_limit: str = "512MB",
    note: Note = lambda step: None,
) -> Manifest:
    """Make a segment anew, without the rows that `change` deletes from `raw`; it says how many those are.

    Erased events are left out in any case. A segment that is empty then is gone.
    """
    now = manifest.load(home)
    manifest.sweep(home, now)
    old = [entry for entry in now.segments if entry.file == file]
    if not old:
        return now

    def fill(connection: duckdb.DuckDBPyConnection) -> int:
        _copy_raw(connection, home / file)
        return old[0].events - change(connection)

    return _replaced(home, now, old, _build(home, now, fill, memory_limit, note), note)


def drop(home: Path, files: Collection[str]) -> Manifest:
    """Take whole segments away."""
    now = manifest.load(home)
    old = [entry for entry in now.segments if entry.file in files]
    return _replaced(home, now, old, None, lambda step: None) if old else now


def _replaced(
    home: Path, now: Manifest, old: Sequence[Entry], entry: Entry | None, note: Note
) -> Manifest:
    rest = [each for each in now.segments if each not in old]
    after = Manifest(
        mark=now.mark,
        next=now.next + 1,
        segments=_in_order([*rest, *([entry] if entry else [])]),
    )
    manifest.switch(home, after)
    note("switched")
    manifest.sweep(home, after)
    note("deleted")
    return after


def paths(home: Path) -> list[Path]:
    """The files of the segments there are, in order of time."""
    return [home / entry.file for entry in manifest.load(home).segments]


def known(home: Path, ids: Sequence[str], first: int, last: int) -> set[str]:
    """Which of these event ids are sealed already, among events of the times `first` to `last` (both inclusive)."""
    found: set[str] = set()
    for entry in manifest.load(home).segments:
        if ids and entry.first <= last and first <= entry.last:
            with duckdb.connect(str(home / entry.file), read_only=True) as connection:
                connection.register("asked", {"id": np.array(ids, dtype=object)})
                rows = connection.execute(
                    "select w.id from wide w join asked a using (id) where w.ts between ? and ?",
                    [first, last],
                ).fetchall()
            found.update(each for (each,) in rows)
    return found


def verify(home: Path) -> list[str]:
    """Files that are missing or no longer what was sealed."""
    wrong = []
    for entry in manifest.load(home).segments:
        path = home / entry.file
        if not path.exists() or _digest(path) != entry.sha256:
            wrong.append(entry.file)
    return wrong


def _build(
    home: Path,
    now: Manifest,
    fill: Fill,
    memory_limit: str,
    note: Note,
) -> Entry | None:
    path = home / f"segment-{now.next:08d}.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path), config={"memory_limit": memory_limit}) as connection:
        layout.open_raw(connection)
        expected = fill(connection)
        expected -= tombstones.drop(connection, tombstones.load(home))
        if expected:
            layout.encode(connection)
            connection.execute("checkpoint")
    note("copied")
    if not expected:
        path.unlink()
        return None
    with duckdb.connect(str(path), read_only=True) as connection:
        counts = connection.execute(
            "select (select count(*) from wide), (select count(*) from by_event),"
            " (select count(*) from by_person), (select min(ts) from wide), (select max(ts) from wide)"
        ).fetchone()
    if counts is None or set(counts[:3]) != {expected}:
        path.unlink()
        raise Miscounted(f"{path.name} holds {counts} where {expected} events were given")
    note("counted")
    with path.open("rb") as file:
        os.fsync(file.fileno())
    manifest.sync_folder(home)
    entry = Entry(path.name, expected, counts[3], counts[4], path.stat().st_size, _digest(path))
    note("hashed")
    return entry


def _copy_raw(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as old (read_only)")
    connection.execute(
        "insert into raw select w.id, n.name, i.name, w.anonymous_id, a.name, w.dialect, w.ts, w.received_at,"
        " coalesce(w.unreadable, w.properties) from old.wide w join old.names n on n.code = w.event"
        " join old.ids i on i.code = w.did join old.accounts a on a.code = w.account"
    )
    connection.execute("detach old")


def _in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: (entry.first, entry.file)))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
