"""ClickHouse SQL equals the brute force, on chdb: ClickHouse itself inside the tests' process."""

import os
from contextlib import contextmanager
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopline.warehouse.clickhouse.connections import Embedded
from loopline.warehouse.clickhouse.engine import ClickHouseEngine
from tests.warehouse.asking import histories
from tests.warehouse.others import FUNNELS, REST, agree, quick

pytest.importorskip("chdb", reason="uv sync --group engines")
DEEP = int(os.environ.get("LOOPLINE_DEEP", "1"))


@cache
def engine():
    return ClickHouseEngine(Embedded())


@contextmanager
def filled(events, identities):
    engine().load(events, identities)
    yield engine()


@settings(quick, max_examples=4 * DEEP)
@given(histories(), st.data())
def test_funnels_agree(case, data):
    agree(filled, case, FUNNELS, data, 6)


@settings(quick, max_examples=4 * DEEP)
@given(histories(), st.data())
def test_everything_else_agrees(case, data):
    agree(filled, case, REST, data, 8)
