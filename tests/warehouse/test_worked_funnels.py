"""Cases one can work out by hand: trends and times of a funnel, ties, held properties, cohorts, time limits."""

import pytest

from loopline.core.insights import ir
from loopline.core.insights.answers import Bin
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.records import Fact
from loopline.warehouse.store import OutOfTime
from tests.warehouse.asked import HOUR, at, both, counts, events, steps

SECOND = ir.MICROSECONDS
DAY = 24 * HOUR
JANUARY = ir.Span(at("2024-01-01"), at("2024-02-01"))


def funnel(names, **more):
    return ir.Funnel(JANUARY, **steps(names, **more))


def test_starts_on_three_days_count_once_in_each_period_and_recent_ones_are_incomplete():
    rows = events(*(("p", "A", f"2024-01-{day:02}T12:00") for day in (1, 5, 20)),
                  ("p", "B", "2024-01-21T12:00"), ("q", "A", "2024-01-02"), ("q", "B", "2024-01-09"))  # fmt: skip
    answer = both(rows, funnel("AB", interval=ir.Interval.WEEK, window=10 * DAY))
    assert counts(answer) == [2, 2]
    found = [(point.counts, point.incomplete) for point in answer.trend]
    assert found == [
        ((2, 1), False),
        ((0, 0), False),
        ((1, 1), False),
        ((0, 0), True),
        ((0, 0), True),
    ]


def test_a_period_that_the_span_begins_within_is_incomplete():
    rows = events(("p", "A", "2024-01-03"), ("p", "B", "2024-01-03"))
    span = ir.Span(at("2024-01-02"), at("2024-02-01"))
    question = ir.Funnel(span, **steps("AB", interval=ir.Interval.WEEK, window=DAY))
    assert [point.incomplete for point in both(rows, question).trend] == [
        True,
        False,
        False,
        False,
        True,
    ]


def test_first_entry_belongs_to_one_period_only():
    rows = events(
        ("p", "A", "2024-01-01"), ("p", "A", "2024-01-09"), ("p", "B", "2024-01-09T01:00")
    )
    found = {}
    for entry in ir.Entry:
        question = funnel("AB", interval=ir.Interval.WEEK, window=DAY, entry=entry)
        found[entry] = [point.counts for point in both(rows, question).trend][:2]
    assert found == {ir.Entry.ANY: [(1, 0), (1, 1)], ir.Entry.FIRST: [(1, 0), (0, 0)]}


def test_times_to_convert_keep_who_took_no_time_and_show_empty_bins():
    waits = {"a": 0, "b": 0, "c": 30 * SECOND, "d": 70 * SECOND}
    rows = events(*(row for who, wait in waits.items()
                    for row in ((who, "A", JANUARY.start), (who, "B", JANUARY.start + wait))))  # fmt: skip
    times = both(rows, funnel("AB", interval=ir.Interval.MONTH)).times
    assert (times.p50_seconds, round(times.p85_seconds, 6)) == (15, 52)
    assert times.histogram[0] == Bin(0, 5, 2)
    assert [each.count for each in times.histogram] == [2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert both(rows, funnel("AB")).times is None
    nobody = both(rows[:1], funnel("AB", interval=ir.Interval.MONTH)).times
    assert (nobody.p50_seconds, nobody.histogram) == (None, ())


def test_inside_the_same_second_steps_may_come_in_either_order():
    start = JANUARY.start + DAY
    found = {}
    for apart in (400_000, 1_400_000, 2_400_000):
        rows = events(("p", "B", start + 100_000), ("p", "A", start + 100_000 + apart))
        found[apart] = [counts(both(rows, funnel("AB", ties=ties)))[1] for ties in ir.Ties]
    assert found == {400_000: [0, 1, 1], 1_400_000: [0, 0, 1], 2_400_000: [0, 0, 0]}


def test_one_event_twice_in_a_second_serves_one_step():
    start = JANUARY.start + DAY
    rows = events(("p", "A", start), ("p", "A", start + 500_000))
    found = [counts(both(rows, funnel("AA", ties=ties)))[1] for ties in ir.Ties]
    assert found == [1, 0, 0]


def test_a_held_property_has_one_value_from_the_first_step_to_the_last():
    rows = events(
        ("p", "A", "2024-01-01T01:00", b'{"cart":"x"}'),
        ("p", "A", "2024-01-01T02:00", b'{"cart":"y"}'),
        ("p", "B", "2024-01-01T03:00", b'{"cart":"x"}'),
        ("p", "C", "2024-01-01T04:00", b'{"cart":"y"}'),
        ("q", "A", "2024-01-01T01:00", b'{"cart":"x"}'),
        ("q", "B", "2024-01-01T02:00"),
        ("r", "A", "2024-01-01T01:00"),
    )
    assert counts(both(rows, funnel("ABC"))) == [3, 2, 1]
    assert counts(both(rows, funnel("ABC", hold=("cart",)))) == [2, 1, 0]
    assert counts(both(rows, funnel("AB", hold=("cart", "cart-2")))) == [0, 0]


def test_a_cohort_is_kept_to_by_any_id_of_its_persons():
    rows = events(
        ("anon", "A", "2024-01-01"), ("ann", "B", "2024-01-02"), ("bo", "A", "2024-01-01")
    )
    facts = [Fact("identify", "anon", 1, "ann"), Fact("member", "bo", 1, "acme")]

    def asked(**more):
        return counts(both(rows, funnel("AB", **more), facts))

    assert asked(among=frozenset({"anon"})) == asked(among=frozenset({"ann", "nobody"})) == [1, 1]
    assert asked(without=frozenset({"ann"})) == [1, 0]
    assert asked(among=frozenset()) == [0, 0]
    by_account = {"actor": ir.Actor.ACCOUNT, "among": frozenset({"acme"})}
    assert asked(**by_account) == [1, 0]
    assert asked(actor=ir.Actor.ACCOUNT, without=frozenset({"acme"})) == [0, 0]


@pytest.mark.parametrize(
    "question",
    [
        funnel("AB", hold=("a", "b", "c", "d")),
        funnel("AB", hold=("a", "a")),
        funnel("AB", hold=("a",), breakdown=ir.Breakdown("b", ir.Attribution.ALL_EVENTS)),
        ir.Funnel(ir.Span(0, 500 * DAY), **steps("AB", interval=ir.Interval.DAY)),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(question):
    rows = events(("p", "A", "2024-01-01"))
    with DuckEngine(tail=rows) as engine, pytest.raises(ir.BadQuestion):
        engine.answer(question)


@pytest.mark.parametrize(
    "question",
    [
        funnel("AB", interval=ir.Interval.DAY),
        funnel("ABA", order=ir.Order.UNORDERED),
        ir.Retention(JANUARY, interval=ir.Interval.DAY, periods=5, rolling=True),
    ],
)
def test_the_time_limit_is_looked_at_between_the_steps_over_arrays(question, monkeypatch):
    rows = events(("p", "A", "2024-01-01"), ("p", "B", "2024-01-02"))
    with DuckEngine(tail=rows) as engine:
        seen = []

        def late():
            seen.append(1)
            engine.cancel()
            real()

        real = engine.store.pause
        monkeypatch.setattr(engine.store, "pause", late)
        with pytest.raises(OutOfTime):
            engine.answer(question)
        assert len(seen) == 1
