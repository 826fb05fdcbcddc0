"""What is kept for a while is forgotten after it, by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from loopline.platform.api.idempotency import KEPT
from loopline.platform.api.models import IdempotentAnswer
from loopline.platform.jobs.models import Job
from loopline.platform.schedule.every import tick

pytestmark = pytest.mark.django_db


def test_finished_jobs_and_kept_answers_are_forgotten(run_jobs):
    now = timezone.now()
    for state, days in (("done", 8), ("done", 6), ("dead", 8)):
        at = now - timedelta(days=days)
        Job.objects.create(
            queue="default", task=f"{state}-{days}", state=state, run_at=at, created_at=at, finished_at=at
        )  # fmt: skip
    for key, age in (("old", KEPT), ("young", KEPT / 2)):
        IdempotentAnswer.objects.create(caller="c", key=key, request_digest="d", at=now - age)
    tick(now=now)
    run_jobs()
    left = set(
        Job.objects.filter(created_at__lt=now - timedelta(days=1)).values_list("task", flat=True)
    )
    assert left == {"done-6", "dead-8"}
    assert list(IdempotentAnswer.objects.values_list("key", flat=True)) == ["young"]
