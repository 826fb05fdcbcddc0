"""ClickHouse SQL equals the brute force, on chdb: ClickHouse itself inside the tests' process."""

import os
from contextlib import contextmanager
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopline.core.insights import ir
from loopline.warehouse import elsewhere, manifest, segments, tombstones
from loopline.warehouse.clickhouse import connections
from loopline.warehouse.clickhouse.connections import Embedded, Http, NotThere
from loopline.warehouse.clickhouse.engine import ClickHouseEngine
from loopline.warehouse.identity import Identities
from loopline.warehouse.records import Fact
from loopline.warehouse.tail import Tail, batch
from loopline.warehouse.tail_writer import Writer
from tests.warehouse.asked import at, events
from tests.warehouse.asking import histories, rounded
from tests.warehouse.brute_periods import Reference
from tests.warehouse.others import FUNNELS, REST, TEXTS, agree, hostile, quick
from tests.warehouse.shim import serving

pytest.importorskip("chdb", reason="uv sync --group engines")
DEEP = int(os.environ.get("LOOPLINE_DEEP", "1"))
SPAN = ir.Span(at("2024-01-01"), at("2024-02-01"), "Europe/Berlin")
A, B = ir.Match("A"), ir.Match("B")
ASKED = (
    ir.Funnel(SPAN, steps=(A, B), breakdown=ir.Breakdown("plan")),
    ir.Retention(SPAN, start=A, back=B, interval=ir.Interval.DAY, periods=3),
    ir.Trend(SPAN, match=A),
    ir.Paths(SPAN, start=A),
)
EVENTS = events(
    ("a1", "A", "2024-01-01T10:00", b'{"plan":"it\'s \\\\ pro"}'),
    ("u1", "B", "2024-01-02T10:00"),
    ("u2", "A", "2024-01-03T23:59", b'{"plan":null}'),
    ("u2", "B", "2024-01-04T00:01"),
)
FACTS = [Fact("identify", "a1", 1, "u1"), Fact("member", "u1", 2, "acme")]


@cache
def embedded():
    return Embedded()  # a process can have one


@cache
def engine():
    return ClickHouseEngine(embedded())


@contextmanager
def filled(history, identities):
    engine().load(history, identities)
    yield engine()


def same(asked, history, facts=()):
    plain = Reference(history, facts)
    for question in ASKED:
        assert rounded(asked.answer(question)) == rounded(plain.answer(question))


@settings(quick, max_examples=2 * DEEP)
@given(histories(), st.data())
def test_funnels_agree(case, data):
    agree(filled, case, FUNNELS, data, 5)


@settings(quick, max_examples=2 * DEEP)
@given(histories(), st.data())
def test_everything_else_agrees(case, data):
    agree(filled, case, REST, data, 6)


@settings(quick, max_examples=2 * DEEP)
@given(TEXTS, TEXTS, TEXTS)
def test_texts_from_outside_are_only_texts(key, value, name):
    hostile(filled, key, value, name)


def test_a_text_with_every_special_character_comes_back_as_it_was():
    text = "\x00\x01\t\n\r\\'\"`%{x:String}é\U0001f600"
    history = events(("u1", text, "2024-01-01T10:00"), ("u1", "B", "2024-01-01T10:01"))
    with filled(history, Identities()) as asked:
        question = ir.Paths(SPAN, start=ir.Match(text))
        assert [(edge.source, edge.target) for edge in asked.answer(question).edges] == [
            (text, "B")
        ]


# a server


def test_a_server_is_asked_over_http_by_its_own_client():
    with serving(embedded()._session) as (url, asked):
        with ClickHouseEngine(url, prefix="over_http_") as there:
            there.load(EVENTS, Identities(FACTS))
            same(there, EVENTS, FACTS)
            cell = ir.Cell(2)
            assert there.people(ASKED[0], cell) == Reference(EVENTS, FACTS).people(ASKED[0], cell)
        assert any(sql.startswith("INSERT INTO over_http_events") for sql, _ in asked)
        assert all("s&cret" not in sql for sql, _ in asked)
        with pytest.raises(NotThere, match="no ClickHouse answers there"):
            Http(url.replace("s%26cret", "wrong"))


@pytest.mark.parametrize("url", ["postgresql://here", "clickhouse://", "localhost:8123"])
def test_another_kind_of_url_is_refused(url):
    with pytest.raises(ValueError, match="clickhouse://"):
        connections.connect(url)
    with pytest.raises(ValueError, match="LOOPLINE_EVENTS_URL begins with"):
        elsewhere.connect(url.replace("postgresql", "mysql").replace("clickhouse", "spark"))


def test_nobody_at_home_is_said():
    with pytest.raises(NotThere):
        Http("clickhouse://127.0.0.1:1/default")


# shipping


class Breaking:
    """A connection that breaks at its n-th change."""

    def __init__(self, left):
        self.left = left

    def __getattr__(self, name):
        def call(*args):
            if name in ("command", "insert"):
                self.left -= 1
                if self.left < 0:
                    raise ConnectionError("gone")
            return getattr(embedded(), name)(*args)

        return call


def test_a_push_ships_each_segment_once_and_forgets_what_was_merged(tmp_path):
    home, prefix = tmp_path / "segments", "once_"
    with_prefix = ClickHouseEngine(embedded(), prefix=prefix)
    segments.seal(home, EVENTS[:2], 1)
    assert with_prefix.push(home, Identities(FACTS)) == ["segment-00000001.duckdb"]
    same(with_prefix, EVENTS[:2], FACTS)
    segments.seal(home, EVENTS[2:], 2)
    assert with_prefix.push(home, Identities(FACTS)) == ["segment-00000002.duckdb"]
    assert with_prefix.push(home, Identities(FACTS)) == []
    same(with_prefix, EVENTS, FACTS)
    segments.merge(home, [entry.file for entry in manifest.load(home).segments])
    assert with_prefix.push(home, Identities()) == ["segment-00000003.duckdb"]
    same(with_prefix, EVENTS)
    stored = "select count(*), uniqExact(segment) from once_events"
    assert embedded().rows(stored + " settings output_format_json_quote_64bit_integers = 0") == [
        [4, 1]
    ]


def test_a_push_cut_off_anywhere_changes_no_answer_and_is_made_good_by_the_next(tmp_path):
    home, prefix = tmp_path / "segments", "cut_"
    segments.seal(home, EVENTS[:2], 1)
    whole = ClickHouseEngine(embedded(), prefix=prefix)
    whole.push(home, Identities(FACTS))
    segments.seal(home, EVENTS[2:], 2)
    creating, seen = 5, set()
    for left in range(creating, creating + 40):
        try:
            ClickHouseEngine(Breaking(left), prefix=prefix).push(home, Identities(FACTS))
        except ConnectionError:
            count = whole.answer(ASKED[2]).series[0].points
            seen.add(sum(point.value for point in count))
        else:
            break
    same(whole, EVENTS, FACTS)
    assert seen == {1.0, 2.0}, "first the old answer, then the new one, and nothing between"


def test_who_is_erased_here_is_erased_there_before_segments_are_rewritten(tmp_path):
    home = tmp_path / "segments"
    segments.seal(home, EVENTS, 1)
    there = ClickHouseEngine(embedded(), prefix="erased_")
    there.push(home, Identities())
    tombstones.keep(home, tombstones.added(tombstones.load(home), {"u2": at("2025-01-01")}))
    there.push(home, Identities())
    same(there, EVENTS[:2])
    assert embedded().rows("select id from erased_events where distinct_id = 'u2'") == []


def test_a_folder_is_shipped_with_what_its_tail_knows_of_people(tmp_path):
    writer = Writer(Tail(tmp_path))
    writer.submit(batch([], FACTS, received_at=at("2024-01-05")))
    writer.close()
    segments.seal(tmp_path / "segments", EVENTS, 1)
    with serving(embedded()._session) as (url, _):
        assert elsewhere.push(tmp_path, url) == ["segment-00000001.duckdb"]
        with ClickHouseEngine(url) as there:
            same(there, EVENTS, FACTS)
