"""Work behind the pages: the event store is looked after, the catalogue and cohorts are kept fresh."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.tasks import task
from django.utils import timezone

from loopline.core.problems import Problem
from loopline.platform.identity.actor import Actor
from loopline.platform.jobs.queue import enqueue
from loopline.platform.progress import track
from loopline.platform.schedule.every import every
from loopline.slices.insights import asking, cataloguing, counting, privacy
from loopline.slices.insights.models import Cohort
from loopline.warehouse import erasing, sealing

LONG = 4.0  # seconds after which the work shows itself


def _told(label: str) -> tuple[Callable[[str], None], Callable[[], None]]:
    """What to tell of each step, and of the end; nothing shows unless it takes long."""
    began, token, steps = time.monotonic(), "", 0

    def step(note: str) -> None:
        nonlocal token, steps
        steps += 1
        if not token and time.monotonic() - began > LONG:
            token = track.start(actor=Actor.system(), label=label, now=timezone.now())
        if token:
            track.move(token, done=steps, note=note)

    def end() -> None:
        if token:
            track.finish(token, now=timezone.now())

    return step, end


@task(queue_name="bulk")
def tend_events() -> None:
    """Seal the tail of product events, merge small segments and ship; nothing where somebody else does it now."""
    folder = asking.folder()
    if not (folder / "tail.sqlite3").exists():
        return
    step, end = _told("Sealing product events")
    try:
        sealing.tend(folder, now=asking.micros(timezone.now()), note=step, wait=1.0)
    except sealing.Busy:
        return
    finally:
        end()
    with suppress(Problem):  # the desk keeps why, and the doctor says it
        asking.ship()


every(timedelta(minutes=1), tend_events)


@task(queue_name="bulk", priority=10)
def refresh_catalogue() -> None:
    """Bring the catalogue of events and properties up to the store."""
    if not asking.folder().exists():
        return
    cataloguing.refresh(timezone.now())


every(timedelta(minutes=10), refresh_catalogue)


@task(queue_name="bulk", priority=20)
def recount_cohort(cohort_id: int) -> None:
    """Count one cohort; what cannot be counted says so on its page."""
    counting.recount(cohort_id, timezone.now())


@task(queue_name="bulk")
def recount_cohorts() -> None:
    """Every night: cohorts by a rule or a question are counted anew."""
    rows = Cohort.objects.filter(kind="dynamic", archived_at=None).order_by("pk")
    step, end = _told("Counting cohorts")
    for pk, name in list(rows.values_list("pk", "name")):
        counting.recount(pk, timezone.now())
        step(name)
    end()


every(timedelta(days=1), recount_cohorts)


@task(queue_name="bulk")
def keep_private() -> None:
    """Every night: take out events that are too old, and properties that are never kept."""
    folder = asking.folder()
    if not folder.exists():
        return
    now = timezone.now()
    step, end = _told("Taking out what is not kept")
    try:
        days = privacy.retention_days()
        if days:
            erasing.retain(folder, asking.micros(now - timedelta(days=days)), note=step)
        names = privacy.denied_names()
        if names:
            erasing.strip(folder, names, note=step)
            privacy.forget_denied()
    except sealing.Busy:
        enqueue(keep_private, now=now, delay=timedelta(minutes=10), dedupe_key="keep-private")
    finally:
        end()


every(timedelta(days=1), keep_private)
