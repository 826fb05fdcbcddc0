"""Imports through the browser and in the background."""

import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.core.problems import Conflict, Invalid, Missing, Problem
from loopline.platform.audit.record import Change, record
from loopline.platform.identity.actor import Actor, Role, Via
from loopline.platform.identity.models import User
from loopline.platform.identity.policy import allow
from loopline.platform.identity.queries import actor_for
from loopline.platform.imports.models import Import
from loopline.platform.imports.registry import Taken, kind
from loopline.platform.imports.running import run
from loopline.platform.jobs.queue import enqueue
from loopline.platform.progress import track


def keep(*, actor: Actor, kind_key: str, name: str, chunks: Iterable[bytes], now: datetime) -> int:
    """Put an uploaded file aside and answer the import's id; nothing is taken in yet."""
    allow(actor, kind(kind_key).permission)
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)[-120:] or "file.csv"
    folder = Path(settings.LOOPLINE_HOME.folder("imports"))
    path = folder / f"{secrets.token_hex(8)}-{safe}"
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    row = Import.objects.create(
        kind=kind_key, label=safe, path=str(path), name=safe, user_id=actor.user_id, at=now
    )
    return row.pk


def one(*, actor: Actor, import_id: int) -> Import:
    """One's own import; an admin sees all. Raises Missing."""
    row = Import.objects.filter(pk=import_id).first()
    if row is None or (row.user_id != actor.user_id and actor.role.rank < Role.ADMIN.rank):
        raise Missing("import")
    return row


@transaction.atomic
def start(*, actor: Actor, import_id: int, mapping: Mapping[str, str], now: datetime) -> str:
    """Take the file in, behind the page; answers the progress token. Starting twice starts once."""
    row = (
        Import.objects.select_for_update().filter(pk=one(actor=actor, import_id=import_id).pk).get()
    )
    allow(actor, kind(row.kind).permission)
    if row.state in ("running", "trying", "done"):
        return row.progress
    token = track.start(actor=actor, label=f"Importing {row.label}", now=now)
    row.mapping, row.state, row.progress = dict(mapping), "running", token
    row.save()
    record(
        actor=actor,
        now=now,
        change=Change("import.started", "import", row.pk, {}, {"file": row.name}),
    )
    enqueue(work, now=now, import_id=row.pk)
    return token


@transaction.atomic
def try_out(*, actor: Actor, import_id: int, mapping: Mapping[str, str], now: datetime) -> str:
    """A dry run behind the page, for kinds that read whole files; answers the progress token."""
    row = (
        Import.objects.select_for_update().filter(pk=one(actor=actor, import_id=import_id).pk).get()
    )
    allow(actor, kind(row.kind).permission)
    if row.state != "mapping":
        return row.progress
    row.progress = track.start(actor=actor, label=f"Trying {row.label}", now=now)
    row.mapping, row.state, row.report = dict(mapping), "trying", {}
    row.save()
    enqueue(trial, now=now, import_id=row.pk)
    return row.progress


def tried(row: Import) -> Taken | None:
    """What the last dry run of a file that was not started yet found."""
    found = row.report.get("dry")
    return Taken(**found) if found else None


@transaction.atomic
def start_file(
    *, actor: Actor, kind_key: str, path: str, label: str, mapping: Mapping[str, str], now: datetime
) -> int:
    """A file that lies on this machine already, taken in behind the pages."""
    row = Import.objects.create(
        kind=kind_key,
        label=label[:200],
        path=path,
        name=Path(path).name,
        user_id=actor.user_id,
        at=now,
    )
    if actor.user_id is None and actor.role != Role.OWNER:
        raise Conflict("An import needs somebody who started it.")
    row.progress = track.start(actor=actor, label=label, now=now)
    row.mapping, row.state = dict(mapping), "running"
    row.save()
    enqueue(work, now=now, import_id=row.pk)
    return row.pk


def _actor(row: Import) -> Actor:
    user = User.objects.filter(pk=row.user_id).first() if row.user_id else None
    return actor_for(user, Via.WEB) if user else Actor.system("Import")


def _step(row: Import) -> Callable[..., None]:
    def step(
        rows: int, *, done: int | None = None, total: int | None = None, note: str = ""
    ) -> None:
        Import.objects.filter(pk=row.pk).update(rows_done=rows)
        at = rows if done is None else done
        track.move(row.progress, done=at, total=total, note=note or f"{rows:,} rows")

    return step


@task(queue_name="bulk", priority=10)
def trial(import_id: int) -> None:
    """Say what an import would do; nothing is taken in, and the mapping can be changed afterwards."""
    row = Import.objects.filter(pk=import_id).first()
    if row is None or row.state != "trying":
        return
    now, shown, note = timezone.now(), "done", "Tried"
    report: dict[str, object] = {}
    try:
        got = run(
            actor=_actor(row), kind_key=row.kind, path=Path(row.path), name=row.name, given=row.mapping,
            dry_run=True, step=_step(row), now=now,
        )  # fmt: skip
        listed = got.bad[:500]
        report = {"dry": asdict(replace(got, bad=listed, unlisted=got.bad_count - len(listed)))}
    except track.Stopped:
        shown, note = "stopped", "Stopped as you asked."
    except (Problem, Invalid) as wrong:
        shown, note, report = "failed", wrong.sentence, {"trouble": wrong.sentence}
    Import.objects.filter(pk=row.pk).update(state="mapping", report=report)
    track.finish(
        row.progress, state=shown, note=note, result_url=f"/imports/{row.pk}", now=timezone.now()
    )


@task(queue_name="bulk", priority=10)
def work(import_id: int) -> None:
    """Run one import to its end. Started again after a crash it takes the file anew; what is here counts as such."""
    row = Import.objects.filter(pk=import_id).first()
    if row is None or row.state != "running":
        return

    step = _step(row)
    now = timezone.now()
    try:
        got = run(
            actor=_actor(row),
            kind_key=row.kind,
            path=Path(row.path),
            name=row.name,
            given=row.mapping,
            step=step,
            now=now,
        )
    except track.Stopped:
        _end(row, "done", {"note": "Stopped as you asked; what was done stays."}, "stopped")
        return
    except (Problem, Invalid) as wrong:
        _end(row, "failed", {"note": wrong.sentence}, "failed")
        return
    report = {
        "created": got.created,
        "changed": got.changed,
        "same": got.same,
        "bad_count": got.bad_count,
        "bad": got.bad[:500],
        "more": got.more,
    }
    _end(row, "done", report, "done")


def _end(row: Import, state: str, report: dict[str, object], shown: str) -> None:
    Import.objects.filter(pk=row.pk).update(state=state, report=report)
    note = str(
        report.get("note")
        or (
            f"{report.get('created', 0):,} new, {report.get('same', 0):,} here already, "
            f"{report.get('bad_count', 0):,} left out"
        )
    )
    track.finish(
        row.progress, state=shown, note=note, result_url=f"/imports/{row.pk}", now=timezone.now()
    )
