"""Days of a rhythm and moments of a day, pruning against a slow count, what a line says, the agenda."""

import statistics
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopline.core.problems import Invalid
from loopline.slices.rituals import rules
from loopline.slices.rituals.rules.agenda import agenda, cut
from loopline.slices.rituals.rules.cadence import nth_weekday
from loopline.slices.rituals.rules.lines import action_line, decision_line

BERLIN = ZoneInfo("Europe/Berlin")
THURSDAY = date(2026, 11, 19)


def falls(c: rules.Cadence, day: date) -> bool:
    """The same by looking at one day alone."""
    if day.weekday() != c.weekday:
        return False
    if c.kind == "weekly":
        return True
    if c.kind == "fortnightly":
        mondays = [d - timedelta(days=d.weekday()) for d in (day, c.anchor)]
        return (mondays[0] - mondays[1]).days % 14 == 0
    if c.kind == "quarterly" and (day.month - c.anchor.month) % 3:
        return False
    same = [
        d
        for d in (day.replace(day=1) + timedelta(days=n) for n in range(31))
        if d.month == day.month
    ]
    same = [d for d in same if d.weekday() == c.weekday]
    return day == (same[-1] if c.nth == 5 else same[c.nth - 1])


@given(
    st.sampled_from(["weekly", "fortnightly", "monthly", "quarterly"]), st.integers(0, 6), st.integers(1, 5),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 400),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_slots_are_the_days_that_fit(kind, weekday, nth, anchor, start, days):
    c = rules.Cadence(kind, weekday, nth, anchor)
    end = start + timedelta(days=days)
    slow = [d for d in (start + timedelta(days=n) for n in range(days)) if falls(c, d)]
    assert rules.slots(c, start, end) == slow


def test_a_local_time_stays_itself_when_summer_time_ends_and_begins():
    c = rules.Cadence("weekly", 4, 1, THURSDAY)
    for start in (date(2026, 10, 16), date(2027, 3, 19)):
        moments = [
            rules.moment(d, time(10), BERLIN)
            for d in rules.slots(c, start, start + timedelta(days=22))
        ]
        assert {m.astimezone(BERLIN).hour for m in moments} == {10}
        assert len({m.hour for m in moments}) == 2  # in UTC it moves by an hour
    left_out = rules.moment(date(2027, 3, 28), time(2, 30), BERLIN)
    assert left_out == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 03:30 in summer time


def test_a_rhythm_in_words():
    made = [rules.said(rules.Cadence(k, 4, n, date(2026, 2, 3))) for k, n in
            (("weekly", 1), ("fortnightly", 1), ("monthly", 5), ("quarterly", 2))]  # fmt: skip
    assert made[:3] == ["Every Friday", "Every second Friday", "The last Friday of the month"]
    assert made[3] == "The second Friday of February, May, August and November"
    assert nth_weekday(2026, 11, 0, 5) == date(2026, 11, 30)


PAST = st.builds(
    rules.Past,
    st.booleans(),
    st.lists(st.integers(0, 4), max_size=4).map(tuple),
    st.integers(0, 1),
    st.integers(0, 1),
)


@given(st.lists(PAST, max_size=9))
@settings(max_examples=300, deadline=None)
def test_reasons_are_those_of_a_slow_count(past):
    held = skipped = 0
    looked = []
    for p in past:
        if held == 4:
            break
        looked.append(p)
        held += p.held
    four = [p for p in looked if p.held]
    skipped = len(looked) - len(four)
    wanted = set()
    ratings = sorted(r for p in four for r in p.ratings)
    if len(four) == 4 and ratings and statistics.median(ratings) < 2:
        wanted.add("rating")
    if len(four) == 4 and sum(p.decisions + p.actions for p in four) == 0:
        wanted.add("nothing")
    if skipped >= 2:
        wanted.add("skipped")
    found = rules.reasons(past)
    assert {r.kind for r in found} == wanted
    made = rules.offers(found, people=6, minutes=60, a_month=52 / 12)
    assert bool(made) == bool(wanted)
    assert [o.first for o in made] == ([True, False, False] if made else [])


def test_what_is_offered_and_what_it_saves():
    def first(*kinds, minutes=60):
        found = [rules.Reason(k, "") for k in kinds]
        return rules.offers(found, people=6, minutes=minutes, a_month=2.0)

    assert first("nothing", "rating")[0].kind == "cancel"
    assert first("nothing")[0].kind == "async"
    assert first("rating")[0].kind == "shorten"
    assert {o.kind: o.saves for o in first("rating")} == {
        "cancel": 12.0,
        "async": 10.0,
        "shorten": 6.0,
    }
    assert [o.kind for o in first("rating", minutes=10)] == ["cancel"]


@pytest.mark.parametrize(
    ("line", "text", "due"),
    [
        (
            "@jonas second reader for Payroll by wed",
            "Second reader for Payroll",
            date(2026, 11, 25),
        ),
        ("call Tarn Valley @Jonas Weber by friday.", "Call Tarn Valley", date(2026, 11, 20)),
        ("Call Tarn, by 2026-12-01", "Call Tarn", date(2026, 12, 1)),
        ("Stand by the decision by heart", "Stand by the decision by heart", None),
        ("Write it down", "Write it down", None),
    ],
)
def test_a_line_for_an_action(line, text, due):
    found = action_line(line, ("Jonas Weber", "jonas@oakrow.example", "Jonas"), THURSDAY)
    assert (found.text, found.due) == (text, due)


def test_a_line_for_a_decision():
    assert decision_line("Ship it to all, because nobody turned it off") == (
        "Ship it to all",
        "Nobody turned it off",
    )
    assert decision_line("Ship  it") == ("Ship it", "")
    for empty in ("", "  ", "x" * 301, "x" * 1001):
        with pytest.raises(Invalid):
            decision_line(empty)
    with pytest.raises(Invalid):
        action_line("@jonas", ("Jonas",), THURSDAY)


def test_an_agenda_is_its_headings_with_minutes():
    body = "Before.\n\n## What moved (8 min)\n\nWords\n\n## No minutes\n\n### Last (1min)"
    assert [(i.title, i.minutes) for i in agenda(body)] == [("What moved", 8), ("Last", 1)]
    heads = [(i.title if i else None) for i, _ in cut(body)]
    assert heads == [None, "What moved", "Last"]
