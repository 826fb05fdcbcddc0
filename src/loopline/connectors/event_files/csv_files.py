"""events-csv: chunks of CSV, read by DuckDB where they are sound and by `records` where they are not."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import numpy as np

from loopline.connectors.event_files import cutting
from loopline.connectors.event_files.chunks import Loaded, Position, Setting
from loopline.connectors.event_files.fields import Plan, plan
from loopline.connectors.event_files.judging import (
    DIALECT,
    SHORT,
    Cells,
    judge,
    member,
    quoted,
    time_of,
    trimmed,
)
from loopline.connectors.event_files.sources import Source
from loopline.connectors.event_files.windows import Window

HEAD = 1 << 20


class CsvFile:
    """One CSV file, packed or not; every part of it has a header of its own."""

    def __init__(self, source: Source, mapping: Mapping[str, str], work: Path) -> None:
        self.size, self.mapping = source.size, mapping
        self._window, self._chunk = Window(source), work / "chunk.csv"
        self._part = -1
        self.header = cutting.Header((), ",", 0, 0)
        self.plan = self._begin(0)

    def files(self) -> Iterable[Path]:
        return [self._chunk]

    def done(self) -> int:
        return self._window.done

    def close(self) -> None:
        self._window.close()
        self._chunk.unlink(missing_ok=True)

    def _begin(self, part: int) -> Plan:
        """Understand the header of a part."""
        data, _ = self._window.at(Position(part))
        self.header, self._part = cutting.header(data[:HEAD]), part
        self.plan = plan(self.header.names, self.mapping)
        return self.plan

    def load(self, connection: duckdb.DuckDBPyConnection, at: Position, setting: Setting) -> Loaded:
        """See Reader.load."""
        if self._part != at.part:
            self._begin(at.part)
        if not at.offset:
            at = Position(at.part, self.header.bytes, 1 + self.header.lines)
        data, final = self._window.at(at)
        if at.skipping:
            return self._skip(connection, at, data, setting)
        cut = cutting.cut(data, final=final)
        if cut.end and cutting.plain(data[: cut.end]):
            self._chunk.write_bytes(memoryview(data)[: cut.end])
            odd = b"\t" in data or b"\r" in data or cut.newlines != cut.lines.size
            if self._quickly(connection, cut.lines.size, setting, odd=odd):
                after = self._window.after(at, cut.end, cut.newlines)
                return Loaded(cut.lines.size, cut.lines + at.line, after, bare=True)
        return self._patiently(connection, at, data, final, setting)

    def _quickly(
        self, connection: duckdb.DuckDBPyConnection, count: int, setting: Setting, *, odd: bool
    ) -> bool:
        """Whether DuckDB read the chunk, and found as many records as there are."""
        names = [f"c{place}" for place in range(len(self.header.names))]
        columns = ", ".join(f"'{name}': 'varchar'" for name in names)
        listed = ", ".join(f"coalesce({name}, '') as {name}" for name in names)
        relation = (
            f"(select (row_number() over ()) - 1 as n, {listed} from read_csv({quoted(str(self._chunk))},"
            " header = false, auto_detect = false, all_varchar = true, strict_mode = true,"
            f" delim = {quoted(self.header.delimiter)}, quote = '\"', escape = '\"',"
            f" max_line_size = {cutting.LONGEST}, columns = {{{columns}}}))"
        )
        try:
            self._judge(connection, relation, setting, odd=odd)
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            return False
        [(found,)] = connection.execute("select count(*) from judged").fetchall()
        return int(found) == count

    def _patiently(
        self, connection: duckdb.DuckDBPyConnection, at: Position, data: bytes, final: bool,
        setting: Setting,
    ) -> Loaded:  # fmt: skip
        width = len(self.header.names)
        read = cutting.records(data, at.line, width, self.header.delimiter, final=final)
        if not read.consumed and data:  # one line fills all there is
            read.bad.append((at.line, cutting.TOO_LONG))
            after = self._window.after(at, len(data), 0, skipping=True)
        else:
            after = self._window.after(at, read.consumed, read.newlines)
        columns = {
            f"c{place}": np.array([row[place] for row in read.rows], dtype=object)
            for place in range(width)
        }
        connection.register("read", {"n": np.arange(len(read.rows)), **columns})
        self._judge(connection, "read" if read.rows else self._nothing(), setting)
        connection.unregister("read")
        lines = np.array(read.lines, dtype=np.int64)
        return Loaded(len(read.rows) + len(read.bad), lines, after, read.bad, bare=True)

    def _skip(
        self, connection: duckdb.DuckDBPyConnection, at: Position, data: bytes, setting: Setting
    ) -> Loaded:
        """Over the rest of a line that is too long."""
        end = data.find(b"\n") + 1
        self._judge(connection, self._nothing(), setting)
        after = self._window.after(at, end or len(data), 1 if end else 0, skipping=not end)
        return Loaded(0, np.zeros(0, dtype=np.int64), after)

    def _nothing(self) -> str:
        names = ", ".join(f"'' as c{place}" for place in range(len(self.header.names)))
        return f"(select 0 as n, {names} where false)"

    def _judge(
        self,
        connection: duckdb.DuckDBPyConnection,
        relation: str,
        setting: Setting,
        *,
        odd: bool = True,
    ) -> None:
        judge(
            connection, _cells(self.plan, relation, odd=odd), dialect=DIALECT, now=setting.now,
            base=setting.base,
        )  # fmt: skip


def _cells(plan: Plan, relation: str, *, odd: bool = True) -> Cells:
    """The columns `c0`, `c1` ... of a relation as the plan says; each is text, '' where empty."""

    def text(name: str) -> str:
        place = plan.fields.get(name)
        if place is None:
            return "''"
        return quoted(place) if isinstance(place, str) else trimmed(f"c{place}", odd=odd)

    fields = {short: text(name) for name, short in SHORT.items()}
    extras = [member(name, f"c{place}") for place, name in plan.extras]
    return Cells(relation, fields, time_of(fields["t"]), extras)
