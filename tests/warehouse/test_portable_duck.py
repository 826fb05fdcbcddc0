"""Portable window SQL equals the brute force; here on DuckDB, the cheapest database to try it on."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.asking import histories
from tests.warehouse.others import FUNNELS, REST, agree, duck, quick

DEEP = int(os.environ.get("LOOPLINE_DEEP", "1"))


@settings(quick, max_examples=6 * DEEP)
@given(histories(), st.data())
def test_funnels_agree(case, data):
    agree(duck, case, FUNNELS, data, 8)


@settings(quick, max_examples=6 * DEEP)
@given(histories(), st.data())
def test_everything_else_agrees(case, data):
    agree(duck, case, REST, data, 10)
