"""Consistent copies of the database while others write, and their return; one way for each database."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.db import connection, transaction

from loopline.entry.terminal import Failed

STEP = 2000  # pages copied between two breaths
Counts = dict[str, int]


def _binary(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    if not places:
        raise Failed(
            f"{name} is not on this machine. Install the PostgreSQL client of your server's version."
        )
    return str(places[0])


def _run(name: str, *args: str) -> None:
    s = connection.settings_dict
    where = [f"--dbname={s['NAME']}", f"--host={s['HOST']}", f"--username={s['USER']}"]
    where += [f"--port={s['PORT']}"] if s["PORT"] else []
    done = subprocess.run(  # noqa: S603  PostgreSQL's own programs
        [_binary(name), *where, *args],
        env=dict(os.environ) | {"PGPASSWORD": str(s["PASSWORD"])},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"{name} failed: {done.stderr.decode(errors='replace').strip()[-300:]}")


def _copy_sqlite(target: Path, tables: Mapping[str, str]) -> Counts:
    return copy_file(Path(str(connection.settings_dict["NAME"])), target, tables)


def copy_file(file: Path, target: Path, tables: Mapping[str, str]) -> Counts:
    """SQLite's online backup. The open read keeps one snapshot: without it, each write of another
    process starts the copy again, and under steady writing it would never end."""
    source = sqlite3.connect(str(file), isolation_level=None)
    copy = sqlite3.connect(target)
    try:
        source.execute("PRAGMA busy_timeout=30000")
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(copy, pages=STEP, sleep=0.001)
        source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode=DELETE")
        return {
            name: int(copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])
            for name, table in tables.items()
        }
    finally:
        copy.close()
        source.close()


def _copy_postgres(target: Path, tables: Mapping[str, str]) -> Counts:
    """pg_dump on an exported snapshot, so that the counts are those of the copy."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = str((cursor.fetchone() or ("",))[0])
        _run("pg_dump", "--format=custom", f"--file={target}", f"--snapshot={snapshot}")
        counts = {}
        for name, table in tables.items():
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[name] = int((cursor.fetchone() or (0,))[0])
    return counts


def copy(target: Path, tables: Mapping[str, str]) -> Counts:
    """Copy the database into `target`; answers the rows of each named table in the copy."""
    postgres = connection.vendor == "postgresql"
    return (_copy_postgres if postgres else _copy_sqlite)(target, tables)


def is_empty() -> bool:
    """No tables of ours are there."""
    return "django_migrations" not in connection.introspection.table_names()


def put_back(database: Path) -> None:
    """Fill the empty database of this home. Raises Failed."""
    connection.close()
    if connection.vendor == "postgresql":
        _run("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(database))
        return
    put_file(database, Path(str(connection.settings_dict["NAME"])))


def put_file(copied: Path, target: Path) -> None:
    """Put a copied SQLite file in its place, whole or not at all."""
    fresh = target.with_suffix(".restoring")
    shutil.copyfile(copied, fresh)
    flush([fresh])
    for leftover in ("-wal", "-shm"):
        Path(f"{target}{leftover}").unlink(missing_ok=True)
    fresh.replace(target)
    flush([target.parent])


def flush(paths: Iterable[Path]) -> None:
    """Have files and folders on disk before going on."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
