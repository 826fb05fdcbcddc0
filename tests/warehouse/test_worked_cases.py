"""The cases one can work out by hand: what the words of an insight mean where tools differ."""

import pytest

from loopline.core.insights import ir
from tests.warehouse.asked import HOUR, at, both, counts, events, steps

DAY = 24 * HOUR
JANUARY = ir.Span(at("2024-01-01"), at("2024-02-01"))
YEAR = ir.Span(at("2024-01-01"), at("2025-01-01"), "Europe/Berlin")
REENTRY = events(
    ("p", "A", "2024-01-01T01:00"),
    ("p", "A", "2024-01-01T01:30"),
    ("p", "B", "2024-01-01T01:45"),
    ("p", "C", "2024-01-01T02:15"),
)


def funnel(names, **more):
    return ir.Funnel(JANUARY, **steps(names, **more))


def test_any_entry_converts_where_first_entry_runs_out_of_time():
    assert counts(both(REENTRY, funnel("ABC", window=HOUR))) == [1, 1, 1]
    assert counts(both(REENTRY, funnel("ABC", window=HOUR, entry=ir.Entry.FIRST))) == [1, 1, 0]


def test_time_between_steps_is_that_of_the_chain_that_won():
    answer = both(REENTRY, funnel("ABC", window=HOUR))
    assert [step.median_seconds for step in answer.steps] == [None, 900.0, 1800.0]


@pytest.mark.parametrize("order", [ir.Order.ORDERED, ir.Order.STRICT, ir.Order.UNORDERED])
def test_two_steps_at_one_instant_convert_in_no_time(order):
    tied = events(("p", "B", "2024-01-01T01:00"), ("p", "A", "2024-01-01T01:00"))
    answer = both(tied, funnel("AB", order=order))
    assert counts(answer) == [1, 1]
    assert answer.steps[1].median_seconds == 0


def test_one_event_serves_one_step():
    once = events(("p", "A", "2024-01-01T01:00"))
    steps_ = (ir.Match("A"), ir.Match(None))
    assert counts(both(once, ir.Funnel(JANUARY, steps=steps_))) == [1, 0]
    assert counts(both(once, ir.Funnel(JANUARY, steps=steps_, order=ir.Order.UNORDERED))) == [1, 0]


def test_the_same_event_twice_needs_a_strictly_later_one():
    assert counts(both(events(("p", "A", 10 * DAY), ("p", "A", 10 * DAY)), _from_zero("AA"))) == [
        1,
        0,
    ]
    again = events(("p", "A", 10 * DAY), ("p", "A", 10 * DAY + 1), ("p", "C", 11 * DAY))
    assert counts(both(again, _from_zero("AAC"))) == [1, 1, 1]
    assert counts(both(again[1:], _from_zero("AAC"))) == [1, 0, 0]


def test_a_step_that_comes_back_later_is_another_event():
    bounce = events(("p", "A", 10 * DAY), ("p", "B", 10 * DAY))
    assert counts(both(bounce, _from_zero("ABA"))) == [1, 1, 0]
    returned = events(("p", "A", 9 * DAY), *[("p", name, 10 * DAY) for name in "AB"])
    assert counts(both(returned, _from_zero("ABA"))) == [1, 1, 1]


def _from_zero(names):
    return ir.Funnel(ir.Span(0, 40 * DAY), **steps(names))


def test_an_exclusion_spares_who_has_a_clean_chain_as_deep():
    excluded = (ir.Exclusion(ir.Match("X")),)
    spoiled = [
        ("p", "A", "2024-01-01T01:00"),
        ("p", "X", "2024-01-01T02:00"),
        ("p", "B", "2024-01-01T03:00"),
    ]
    clean = [("p", "A", "2024-01-01T04:00"), ("p", "B", "2024-01-01T05:00")]
    assert counts(both(events(*spoiled, *clean), funnel("AB", exclude=excluded))) == [1, 1]
    assert counts(both(events(*spoiled), funnel("AB", exclude=excluded))) == [0, 0]
    assert counts(both(events(*spoiled), funnel("AB", exclude=excluded, exclusion="truncate"))) == [
        1,
        0,
    ]
    assert counts(both(events(*spoiled[:2]), funnel("AB", exclude=excluded))) == [0, 0]


def test_the_window_closes_after_its_last_microsecond():
    for late, reached in ((0, 1), (1, 0)):
        pair = events(("p", "A", 10 * DAY), ("p", "B", 24 * DAY + late))
        for order in (ir.Order.ORDERED, ir.Order.UNORDERED):
            question = ir.Funnel(ir.Span(0, 40 * DAY), **steps("AB", order=order))
            assert counts(both(pair, question)) == [1, reached]


def test_steps_at_or_after_the_end_are_not_seen():
    pair = events(
        ("p", "A", "2024-01-31T23:00"), ("p", "B", JANUARY.end), ("q", "A", JANUARY.start)
    )
    assert counts(both(pair, funnel("AB"))) == [2, 0]


def test_strict_order_breaks_on_any_event_between():
    rows = [("p", "A", 10 * DAY), ("p", "X", 10 * DAY + 1), ("p", "B", 10 * DAY + 2)]
    question = ir.Funnel(ir.Span(0, 40 * DAY), **steps("AB", order=ir.Order.STRICT))
    assert counts(both(events(*rows), question)) == [1, 0]
    assert counts(both(events(rows[0], rows[2]), question)) == [1, 1]


def test_unordered_counts_the_most_steps_inside_one_window():
    rows = events(
        ("p", "C", 10 * DAY), ("p", "A", 11 * DAY), ("p", "B", 30 * DAY), ("q", "B", 1 * DAY)
    )
    question = ir.Funnel(ir.Span(0, 40 * DAY), **steps("ABC", order=ir.Order.UNORDERED))
    assert counts(both(rows, question)) == [2, 1, 0]


def test_first_touch_is_the_first_value_there_is():
    rows = events(
        ("p", "A", "2024-01-01T01:00", b'{"channel":null}'),
        ("p", "A", "2024-01-01T02:00", b'{"channel":"ads"}'),
        ("p", "B", "2024-01-01T03:00", b'{"channel":"mail"}'),
        ("q", "A", "2024-01-01T03:00"),
    )
    found = {}
    for attribution in ir.Attribution:
        by = ir.Breakdown("channel", attribution, step=2)
        answer = both(rows, funnel("AB", breakdown=by))
        found[attribution] = {
            value: [step.count for step in some] for value, some in answer.breakdown
        }
    assert found[ir.Attribution.FIRST_TOUCH] == {"ads": [1, 1], None: [1, 0]}
    assert found[ir.Attribution.LAST_TOUCH] == {"mail": [1, 1], None: [1, 0]}
    assert found[ir.Attribution.STEP] == {"mail": [1, 1], None: [1, 0]}
    assert found[ir.Attribution.ALL_EVENTS] == {"ads": [1, 0], None: [2, 0]}


def test_the_rest_of_a_breakdown_is_counted_together():
    rows = events(
        *((f"p{n}", "A", 10 * DAY, b'{"n":"%d"}' % (n // 2 if n < 4 else n)) for n in range(7))
    )
    by = ir.Breakdown("n", most=2)
    answer = both(rows, ir.Funnel(ir.Span(0, 40 * DAY), **steps("A", breakdown=by)))
    assert [(value, some[0].count) for value, some in answer.breakdown] == [
        ("0", 2),
        ("1", 2),
        ("other", 3),
    ]


# periods


def test_starts_on_three_days_count_once_in_each_cohort():
    rows = events(*(("p", "A", f"2024-01-{day:02}T12:00") for day in (1, 5, 20)))
    match = ir.Match("A")
    question = ir.Retention(JANUARY, start=match, back=match, interval=ir.Interval.WEEK, periods=4)
    cohorts = both(rows, question).cohorts
    assert [cohort.size for cohort in cohorts] == [1, 0, 1, 0, 0]
    assert [cohort.values for cohort in cohorts[:3]] == [
        (1, 0, 1, 0),
        (0, 0, 0, None),
        (1, 0, None, None),
    ]


@pytest.mark.parametrize(
    ("moment", "hours"),
    [("2024-03-31", 23), ("2024-10-27", 25), ("2024-05-05", 24)],
)
def test_days_are_as_long_as_the_zone_says(moment, hours):
    start = at(f"{moment}T00:00", "Europe/Berlin")
    edges = [start - 1, start, start + hours * HOUR - 1, start + hours * HOUR]
    rows = events(*(("p", "A", edge) for edge in edges))
    question = ir.Trend(ir.Span(start - DAY, start + 2 * DAY, "Europe/Berlin"), match=ir.Match("A"))
    points = {point.at: point.value for point in both(rows, question).series[0].points}
    assert points[start] == 2
    assert points[start + hours * HOUR] == 1


def test_a_start_a_minute_before_midnight_is_back_the_next_day_by_calendar_and_not_by_hours():
    rows = events(
        ("p", "A", "2024-03-30T23:59"), ("p", "B", "2024-03-31T00:01"), zone="Europe/Berlin"
    )
    span = ir.Span(
        at("2024-03-29", "Europe/Berlin"), at("2024-04-03", "Europe/Berlin"), "Europe/Berlin"
    )
    shared = {
        "start": ir.Match("A"),
        "back": ir.Match("B"),
        "interval": ir.Interval.DAY,
        "periods": 2,
    }
    calendar = both(rows, ir.Retention(span, **shared)).cohorts[1]
    rolling = both(rows, ir.Retention(span, **shared, rolling=True)).cohorts[1]
    assert (calendar.values, rolling.values) == ((0, 1), (1, 0))


def test_weeks_begin_on_monday_and_months_on_the_first_across_the_change_of_the_clock():
    rows = events(
        ("p", "A", "2024-03-31T23:30"), ("p", "A", "2024-04-01T00:30"), zone="Europe/Berlin"
    )
    for interval in (ir.Interval.WEEK, ir.Interval.MONTH):
        points = both(rows, ir.Actives(YEAR, interval=interval)).points
        assert sum(point.value for point in points) == 2
        assert at("2024-04-01", "Europe/Berlin") in [point.at for point in points if point.value]


def test_on_or_after_begins_with_the_whole_cohort():
    rows = events(("p", "A", "2024-01-01"), ("q", "A", "2024-01-02"), ("p", "B", "2024-01-16"))
    question = ir.Retention(
        JANUARY,
        start=ir.Match("A"),
        back=ir.Match("B"),
        interval=ir.Interval.WEEK,
        periods=3,
        on_or_after=True,
    )
    assert both(rows, question).cohorts[0].values == (2, 1, 1)


def test_first_ever_leaves_out_who_did_something_else_before():
    known = [("p", "X", "2023-12-30"), ("p", "A", "2024-01-02"), ("q", "A", "2024-01-02")]
    rows = events(*known, ("r", "A", "2023-06-01"), ("r", "A", "2024-01-03"))
    sizes = {}
    for anchor in ("recurring", "first_match", "first_ever"):
        question = ir.Retention(
            JANUARY, start=ir.Match("A"), interval=ir.Interval.MONTH, periods=1, anchor=anchor
        )
        sizes[anchor] = both(rows, question).cohorts[0].size
    assert sizes == {"recurring": 3, "first_match": 2, "first_ever": 1}


def test_rolling_days_look_back_before_the_span_and_meet_each_person_once():
    rows = events(("p", "A", "2023-12-30"), ("p", "A", "2024-01-02"), ("q", "A", "2024-01-03"))
    points = both(rows, ir.Actives(JANUARY, rolling_days=7)).points
    assert [point.value for point in points[:11]] == [1, 1, 2, 2, 2, 2, 2, 2, 1, 0, 0]


def test_no_data_is_none_and_no_count_is_zero():
    empty = events(("p", "A", "2024-06-01"))
    assert both(empty, ir.TimeToValue(JANUARY)).p50_seconds is None
    assert both(empty, ir.Adoption(JANUARY)).share is None
    day = ir.Span(JANUARY.start, JANUARY.start + DAY)
    for measure, value in (("count", 0.0), ("people", 0.0), ("sum:n", None), ("p90:n", None)):
        assert both(empty, ir.Trend(day, measure=measure)).series[0].points[0].value == value


def test_time_to_value_is_over_those_who_reached_it_and_flags_the_early():
    rows = events(
        ("p", "A", "2024-01-01"), ("p", "V", "2024-01-02"), ("q", "A", "2024-01-01"),
        ("r", "V", "2024-01-01"), ("r", "A", "2024-01-02"), ("s", "A", "2024-01-01"), ("s", "V", "2024-01-01"),
    )  # fmt: skip
    answer = both(rows, ir.TimeToValue(JANUARY, start=ir.Match("A"), value=ir.Match("V")))
    assert (answer.people, answer.reached, answer.p50_seconds, answer.early) == (4, 2, 43_200, 1)
