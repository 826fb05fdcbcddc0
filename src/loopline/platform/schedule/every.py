"""Registering recurring tasks; the worker's tick puts each into the queue once a slot."""

from datetime import datetime, timedelta
from typing import Any

from django.tasks import task
from django.tasks.base import Task
from django.utils import timezone

from loopline.platform.jobs.models import Job
from loopline.platform.jobs.queue import enqueue, sweep

_EVERY: dict[str, tuple[timedelta, "Task[..., Any]"]] = {}


def every(interval: timedelta, task: "Task[..., Any]") -> None:
    """Run a task without arguments once per interval, aligned to the epoch."""
    _EVERY[task.module_path] = (interval, task)


def tick(*, now: datetime) -> int:
    """Enqueue what is due in the current slot and has not run in it; answers how many."""
    added = 0
    for name, (interval, due) in _EVERY.items():
        slot = int(now.timestamp() // interval.total_seconds())
        start = datetime.fromtimestamp(slot * interval.total_seconds(), now.tzinfo)
        if Job.objects.filter(task=name, created_at__gte=start).exists():
            continue
        added += enqueue(due, now=now, dedupe_key=f"every:{name}") is not None
    return added


@task()
def sweep_jobs() -> None:
    """Finished jobs are kept for a week, then forgotten."""
    sweep(now=timezone.now())


every(timedelta(hours=1), sweep_jobs)
