"""Putting jobs in, taking them out under a lease, and writing back only while the lease holds."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.tasks.base import Task

from loopline.platform.db import is_postgres, rows
from loopline.platform.jobs.models import Job

LEASE = timedelta(seconds=30)
BACK_OFF = (5, 30, 120, 600, 1800, 7200)  # seconds before the 2nd, 3rd ... attempt
MOST_ATTEMPTS = len(BACK_OFF) + 1
MOST_KILLS = 20  # starts of a job whose worker ended each time before it could say why


class LostLease(Exception):
    """Another worker has taken the job over; what was done under it must not be kept."""


def enqueue(
    task: "Task[..., Any]",
    *,
    now: datetime,
    dedupe_key: str | None = None,
    delay: timedelta = timedelta(0),
    **kwargs: Any,
) -> int | None:
    """Add one job in the caller's transaction. With a key that is still open: nothing, None."""
    if (
        dedupe_key
        and Job.objects.filter(dedupe_key=dedupe_key, state__in=["ready", "running"]).exists()
    ):
        return None
    return enqueue_many(task, now=now, calls=[kwargs], dedupe_key=dedupe_key, delay=delay)[0]


def enqueue_many(
    task: "Task[..., Any]",
    *,
    now: datetime,
    calls: Sequence[dict[str, Any]],
    dedupe_key: str | None = None,
    delay: timedelta = timedelta(0),
) -> list[int]:
    """Add one job per set of arguments, in few statements."""
    jobs = [
        Job(
            queue=task.queue_name,
            task=task.module_path,
            kwargs=kwargs,
            priority=task.priority,
            run_at=now + delay,
            created_at=now,
            dedupe_key=dedupe_key,
        )
        for kwargs in calls
    ]
    return [j.pk for j in Job.objects.bulk_create(jobs, batch_size=500)]


def claim(*, queue: str, worker: str, now: datetime) -> Job | None:
    """Lease the next job of a queue: due, or its lease expired. One statement, no two workers agree.

    A job that took its worker down MOST_KILLS times goes to the dead letters instead of round again.
    """
    while (job := _lease(queue, worker, now)) and job.attempts > MOST_KILLS:
        fail(job, error=f"Its worker ended {MOST_KILLS} times while it ran.", now=now)
    return job


def _lease(queue: str, worker: str, now: datetime) -> Job | None:
    token = secrets.token_hex(16)
    locking = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    taken = rows(
        f"""UPDATE jobs_job SET state = 'running', lease_token = %s, lease_until = %s, worker = %s,
            attempts = attempts + 1
        WHERE id = (SELECT id FROM jobs_job WHERE queue = %s
            AND ((state = 'ready' AND run_at <= %s) OR (state = 'running' AND lease_until < %s))
            ORDER BY priority DESC, run_at, id LIMIT 1 {locking}) RETURNING id""",
        [token, now + LEASE, worker, queue, now, now],
    )
    return Job.objects.get(pk=taken[0][0]) if taken else None


def heartbeat(job_id: int, token: str, *, now: datetime) -> bool:
    """Extend the lease; False when it was lost."""
    held = Job.objects.filter(pk=job_id, lease_token=token, state="running")
    return held.update(lease_until=now + LEASE) == 1


def finish(job: Job, *, now: datetime) -> None:
    """Mark done while the lease holds. Raises LostLease, which rolls the surrounding transaction back."""
    held = Job.objects.filter(pk=job.pk, lease_token=job.lease_token, state="running")
    if held.update(state="done", finished_at=now, error="", lease_until=None) != 1:
        raise LostLease(f"job {job.pk}")


def fail(job: Job, *, error: str, now: datetime, permanent: bool = False) -> None:
    """Put back with back-off, or to the dead letters after the last attempt."""
    held = Job.objects.filter(pk=job.pk, lease_token=job.lease_token, state="running")
    if permanent or job.attempts >= MOST_ATTEMPTS:
        held.update(state="dead", finished_at=now, error=error[-4000:], lease_until=None)
        return
    wait = timedelta(seconds=BACK_OFF[job.attempts - 1])
    held.update(state="ready", run_at=now + wait, error=error[-4000:], lease_until=None)


def release_leases_of(worker_prefix: str, *, now: datetime) -> int:
    """Give back at once what a worker of this home held when it was killed."""
    return Job.objects.filter(state="running", worker__startswith=worker_prefix).update(
        state="ready", lease_until=None, lease_token="", run_at=now
    )


@transaction.atomic
def sweep(*, now: datetime, keep: timedelta = timedelta(days=7)) -> int:
    """Forget finished jobs after a week; dead letters stay until somebody looks."""
    old = Job.objects.filter(state="done", finished_at__lt=now - keep).values("pk")[:5000]
    return Job.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]
