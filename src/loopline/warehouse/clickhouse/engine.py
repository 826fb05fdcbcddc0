"""Insights answered by ClickHouse."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from loopline.core.insights import ir
from loopline.core.insights.answers import Answer
from loopline.warehouse import standing
from loopline.warehouse.clickhouse import layout
from loopline.warehouse.clickhouse.connections import Connection, connect
from loopline.warehouse.clickhouse.dialect import ClickHouse, quoted
from loopline.warehouse.identity import Identities
from loopline.warehouse.portable import layout as common
from loopline.warehouse.portable import sealed
from loopline.warehouse.portable.engine import PortableEngine
from loopline.warehouse.records import Event
from loopline.warehouse.standing import Behind
from loopline.warehouse.store import OutOfTime

Shipped = dict[str, str]  # segment -> checksum
TAIL = "tail-"  # before the version that shipped the events that are not sealed yet


class ClickHouseEngine:
    """Answers from what was shipped to a ClickHouse: by URL (see connections.connect) or over a connection.

    `prefix` stands before the tables' names: a word of ours, or a database's name with its dot.
    """

    name = "clickhouse"

    def __init__(self, where: str | Connection, *, prefix: str = "loopline_") -> None:
        self._connection = connect(where) if isinstance(where, str) else where
        self._prefix = prefix
        self._seconds: float | None = None
        self._until: float | None = None
        for sql in layout.create(prefix):
            self._connection.command(sql)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def answer(self, question: ir.Question) -> Answer:
        """See Engine.answer."""
        with self._limited():
            return self._engine().answer(question)

    def people(self, question: ir.Question, cell: ir.Cell) -> list[tuple[str, str]]:
        """See Engine.people."""
        with self._limited():
            return self._engine().people(question, cell)

    def alive(self) -> bool:
        """See Elsewhere.alive: each statement is a request of its own."""
        return True

    def limit(self, seconds: float | None) -> None:
        """See Elsewhere.limit."""
        self._seconds = seconds

    def cancel(self) -> None:
        """See Elsewhere.cancel: a query runs to the end of its time here."""

    @contextmanager
    def _limited(self) -> Iterator[None]:
        if self._seconds is None:
            yield
            return
        self._until = time.monotonic() + self._seconds
        try:
            yield
        except Exception as error:  # each way to a ClickHouse has its own
            if "TIMEOUT_EXCEEDED" not in str(error):
                raise
            raise OutOfTime(f"stopped after {self._seconds:g} seconds") from error
        finally:
            self._until = None

    def _engine(self) -> PortableEngine:
        version, shipped = self._state()
        tables = layout.views(self._prefix, version, [quoted(each) for each in shipped])
        return PortableEngine(ClickHouse(), self._rows, tables=tables)

    def _rows(self, sql: str, _: Mapping[str, str]) -> Sequence[Sequence[Any]]:
        if self._until is None:
            return self._connection.rows(sql)
        left = self._until - time.monotonic()
        if left <= 0:
            raise OutOfTime("stopped after its time")
        return self._connection.rows(f"{sql}, max_execution_time = {left:.3f}")

    # shipping

    def load(self, events: Iterable[Event], identities: Identities, segment: str = "loaded") -> int:
        """Make these events all there is, and these identities; how many events."""
        version, shipped = self._state()
        count = self._ship(segment, (row for row in common.event_rows(events)))
        self._switch(version + 1, {segment: ""}, identities)
        self._forget(shipped, {segment: ""})
        return count

    def push(
        self, home: Path, identities: Identities, tail: Behind = standing.nothing
    ) -> list[str]:
        """Ship the sealed segments of a folder that are not there yet, the tail, and who is who; the files shipped.

        Segments that are gone here (merged, erased) go there too. May be killed and run again at any point: answers
        are those of the last push that ended.
        """
        version, shipped = self._state()
        now = standing.look(home, tail)
        there = {entry.file: entry for entry in now.manifest.segments}
        wanted = {name: entry.sha256 for name, entry in there.items()}
        missing = [name for name, digest in wanted.items() if shipped.get(name) != digest]
        erased = sorted(now.erased.pending)
        for name in missing:
            count = self._ship(name, sealed.rows(home / name, erased))
            if not erased and count != there[name].events:
                raise RuntimeError(f"{name} has {there[name].events} events, {count} were shipped")
        self._erase(erased)
        # The tail last: what came later of an erased id stands in it, and is somebody new.
        wanted |= self._behind(f"{TAIL}{version + 1}", now.behind, shipped, anew=bool(erased))
        self._switch(version + 1, wanted, identities)
        self._forget(shipped, wanted)
        return missing

    def _behind(self, name: str, tail: list[Event], shipped: Shipped, *, anew: bool) -> Shipped:
        if not tail:
            return {}
        rows = list(common.event_rows(tail))
        digest = common.digest(rows)
        same = [each for each, was in shipped.items() if each.startswith(TAIL) and was == digest]
        if same and not anew:
            return {same[0]: digest}
        self._ship(name, rows)
        return {name: digest}

    def _state(self) -> tuple[int, Shipped]:
        rows = self._connection.rows(
            f"select version, segments from {self._prefix}state order by version desc limit 1"
            + ClickHouse.suffix
        )
        if not rows:
            return 0, {}
        version, segments = rows[0]
        return int(version), dict(segments)

    def _ship(self, segment: str, rows: Iterable[tuple[Any, ...]]) -> int:
        events = f"{self._prefix}events"
        self._connection.command(f"alter table {events} drop partition {quoted(segment)}")
        columns = ("segment", *common.COLUMNS["events"])
        return self._connection.insert(events, columns, ((segment, *row) for row in rows))

    def _switch(self, version: int, segments: Shipped, identities: Identities) -> None:
        for table, rows in common.people_rows(identities).items():
            name = f"{self._prefix}{table}"
            self._connection.command(f"alter table {name} drop partition {version}")
            columns = ("version", *common.COLUMNS[table])
            self._connection.insert(name, columns, ((version, *row) for row in rows))
        pairs = [[name, digest] for name, digest in segments.items()]
        self._connection.insert(f"{self._prefix}state", ("version", "segments"), [(version, pairs)])
        for table in ("ids", "persons", "accounts"):
            name = f"{self._prefix}{table}"
            self._connection.command(f"alter table {name} drop partition {version - 1}")

    def _erase(self, ids: Sequence[str]) -> None:
        """Take out what readers here leave out already, though its segment is not rewritten yet."""
        if ids:
            listed = ", ".join(quoted(common.clean(each)) for each in ids)
            self._connection.command(
                f"alter table {self._prefix}events delete where distinct_id in ({listed})"
                " settings mutations_sync = 2"
            )

    def _forget(self, before: Shipped, after: Shipped) -> None:
        events = f"{self._prefix}events"
        for segment in before.keys() - after.keys():
            self._connection.command(f"alter table {events} drop partition {quoted(segment)}")
