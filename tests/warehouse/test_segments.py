"""Segments lose and double nothing, whatever is killed when, and answers do not depend on where events lie."""

import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopline.core.insights import ir
from loopline.warehouse import manifest, segments
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.identity import Identities
from loopline.warehouse.records import Event
from loopline.warehouse.store import OutOfTime
from tests.warehouse.asked import HOUR, both, counts, steps
from tests.warehouse.asking import histories, questions, rounded
from tests.warehouse.brute_periods import Reference
from tests.warehouse.test_duck import DEEP, REST, quick

DAY = 24 * HOUR
SPAN = ir.Span(0, 1000 * DAY)


class Killed(Exception):
    pass


def some(count, offset=0):
    return [
        Event(f"e{n}", "AB"[n % 2], f"p{n % 7}", n * HOUR, n) for n in range(offset, offset + count)
    ]


class Tail:
    """A tail as the writer keeps it: numbered events, deleted some time after they were sealed."""

    def __init__(self, events):
        self.events = list(enumerate(events, 1))

    def behind(self, mark):
        return [event for number, event in self.events if number > mark]

    def seal(self, home, note=lambda step: None):
        mark = manifest.load(home).mark
        segments.seal(
            home, self.behind(mark), self.events[-1][0] if self.events else mark, note=note
        )

    def forget(self, home):
        self.events = [each for each in self.events if each[0] > manifest.load(home).mark]


def stored(home, tail):
    with DuckEngine.open(home, tail.behind) as engine:
        rows = [
            row
            for source in engine._store.sources
            for row in engine._store.rows(f"select id from {source.prefix}wide")
        ]
        return sorted(rows)


@pytest.mark.parametrize("step", ["copied", "counted", "hashed", "switched", None])
def test_a_kill_while_sealing_loses_and_doubles_nothing(tmp_path, step):
    tail = Tail(some(12))
    whole = stored(tmp_path, tail)

    def kill(done):
        if done == step:
            raise Killed

    try:
        tail.seal(tmp_path, kill)
    except Killed:
        assert stored(tmp_path, tail) == whole
    tail.seal(tmp_path)
    assert stored(tmp_path, tail) == whole
    tail.forget(tmp_path)
    assert stored(tmp_path, tail) == whole
    assert tail.events == []
    assert sorted(path.name for path in tmp_path.glob("segment-*")) == [
        entry.file for entry in manifest.load(tmp_path).segments
    ]


@pytest.mark.parametrize("step", ["copied", "counted", "hashed", "switched", "deleted", None])
def test_a_kill_while_merging_loses_and_doubles_nothing(tmp_path, step):
    for offset in (0, 20):
        now = manifest.load(tmp_path)
        segments.seal(tmp_path, some(20, offset), now.mark + 20)
    whole = stored(tmp_path, Tail([]))
    files = [entry.file for entry in manifest.load(tmp_path).segments]

    def kill(done):
        if done == step:
            raise Killed

    try:
        segments.merge(tmp_path, files, note=kill)
    except Killed:
        assert stored(tmp_path, Tail([])) == whole
    segments.merge(tmp_path, [entry.file for entry in manifest.load(tmp_path).segments])
    segments.seal(tmp_path, [], 40)
    assert stored(tmp_path, Tail([])) == whole
    assert len(manifest.load(tmp_path).segments) == 1
    assert len(list(tmp_path.glob("segment-*"))) == 1
    assert segments.verify(tmp_path) == []


def test_a_process_that_is_really_killed_leaves_the_old_state(tmp_path):
    script = (
        "import os, sys; from pathlib import Path; from loopline.warehouse import segments\n"
        "from loopline.warehouse.records import Event\n"
        "die = lambda step: os.kill(os.getpid(), 9) if step == 'hashed' else None\n"
        "segments.seal(Path(sys.argv[1]), [Event('e', 'A', 'p', 1, 1)], 1, note=die)"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], env=environment, check=False
    )
    assert done.returncode == -9
    assert manifest.load(tmp_path) == manifest.Manifest()
    tail = Tail([Event("e", "A", "p", 1, 1)])
    tail.seal(tmp_path)
    tail.forget(tmp_path)
    assert stored(tmp_path, tail) == [("e",)]


def test_a_changed_file_is_noticed(tmp_path):
    segments.seal(tmp_path, some(10), 10)
    path = segments.paths(tmp_path)[0]
    with path.open("ab") as file:
        file.write(b"!")
    assert segments.verify(tmp_path) == [path.name]


def test_an_import_can_ask_which_events_are_sealed_already(tmp_path):
    for part in (0, 10):
        segments.seal(tmp_path, some(10, part), part)
    asked = [f"e{n}" for n in range(5, 30)] + ["' or 1=1 --"]
    assert segments.known(tmp_path, asked, 0, 12 * HOUR) == {f"e{n}" for n in range(5, 13)}
    assert segments.known(tmp_path, asked, 19 * HOUR + 1, 99 * HOUR) == set()


def test_a_merge_while_an_engine_is_open_does_not_disturb_it(tmp_path):
    for offset in (0, 10):
        segments.seal(tmp_path, some(10, offset), offset + 10)
    with DuckEngine.open(tmp_path) as engine:
        segments.merge(tmp_path, [entry.file for entry in manifest.load(tmp_path).segments])
        assert counts(engine.answer(ir.Funnel(SPAN, **steps("AB")))) == [7, 7]


@settings(quick, max_examples=3 * DEEP)
@given(histories(most=20), st.data())
def test_where_events_lie_changes_no_answer(tmp_path_factory, case, data):
    events, facts, base = case
    home = tmp_path_factory.mktemp("segments")
    places = data.draw(st.lists(st.integers(0, 2), min_size=len(events), max_size=len(events)))
    for part in (0, 1):
        chosen = [event for event, place in zip(events, places, strict=True) if place == part]
        segments.seal(home, chosen, part)
    tail = [event for event, place in zip(events, places, strict=True) if place == 2]
    plain = Reference(events, facts)
    asked = [data.draw(questions(base, (ir.Funnel, *REST))) for _ in range(12)]
    for _ in range(2):
        with DuckEngine.open(home, lambda mark: tail, Identities(facts)) as engine:
            for question in asked:
                assert rounded(engine.answer(question)) == rounded(plain.answer(question))
        segments.merge(home, [entry.file for entry in manifest.load(home).segments])


def test_text_from_outside_stays_text(tmp_path):
    nasty = [
        "'; drop table wide; --",
        'x" or 1=1',
        "\x00null",
        "${jndi}",
        "日本",
        "a" * 5000,
        "\ud800half",
        "",
    ]
    events = [Event(f"i{n}{name}", name, name or "nobody", n * HOUR, n, b"not json", account=name)
              for n, name in enumerate(nasty)]  # fmt: skip
    segments.seal(tmp_path, events, 1)
    with DuckEngine.open(tmp_path) as engine:
        for name in nasty:
            clean = name.encode("utf-8", "replace").decode()
            where = (ir.Condition(clean, ir.Op.IS_NOT_SET), ir.Condition(clean, ir.Op.NE, clean))
            answer = engine.answer(ir.Funnel(SPAN, steps=(ir.Match(clean, where),)))
            assert counts(answer) == [1]
        for name in ("\ud800half",):
            with pytest.raises(ir.BadQuestion):
                engine.answer(ir.Trend(SPAN, filters=(ir.Condition(name, ir.Op.IS_SET),)))
        kept = engine._store.rows("select distinct unreadable from s0.wide")
    assert kept == [("not json",)]


@pytest.mark.parametrize(
    "question",
    [
        ir.Funnel(SPAN),
        ir.Funnel(SPAN, **steps("AB", window=-1)),
        ir.Funnel(SPAN, **steps("AB", exclude=(ir.Exclusion(ir.Match("X"), 2, 2),))),
        ir.Trend(ir.Span(0, DAY, "Middle/Earth")),
        ir.Trend(ir.Span(0, DAY, "../../etc/passwd")),
        ir.Trend(ir.Span(-(10**18), 10**18)),
        ir.Trend(SPAN, measure="max:n"),
        ir.Trend(SPAN, filters=(ir.Condition("n", ir.Op.REGEX, "("),)),
        ir.Trend(SPAN, filters=(ir.Condition("n", ir.Op.GT, float("nan")),)),
        ir.Trend(SPAN, filters=(ir.Condition("n", ir.Op.GT, 10**400),)),
        ir.Trend(SPAN, filters=(ir.Condition("n", ir.Op.IN, "a"),)),
        ir.Retention(SPAN, periods=0),
        ir.Adoption(SPAN, uses=0),
    ],
)
def test_a_question_without_sense_is_refused_in_words(question):
    with DuckEngine(tail=some(3)) as engine, pytest.raises(ir.BadQuestion):
        engine.answer(question)


def test_a_question_stops_at_its_time_limit(tmp_path):
    with DuckEngine(tail=some(3), seconds=0.2) as engine:
        began = time.monotonic()
        with pytest.raises(OutOfTime), engine._store.limited():
            engine._store.rows("select count(*) from range(10000000) a, range(1000000) b")
        assert time.monotonic() - began < 10


def test_no_query_begins_once_the_time_is_over_and_the_next_question_starts_afresh():
    with DuckEngine(tail=some(3)) as engine:
        engine.cancel()
        with pytest.raises(OutOfTime):
            engine._store.rows("select 1")
        assert counts(engine.answer(ir.Funnel(SPAN, **steps("AB")))) == [2, 0]


def test_nothing_else_can_be_opened_from_inside():
    with DuckEngine(tail=some(3)) as engine:
        for sql in (
            "select * from read_text('/etc/passwd')",
            "attach 'x.db'",
            "set enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                engine._store.rows(sql)


def test_merged_persons_count_once_for_all_history():
    from loopline.warehouse.records import Fact

    events = [
        Event("1", "A", "anon", 1 * DAY, 1),
        Event("2", "B", "ann", 2 * DAY, 2),
        Event("3", "A", "bo", DAY, 3),
    ]
    apart, joined = both(events, ir.Funnel(SPAN, **steps("AB"))), Fact("identify", "anon", 5, "ann")
    assert counts(apart) == [2, 0]
    assert counts(both(events, ir.Funnel(SPAN, **steps("AB")), [joined])) == [2, 1]
    second = [joined, Fact("identify", "anon", 6, "bo")]
    assert counts(both(events, ir.Funnel(SPAN, **steps("AB")), second)) == [2, 1]
    assert Identities(second).person("anon") == "ann"
    assert Identities(second).person("bo") == "bo"
