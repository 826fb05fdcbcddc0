"""The work behind the pages, run as the worker runs it."""

from datetime import UTC, datetime

from loopline.platform.jobs.queue import enqueue
from loopline.slices.insights import asking, jobs
from loopline.warehouse import manifest, sealing
from loopline.warehouse.tail import Tail


def _tend(now, run_jobs):
    enqueue(jobs.tend_events, now=now)
    run_jobs()


def test_old_events_are_sealed_and_the_answers_stay(stored, now, run_jobs, settings):
    stored([("signup", f"p{n}", "2026-11-01T10:00") for n in range(30)])
    _tend(now, run_jobs)
    folder = settings.LOOPLINE_EVENTS
    assert Tail(folder).waiting() == 0
    assert sum(e.events for e in manifest.load(folder / "segments").segments) == 30
    assert asking.look("names")[0]["count"] == 30
    _tend(now, run_jobs)
    assert asking.look("names")[0]["count"] == 30


def test_a_store_somebody_else_writes_is_left_alone(stored, now, run_jobs, settings):
    stored([("signup", "p", "2026-11-01T10:00")])
    with sealing.writing(settings.LOOPLINE_EVENTS):
        _tend(now, run_jobs)
    assert Tail(settings.LOOPLINE_EVENTS).waiting() == 1


def test_without_events_there_is_nothing_to_do(stored, now, run_jobs, settings):
    _tend(now, run_jobs)
    assert not (settings.LOOPLINE_EVENTS / "segments").exists()


def test_times_are_counted_in_utc_microseconds():
    assert asking.micros(datetime(1970, 1, 2, tzinfo=UTC)) == 86_400_000_000
