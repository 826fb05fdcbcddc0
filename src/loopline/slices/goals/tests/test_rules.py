"""Pace against a brute force, quarters, capacity, rings, and the difference of two plans; all pure."""

import itertools
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopline.core.problems import Invalid
from loopline.slices.goals.comparing import difference
from loopline.slices.goals.planning import PlannedBet, cycles, loads, room, troubles
from loopline.slices.goals.rules import (
    bounds,
    checked_period,
    checked_way,
    label,
    pace,
    period_of,
    shifted,
    week_in,
    weeks_of,
)

START, DUE = date(2026, 10, 1), date(2026, 12, 31)


def _slow(baseline, value, target, direction, on):
    """The same said plainly, in exact numbers."""
    if value is None:
        return "unmeasured"
    if (value >= target) if direction == "up" else (value <= target):
        return "reached"
    if baseline is None:
        return "no_start"
    if baseline == target:
        return "at_risk"
    gone = Fraction(value - baseline) / Fraction(target - baseline)
    time = Fraction((min(max(on, START), DUE) - START).days, (DUE - START).days)
    if time == 0:
        return "on_track"
    if gone / time >= Fraction(95, 100):
        return "on_track"
    return "behind" if gone / time >= Fraction(75, 100) else "at_risk"


whole = st.integers(-50, 50)


@given(
    st.one_of(st.none(), whole), st.one_of(st.none(), whole), whole, st.sampled_from(["up", "down"]),
    st.integers(-10, 110),
)  # fmt: skip
def test_pace_agrees_with_a_brute_force(baseline, value, target, direction, day):
    on = START + timedelta(days=day)
    found = pace(
        baseline=baseline,
        value=value,
        target=target,
        direction=direction,
        start=START,
        due=DUE,
        on=on,
    )
    assert found.status == _slow(baseline, value, target, direction, on)


def test_pace_at_its_thresholds_and_with_others():
    half = date(2026, 11, 15)  # 45 of 91 days
    for value, status in (
        (45, "on_track"),
        (42.75, "on_track"),
        (42.7, "behind"),
        (33.75, "behind"),
        (33.7, "at_risk"),
    ):
        found = pace(
            baseline=0, value=value, target=91, direction="up", start=START, due=DUE, on=half
        )
        assert found.status == status, value
    easy = pace(
        baseline=0,
        value=20,
        target=91,
        direction="up",
        start=START,
        due=DUE,
        on=half,
        on_track=0.4,
        behind=0.1,
    )
    assert easy.status == "on_track"


def test_no_value_is_never_at_risk():
    found = pace(baseline=0, value=None, target=9, direction="up", start=START, due=DUE, on=DUE)
    assert (found.status, found.done) == ("unmeasured", None)


def test_a_target_on_the_wrong_side_is_refused():
    with pytest.raises(Invalid, match="above"):
        checked_way(10, 5, "up")
    with pytest.raises(Invalid, match="below"):
        checked_way(5, 10, "down")
    checked_way(None, 5, "up")


@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)))
def test_each_day_lies_in_its_quarter(day):
    period = period_of(day)
    first, last = bounds(period)
    assert first <= day <= last
    assert period_of(last + timedelta(days=1)) == shifted(period, 1)
    assert shifted(shifted(period, 7), -7) == period
    assert 1 <= week_in(period, day) <= weeks_of(period)


@pytest.mark.parametrize("wrong", ["", "2026", "2026-Q5", "Q4 2026", "2026-q4", None, "1926-Q1"])
def test_other_words_are_no_quarter(wrong):
    with pytest.raises(Invalid, match="2026-Q4"):
        checked_period(wrong)


def test_a_quarter_as_people_say_it():
    assert (label("2026-Q4"), label("")) == ("Q4 2026", "")


def test_capacity_is_people_by_weeks_less_days_away():
    assert room(4, 13, 10) == 50
    assert room(0.5, 13, 100) == 0


def _bet(id_, quarter="2026-Q4", **more):
    values = {"state": "committed", "horizon": "now", "position": id_} | more
    return PlannedBet(id_, f"BET-{id_}", f"B{id_}", quarter=quarter, **values)


def test_load_counts_live_bets_and_says_who_is_over():
    bets = [
        _bet(1, weeks={"A": 9, "B": 2}), _bet(2, weeks={"A": 6}), _bet(3, weeks={"A": 50}, paused=True),
        _bet(4, weeks={"A": 50}, state="shipped"), _bet(5, squad="B"),
    ]  # fmt: skip
    a, b, c = loads(bets, {"A": 10.0, "B": None}, ["C"])
    assert (a.team, a.load, a.over) == ("A", 15, 5)
    assert (b.room, b.load, b.over, b.unestimated) == (None, 2, None, 1)
    assert (c.team, c.room, c.load) == ("C", None, 0)


def _rings_slowly(needs):
    """Every simple ring, as a set of its members, smallest set of strongly connected ones by brute force."""
    nodes = set(needs) | {n for v in needs.values() for n in v}
    reach = {a: set(needs.get(a, ())) for a in nodes}
    for _ in nodes:
        for a in nodes:
            reach[a] |= {c for b in set(reach[a]) for c in reach[b]}
    return {
        frozenset(b for b in nodes if b in reach[a] and a in reach[b])
        for a in nodes
        if a in reach[a]
    }


@given(st.dictionaries(st.integers(1, 6), st.lists(st.integers(1, 6), max_size=3), max_size=6))
def test_rings_are_found_in_each_group_that_has_one(needs):
    groups = _rings_slowly(needs)
    found = cycles(needs)
    assert len(found) == len(groups)
    for ring in found:
        assert any(set(ring) <= g for g in groups)
        for a, b in itertools.pairwise((*ring, ring[0])):
            assert b in needs.get(a, ())


def test_what_does_not_fit_is_named_in_words():
    ring = troubles([_bet(1, needs=(2,)), _bet(2, needs=(1,))])
    assert ring == [("“B1” needs “B2” needs “B1”: none can come first.", 1)]
    later = troubles([_bet(1, needs=(2,)), _bet(2, quarter="2027-Q1")])
    assert "built later, in Q1 2027; it is needed in Q4 2026" in later[0][0]
    order = troubles([_bet(1, needs=(2,)), _bet(2)])
    assert "comes after it in the order" in order[0][0]
    assert "paused" in troubles([_bet(1, needs=(2,)), _bet(2, paused=True)])[0][0]
    assert "declined" in troubles([_bet(1, needs=(2,)), _bet(2, state="declined")])[0][0]
    assert "in no quarter" in troubles([_bet(1, needs=(2,)), _bet(2, quarter="")])[0][0]
    assert troubles([_bet(1, needs=(2,)), _bet(2, state="shipped", quarter="")]) == []
    assert troubles([_bet(3, needs=(2,)), _bet(2)]) == []


def _plan(*bets):
    return {"bets": [{"paused": False, "state": "committed", **b} for b in bets]}


def test_the_difference_of_two_plans():
    a = _plan(
        {"id": 1, "title": "Stays"}, {"id": 2, "title": "Moves", "quarter": "2026-Q4"},
        {"id": 3, "title": "Grows", "weeks": {"A": 3}}, {"id": 4, "title": "Goes"},
        {"id": 5, "title": "Declined"}, {"id": 6, "title": "Shipped", "state": "shipped"},
    )  # fmt: skip
    b = _plan(
        {"id": 1, "title": "Stays"}, {"id": 2, "title": "Moves", "quarter": "2027-Q1"},
        {"id": 3, "title": "Grows", "weeks": {"A": 8}}, {"id": 5, "title": "Declined", "state": "declined"},
        {"id": 7, "title": "New"},
    )  # fmt: skip
    found = {(d.title, d.kind) for d in difference(a, b)}
    assert found == {
        ("Moves", "moved"), ("Grows", "rescoped"), ("Goes", "removed"), ("Declined", "removed"), ("New", "added"),
    }  # fmt: skip
    assert difference(a, a) == []
    moved = next(d for d in difference(a, b) if d.title == "Moves")
    assert moved.changes == (("quarter", "2026-Q4", "2027-Q1"),)


rows = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(1, 5), "title": st.just("x"), "state": st.sampled_from(["committed", "declined"]),
         "quarter": st.sampled_from(["", "2026-Q4"]), "weeks": st.sampled_from([{}, {"A": 1}])}
    ), unique_by=lambda r: r["id"],
)  # fmt: skip


@given(rows, rows)
def test_backwards_added_is_removed_and_moved_stays_moved(a, b):
    there, back = difference({"bets": a}, {"bets": b}), difference({"bets": b}, {"bets": a})
    turned = {"added": "removed", "removed": "added"}
    assert {(d.id, turned.get(d.kind, d.kind)) for d in there} == {(d.id, d.kind) for d in back}
