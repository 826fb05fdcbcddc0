"""Bringing a home's tables to this version: under a lock, after a backup, never half."""

import fcntl
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loopline.entry.terminal import Failed, say


@contextmanager
def locked(file: Path, refusal: str) -> Iterator[None]:
    """Hold an advisory lock on a file; who holds it is written inside, for the refusal."""
    import os

    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise Failed(
                refusal.format(holder=handle.read().strip() or "another process")
            ) from None
        handle.seek(0)
        handle.truncate()
        handle.write(f"process {os.getpid()}")
        handle.flush()
        yield


@contextmanager
def _no_looking_for_garbage() -> Iterator[None]:
    """Django makes every model anew for each step; looking through them for garbage took a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def migrate(*, backup: bool = True) -> int:
    """Apply what is missing; answers how many migrations ran. A newer database is refused."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.recorder import MigrationRecorder

    executor = MigrationExecutor(connection)
    recorder = MigrationRecorder(connection)
    applied = set(recorder.applied_migrations()) if recorder.has_table() else set()
    ours = {app for app, _ in executor.loader.disk_migrations}
    unknown = sorted(
        f"{a}.{n}"
        for a, n in applied
        if a in ours and (a, n) not in executor.loader.disk_migrations
    )
    if unknown:
        raise Failed(
            f"This database was written by a newer Loopline (it has {unknown[-1]}). "
            "Start that version, or restore a backup."
        )
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return 0
    with locked(
        settings.LOOPLINE_HOME.path / "migrate.lock",
        "{holder} is migrating this home; wait for it.",
    ):
        if backup and applied:
            from loopline.entry.cli.backup_command import write_backup

            file = (
                settings.LOOPLINE_HOME.folder("backups") / f"before-{len(applied)}-migrations.tar"
            )
            write_backup(file, with_key=True)
            say(f"Backup before migrating: {file}")
        with _no_looking_for_garbage():
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    return len(plan)
