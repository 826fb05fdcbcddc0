"""The index of ids: which events came within the last 30 days, so that a repeated one is told apart.

It lies in buckets of ten days, each dropped whole when it is older, so a client's random ids never order the
events. An id is kept as 64 bits of BLAKE2b: with 100 million ids in the index, the chance that any of them
meets another by accident is below 1 in 3,000.

New marks are first appended in order of arrival, one row a transaction, and known in memory. They move into
their bucket later and sorted, a stretch at a time: a page of a large index is then written for many marks and
not for one. With ten million ids that is 0.4 ms for 100 events instead of 6.5.
"""

import json
import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping

from loopline.warehouse.inserting import insert, numbered

BUCKET = 10 * 86_400_000_000  # microseconds of arrivals that share one bucket of ids
REMEMBERED = 30 * 86_400_000_000  # microseconds an id is known at least
MOVING = 150_000  # marks that gather before they begin to move into their bucket
_LEAST, _FAR = -(2**63), 2**63 - 1
_FEWEST = 200  # marks that move with a transaction at least
SCHEMA = """
CREATE TABLE IF NOT EXISTS arrived (place INTEGER PRIMARY KEY, marks BLOB NOT NULL);
INSERT OR IGNORE INTO counter VALUES ('arrived', 0), ('bucket', -1), ('moving', 0), ('moved', -9223372036854775808);
"""


class Marks:
    """What a process remembers of `arrived`; everything happens inside a transaction that may write.

    Places up to `moving` are on their way into the bucket (`_old`), in order of their value; `moved` says how
    far. What came since is `_young`. All of it is read again by whoever begins anew.
    """

    def __init__(self) -> None:
        self._young: dict[int, int] = {}
        self._old: dict[int, int] = {}
        self._order: list[int] = []
        self._read = self._moving = 0
        self._bucket = -1
        self._tables: list[str] = []
        self._today = ""

    def catch_up(self, db: sqlite3.Connection, now: int) -> None:
        """Learn what other processes wrote; close a bucket whose days are over."""
        state = dict(db.execute("SELECT name, value FROM counter").fetchall())
        today = now // BUCKET
        if state["bucket"] != today:
            _settle(db, state["bucket"])
            db.execute("UPDATE counter SET value = ? WHERE name = 'bucket'", (today,))
        if self._bucket != today:
            self._young, self._old, self._order, self._bucket = {}, {}, [], today
        if state["moving"] != self._moving:
            self._learn(db, state["moving"])
            self._old, self._young = self._young, {}
            self._order, self._moving = sorted(self._old), state["moving"]
        self._learn(db, _FAR)
        self._today, self._tables = _prepare(db, now)

    def _learn(self, db: sqlite3.Connection, upto: int) -> None:
        sql = "SELECT place, marks FROM arrived WHERE place > ? AND place <= ? ORDER BY place"
        for place, packed in db.execute(sql, (self._read, upto)):
            self._young.update(_unpacked(packed))
            self._read = place

    def known(self, db: sqlite3.Connection, marks: Iterable[int]) -> dict[int, int]:
        """Which of the marks are there already, with their content."""
        found, rest = {}, []
        for mark in marks:
            content = self._young.get(mark)
            content = self._old.get(mark) if content is None else content
            if content is None:
                rest.append(mark)
            else:
                found[mark] = content
        asked = json.dumps(rest)
        for name in self._tables:
            sql = f"SELECT mark, content FROM {name} WHERE mark IN (SELECT value FROM json_each(?))"
            found.update(db.execute(sql, (asked,)).fetchall())
        return found

    def add(self, db: sqlite3.Connection, fresh: Mapping[int, int]) -> None:
        """Keep new marks, and let older ones move on."""
        if not fresh:
            return
        (place,) = numbered(db, "arrived", 1)
        db.execute("INSERT INTO arrived VALUES (?, ?)", (place, _packed(fresh)))
        self._move(db, max(_FEWEST, len(fresh) * 5 // 4), len(fresh), place)

    def _move(self, db: sqlite3.Connection, count: int, fresh: int, place: int) -> None:
        (after,) = db.execute("SELECT value FROM counter WHERE name = 'moved'").fetchone()
        start = bisect_left(self._order, after)
        part = self._order[start : start + count]
        if part:
            rows = [(mark, self._old[mark]) for mark in part]
            insert(db, f"INSERT OR IGNORE INTO {self._today} VALUES", rows)
        if start + count < len(self._order):
            db.execute("UPDATE counter SET value = ? WHERE name = 'moved'", (part[-1] + 1,))
            return
        if part:
            db.execute("DELETE FROM arrived WHERE place <= ?", (self._moving,))
            db.execute("UPDATE counter SET value = ? WHERE name = 'moved'", (_FAR,))
        if len(self._young) + fresh >= MOVING:
            db.execute("UPDATE counter SET value = ? WHERE name = 'moving'", (place,))
            db.execute("UPDATE counter SET value = ? WHERE name = 'moved'", (_LEAST,))


_TABLE = "CREATE TABLE IF NOT EXISTS seen_{} (mark INTEGER PRIMARY KEY, content INTEGER NOT NULL)"


def _settle(db: sqlite3.Connection, bucket: int) -> None:
    """Everything that still waits goes into the bucket of its days at once."""
    found: dict[int, int] = {}
    for (packed,) in db.execute("SELECT marks FROM arrived"):
        found.update(_unpacked(packed))
    if found:
        db.execute(_TABLE.format(bucket))
        insert(db, f"INSERT OR IGNORE INTO seen_{bucket} VALUES", sorted(found.items()))
        db.execute("DELETE FROM arrived")
    db.execute("UPDATE counter SET value = ? WHERE name = 'moved'", (_FAR,))


def _packed(marks: Mapping[int, int]) -> bytes:
    return array("q", marks).tobytes() + array("I", marks.values()).tobytes()


def _unpacked(packed: bytes) -> Iterable[tuple[int, int]]:
    count = len(packed) // 12
    marks, contents = array("q"), array("I")
    marks.frombytes(packed[: count * 8])
    contents.frombytes(packed[count * 8 :])
    return zip(marks, contents, strict=True)


def _buckets(db: sqlite3.Connection) -> list[int]:
    found = db.execute("SELECT name FROM sqlite_master WHERE type='table' AND name GLOB 'seen_*'")
    return sorted(int(name.removeprefix("seen_")) for (name,) in found)


def _prepare(db: sqlite3.Connection, now: int) -> tuple[str, list[str]]:
    """The bucket that new ids go to, and all that are still remembered; older ones are dropped."""
    today, kept = now // BUCKET, []
    for bucket in _buckets(db):
        if (bucket + 1) * BUCKET <= now - REMEMBERED:
            db.execute(f"DROP TABLE seen_{bucket}")
        else:
            kept.append(bucket)
    if today not in kept:
        db.execute(_TABLE.format(today))
        kept.append(today)
    return f"seen_{today}", [f"seen_{bucket}" for bucket in kept]
