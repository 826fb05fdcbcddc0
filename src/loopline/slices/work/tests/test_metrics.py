"""Cycle time, throughput and escaped defects, by hand."""

from datetime import timedelta

import pytest

from loopline.slices.work import metrics
from loopline.slices.work.models import WorkItem


def item(done, days, state="done", labels=(), **more):
    return WorkItem.objects.create(
        title="W", state=state, opened_at=done - timedelta(days=days), started_at=done - timedelta(days=days),
        done_at=done if state == "done" else None, labels=list(labels), created_at=done, updated_at=done, **more,
    )  # fmt: skip


def test_cycle_time_is_from_first_start_to_last_completion(db, now):
    for days in (1, 2, 3, 4, 5, 6, 10):
        item(now, days)
    item(now, 0)  # straight to done: never started
    item(now, 50, state="cancelled")
    item(now - timedelta(days=7), 90)
    value, n, low, high = metrics.cycle_time(0.5, now - timedelta(days=1), now + timedelta(days=1))
    assert (value, n, low, high) == (4, 7, 1, 10)
    assert metrics.cycle_time(0.85, now - timedelta(days=1), now + timedelta(days=1))[
        0
    ] == pytest.approx(6.4)


def test_few_items_give_no_percentile_and_none_give_nothing(db, now):
    span = now - timedelta(days=1), now + timedelta(days=1)
    assert metrics.cycle_time(0.5, *span) is None
    assert metrics.throughput(*span) is None
    for _ in range(4):
        item(now, 3)
    assert metrics.cycle_time(0.5, *span) == (None, 4, None, None)
    assert metrics.throughput(*span)[0] == 4
    assert metrics.throughput(now - timedelta(days=1), now)[0] == 0


def test_escaped_defects_are_a_share_of_those_that_say_where_they_were_found(db, now):
    span = now - timedelta(days=9), now + timedelta(days=1)
    assert metrics.escape_rate(*span) is None
    item(now, 1, labels=["bug", "Found-in-production"])
    for _ in range(3):
        item(now, 1, labels=["bug", "found-before-release"])
    item(now, 1, labels=["bug"])
    value, n, low, high = metrics.escape_rate(*span)
    assert (value, n) == (25, 4)
    assert low < 25 < high
