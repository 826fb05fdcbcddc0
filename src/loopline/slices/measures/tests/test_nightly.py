"""By itself: each metric once a night, none that is written down by hand, and a watched run says how far it is."""

from datetime import timedelta

from django.utils import timezone

from loopline.platform.jobs.models import Job
from loopline.platform.progress import track
from loopline.slices.measures import jobs, services
from loopline.slices.measures.models import Metric, MetricValue


def _asked():
    return sorted(
        j.kwargs["metric_id"]
        for j in Job.objects.filter(task__endswith="compute_metric", state="ready")
    )


def test_the_night_asks_for_what_was_not_computed_since_two(cast, db, now):
    services.builtin("test.night", "N", "N", "", lambda _s, _e: (1.0, 1, None, None))
    definition = {"kind": "builtin", "query": "test.night"}
    stale, fresh, gone = (
        services.create_metric(actor=cast.bo, name=n, definition=definition, now=now) for n in "abc"
    )
    services.create_metric(actor=cast.bo, name="by hand", now=now)
    Job.objects.all().delete()
    today = timezone.now()
    Metric.objects.filter(pk=stale).update(computed_at=today - timedelta(days=2))
    Metric.objects.filter(pk=fresh).update(computed_at=today)
    Metric.objects.filter(pk=gone).update(archived_at=today)
    jobs.compute_due.func()
    jobs.compute_due.func()
    assert _asked() == [stale]


def test_a_watched_run_shows_how_far_it_is_and_ends_with_what_came_of_it(cast, db, now, run_jobs):
    services.builtin("test.watched", "W", "W", "", lambda _s, _e: (1.0, 1, None, None))
    metric = services.create_metric(
        actor=cast.bo, name="W", definition={"kind": "builtin", "query": "test.watched"}, now=now
    )
    token = services.compute_now(actor=cast.bo, metric_id=metric, now=now)
    run_jobs()
    seen = track.see(actor=cast.bo, token=token)
    assert (seen.state, seen.done, seen.total) == ("done", 26, 26)
    assert seen.result_url == f"/measures/{metric}"
    assert MetricValue.objects.filter(metric_id=metric).count() == 26


def test_a_watched_run_that_cannot_be_ends_with_the_sentence(cast, stored, now, run_jobs):
    stored([("pay", "a", now.isoformat())])
    metric = services.create_metric(
        actor=cast.bo,
        name="S",
        definition={"kind": "sql", "query": "select event from events"},
        now=now,
    )
    token = services.compute_now(actor=cast.bo, metric_id=metric, now=now)
    run_jobs()
    seen = track.see(actor=cast.bo, token=token)
    assert seen.state == "failed"
    assert "a number is needed" in seen.note
