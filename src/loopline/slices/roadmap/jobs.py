"""Counting usage evidence again each day, a row a job."""

from datetime import timedelta

from django.tasks import task
from django.utils import timezone

from loopline.platform.jobs.queue import enqueue
from loopline.platform.schedule.every import every
from loopline.slices.roadmap import recounting
from loopline.slices.roadmap.models import Evidence

DAILY = timedelta(hours=20)


@task()
def recount_due() -> None:
    """Put what was not counted today into the queue."""
    now = timezone.now()
    for row in Evidence.objects.filter(opportunity__archived_at=None):
        if row.counted_at is None or now - row.counted_at > DAILY:
            enqueue(recount_one, now=now, dedupe_key=f"evidence:{row.pk}", evidence_id=row.pk)


@task(queue_name="io")
def recount_one(evidence_id: int) -> None:
    recounting.recount(evidence_id, timezone.now())


every(timedelta(hours=1), recount_due)
