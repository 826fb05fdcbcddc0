"""What people write for a day, and the days on which they are reminded."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopline.core.problems import Invalid
from loopline.slices.actions.rules import due_from, months_on, reminder, working_day_before

THURSDAY = date(2026, 11, 19)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", (2026, 11, 19)),
        ("Tomorrow", (2026, 11, 20)),
        ("friday", (2026, 11, 20)),
        ("fri", (2026, 11, 20)),
        ("thursday", (2026, 11, 26)),  # today has a word of its own
        ("by wednesday", (2026, 11, 25)),
        ("next friday", (2026, 11, 27)),
        ("next monday", (2026, 11, 23)),
        ("next week", (2026, 11, 23)),
        ("next month", (2026, 12, 1)),
        ("end of week", (2026, 11, 20)),
        ("end of the month", (2026, 11, 30)),
        ("in 2 weeks", (2026, 12, 3)),
        ("in a week", (2026, 11, 26)),
        ("2w", (2026, 12, 3)),
        ("3 days", (2026, 11, 22)),
        ("in three days", (2026, 11, 22)),
        ("in 1 month", (2026, 12, 19)),
        ("2026-12-24", (2026, 12, 24)),
        ("24.12.", (2026, 12, 24)),
        ("1.3.", (2027, 3, 1)),
        ("24.12.2027", (2027, 12, 24)),
        ("24 dec", (2026, 12, 24)),
        ("Dec 24th", (2026, 12, 24)),
        ("3 january", (2027, 1, 3)),
        ("3 january 2028", (2028, 1, 3)),
        ("  ON   friday ", (2026, 11, 20)),
    ],
)
def test_days_as_people_write_them(text, day):
    assert due_from(text, THURSDAY) == date(*day)


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "31.2.",
        "friyay",
        "in weeks",
        "m",
        "ma",
        "t",
        "12",
        "in 9999 days",
        "2026-13-01",
        "1.1.0000",
        "next",
        "\x00",
        "99 nov",
    ],
)
def test_what_is_no_day_is_said(text):
    with pytest.raises(Invalid) as refused:
        due_from(text, THURSDAY)
    assert "is not a day" in refused.value.errors["due"]


def test_nothing_is_no_day():
    assert due_from("  ", THURSDAY) is None


@given(st.text(max_size=30))
def test_no_text_breaks_it(text):
    try:
        found = due_from(text, THURSDAY)
    except Invalid:
        return
    assert found is None or isinstance(found, date)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 40))
def test_months_keep_the_day_or_end_with_the_month(day, months):
    later = months_on(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_the_working_day_before():
    assert working_day_before(date(2026, 11, 23)) == date(2026, 11, 20)  # Monday: Friday
    assert working_day_before(date(2026, 11, 22)) == date(2026, 11, 20)  # Sunday
    assert working_day_before(date(2026, 11, 21)) == date(2026, 11, 20)  # Saturday
    assert working_day_before(date(2026, 11, 20)) == date(2026, 11, 19)


def _heard(due, days):
    """The days on which an owner hears, where it runs on these days after Thursday."""
    last, out = None, []
    for n in days:
        on = THURSDAY + timedelta(days=n)
        if why := reminder(due, last, on):
            out.append((n, why))
            last = on
    return out


def test_before_on_the_day_and_then_weekly():
    due = THURSDAY + timedelta(days=4)  # a Monday
    expected = [(1, "soon"), (4, "due"), (11, "late"), (18, "late"), (25, "late")]
    assert _heard(due, range(30)) == expected
    twice = sorted([*range(30), *range(30)])
    assert _heard(due, twice) == expected


def test_what_was_missed_is_made_up_once():
    due = THURSDAY + timedelta(days=4)
    assert _heard(due, [0, 3, 4]) == [(3, "soon"), (4, "due")]
    assert _heard(due, [0, 6, 7, 12, 13]) == [(6, "late"), (13, "late")]


@given(st.integers(0, 40), st.sets(st.integers(0, 80)))
def test_never_more_than_twice_in_a_week(due_in, days):
    heard = [n for n, _ in _heard(THURSDAY + timedelta(days=due_in), sorted(days))]
    for n in heard:
        assert sum(n <= m < n + 7 for m in heard) <= 2
    assert not [n for n in heard if n < due_in - 3]
