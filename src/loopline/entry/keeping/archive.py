"""A backup file: a tar with a manifest, the database, product events, uploads and, if asked for, the key."""

import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from loopline.entry.keeping import copies, product_events
from loopline.entry.terminal import Failed

FORMAT = 1
UPLOADS = "imports"
_COUNTED = (
    "feedback.Feedback", "customers.Account", "roadmap.Opportunity", "roadmap.Bet",
    "work.WorkItem", "releases.Release", "told.FollowUp", "audit.AuditEntry",
)  # fmt: skip


def _digest(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _tables() -> dict[str, str]:
    from django.apps import apps

    return {name: apps.get_model(name)._meta.db_table for name in _COUNTED}


def _migrations() -> list[str]:
    from django.db.migrations.recorder import MigrationRecorder

    return sorted(f"{a}.{n}" for a, n in MigrationRecorder(connection).applied_migrations())


def _uploads() -> list[Path]:
    """What is uploaded and not yet taken in lies in the home beside the database."""
    folder = settings.LOOPLINE_HOME.path / UPLOADS
    return sorted(f for f in folder.glob("*") if f.is_file() and not f.is_symlink())


def _free(file: Path) -> None:
    if file.exists():
        raise Failed(f"{file} is there already. Choose another name, or move it away.")
    if not file.parent.is_dir():
        raise Failed(f"There is no folder {file.parent}.")


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))


def write(file: Path, *, with_key: bool) -> dict[str, Any]:
    """Write a backup; on disk as a whole or not at all. Answers its manifest. Raises Failed."""
    _free(file)
    if copies.is_empty():
        raise Failed("There is nothing to back up yet. Run ./loopline init first.")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as work:
            return _write(file, Path(work), with_key=with_key)
    except OSError as broken:
        raise Failed(f"{file} cannot be written: {broken.strerror}.") from None


def _write(file: Path, work: Path, *, with_key: bool) -> dict[str, Any]:
    data, whole = work / "database", work / "whole.tar.gz"
    manifest: dict[str, Any] = {
        "format": FORMAT, "loopline": version("loopline"), "at": datetime.now(UTC).isoformat(),
        "database": connection.vendor, "with_key": with_key, "migrations": _migrations(),
        "counts": copies.copy(data, _tables()), "sha256": _digest(data),
    }  # fmt: skip
    uploads = [(f.name, f.read_bytes()) for f in _uploads()]
    manifest["files"] = {name: hashlib.sha256(held).hexdigest() for name, held in uploads}
    manifest["events"] = {n: _digest(work / "home" / n) for n in product_events.copy(work / "home")}
    with tarfile.open(whole, "w:gz", compresslevel=3) as tar:
        _add(tar, "manifest.json", json.dumps(manifest, indent=1).encode())
        tar.add(data, "database")
        for name in manifest["events"]:
            tar.add(work / "home" / name, name)
        for name, held in uploads:
            _add(tar, f"{UPLOADS}/{name}", held)
        if with_key:
            _add(tar, "secret_key", settings.SECRET_KEY.encode())
    whole.chmod(0o600)
    copies.flush([whole])
    try:
        os.link(whole, file)  # unlike a rename, it never replaces a file that came meanwhile
    except FileExistsError:
        _free(file)
    copies.flush([file.parent])
    return manifest


def read(file: Path, into: Path) -> Mapping[str, Any]:
    """Unpack a backup into a folder and check it. Raises Failed."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            for member in tar:
                if member.isfile() and _ours(member.name):
                    tar.extract(member, into, filter="data")
        manifest: dict[str, Any] = json.loads((into / "manifest.json").read_text())
        if manifest["format"] != FORMAT:
            raise Failed("Another version of Loopline wrote this backup. Restore it with that one.")
        wanted = {"database": manifest["sha256"], **manifest.get("events", {})}
        wanted |= {
            f"{UPLOADS}/{name}": digest for name, digest in manifest.get("files", {}).items()
        }
        damaged = [name for name, digest in wanted.items() if _digest(into / name) != digest]
    except FileNotFoundError as gone:
        raise Failed(f"{file} is not a whole backup: {gone.filename} is missing.") from None
    except (
        OSError,
        tarfile.TarError,
        zlib.error,
        EOFError,
        ValueError,
        KeyError,
        TypeError,
    ) as bad:
        raise Failed(f"{file} is not a whole backup of Loopline: {bad}.") from None
    if damaged:
        raise Failed(
            f"The backup is damaged: the checksum of {damaged[0]} does not fit. Take another copy."
        )
    return manifest


def _ours(name: str) -> bool:
    folder, _, rest = name.rpartition("/")
    return (
        name in ("manifest.json", "database", "secret_key")
        or product_events.ours(name)
        or (folder == UPLOADS and rest != "")
    )


def check_fits(manifest: Mapping[str, Any]) -> None:
    """Refuse, before anything is written, what this home cannot hold. Raises Failed."""
    from django.db.migrations.loader import MigrationLoader

    product_events.check_empty()
    if manifest["database"] != connection.vendor:
        raise Failed(
            f"This backup is of {manifest['database']}; this home uses {connection.vendor}. "
            "Set LOOPLINE_DATABASE_URL to fit."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    newer = sorted(set(manifest.get("migrations", [])) - known)
    if newer:
        raise Failed(
            f"A newer Loopline wrote this backup (it has {newer[-1]}). Restore it with that version."
        )


def put_back(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Fill the empty database and the uploads of this home from what was unpacked. Raises Failed."""
    uploads = settings.LOOPLINE_HOME.folder(UPLOADS)
    for name in manifest.get("files", {}):
        (uploads / name).write_bytes((folder / UPLOADS / name).read_bytes())
    product_events.put_back(folder, manifest.get("events", {}))
    copies.put_back(folder / "database")
