"""Marks become states by CONTRACT's rules, and touching keeps every line that runs through a thing right."""

from datetime import UTC, datetime, timedelta

import pytest

from loopline.platform.thread import registry, store
from loopline.platform.thread.marks import (
    BUILT,
    DECIDED,
    EMPTY,
    HEARD,
    SHIPPED,
    TOLD,
    UNDERSTOOD,
    Mark,
    line,
)
from loopline.platform.thread.models import ThreadRow
from loopline.platform.thread.patience import percentile, waits
from loopline.platform.thread.queries import lines

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def mark(day=0, share=1.0, count=1):
    at = T0 + timedelta(days=day)
    return Mark(True, share, count, at, at)


def drawn(marks, day=10, patience=None):
    full = [marks.get(i, EMPTY) for i in range(7)]
    return line(full, now=T0 + timedelta(days=day), patience=patience or {})


def test_an_unlit_line_is_all_ahead():
    assert drawn({}).code == "AAAAAAA"


def test_the_furthest_is_now_and_what_was_skipped_is_passed_by():
    assert drawn({HEARD: mark(), DECIDED: mark(1)}).code == "RPNAAAA"


def test_measured_is_now_from_shipping_and_never_passed():
    shipped = {i: mark(i) for i in range(5)}
    assert drawn(shipped).code == "RRRRNNA"
    told = shipped | {TOLD: Mark(True, 0.5, 3, T0, T0)}
    assert drawn(told).code == "RRRRRNN"


def test_a_closed_loop_is_reached_to_the_end():
    whole = {i: mark(i) for i in range(7)}
    found = drawn(whole, day=400)
    assert (found.code, found.closed, found.stalled_days) == ("RRRRRRR", True, None)


def test_a_thread_stalls_after_30_days_or_the_workspaces_own_patience():
    heard = {HEARD: mark(), UNDERSTOOD: mark(2)}
    assert drawn(heard, day=31).code == "RNAAAAA"
    assert drawn(heard, day=33).code == "RSAAAAA"
    assert drawn(heard, day=33).stalled_days == 31
    assert drawn(heard, day=33, patience={2: timedelta(days=60)}).code == "RNAAAAA"
    assert drawn(heard, day=9, patience={2: timedelta(days=3)}).code == "RSAAAAA"


def test_waits_run_from_station_to_next_lit_station():
    marks = [mark(0), mark(3), EMPTY, mark(10), EMPTY, EMPTY, EMPTY]
    assert waits(marks) == [(1, 3 * 86400.0), (2, 7 * 86400.0)]
    assert percentile([1, 2, 3, 4], 0.85) == 4
    assert percentile(list(range(100)), 0.85) == 85


@pytest.fixture
def shapes(monkeypatch):
    """Two stored types, `plan` with `part`s below; a `note` rides on its plan."""
    for name, empty in (("_PROVIDERS", {}), ("_STORED", []), ("_PARENTS", {}), ("_SPREADS", {})):
        monkeypatch.setattr(registry, name, empty)
    built = {}
    registry.stored("plan")
    registry.stored("part")
    none = lambda _id, _limit: []  # noqa: E731
    registry.provide("plan", HEARD, registry.Provider(lambda ids: {i: mark(0) for i in ids}, none))
    registry.provide(
        "part", BUILT, registry.Provider(lambda ids: {i: built[i] for i in ids if i in built}, none)
    )
    registry.provide(
        "plan",
        BUILT,
        registry.Provider(lambda ids: {i: built[i * 10] for i in ids if i * 10 in built}, none),
    )
    registry.spread("part", lambda ids: [("plan", i // 10) for i in ids])
    registry.parent("note", lambda ids: dict.fromkeys(ids, ("plan", 1)))
    registry.provide("note", SHIPPED, registry.Provider(lambda ids: {}, none))
    return built


def test_touching_a_part_brings_its_plan_up_to_date(db, shapes):
    store.touch([("plan", 1)])
    assert ThreadRow.objects.get(object_type="plan", object_id=1).furthest == 1
    shapes[10] = mark(5)
    store.touch([("part", 10)])
    assert ThreadRow.objects.get(object_type="plan", object_id=1).furthest == 4
    assert lines("note", [7, 8], now=T0)[7].code == "RPPNAAA"


def test_gathered_touches_are_computed_once_at_the_end(db, shapes, django_assert_num_queries):
    with store.gathered():
        for i in range(1, 40):
            store.touch([("plan", i)])
        assert ThreadRow.objects.count() == 0
    assert ThreadRow.objects.count() == 39


def test_lines_of_many_rows_take_as_many_queries_as_of_few(db, shapes, django_assert_num_queries):
    store.touch([("plan", i) for i in range(1, 60)])
    with django_assert_num_queries(2):
        lines("plan", list(range(1, 60)), now=T0)
    with django_assert_num_queries(2):
        lines("note", list(range(1, 60)), now=T0)
