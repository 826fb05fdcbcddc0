"""Insights answered by a PostgreSQL, and sealed segments shipped to it."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import msgspec
import psycopg
from psycopg import sql

from loopline.core.insights import ir
from loopline.core.insights.answers import Answer
from loopline.warehouse import standing
from loopline.warehouse.identity import Identities
from loopline.warehouse.portable import layout, sealed
from loopline.warehouse.portable.dialects import Postgres
from loopline.warehouse.portable.engine import PortableEngine
from loopline.warehouse.records import Event
from loopline.warehouse.standing import Behind, Standing
from loopline.warehouse.store import OutOfTime

TAIL, PEOPLE = "tail", "people"  # shipped beside segments


class PostgresEngine:
    """By URL: `postgresql://user:password@host/database`. Tables are made where they are missing.

    `prefix` stands before their names: a word of ours, or a schema's name with its dot. Raises psycopg.Error.
    """

    name = "postgresql"

    def __init__(self, url: str, *, prefix: str = "loopline_") -> None:
        self._connection = psycopg.connect(
            url, autocommit=True, connect_timeout=10, tcp_user_timeout=30_000
        )
        self._seconds: float | None = None
        self._until: float | None = None
        self._tables = {**layout.names(prefix), "shipped": f"{prefix}shipped"}
        for statement in layout.create(prefix, Postgres.document, extra="segment text"):
            self._run(statement.replace("create table", "create table if not exists", 1))
        shipped, events = self._tables["shipped"], self._tables["events"]
        self._run(f"create table if not exists {shipped} (segment text primary key, digest text)")
        name = events.rpartition(".")[2]
        self._run(f"create index if not exists {name}_by_name on {events} (event, ts)")
        self._run(f"create index if not exists {name}_by_segment on {events} (segment)")
        self._engine = PortableEngine(Postgres(), self._rows, prefix=prefix)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def alive(self) -> bool:
        """See Elsewhere.alive."""
        try:
            self._run("select 1")
        except psycopg.Error:
            return False
        return True

    def limit(self, seconds: float | None) -> None:
        """See Elsewhere.limit."""
        self._seconds = seconds

    def cancel(self) -> None:
        """See Elsewhere.cancel."""
        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=5)

    def answer(self, question: ir.Question) -> Answer:
        """See Engine.answer."""
        with self._limited():
            return self._engine.answer(question)

    def people(self, question: ir.Question, cell: ir.Cell) -> list[tuple[str, str]]:
        """See Engine.people."""
        with self._limited():
            return self._engine.people(question, cell)

    @contextmanager
    def _limited(self) -> Iterator[None]:
        if self._seconds is None:
            yield
            return
        self._until = time.monotonic() + self._seconds
        try:
            yield
        except psycopg.errors.QueryCanceled as error:
            raise OutOfTime(f"stopped after {self._seconds:g} seconds, or cancelled") from error
        finally:
            self._until = None
            if not self._connection.broken:
                self._run("set statement_timeout = 0")

    def load(self, events: Iterable[Event], identities: Identities) -> None:
        """Make these events all there is, and these identities."""
        with self._connection.transaction():
            self._run(f"delete from {self._tables['shipped']}")
            self._run(f"delete from {self._tables['events']}")
            self._fill("events", ((*row, "loaded") for row in layout.event_rows(events)))
            self._know(layout.people_rows(identities))

    def push(
        self, home: Path, identities: Identities, tail: Behind = standing.nothing
    ) -> list[str]:
        """Ship the sealed segments of a folder that are not there yet, the tail, and who is who; the files shipped.

        Segments that are gone here (merged, erased) go there too. All in one transaction.
        """
        now, people = standing.look(home, tail), layout.people_rows(identities)
        wanted = _wanted(now, people)
        erased = sorted(now.erased.pending)
        events, shipped = self._tables["events"], self._tables["shipped"]
        with self._connection.transaction():
            self._run(f"lock table {shipped} in exclusive mode")
            rows = self._rows(f"select segment, digest from {shipped}", {})
            there = {str(name): str(digest) for name, digest in rows}
            gone = [name for name, digest in there.items() if wanted.get(name) != digest]
            self._run(f"delete from {events} where segment = any(%s)", [gone])
            self._run(f"delete from {shipped} where segment = any(%s)", [gone])
            missing = [name for name in wanted if name in gone or name not in there]
            for name in missing:
                if name == PEOPLE:
                    self._know(people)
                else:
                    behind = layout.event_rows(now.behind) if name == TAIL else None
                    found = behind or sealed.rows(home / name, erased)
                    self._fill("events", ((*row, name) for row in found))
                self._run(f"insert into {shipped} values (%s, %s)", [name, wanted[name]])
            # What came later of an erased id stands in the tail, and is somebody new.
            self._run(
                f"delete from {events} where distinct_id = any(%s) and segment <> %s",
                [erased, TAIL],
            )
        return [name for name in missing if name not in (TAIL, PEOPLE)]

    def _know(self, people: Mapping[str, Sequence[tuple[str, ...]]]) -> None:
        for table, rows in people.items():
            self._run(f"delete from {self._tables[table]}")
            self._fill(table, rows)

    def _fill(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        with (
            self._connection.cursor() as cursor,
            cursor.copy(sql.SQL(f"copy {self._tables[table]} from stdin")) as copy,
        ):
            place = layout.COLUMNS[table].index("properties") if table != "ids" else None
            for row in rows:
                copy.write_row([_held(each, json=n == place) for n, each in enumerate(row)])

    def _run(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._connection.execute(statement.encode(), values or None)

    def _rows(self, statement: str, values: Mapping[str, str]) -> Sequence[Sequence[Any]]:
        if self._until is not None:
            left = int((self._until - time.monotonic()) * 1000)
            if left <= 0:
                raise OutOfTime(f"stopped after {self._seconds:g} seconds")
            self._run(f"set statement_timeout = {left}")
        return self._connection.execute(statement.encode(), values or None).fetchall()


def _wanted(now: Standing, people: Mapping[str, Sequence[tuple[str, ...]]]) -> dict[str, str]:
    """What is to be there, by name, each with a digest of what is in it."""
    wanted = {entry.file: entry.sha256 for entry in now.manifest.segments}
    if now.behind:
        wanted[TAIL] = layout.digest(list(layout.event_rows(now.behind)))
    return {**wanted, PEOPLE: layout.digest(people)}


def _held(value: Any, *, json: bool) -> Any:
    """A value as PostgreSQL can hold it: without NUL, also where JSON spells it."""
    if not isinstance(value, str):
        return value
    if json and "\\u" in value:
        found = msgspec.json.decode(layout.document(value.encode()))
        value = msgspec.json.encode(_without_nul(found)).decode()
    return value.replace("\x00", "\ufffd")


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\x00", "\ufffd")
        case dict():
            return {_without_nul(key): _without_nul(each) for key, each in value.items()}
        case list():
            return [_without_nul(each) for each in value]
    return value
