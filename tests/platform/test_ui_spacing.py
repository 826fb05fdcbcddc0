"""Labels stand apart, in their order, and no further from their place than they have to."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from loopline.platform.ui.spacing import apart

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
