"""A backup file: a tar with a manifest, the database and, if asked for, the key."""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from loopline.entry.cli.main import Failed

FORMAT = 1


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


def _postgres_env() -> tuple[dict[str, str], list[str]]:
    s = connection.settings_dict
    env = dict(os.environ) | {"PGPASSWORD": str(s["PASSWORD"])}
    args = [f"--dbname={s['NAME']}", f"--host={s['HOST']}", f"--username={s['USER']}"]
    return env, args + ([f"--port={s['PORT']}"] if s["PORT"] else [])


def _copy_sqlite(target: Path) -> None:
    """A consistent copy while others write: SQLite's online backup, in steps that let writers in."""
    source = sqlite3.connect(str(connection.settings_dict["NAME"]))
    try:
        copy = sqlite3.connect(target)
        try:
            source.backup(copy, pages=2000, sleep=0.005)
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
    finally:
        source.close()


def _copy_postgres(target: Path) -> None:
    env, args = _postgres_env()
    done = subprocess.run(
        [_binary("pg_dump"), "--format=custom", f"--file={target}", *args],
        env=env,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"pg_dump failed: {done.stderr.decode(errors='replace').strip()[-300:]}")


def _digest(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _counts() -> dict[str, int]:
    from django.apps import apps

    wanted = (
        "feedback.Feedback",
        "customers.Account",
        "roadmap.Opportunity",
        "roadmap.Bet",
        "work.WorkItem",
        "releases.Release",
        "told.FollowUp",
        "audit.AuditEntry",
    )
    return {w: apps.get_model(w)._default_manager.count() for w in wanted}


def write(file: Path, *, with_key: bool) -> dict[str, Any]:
    """Write a backup; on disk as a whole or not at all. Answers its manifest. Raises Failed."""
    if file.exists():
        raise Failed(f"{file} is there already. Choose another name, or move it away.")
    if not file.parent.is_dir():
        raise Failed(f"There is no folder {file.parent}.")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as work:
        data = Path(work) / "database"
        postgres = connection.vendor == "postgresql"
        (_copy_postgres if postgres else _copy_sqlite)(data)
        manifest = {
            "format": FORMAT, "loopline": version("loopline"), "at": datetime.now(UTC).isoformat(),
            "database": "postgresql" if postgres else "sqlite", "sha256": _digest(data), "with_key": with_key,
            "counts": _counts(),
        }  # fmt: skip
        whole = Path(work) / "whole.tar.gz"
        with tarfile.open(whole, "w:gz", compresslevel=3) as tar:
            _add(tar, "manifest.json", json.dumps(manifest, indent=1).encode())
            tar.add(data, "database")
            if with_key:
                _add(tar, "secret_key", settings.SECRET_KEY.encode())
        with whole.open("rb+") as out:
            os.fsync(out.fileno())
        whole.chmod(0o600)
        whole.rename(file)
    return manifest


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))


def read(file: Path, into: Path) -> Mapping[str, Any]:
    """Unpack a backup into a folder and check it. Raises Failed."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            for name in ("manifest.json", "database"):
                tar.extract(name, into, filter="data")
            if "secret_key" in tar.getnames():
                tar.extract("secret_key", into, filter="data")
    except (OSError, tarfile.TarError, KeyError, EOFError) as broken:
        raise Failed(f"{file} is not a whole backup of Loopline: {broken}.") from None
    manifest: dict[str, Any] = json.loads((into / "manifest.json").read_text())
    if manifest.get("format") != FORMAT:
        raise Failed("This backup was written by a newer Loopline. Restore it with that version.")
    if _digest(into / "database") != manifest["sha256"]:
        raise Failed("The backup is damaged: its checksum does not fit. Take another copy.")
    return manifest


def put_back(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Fill the empty database of this home from what was unpacked. Raises Failed."""
    postgres = connection.vendor == "postgresql"
    if (manifest["database"] == "postgresql") != postgres:
        raise Failed(
            f"This backup is of {manifest['database']}; this home uses {connection.vendor}. Set LOOPLINE_DATABASE_URL to fit."
        )
    connection.close()
    if postgres:
        env, args = _postgres_env()
        done = subprocess.run(
            [
                _binary("pg_restore"),
                "--no-owner",
                "--exit-on-error",
                *args,
                str(folder / "database"),
            ],
            env=env,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise Failed(
                f"pg_restore failed: {done.stderr.decode(errors='replace').strip()[-300:]}"
            )
        return
    target = Path(str(connection.settings_dict["NAME"]))
    fresh = target.with_suffix(".restoring")
    shutil.copyfile(folder / "database", fresh)
    for leftover in ("-wal", "-shm"):
        Path(f"{target}{leftover}").unlink(missing_ok=True)
    with fresh.open("rb+") as out:
        os.fsync(out.fileno())
    fresh.rename(target)
