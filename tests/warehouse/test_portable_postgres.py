"""Portable window SQL equals the brute force on a PostgreSQL server of the tests' own."""

import os
from contextlib import contextmanager
from functools import cache

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopline.warehouse.portable import layout
from loopline.warehouse.portable.dialects import Postgres
from loopline.warehouse.portable.engine import PortableEngine
from tests import postgres
from tests.warehouse.asking import histories
from tests.warehouse.others import FUNNELS, REST, TEXTS, agree, emptied, hostile, quick

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(postgres.bin_folder() is None, reason="Debian: apt install postgresql"),
]
DEEP = int(os.environ.get("LOOPLINE_DEEP", "1"))


@cache
def server():
    made = psycopg.connect(postgres.start(), autocommit=True)
    made.execute("set jit = off")
    for statement in layout.create("loopline_", "jsonb"):
        made.execute(statement)
    return made


@contextmanager
def filled(events, identities):
    def fill(sql, rows):
        if rows is None:
            server().execute(sql)
        else:
            with server().cursor() as cursor:
                cursor.executemany(f"{sql} ({', '.join('%s' for _ in rows[0])})", rows)

    emptied(fill, identities, events)
    yield PortableEngine(Postgres(), lambda sql, values: server().execute(sql, values).fetchall())


@settings(quick, max_examples=4 * DEEP)
@given(histories(), st.data())
def test_funnels_agree(case, data):
    agree(filled, case, FUNNELS, data, 6)


@settings(quick, max_examples=4 * DEEP)
@given(histories(), st.data())
def test_everything_else_agrees(case, data):
    agree(filled, case, REST, data, 8)


@settings(quick, max_examples=4 * DEEP)
@given(TEXTS, TEXTS, TEXTS)
def test_texts_from_outside_are_only_texts(key, value, name):
    hostile(filled, key, value, name)
