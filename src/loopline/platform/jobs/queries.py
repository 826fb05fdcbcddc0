"""What a person sees of the queue: counts, dead letters, and one job's state."""

from datetime import datetime

from django.db.models import Count

from loopline.core.problems import Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.jobs.models import Job


def counts() -> dict[str, int]:
    found = Job.objects.values("state").annotate(n=Count("id")).values_list("state", "n")
    return dict.fromkeys(Job.State.values, 0) | dict(found)


def jobs(
    *, actor: Actor, state: str = "dead", before_id: int | None = None, limit: int = 50
) -> list[Job]:
    allow(actor, "jobs.read")
    found = Job.objects.filter(state=state).order_by("-id")
    return list((found.filter(pk__lt=before_id) if before_id else found)[:limit])


def retry(*, actor: Actor, job_id: int, now: datetime) -> None:
    """Give a dead letter its attempts back. Doing it twice changes nothing."""
    allow(actor, "jobs.retry")
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise Missing("job")
    Job.objects.filter(pk=job_id, state="dead").update(
        state="ready", attempts=0, run_at=now, finished_at=None
    )
