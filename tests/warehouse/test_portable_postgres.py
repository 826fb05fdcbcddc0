"""Portable window SQL equals the brute force on a PostgreSQL server of the tests' own."""

import os
from contextlib import contextmanager
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopline.core.insights import ir
from loopline.warehouse import manifest, segments, tombstones
from loopline.warehouse.identity import Identities
from loopline.warehouse.portable.postgres import PostgresEngine
from loopline.warehouse.records import Fact
from tests import postgres
from tests.warehouse.asked import at, events
from tests.warehouse.asking import histories, rounded
from tests.warehouse.brute_periods import Reference
from tests.warehouse.others import FUNNELS, REST, TEXTS, agree, hostile, quick

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(postgres.bin_folder() is None, reason="Debian: apt install postgresql"),
]
SPAN = ir.Span(at("2024-01-01"), at("2024-01-05"))
EVENTS = events(
    ("a1", "A", "2024-01-01T10:00"),
    ("u1", "A", "2024-01-01T11:00"),
    ("u2", "A", "2024-01-03T10:00"),
    ("u2", "B", "2024-01-04T10:00"),
)
FACTS = [Fact("identify", "a1", 1, "u1"), Fact("member", "u1", 2, "acme")]
DEEP = int(os.environ.get("LOOPLINE_DEEP", "1"))


@cache
def server():
    return postgres.start()


@cache
def engine():
    made = PostgresEngine(server())
    made._run("set jit = off")
    return made


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


@settings(quick, max_examples=4 * DEEP)
@given(TEXTS, TEXTS, TEXTS)
def test_texts_from_outside_are_only_texts(key, value, name):
    hostile(filled, key, value, name)


def test_a_push_ships_each_segment_once_and_forgets_what_was_merged(tmp_path):
    home, question = tmp_path / "segments", ir.Trend(SPAN, match=ir.Match("A"))
    with PostgresEngine(server(), prefix="once_") as there:
        for number, some in enumerate((EVENTS[:2], EVENTS[2:]), 1):
            segments.seal(home, some, number)
            assert there.push(home, Identities()) == [f"segment-{number:08}.duckdb"]
        assert there.push(home, Identities()) == []
        assert rounded(there.answer(question)) == rounded(Reference(EVENTS).answer(question))
        segments.merge(home, [entry.file for entry in manifest.load(home).segments])
        assert there.push(home, Identities(FACTS)) == ["segment-00000003.duckdb"]
        plain = Reference(EVENTS, FACTS)
        assert rounded(there.answer(question)) == rounded(plain.answer(question))
        cell = ir.Cell(at=SPAN.start)
        assert there.people(question, cell) == plain.people(question, cell) == [("u1", "acme")]
        tombstones.keep(home, tombstones.added(tombstones.load(home), {"u2": at("2025-01-01")}))
        there.push(home, Identities(FACTS))
        assert there._rows("select count(*), count(distinct segment) from once_events", {}) == [
            (2, 1)
        ]


def test_a_character_postgresql_cannot_hold_is_kept_as_another(tmp_path):
    history = events(("u1", "A\x00", "2024-01-01T10:00", b'{"p\\u0000":"v\\u0000\\\\u0000"}'))
    with filled(history, Identities()) as asked:
        where = (ir.Condition("p\x00", ir.Op.EQ, "v\x00\\u0000"),)
        question = ir.Adoption(SPAN, match=ir.Match("A\x00", where))
        assert asked.answer(question).adopters == 1
        by = ir.Trend(SPAN, match=ir.Match("A\x00"), breakdown=ir.Breakdown("p\x00"))
        assert [each.value for each in asked.answer(by).series] == ["v\ufffd\\u0000"]
