"""Computing by itself: each metric once a night in the company's zone, and whenever somebody asks."""

from datetime import datetime, timedelta

from django.tasks import task
from django.utils import timezone

from loopline.platform.jobs.queue import enqueue
from loopline.platform.progress import track
from loopline.platform.schedule.every import every
from loopline.platform.settings.options import zone
from loopline.slices.measures import computing
from loopline.slices.measures.models import Metric

NIGHT = 2  # o'clock, when yesterday's events have come in


@task(queue_name="bulk", priority=4)  # before the long embedding of texts
def compute_metric(metric_id: int, again: bool = False, done: int = 0, token: str = "") -> None:
    """One run for one metric; what it leaves goes into the next. `token` is a progress somebody watches."""

    def step(at: int, total: int) -> None:
        if token:
            track.move(token, done=at, total=total)

    now = timezone.now()
    try:
        out = computing.compute(metric_id, now=now, again=again, done=done, step=step)
    except track.Stopped:
        track.finish(token, state="stopped", note="Stopped. What was computed stays.", now=now)
        return
    if out.left and not out.trouble:
        enqueue(
            compute_metric, now=now, metric_id=metric_id, again=again, done=done + out.done, token=token
        )  # fmt: skip
    elif token:
        note = out.trouble or f"{done + out.done} periods computed"
        track.finish(
            token, state="failed" if out.trouble else "done", note=note,
            result_url=f"/measures/{metric_id}", now=timezone.now(),
        )  # fmt: skip


def ask(metric_id: int, *, now: datetime, again: bool = False, token: str = "") -> None:
    """Have a metric computed soon; while one is waiting, a second one that nobody watches is not added."""
    enqueue(
        compute_metric, now=now, dedupe_key=None if token else f"metric:{metric_id}",
        metric_id=metric_id, again=again, token=token,
    )  # fmt: skip


@task()
def compute_due() -> None:
    """Ask for every metric that was not computed since two o'clock of this night."""
    now = timezone.now()
    here = now.astimezone(zone())
    since = here.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    if here < since:
        since -= timedelta(days=1)
    for pk, kind, at in Metric.objects.filter(archived_at=None).values_list(
        "pk", "definition__kind", "computed_at"
    ):
        if kind not in (None, "manual") and (at is None or at < since):
            ask(pk, now=now)


def register() -> None:
    every(timedelta(hours=1), compute_due)
