"""PostHog's exports as tables: each row of CSV or Parquet becomes the line that the same export has as JSON."""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import msgspec

from loopline.connectors.event_files import cutting
from loopline.connectors.event_files.chunks import Loaded, Position, Setting
from loopline.connectors.event_files.judging import UNREADABLE, lock, quoted
from loopline.connectors.event_files.line_files import Lines, Told, load_lines
from loopline.connectors.event_files.sources import Source
from loopline.connectors.event_files.windows import Window
from loopline.core.problems import Invalid

ROWS = 50_000


class CsvLines:
    """CSV with the columns of the export: uuid, event, distinct_id, timestamp, properties ..."""

    def __init__(self, source: Source, kind: str) -> None:
        self.size, self.kind = source.size, kind
        self._window, self._told = Window(source), Told()
        self._part, self._header = -1, cutting.Header((), ",", 0, 0)

    def files(self) -> Iterable[Path]:
        return []

    def done(self) -> int:
        return self._window.done

    def close(self) -> None:
        self._window.close()

    def load(self, connection: duckdb.DuckDBPyConnection, at: Position, setting: Setting) -> Loaded:
        """See Reader.load."""
        if self._part != at.part:
            data, _ = self._window.at(Position(at.part))
            self._header, self._part = cutting.header(data), at.part
        header = self._header
        if not at.offset:
            at = Position(at.part, header.bytes, 1 + header.lines)
        data, final = self._window.at(at)
        bad: list[tuple[int, str]] = []
        lines: Lines = []
        if at.skipping:
            end = data.find(b"\n") + 1
            after = self._window.after(at, end or len(data), 1 if end else 0, skipping=not end)
            return load_lines(connection, self.kind, lines, bad, after, setting, self._told)
        read = cutting.records(data, at.line, len(header.names), header.delimiter, final=final)
        if read.consumed or not data:
            after = self._window.after(at, read.consumed, read.newlines)
        else:
            read.bad.append((at.line, cutting.TOO_LONG))
            after = self._window.after(at, len(data), 0, skipping=True)
        for line, row in zip(read.lines, read.rows, strict=True):
            cells = {k: v for k, v in zip(header.names, row, strict=True) if v}
            lines.append((line, msgspec.json.encode(cells)))
        return load_lines(connection, self.kind, lines, read.bad, after, setting, self._told)


class ParquetLines:
    """Parquet with the same columns. Positions count rows."""

    def __init__(self, path: Path, kind: str, *, name: str = "") -> None:
        self.path, self.kind, self.name = path.resolve(), kind, name or path.name
        self._told, self._done = Told(), 0
        with duckdb.connect(config={"memory_limit": "200MB"}) as connection:
            lock(connection, [self.path])
            try:
                rows = connection.execute(
                    f"select num_rows from parquet_file_metadata({quoted(str(self.path))})"
                ).fetchone()
            except UNREADABLE:
                raise Invalid(file=f"{self.name} is not a Parquet file that can be read.") from None
        self.size = int(rows[0]) if rows else 0

    def files(self) -> Iterable[Path]:
        return [self.path]

    def done(self) -> int:
        return self._done

    def close(self) -> None:
        return None

    def load(self, connection: duckdb.DuckDBPyConnection, at: Position, setting: Setting) -> Loaded:
        """See Reader.load."""
        end = min(at.offset + ROWS, self.size)
        sql = (
            f"select t.file_row_number + 1, to_json(t)::varchar from read_parquet({quoted(str(self.path))},"
            f" hive_partitioning = false, file_row_number = true) t"
            f" where file_row_number >= {at.offset} and file_row_number < {end} order by file_row_number"
        )
        try:
            found = connection.execute(sql).fetchall()
        except UNREADABLE as wrong:
            why = str(wrong).split("\n")[0][:150]
            raise Invalid(
                file=f"{self.name} cannot be read from row {at.offset + 1:,} on: {why}"
            ) from None
        self._done = end
        lines = [(line, text.encode("utf-8", "replace")) for line, text in found]
        after = Position(0, end, end + 1) if end < self.size else None
        return load_lines(connection, self.kind, lines, [], after, setting, self._told)
