"""Bringing a file in, chunk by chunk: each is judged, freed of what is here, sealed and written down before the next.

A kill at any place loses and doubles nothing: what was sealed is known by its ids when the chunk is read again, and
counted as done when the journal knows the segment.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import duckdb

from loopline.connectors.event_files.chunks import Bad, Loaded, Position, Reader, Setting
from loopline.connectors.event_files.erased import leave_out, without
from loopline.connectors.event_files.journals import Journal, Pending, State
from loopline.connectors.event_files.judging import lock
from loopline.connectors.event_files.settling import (
    NEAR,
    Settled,
    facts,
    overtaken,
    segment_files,
    settle,
)
from loopline.core.problems import Conflict, Invalid
from loopline.warehouse import manifest, sealing, segments, tombstones
from loopline.warehouse.records import Fact
from loopline.warehouse.room import enough_room
from loopline.warehouse.tail import Tail, batch, store

MEMORY = "240MB"
TRIES = 5
SLICE = 2_000  # facts written at once
WAIT = 120.0  # seconds for another process that seals
Step = Callable[..., None]


class _Overtaken(Exception):
    """The same event came in live while its chunk was sealed."""


class Bringing:
    """One import of one file into a folder of events."""

    def __init__(
        self, folder: Path, reader: Reader, journal: Journal, *, now: int, step: Step
    ) -> None:
        self.folder, self.home = folder, folder / "segments"
        self.reader, self.journal, self.now, self._step = reader, journal, now, step
        self.tail = Tail(folder)
        self._checked = 0
        self._began, self._rows = time.monotonic(), 0

    def run(self) -> State:
        """Take everything in; the state at its end. Raises Invalid, Conflict, or what `step` raises."""
        state = self.journal.load(self.now)
        self._rows = -state.totals.rows
        while state.at is not None:
            room = enough_room(self.folder)
            if room:
                raise Conflict(room)
            state = self._chunk(state, state.at)
            self._tell(state)
        return state

    def _chunk(self, state: State, at: Position) -> State:
        for _ in range(TRIES):
            with suppress(_Overtaken), sealing.writing(self.folder, wait=WAIT):
                return self._sealed(state, at)
        raise Conflict(
            "The same events come in live while they are imported. Start the import again."
        )

    def _sealed(self, state: State, at: Position) -> State:
        done: list[tuple[Loaded, Settled, State, list[Fact]]] = []

        def fill(connection: duckdb.DuckDBPyConnection) -> int:
            done[:] = [self._read(connection, state, at)]
            connection.execute("drop table raw")
            connection.execute("delete from judged where reason is not null")
            connection.execute("alter table judged rename to raw")
            return done[0][1].fresh

        with ExitStack() as turn:

            def note(step: str) -> None:
                _, settled, after, learnt = done[0]
                if step == "hashed":
                    self._tell_facts(learnt)
                    turn.enter_context(self._switching(settled, state, after))
                elif step == "switched":
                    self.journal.publish(state.number, settled.first, settled.last)

            mark = manifest.load(self.home).mark
            segments.pour(self.home, fill, mark, memory_limit=MEMORY, note=note)
        _, settled, after, learnt = done[0]
        if not settled.fresh and not settled.same:
            self._tell_facts(learnt)
        self.journal.save(after)
        return after

    def _read(
        self, connection: duckdb.DuckDBPyConnection, state: State, at: Position
    ) -> tuple[Loaded, Settled, State, list[Fact]]:
        lock(connection, [*self.reader.files(), *segment_files(self.home)])
        return self._settled(connection, state, at, dry=False)

    def _settled(
        self, connection: duckdb.DuckDBPyConnection, state: State, at: Position, *, dry: bool
    ) -> tuple[Loaded, Settled, State, list[Fact]]:
        setting = Setting(self.journal.work, self.now, state.base + state.totals.rows)
        loaded = self.reader.load(connection, at, setting)
        number = state.number
        listed = tombstones.load(self.home)
        leave_out(connection, listed)
        bad = loaded.bad + _bad(connection, loaded)
        self._checked = self.tail.last()
        settled = settle(
            connection, self.home, self.tail.ids, made=loaded.bare,
            earlier_derived=self.journal.earlier("derived", number),
            earlier_marks=self.journal.earlier("marks", number) if dry else (),
        )  # fmt: skip
        self.journal.keep(number, settled)
        learnt = list(loaded.facts)
        if loaded.bare and not dry:
            learnt += facts(connection)
        after = State(state.base, loaded.after, number + 1, state.totals.add(loaded, settled, bad))
        return loaded, settled, after, without(learnt, listed)

    @contextmanager
    def _switching(self, settled: Settled, before: State, after: State) -> Iterator[None]:
        """Hold back the door while the segment becomes part of the store, so that no live copy slips in between."""
        path = self.home / f"segment-{manifest.load(self.home).next:08d}.duckdb"
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        pending = Pending(path.name, digest, after, settled.first, settled.last)
        self.journal.save(before, pending)
        with self.tail.turn():
            low, high = settled.first - NEAR, settled.last + NEAR
            if overtaken(path, self.tail.ids(low, high, self._checked)):
                raise _Overtaken
            yield

    def _tell_facts(self, learnt: list[Fact]) -> None:
        if not learnt:
            return
        with closing(self.tail.connect(wait=60)) as db:
            for start in range(0, len(learnt), SLICE):
                some = [_clean(fact) for fact in learnt[start : start + SLICE]]
                with self.tail.turn():
                    store(db, [batch([], some, received_at=self.now)], self.now)

    def _tell(self, state: State) -> None:
        rows, size = state.totals.rows, self.reader.size
        rate = (rows + self._rows) / max(time.monotonic() - self._began, 0.001)
        done = size if state.at is None else min(self.reader.done(), size)
        share = f"{done / size:.0%}" if size else "100%"
        self._step(
            rows, done=done, total=size, note=f"{rows:,} rows, {share}, {rate:,.0f} rows a second"
        )


def try_out(folder: Path, reader: Reader, *, now: int, step: Step) -> tuple[State, int]:
    """What bringing a file in would do, and how many persons it names. Nothing in `folder` changes."""
    with tempfile.TemporaryDirectory(prefix="loopline-") as made:
        journal = Journal(Path(made), "dry")
        journal.work.mkdir(parents=True)
        trial = Bringing(folder, reader, journal, now=now, step=step)
        state = State(now)
        while state.at is not None:
            config: dict[str, str | bool | int | float | list[str]] = {
                "memory_limit": MEMORY,
                "temp_directory": made,
            }
            with duckdb.connect(config=config) as connection:
                lock(connection, [*reader.files(), *segment_files(trial.home)])
                _, _, state, _ = trial._settled(connection, state, state.at, dry=True)
            trial._tell(state)
        return state, journal.persons(state.number)


def _bad(connection: duckdb.DuckDBPyConnection, loaded: Loaded) -> Bad:
    rows = connection.execute("select n, reason from judged where reason is not null").fetchall()
    return [(int(loaded.lines[n]), reason) for n, reason in rows]


def _clean(fact: Fact) -> Fact:
    """Half a surrogate pair cannot be stored."""

    def whole(text: str) -> str:
        return text.encode("utf-8", "replace").decode()

    return Fact(fact.kind, whole(fact.subject), fact.at, whole(fact.object), fact.properties)


__all__ = ["Bringing", "Invalid", "try_out"]
