"""`loopline restore FILE`: fill an empty home from a backup."""

import argparse
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loopline.entry.terminal import Failed, say, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file")


def _take_key(folder: Path, *, had_key: bool) -> None:
    """Use the backup's key from here on; one that was in the home before is kept aside."""
    from django.conf import settings

    if "LOOPLINE_SECRET_KEY" in os.environ:
        return
    file = settings.LOOPLINE_HOME.path / "secret_key"
    given = (folder / "secret_key").read_text().strip()
    if had_key and file.read_text().strip() != given:
        file.rename(file.with_name("secret_key.before-restore"))
    fresh = file.with_name("secret_key.restoring")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(given)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    settings.SECRET_KEY = given


def _point_to_uploads() -> None:
    """Imports name their file by its whole path; the home may now lie elsewhere."""
    from django.apps import apps
    from django.conf import settings

    folder = settings.LOOPLINE_HOME.path / "imports"
    for row in apps.get_model("imports.Import")._default_manager.only("path"):
        here = folder / Path(row.path).name
        if here.is_file() and str(here) != row.path:
            row.path = str(here)
            row.save(update_fields=["path"])


def _fill(file: Path, folder: Path) -> Mapping[str, Any]:
    from loopline.entry.home import Home
    from loopline.entry.keeping import archive, copies

    manifest = archive.read(file, folder)
    home = Home.from_env(os.environ)
    had_key = (home.path / "secret_key").exists()
    setup()
    if not copies.is_empty():
        raise Failed(f"{home.path} is not empty. Restore into a new home: --home DIR.")
    archive.check_fits(manifest)
    if manifest["with_key"]:
        _take_key(folder, had_key=had_key)
    archive.put_back(folder, manifest)
    return manifest


def run(args: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="loopline-restore-") as work:
        manifest = _fill(Path(args.file).resolve(), Path(work))
    from loopline.entry.cli.migrating import migrate
    from loopline.entry.keeping.doctor import closed_credentials

    migrated = migrate(backup=False)
    _point_to_uploads()
    say(f"Restored the backup of {manifest['at'][:16].replace('T', ' ')} UTC.")
    closed = closed_credentials()
    if closed:
        say(f"These came without their key; connect them anew: {', '.join(closed)}.")
    return {"restored": manifest, "migrated": migrated, "reconnect": closed}
