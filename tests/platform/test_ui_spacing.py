"""Labels stand apart, in their order, and no further from their place than they have to; scales have few steps."""

from itertools import pairwise
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopline.platform.ui import charts
from loopline.platform.ui.spacing import apart, axis

PLACES = st.lists(st.floats(-500, 500), max_size=8)


@given(PLACES)
def test_any_two_are_a_gap_apart_in_their_order(places):
    moved = [p + m for p, m in zip(places, apart(places, 14), strict=True)]
    order = sorted(range(len(places)), key=lambda at: places[at])
    for one, other in pairwise(order):
        assert moved[other] - moved[one] >= 14 - 1e-6


@given(PLACES)
def test_what_is_far_from_all_others_stays(places):
    for at, move in enumerate(apart(places, 14)):
        if all(
            abs(places[at] - other) > 14 * len(places) for i, other in enumerate(places) if i != at
        ):
            assert move == 0


def test_two_on_one_place_share_the_way():
    assert apart([100.0, 100.0], 14) == [-7.0, 7.0]
    assert apart([], 14) == []


@given(
    st.lists(st.floats(), min_size=1, max_size=6), st.none() | st.floats(), st.none() | st.floats()
)
def test_a_scale_has_few_steps_whatever_came_from_outside(values, lo, hi):
    least, most, step = axis(values, lo, hi)
    assert isfinite(least)
    assert isfinite(most)
    assert step > 0
    assert least + step > least
    assert (most - least) / step < 5_000_000


@pytest.mark.parametrize(
    "values",
    [(1e308, 1.7e308), (-1e16, -1e16 + 2), (float("inf"), 1), (float("nan"), 1), (5e-324, 1e-323), (1.7e308, -1.7e308)],
)  # fmt: skip
def test_a_line_of_odd_numbers_is_drawn_at_once(values):
    drawn = charts.lines([charts.Series(values, "x")], [(0, "a"), (1, "b")], "odd")
    assert drawn.count("<line") < 200
