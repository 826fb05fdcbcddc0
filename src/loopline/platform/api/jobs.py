"""Forgetting answers that are too old to be asked for again."""

from datetime import timedelta

from django.tasks import task
from django.utils import timezone

from loopline.platform.api.idempotency import KEPT
from loopline.platform.api.models import IdempotentAnswer
from loopline.platform.schedule.every import every


@task()
def forget_answers() -> None:
    """Kept answers are replayed for a day; after that nothing reads them."""
    IdempotentAnswer.objects.filter(at__lte=timezone.now() - KEPT).delete()


def register() -> None:
    every(timedelta(hours=1), forget_answers)
