"""The hot tail: accepted events and facts in arrival order, in one SQLite file that several processes write."""

import fcntl
import hashlib
import os
import sqlite3
import zlib
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from loopline.warehouse.inserting import insert, numbered
from loopline.warehouse.marks import SCHEMA as MARKS
from loopline.warehouse.marks import Marks
from loopline.warehouse.records import Event, Fact, Outcome
from loopline.warehouse.refusals import SCHEMA as REFUSALS
from loopline.warehouse.refusals import Sample, add_up, admit, keep

_DAY = 86_400_000_000
_FAR = 2**63 - 1  # behind every place
_FORGOTTEN = 5_000  # rows deleted in one transaction
_BITE = "SELECT max(seq) FROM (SELECT seq FROM {} WHERE seq <= ? ORDER BY seq LIMIT ?)"
_EVENT = "id, event, distinct_id, ts, received_at, properties, anonymous_id, account, dialect"
_FACT = "kind, subject, at, object, properties"
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS event (
  seq INTEGER PRIMARY KEY, {_EVENT.replace(",", " NOT NULL,")} NOT NULL);
CREATE TABLE IF NOT EXISTS fact (seq INTEGER PRIMARY KEY, {_FACT.replace(",", " NOT NULL,")} NOT NULL);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO counter VALUES ('event', 0), ('fact', 0);
{MARKS}{REFUSALS}"""
Mark = tuple[int, int]  # of an id, of a content


class Batch(msgspec.Struct):
    """What one request wants kept. `marks` and `fact_marks` are made beside the writer, by `batch`."""

    events: Sequence[Event]
    facts: Sequence[Fact]
    marks: list[Mark]
    fact_marks: list[Mark]
    received_at: int
    refusals: Mapping[tuple[str, str], int] = {}  # (dialect, reason) -> how many
    samples: Sequence[Sample] = ()  # of what was refused
    insiders: Mapping[
        int, str
    ] = {}  # marks of the company's own people -> the domain of their address


def _hash(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big", signed=True)


def _mark(event: Event) -> Mark:
    """The content leaves the time out: a repeated request may carry a newly corrected one.

    A CRC is enough for it: nobody gains by two contents that look alike under one id.
    """
    named = zlib.crc32(f"{event.event}\x1f{event.distinct_id}\x1f".encode())
    return _hash(event.id.encode()), zlib.crc32(event.properties, named)


def _fact_mark(fact: Fact) -> Mark:
    """A tie between two ids is one whenever it was learnt; properties count once for each time."""
    at = "" if fact.object else str(fact.at)
    text = f"fact\x1f{fact.kind}\x1f{fact.subject}\x1f{fact.object}\x1f{at}\x1f".encode()
    return _hash(text + fact.properties), 0


def batch(
    events: Sequence[Event], facts: Sequence[Fact] = (), *, received_at: int,
    refusals: Mapping[tuple[str, str], int] | None = None, samples: Sequence[Sample] = (),
    insiders: Mapping[int, str] | None = None,
) -> Batch:  # fmt: skip
    """A batch with its marks. Raises ValueError for text that cannot be stored."""
    marks, fact_marks = [_mark(e) for e in events], [_fact_mark(f) for f in facts]
    return Batch(
        events, facts, marks, fact_marks, received_at, refusals or {}, samples, insiders or {}
    )


class Tail:
    """The file in `folder`; every method opens what it needs, so an object may be shared by threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "tail.sqlite3"

    def connect(self, *, wait: float = 5.0) -> sqlite3.Connection:
        """A connection that writes, with the tables made. `wait` in seconds for another writer's lock."""
        self.folder.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.file, timeout=wait, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute("PRAGMA cache_size=-16384")
            db.execute("PRAGMA wal_autocheckpoint=4000")
            db.execute("PRAGMA journal_size_limit=67108864")
            db.executescript(_SCHEMA)
        except BaseException:
            db.close()
            raise
        return db

    def _reading(self) -> closing[sqlite3.Connection]:
        db = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=30)
        return closing(db)

    def _ask(self, sql: str, *values: Any) -> list[Any]:
        if not self.file.exists():
            return []
        with self._reading() as db:
            try:
                return db.execute(sql, values).fetchall()
            except sqlite3.OperationalError as wrong:
                if "no such table" in str(wrong):
                    return []  # made this moment by another process
                raise

    def rows(
        self, after_seq: int = 0, limit: int = -1, *, upto: int = _FAR
    ) -> list[tuple[Any, ...]]:
        """Events as rows (seq and the Event's fields in its order), for those who build arrays."""
        sql = f"SELECT seq, {_EVENT} FROM event WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
        return self._ask(sql, after_seq, upto, limit)

    def pages(self, after_seq: int, upto: int, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """As `rows`, in lists of at most `size`, so that a long tail never lies in memory whole."""
        while page := self.rows(after_seq, size, upto=upto):
            yield page
            after_seq = page[-1][0]

    def ids(self, first: int, last: int, after_seq: int = 0) -> list[str]:
        """Ids of the events behind a place that are of the times `first` to `last`, both inclusive."""
        sql = "SELECT id FROM event WHERE seq > ? AND ts BETWEEN ? AND ?"
        return [id for (id,) in self._ask(sql, after_seq, first, last)]

    def first(self, after_seq: int = 0) -> int | None:
        """When the first event behind a place came, in microseconds; None where there is none."""
        sql = "SELECT received_at FROM event WHERE seq > ? ORDER BY seq LIMIT 1"
        found = self._ask(sql, after_seq)
        return int(found[0][0]) if found else None

    def waiting(self, after_seq: int = 0) -> int:
        """How many events lie behind a place."""
        found = self._ask("SELECT count(*) FROM event WHERE seq > ?", after_seq)
        return int(found[0][0]) if found else 0

    def nth(self, after_seq: int, upto: int, count: int) -> int:
        """The place of the `count`-th event behind one, `upto` where there are no more."""
        sql = "SELECT seq FROM event WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT 1 OFFSET ?"
        found = self._ask(sql, after_seq, upto, count - 1)
        return int(found[0][0]) if found else upto

    def read(self, after_seq: int = 0, limit: int = -1) -> list[tuple[int, Event]]:
        """Events that came after a place, in order of arrival. Who has seen a place has all before it."""
        return [(seq, Event(*fields)) for seq, *fields in self.rows(after_seq, limit)]

    def facts(self, after_seq: int = 0, limit: int = -1) -> list[tuple[int, Fact]]:
        """Facts that came after a place, in order of arrival."""
        sql = f"SELECT seq, {_FACT} FROM fact WHERE seq > ? ORDER BY seq LIMIT ?"
        return [(seq, Fact(*fields)) for seq, *fields in self._ask(sql, after_seq, limit)]

    def last(self) -> int:
        """The place of the newest event ever taken; it never goes back."""
        found = self._ask("SELECT value FROM counter WHERE name = 'event'")
        return int(found[0][0]) if found else 0

    def place(self) -> tuple[int, int]:
        """The places of the newest event and of the newest fact: equal places, equal contents."""
        found = dict(self._ask("SELECT name, value FROM counter"))
        return int(found.get("event", 0)), int(found.get("fact", 0))

    def refusals(self, since: int = 0) -> list[tuple[int, str, str, int]]:
        """What was refused: (day as microseconds, dialect, reason, how many), newest day first."""
        sql = "SELECT day, dialect, reason, count FROM refusal WHERE day >= ? ORDER BY day DESC, count DESC"
        return [(d * _DAY, dialect, r, n) for d, dialect, r, n in self._ask(sql, since // _DAY)]

    def refused(self, dialect: str = "") -> list[Sample]:
        """The last few of what was refused, the newest first, of all dialects or of one."""
        sql = "SELECT at, dialect, reason, head FROM refused WHERE ?1 IN ('', dialect) ORDER BY place DESC"
        return [Sample(*row) for row in self._ask(sql, dialect)]

    def insiders(self) -> list[tuple[int, str]]:
        """Marks of ids that were seen with an address of the company's own, and the domain of it."""
        return self._ask("SELECT mark, domain FROM insider")

    def forget(self, upto_seq: int, *, facts_upto: int = 0) -> int:
        """Drop events up to a place (and facts up to theirs), once they are sealed elsewhere; how many events.

        The index of ids stays, so an event that was sealed is still known as a duplicate.
        """
        gone = 0
        with closing(self.connect(wait=30)) as db:
            # Overwritten, so that what is erased later does not lie on in free pages.
            db.execute("PRAGMA secure_delete=ON")
            for table, upto in (("event", upto_seq), ("fact", facts_upto)):
                # In small bites, so that nobody's batch waits behind a long one.
                while last := db.execute(_BITE.format(table), (upto, _FORGOTTEN)).fetchone()[0]:
                    with self.turn():
                        db.execute("BEGIN IMMEDIATE")
                        cut = db.execute(f"DELETE FROM {table} WHERE seq <= ?", (last,)).rowcount
                        db.execute("COMMIT")
                    gone += cut if table == "event" else 0
        return gone

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Under a file lock: writers of several processes take turns instead of polling SQLite's lock."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        handle = os.open(self.folder / "tail.lock", flags, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _sort_out(
    one: Batch, known: dict[int, int], fresh: dict[int, int], rows: list[Event]
) -> Outcome:
    """Append what is new to `rows` and `fresh`; first come, first kept."""
    before, doubled, conflicts = len(rows), 0, []
    for place, (event, (mark, content)) in enumerate(zip(one.events, one.marks, strict=True)):
        there = known.get(mark)
        if there is None:
            known[mark] = fresh[mark] = content
            rows.append(event)
        elif there == content:
            doubled += 1
        else:
            conflicts.append(place)
    return Outcome(len(rows) - before, doubled, tuple(conflicts))


def store(
    db: sqlite3.Connection,
    group: Sequence[Batch],
    now: int,
    index: Marks | None = None,
    elsewhere: Container[str] = (),
) -> list[Outcome]:
    """Keep a group of batches in one transaction; on disk when this returns. `now` in microseconds.

    `index` is this connection's memory of the ids; ids `elsewhere` (they came by file) count as duplicates too.
    Raises sqlite3.Error, ValueError or OverflowError; then nothing of the group is there, and the index is good
    for nothing more.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        outcomes = _store(db, group, now, index or Marks(), elsewhere)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return outcomes


def _store(
    db: sqlite3.Connection,
    group: Sequence[Batch],
    now: int,
    index: Marks,
    elsewhere: Container[str],
) -> list[Outcome]:
    index.catch_up(db, now)
    wanted = [mark for one in group for mark, _ in one.marks]
    wanted += [mark for one in group for mark, _ in one.fact_marks]
    known, fresh = index.known(db, wanted), dict[int, int]()
    rows: list[Event] = []
    facts: list[Fact] = []
    if elsewhere:
        for one in group:
            for event, (mark, content) in zip(one.events, one.marks, strict=True):
                if event.id in elsewhere:
                    known.setdefault(mark, content)
    outcomes = [_sort_out(one, known, fresh, rows) for one in group]
    for one in group:
        for fact, (mark, content) in zip(one.facts, one.fact_marks, strict=True):
            if mark not in known:
                known[mark] = fresh[mark] = content
                facts.append(fact)
    _append(db, "event", _EVENT, rows)
    _append(db, "fact", _FACT, facts)
    index.add(db, fresh)
    for one in group:
        if one.refusals:
            add_up(db, one.refusals, now)
        if one.samples:
            keep(db, one.samples)
        if one.insiders:
            admit(db, one.insiders)
    return outcomes


def _append(
    db: sqlite3.Connection, name: str, columns: str, rows: Sequence[Event] | Sequence[Fact]
) -> None:
    if rows:
        astuple, places = msgspec.structs.astuple, numbered(db, name, len(rows))
        placed = [(place, *astuple(row)) for place, row in zip(places, rows, strict=True)]
        insert(db, f"INSERT INTO {name} (seq, {columns}) VALUES", placed)
