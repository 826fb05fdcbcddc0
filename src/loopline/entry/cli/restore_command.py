"""`loopline restore FILE`: fill an empty home from a backup."""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from loopline.entry.cli.main import Failed, say, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file")


def _is_empty() -> bool:
    from django.db import connection

    return "identity_user" not in connection.introspection.table_names()


def _key(folder: Path, home: Path) -> None:
    file = home / "secret_key"
    given = (folder / "secret_key").read_text().strip()
    if file.exists() and file.read_text().strip() != given:
        file.rename(home / "secret_key.before-restore")
    fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as out:
        out.write(given)


def run(args: argparse.Namespace) -> dict[str, Any]:
    home = Path(os.environ.get("LOOPLINE_HOME", "./var")).expanduser().resolve()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        setup_later = (home / "loopline.sqlite3").exists()
        if setup_later and (home / "loopline.sqlite3").stat().st_size > 0:
            raise Failed(f"{home} is not empty. Restore into a new home: --home DIR.")
        from loopline.entry.keeping import archive

        manifest = archive.read(Path(args.file), folder)
        home.mkdir(parents=True, exist_ok=True)
        if manifest["with_key"] and "LOOPLINE_SECRET_KEY" not in os.environ:
            _key(folder, home)
        setup()
        if not _is_empty():
            raise Failed("The database is not empty. Restore into an empty one.")
        archive.put_back(folder, manifest)
    from loopline.entry.cli.migrating import migrate
    from loopline.entry.keeping.checks import _sealed

    migrate(backup=False)
    closed = _sealed()
    say(f"Restored {manifest['counts']} as of {manifest['at'][:16]}.")
    if not closed.ok:
        say(f"{closed.says}. {closed.do}")
    return {"restored": manifest, "reconnect": "" if closed.ok else closed.says}
