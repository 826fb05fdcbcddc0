"""events-parquet: windows of rows read by DuckDB, whatever the columns' types are."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import msgspec
import numpy as np

from loopline.connectors.event_files.chunks import Loaded, Position, Setting
from loopline.connectors.event_files.fields import Plan, plan
from loopline.connectors.event_files.judging import (
    DIALECT,
    SHORT,
    UNREADABLE,
    Cells,
    judge,
    lock,
    quoted,
    time_of,
    trimmed,
)
from loopline.core.problems import Invalid

ROWS = 150_000
_INFINITE = r"(?i)([\[,:]\s*)-?(nan|inf(inity)?)"  # numbers in lists that JSON has no word for
_WHOLE = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)


def named(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


class ParquetFile:
    """One Parquet file. Positions count rows."""

    def __init__(self, path: Path, mapping: Mapping[str, str], *, name: str = "") -> None:
        self.path, self.name, self._done = path.resolve(), name or path.name, 0
        if any(sign in str(self.path) for sign in "*?[]{}"):
            raise Invalid(file=f"Rename {self.name}: its path may not hold any of * ? [ ] {{ }}.")
        self.types = self._looked()
        headers = tuple(self.types)
        self.plan: Plan = plan(headers, mapping)
        self._headers = headers

    def files(self) -> Iterable[Path]:
        return [self.path]

    def done(self) -> int:
        return self._done

    def close(self) -> None:
        return None

    def _looked(self) -> dict[str, str]:
        """Columns and their types; sets `size` to the number of rows."""
        with duckdb.connect(config={"threads": 1, "memory_limit": "200MB"}) as connection:
            lock(connection, [self.path])
            try:
                described = connection.execute(f"describe select * from {self._file()}").fetchall()
                rows = connection.execute(
                    f"select num_rows from parquet_file_metadata({quoted(str(self.path))})"
                ).fetchone()
            except UNREADABLE:
                raise Invalid(file=f"{self.name} is not a Parquet file that can be read.") from None
        self.size = int(rows[0]) if rows else 0
        return {row[0]: row[1] for row in described}

    def _file(self) -> str:
        return f"read_parquet({quoted(str(self.path))}, hive_partitioning = false)"

    def load(self, connection: duckdb.DuckDBPyConnection, at: Position, setting: Setting) -> Loaded:
        """See Reader.load."""
        end = min(at.offset + ROWS, self.size)
        file = f"read_parquet({quoted(str(self.path))}, hive_partitioning = false, file_row_number = true)"
        listed = ", ".join(f"{named(name)} as c{at}" for at, name in enumerate(self._headers))
        relation = (
            f"(select file_row_number - {at.offset} as n, {listed} from {file}"
            f" where file_row_number >= {at.offset} and file_row_number < {end})"
        )
        try:
            judge(
                connection,
                self._cells(relation),
                dialect=DIALECT,
                now=setting.now,
                base=setting.base,
            )
        except UNREADABLE as wrong:
            why = str(wrong).split("\n")[0][:150]
            raise Invalid(
                file=f"{self.name} cannot be read from row {at.offset + 1:,} on: {why}"
            ) from None
        self._done = end
        lines = np.arange(at.offset + 1, end + 1)
        after = Position(0, end, end + 1) if end < self.size else None
        return Loaded(end - at.offset, lines, after, bare=True)

    def _cells(self, relation: str) -> Cells:
        fields = {short: self._text(name) for name, short in SHORT.items()}
        place = self.plan.fields["time"]
        kind = self.types[self._headers[place]] if isinstance(place, int) else "VARCHAR"
        ts = time_of(fields["t"])
        if kind.startswith(("TIMESTAMP", "DATE")) and isinstance(place, int):
            column = f"c{place}"
            ts = f"case when isfinite({column}) then epoch_us({column}::timestamptz) end"
        extras = [self._member(name, place) for place, name in self.plan.extras]
        return Cells(relation, fields, ts, extras)

    def _text(self, name: str) -> str:
        """A field as text; '' for null. Nested values are JSON, whole numbers have no point."""
        place = self.plan.fields.get(name)
        if place is None:
            return "''"
        if isinstance(place, str):
            return quoted(place)
        column, kind = f"c{place}", self.types[self._headers[place]]
        if kind == "VARCHAR" or kind == "JSON":
            return trimmed(f"coalesce({column}::varchar, '')", odd=True)
        if kind in ("DOUBLE", "FLOAT"):
            whole = f"{column} = floor({column}) and abs({column}) < 1e15"
            return f"coalesce(case when {whole} then {column}::bigint::varchar else {column}::varchar end, '')"
        if kind.startswith(("STRUCT", "MAP")) or kind.endswith("]"):
            return f"coalesce(to_json({column})::varchar, '')"
        return f"coalesce({column}::varchar, '')"

    def _member(self, name: str, place: int) -> str:
        """A column as a member of the properties."""
        key = quoted(msgspec.json.encode(name).decode() + ":")
        column, kind = f"c{place}", self.types[self._headers[place]]
        if kind in ("DOUBLE", "FLOAT"):
            return f"case when isfinite({column}) then {key} || to_json({column})::varchar end"
        if kind == "JSON":
            return f"case when json_valid({column}::varchar) then {key} || {column}::varchar end"
        if (
            kind in (*_WHOLE, "VARCHAR", "BOOLEAN")
            or kind.startswith(("DECIMAL", "STRUCT", "MAP"))
            or kind.endswith("]")
        ):
            text = f"to_json({column})::varchar"
            if "DOUBLE" in kind or "FLOAT" in kind:
                text = f"regexp_replace({text}, {quoted(_INFINITE)}, '\\1null', 'g')"
            return f"{key} || {text}"
        return f"{key} || to_json({column}::varchar)::varchar"
