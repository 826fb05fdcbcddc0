"""A migrated database, made once for a state of the product and copied by whoever needs one.

It is named by a digest of every file that could change what migrating makes, so a copy is never out of date.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ROOT / "src" / "loopline"
KEEP = 4  # states somebody who goes back and forth between branches comes back to
_NOT_MIGRATED = {"tests", "templates", "static", "__pycache__"}


def digest() -> str:
    """Of the product without its pages and tests, of this file, and of what they run on."""
    import django

    seen = hashlib.sha256(f"{django.__version__} {sys.version} {sqlite3.sqlite_version}".encode())
    files = [ROOT / "uv.lock", Path(__file__)]
    for folder, folders, names in os.walk(PRODUCT):
        folders[:] = sorted(set(folders) - _NOT_MIGRATED)
        files += [Path(folder, name) for name in sorted(names) if not name.endswith(".pyc")]
    for file in files:
        data = file.read_bytes()
        seen.update(f"{file.relative_to(ROOT)} {len(data)} ".encode() + data)
    return seen.hexdigest()[:20]


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """One process at a time; the others wait."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", interactive=False, verbosity=0)
    connection.close()


def _use(name: str) -> None:
    """The database every connection of this process opens from now on."""
    from django.conf import settings
    from django.db import connection

    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def use_file(target: Path, kept: Path) -> None:
    """Point Django to `target`, a migrated file of its own; the one it is copied from stays in the folder `kept`.

    A file, as in use: the database in memory Django would take has one connection for all threads of a server.
    """
    _use(str(target))
    made = kept / f"{digest()}.sqlite3"
    with alone(kept / "lock"):
        if not made.exists():
            _migrate()
            with closing(sqlite3.connect(target)) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            part = made.with_suffix(".part")
            shutil.copyfile(target, part)
            part.rename(made)
            older = sorted(kept.glob("*.sqlite3"), key=lambda each: each.stat().st_mtime)
            for old in older[:-KEEP]:
                old.unlink()
            return
        shutil.copyfile(made, target)


def use_postgresql(name: str, shared: Path) -> None:
    """Point Django to the database `name`, copied from one that the first process of this run migrates."""
    from django.db import connection

    def server(*statements: str) -> None:
        with connection.creation._nodb_cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    made, mark = "loopline_migrated", shared / "migrated"
    with alone(shared / "lock"):
        if not mark.exists():
            server(f"CREATE DATABASE {made}")
            _use(made)
            _migrate()
            mark.touch()
        server(f"CREATE DATABASE {name} TEMPLATE {made}")
    _use(name)
