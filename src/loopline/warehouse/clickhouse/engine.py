"""Insights answered by ClickHouse."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from loopline.core.insights import ir
from loopline.core.insights.answers import Answer
from loopline.warehouse import manifest, tombstones
from loopline.warehouse.clickhouse import layout
from loopline.warehouse.clickhouse.connections import Connection, connect
from loopline.warehouse.clickhouse.dialect import ClickHouse, quoted
from loopline.warehouse.identity import Identities
from loopline.warehouse.portable import layout as common
from loopline.warehouse.portable import sealed
from loopline.warehouse.portable.engine import PortableEngine
from loopline.warehouse.records import Event

Shipped = dict[str, str]  # segment -> checksum


class ClickHouseEngine:
    """Answers from what was shipped to a ClickHouse: by URL (see connections.connect) or over a connection.

    `prefix` stands before the tables' names: a word of ours, or a database's name with its dot.
    """

    def __init__(self, where: str | Connection, *, prefix: str = "loopline_") -> None:
        self._connection = connect(where) if isinstance(where, str) else where
        self._prefix = prefix
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
        return self._engine().answer(question)

    def people(self, question: ir.Question, cell: ir.Cell) -> list[tuple[str, str]]:
        """See Engine.people."""
        return self._engine().people(question, cell)

    def _engine(self) -> PortableEngine:
        version, shipped = self._state()
        tables = layout.views(self._prefix, version, [quoted(each) for each in shipped])
        return PortableEngine(ClickHouse(), self._rows, tables=tables)

    def _rows(self, sql: str, _: Mapping[str, str]) -> Sequence[Sequence[Any]]:
        return self._connection.rows(sql)

    # shipping

    def load(self, events: Iterable[Event], identities: Identities, segment: str = "loaded") -> int:
        """Make these events all there is, and these identities; how many events."""
        version, shipped = self._state()
        count = self._ship(segment, (row for row in common.event_rows(events)))
        self._switch(version + 1, {segment: ""}, identities)
        self._forget(shipped, {segment: ""})
        return count

    def push(self, home: Path, identities: Identities) -> list[str]:
        """Ship the sealed segments of a folder that are not there yet, and who is who; the files shipped.

        Segments that are gone here (merged, erased) go there too. May be killed and run again at any point: answers
        are those of the last push that ended.
        """
        version, shipped = self._state()
        there = {entry.file: entry for entry in manifest.load(home).segments}
        wanted = {name: entry.sha256 for name, entry in there.items()}
        missing = [name for name, digest in wanted.items() if shipped.get(name) != digest]
        erased = sorted(tombstones.load(home).pending)
        for name in missing:
            count = self._ship(name, sealed.rows(home / name, erased))
            if not erased and count != there[name].events:
                raise RuntimeError(f"{name} has {there[name].events} events, {count} were shipped")
        self._erase(erased)
        self._switch(version + 1, wanted, identities)
        self._forget(shipped, wanted)
        return missing

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
