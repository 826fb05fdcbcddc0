"""Insights answered by Spark, from Parquet files that the embedded engine's own store writes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from loopline.warehouse import manifest, tombstones
from loopline.warehouse.identity import Identities
from loopline.warehouse.portable import layout, sealed
from loopline.warehouse.portable.dialects import Spark
from loopline.warehouse.portable.engine import PortableEngine
from loopline.warehouse.records import Event


def export(home: Path, identities: Identities, target: Path) -> list[Path]:
    """Write the sealed segments of a folder, and who is who, as Parquet below `target`; the files.

    `events` has a file a segment, written once; files of segments that are gone are deleted. Workers have to reach
    `target` by the same path.
    """
    folder = target / "events.parquet"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f"{entry.sha256[:16]}.parquet": entry.file for entry in manifest.load(home).segments}
    erased = sorted(tombstones.load(home).pending)
    for path in folder.glob("*.parquet"):
        if path.name not in wanted or erased:
            path.unlink()
    for name, file in wanted.items():
        if not (folder / name).exists():
            with duckdb.connect() as connection:
                connection.execute(f"attach {_quoted(home / file)} as s (read_only)")
                connection.execute("create table events as " + sealed.ROWS.format("s."), [erased])
                _write(connection, "events", folder / name)
    _people(identities, target)
    return sorted(path for path in target.rglob("*.parquet") if path.is_file())


def export_rows(events: Iterable[Event], identities: Identities, target: Path) -> None:
    """As `export`, of events that are at hand."""
    (target / "events.parquet").mkdir(parents=True, exist_ok=True)
    _table("events", list(layout.event_rows(events)), target / "events.parquet" / "rows.parquet")
    _people(identities, target)


def engine(session: Any, target: str | Path, *, prefix: str = "loopline_") -> PortableEngine:
    """An engine over what was exported to `target`, in a session of pyspark 4."""
    for table, columns in layout.COLUMNS.items():
        read = [
            f"from_json({c}, '{Spark.document}') as {c}" if c == "properties" else c
            for c in columns
        ]
        files = session.read.parquet(f"{target}/{table}.parquet")
        files.selectExpr(*read).createOrReplaceTempView(prefix + table)
    return PortableEngine(
        Spark(), lambda sql, values: session.sql(sql, args=dict(values)).collect(), prefix=prefix
    )


def _people(identities: Identities, target: Path) -> None:
    for table, rows in layout.people_rows(identities).items():
        _table(table, rows, target / f"{table}.parquet")


def _table(table: str, rows: Sequence[Sequence[Any]], path: Path) -> None:
    with duckdb.connect() as connection:
        for statement in layout.create("", "varchar"):
            connection.execute(statement)
        if rows:
            marks = ", ".join("?" for _ in layout.COLUMNS[table])
            connection.executemany(f"insert into {table} values ({marks})", rows)
        _write(connection, table, path)


def _write(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    """At once, so that no half-written file is read."""
    part = path.with_suffix(".part")
    connection.execute(f"copy {table} to {_quoted(part)} (format parquet)")
    part.replace(path)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
