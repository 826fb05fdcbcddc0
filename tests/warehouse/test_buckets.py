"""Periods of many times by division, and presence of rows that stand in order, against plain search and sets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopline.core.insights import activity, ir
from loopline.core.insights.periods import edges
from tests.warehouse.asking import ANCHORS, DAY, ZONES
from tests.warehouse.test_duck import DEEP


@settings(max_examples=40 * DEEP, deadline=None)
@given(
    st.sampled_from(ANCHORS),
    st.sampled_from(ZONES),
    st.sampled_from(ir.Interval),
    st.integers(1, 400),
    st.booleans(),
)
def test_dividing_finds_the_periods_that_searching_finds(anchor, zone, interval, days, beyond):
    start = anchor * ir.MICROSECONDS - 40 * DAY
    bounds = np.array(edges(ir.Span(start, start + days * DAY, zone), interval), dtype=np.int64)
    drawn = np.random.default_rng(days).integers(bounds[0], bounds[-1], activity.FEW + 1)
    around = np.concatenate((bounds[:-1], bounds[1:] - 1, drawn))
    times = np.concatenate((around, [bounds[0] - 1, bounds[-1]])) if beyond else around
    expected = np.searchsorted(bounds, times, "right") - 1
    assert (activity.bucket(times, bounds) == expected).all()


@pytest.mark.parametrize("bounds", [[0], [-(2**63), 0, DAY], [0, 1, 7, DAY + 3]])
def test_odd_edges_are_searched(bounds):
    bounds = np.array(bounds, dtype=np.int64)
    times = np.arange(activity.FEW + 1, dtype=np.int64) * 7
    assert (activity.bucket(times, bounds) == np.searchsorted(bounds, times, "right") - 1).all()


@settings(max_examples=100 * DEEP, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 5)), max_size=12), st.booleans())
def test_presence_is_the_set_of_pairs(rows, in_order):
    rows = sorted(rows) if in_order else rows
    actors, buckets = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    found = activity.presence(actors, buckets, 5)
    assert list(zip(found.actors.tolist(), found.buckets.tolist(), strict=True)) == sorted(
        {(a, b) for a, b in rows if 0 <= b < 5}
    )
