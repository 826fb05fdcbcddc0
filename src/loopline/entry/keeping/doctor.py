"""What is wrong with this home, and what to do about it."""

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from loopline.entry.keeping import product_events

_ROOM = 1.0  # GB; below it, writing may fail


@dataclass(frozen=True, slots=True)
class Said:
    """One thing looked at: whether it is well, what it is, and what to do where it is not."""

    name: str
    ok: bool
    says: str
    do: str = ""


def _machine() -> Iterator[Said]:
    python = sys.version_info
    yield Said("python", python >= (3, 12), sys.version.split()[0], "Use Python 3.12 or newer.")
    left = shutil.disk_usage(settings.LOOPLINE_HOME.path).free / 1e9
    room = f"{left:.1f} GB free"
    yield Said("disk", left > _ROOM, room, f"Make room; below {_ROOM:g} GB writing may fail.")
    file = settings.LOOPLINE_HOME.path / "secret_key"
    if "LOOPLINE_SECRET_KEY" in os.environ or not file.exists():
        yield Said("secret key", True, "from the environment")
        return
    mode = stat.S_IMODE(file.stat().st_mode)
    yield Said("secret key", mode & 0o077 == 0, f"{file}, mode {mode:o}", f"chmod 600 {file}")


def _database() -> Iterator[Said]:
    version = connection.get_database_version()
    fits = (
        version >= (15,)
        if connection.vendor == "postgresql"
        else sqlite3.sqlite_version_info >= (3, 37)
    )
    says = f"{connection.vendor} {'.'.join(map(str, version))}"
    yield Said("database", fits, says, "Use PostgreSQL 15 or SQLite 3.37, or newer.")


def _tables() -> Iterator[Said]:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    says = f"{len(plan)} migrations to run" if plan else "up to date"
    yield Said("tables", not plan, says, "Run ./loopline serve once; it migrates after a backup.")


def _jobs() -> Iterator[Said]:
    job, now = apps.get_model("jobs.Job")._default_manager, timezone.now()
    dead = job.filter(state="dead").count()
    late = job.filter(state="ready", run_at__lt=now - timedelta(minutes=10)).count()
    stuck = job.filter(state="running", lease_until__lt=now - timedelta(minutes=1)).count()
    yield Said(
        "dead letters", not dead, f"{dead} jobs were given up",
        "Open Settings, Jobs: each says why, and can be tried again.",
    )  # fmt: skip
    yield Said(
        "worker", not late and not stuck,
        f"{late} jobs wait longer than ten minutes, {stuck} were left half done",
        "Is ./loopline serve running? It runs the worker too.",
    )  # fmt: skip


def _clock() -> Iterator[Said]:
    """A clock that was set back shows as audit entries of the future."""
    entries = apps.get_model("audit.AuditEntry")._default_manager
    last: datetime | None = entries.order_by("-id").values_list("at", flat=True).first()
    ahead = last - timezone.now() if last else timedelta(0)
    fits = ahead < timedelta(minutes=5)
    says = "fits the last entry" if fits else f"the last entry is {ahead} ahead of this clock"
    yield Said("clock", fits, says, "Set this machine's clock; have it follow a time server.")


def _events() -> Iterator[Said]:
    now = int(timezone.now().timestamp() * 1_000_000)
    yield from (Said(*said) for said in product_events.state(now))


def closed_credentials() -> list[str]:
    """What was sealed with another key and has to be connected anew."""
    webhooks = apps.get_model("notify.Webhook")._default_manager.filter(archived_at=None)
    hooks = apps.get_model("github.Hook")._default_manager.filter(removed_at=None)
    warehouses = apps.get_model("insights.Warehouse")._default_manager.all()
    return [
        *(f"webhook {w.url}" for w in webhooks if not w.secret),
        *(f"GitHub {h.name}" for h in hooks if not h.signing_secret),
        *(f"warehouse {w.label}" for w in warehouses if not w.url),
    ]


def _credentials() -> Iterator[Said]:
    closed = closed_credentials()
    says = f"sealed with another key: {', '.join(closed)}" if closed else "can be read"
    do = "Connect these anew; their secrets came without their key."
    yield Said("credentials", not closed, says, do)


def _outside() -> Iterator[Said]:
    mail = os.environ.get("LOOPLINE_SMTP_URL", "").rpartition("@")[2]
    do = "Set LOOPLINE_SMTP_URL so that follow-ups by e-mail can leave."
    yield Said("mail", bool(mail), mail or "not set", do)
    do = "Set LOOPLINE_BASE_URL to the address people use; links in mails need it."
    own = "127.0.0.1" not in settings.BASE_URL and "localhost" not in settings.BASE_URL
    yield Said("address", own, settings.BASE_URL, do)


_LOOKS: dict[str, Callable[[], Iterator[Said]]] = {
    "machine": _machine, "database": _database, "tables": _tables, "jobs": _jobs,
    "clock": _clock, "events": _events, "credentials": _credentials, "outside": _outside,
}  # fmt: skip


def _look(name: str, look: Callable[[], Iterator[Said]]) -> list[Said]:
    try:
        return list(look())
    except DatabaseError as broken:
        says = f"cannot be read: {str(broken).splitlines()[0]}"
        return [Said(name, False, says, "Run ./loopline init or serve once, else verify.")]


def doctor() -> list[Said]:
    """Everything worth knowing about this home, what is wrong first."""
    found = [said for name, look in _LOOKS.items() for said in _look(name, look)]
    return sorted(found, key=lambda s: s.ok)


def pending_embeddings() -> int:
    """Items that wait for the background likeness model; 0 where it is not installed."""
    from loopline.slices.feedback.queries import pending_embeddings as waiting

    try:
        return waiting()
    except DatabaseError:
        return 0  # a home without tables has nothing to embed
