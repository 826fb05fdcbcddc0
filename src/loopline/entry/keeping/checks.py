"""Does what is there fit together? And what is wrong with this home, and what to do?"""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

Finding = str


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check(20)")
            yield from (f"SQLite: {row[0]}." for row in cursor.fetchall() if row[0] != "ok")
            cursor.execute("PRAGMA foreign_key_check")
            yield from (
                f"A row of {r[0]} points to a row of {r[2]} that is gone."
                for r in cursor.fetchall()[:20]
            )
        else:
            cursor.execute("SELECT count(*) FROM pg_constraint WHERE NOT convalidated")
            if (row := cursor.fetchone()) and row[0]:
                yield f"{row[0]} constraints are not validated."


def _audit() -> Iterator[Finding]:
    from loopline.platform.audit.queries import broken_links

    yield from broken_links()


_SEARCHED = {
    "feedback": "feedback.Feedback", "opportunity": "roadmap.Opportunity", "bet": "roadmap.Bet",
    "release": "releases.Release", "work-item": "work.WorkItem", "account": "customers.Account",
}  # fmt: skip


def _search() -> Iterator[Finding]:
    rows = apps.get_model("search.SearchRow")._default_manager
    for kind, label in _SEARCHED.items():
        objects = apps.get_model(label)._default_manager
        indexed = set(rows.filter(object_type=kind).values_list("object_id", flat=True))
        there = set(objects.values_list("pk", flat=True))
        if missing := len(there - indexed):
            yield f"{missing} objects of kind {kind} are not in the search."
        if extra := len(indexed - there):
            yield f"The search knows {extra} objects of kind {kind} that are gone."


def _lines() -> Iterator[Finding]:
    from loopline.platform.thread.queries import stored_marks
    from loopline.platform.thread.registry import stored_types
    from loopline.platform.thread.store import marks_of

    for kind in stored_types():
        label = _SEARCHED[kind]
        ids = list(
            apps.get_model(label)._default_manager.order_by("pk").values_list("pk", flat=True)
        )
        wrong = 0
        for start in range(0, len(ids), 300):
            part = ids[start : start + 300]
            stored, fresh = stored_marks(kind, part), marks_of(kind, part)
            wrong += sum(
                [m.as_json() for m in stored.get(i, [])] != [m.as_json() for m in fresh[i]]
                for i in part
            )
        if wrong:
            yield f"{wrong} lines of kind {kind} are out of date."


CHECKS: dict[str, Callable[[], Iterator[Finding]]] = {
    "database": _database, "audit": _audit, "search": _search, "lines": _lines,
}  # fmt: skip


def verify() -> dict[str, list[Finding]]:
    """Findings by check; an empty list is good."""
    return {name: list(check()) for name, check in CHECKS.items()}


@dataclass(frozen=True, slots=True)
class Said:
    """One thing looked at: whether it is well, what it is, and what to do where it is not."""

    name: str
    ok: bool
    says: str
    do: str = ""


def _free() -> Said:
    left = shutil.disk_usage(settings.LOOPLINE_HOME.path).free / 1e9
    return Said("disk", left > 1, f"{left:.1f} GB free", "Make room; below 1 GB writing may fail.")


def _key() -> Said:
    file = settings.LOOPLINE_HOME.path / "secret_key"
    if not file.exists():
        return Said("secret key", True, "from the environment")
    mode = stat.S_IMODE(file.stat().st_mode)
    return Said("secret key", mode & 0o077 == 0, f"{file}, mode {mode:o}", f"chmod 600 {file}")


def _migrations() -> Said:
    from django.db.migrations.executor import MigrationExecutor

    plan = MigrationExecutor(connection).migration_plan(
        MigrationExecutor(connection).loader.graph.leaf_nodes()
    )
    return Said(
        "tables",
        not plan,
        f"{len(plan)} migrations to run" if plan else "up to date",
        "Run ./loopline serve once; it migrates after a backup.",
    )


def _jobs() -> list[Said]:
    job = apps.get_model("jobs.Job")._default_manager
    dead = job.filter(state="dead").count()
    late = job.filter(state="ready", run_at__lt=timezone.now() - timedelta(minutes=10)).count()
    return [
        Said(
            "dead letters",
            not dead,
            f"{dead} jobs were given up",
            "Open Settings, Jobs: each says why, and can be tried again.",
        ),
        Said(
            "worker",
            not late,
            f"{late} jobs wait longer than ten minutes",
            "Is ./loopline serve running? It runs the worker too.",
        ),
    ]


def _sealed() -> Said:
    lost = [
        f"webhook {w.url}"
        for w in apps.get_model("notify.Webhook")._default_manager.filter(archived_at=None)
        if not w.secret
    ] + [
        f"GitHub {h.name}"
        for h in apps.get_model("github.Hook")._default_manager.filter(removed_at=None)
        if not h.signing_secret
    ]
    return Said(
        "credentials",
        not lost,
        f"sealed with another key: {', '.join(lost)}" if lost else "can be read",
        "Connect these anew; their secrets came without their key.",
    )


def doctor() -> list[Said]:
    """Everything worth knowing about this home, what is wrong first."""
    mail = os.environ.get("LOOPLINE_SMTP_URL", "")
    found = [
        Said("python", sys.version_info >= (3, 12), sys.version.split()[0], "Use Python 3.12 or newer."),
        Said("database", True, f"{connection.vendor} {'.'.join(map(str, connection.get_database_version()))}"),
        _free(), _key(), _migrations(), *_jobs(), _sealed(),
        Said("mail", bool(mail), mail.split("@")[-1] if mail else "not set", "Set LOOPLINE_SMTP_URL so that follow-ups by e-mail can leave."),
        Said("address", "127.0.0.1" not in settings.BASE_URL, settings.BASE_URL, "Set LOOPLINE_BASE_URL to the address people use; links in mails need it."),
    ]  # fmt: skip
    return sorted(found, key=lambda s: s.ok)
