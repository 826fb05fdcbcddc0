"""Portable window SQL equals the brute force; here on DuckDB, the cheapest database to try it on."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.asking import histories
from tests.warehouse.others import FUNNELS, REST, TEXTS, agree, duck, hostile, quick

DEEP = int(os.environ.get("LOOPLINE_DEEP", "1"))


@settings(quick, max_examples=5 * DEEP)
@given(histories(), st.data())
def test_funnels_agree(case, data):
    agree(duck, case, FUNNELS, data, 8)


@settings(quick, max_examples=6 * DEEP)
@given(histories(), st.data())
def test_everything_else_agrees(case, data):
    agree(duck, case, REST, data, 10)


@settings(quick, max_examples=4 * DEEP)
@given(TEXTS.filter(bool), TEXTS, TEXTS)  # DuckDB cannot find a property without a name
def test_texts_from_outside_are_only_texts(key, value, name):
    hostile(duck, key, value, name)
