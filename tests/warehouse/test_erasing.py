"""Erased persons are gone from every answer at once and from the disk soon after, whatever is killed when."""

import subprocess
import sys
from collections import Counter
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopline.core.insights import ir
from loopline.warehouse import erasing, manifest, sealing, segments, tombstones
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.identity import Identities
from loopline.warehouse.records import Event, Fact
from loopline.warehouse.refusals import Sample
from loopline.warehouse.tail import Tail, batch, store
from tests.warehouse.asking import histories, questions, rounded
from tests.warehouse.brute_periods import Reference
from tests.warehouse.test_duck import DEEP, REST, quick
from tests.warehouse.test_sealing import ENVIRONMENT, MINUTE, NOW

LATER = NOW + 10_000 * MINUTE
CRASH = """
import os, sys
from pathlib import Path
from loopline.warehouse import erasing
die = lambda done: done == sys.argv[2] and os._exit(9)
getattr(erasing, sys.argv[3])(Path(sys.argv[1]), {}, note=die)
"""


def event(name, who, minute, properties=b"{}", received=None):
    at = NOW + minute * MINUTE
    return Event(name, "seen", who, at, received or at, properties)


def keep(folder, events=(), facts=()):
    db = Tail(folder).connect()
    store(db, [batch(list(events), list(facts), received_at=NOW)], NOW)
    db.close()


def seal(folder):
    return sealing.tend(folder, now=LATER, at_least=1)


def opened(folder):
    tail = Tail(folder)
    identities = Identities(fact for _, fact in tail.facts())
    return DuckEngine.open(
        folder / "segments", lambda mark: [e for _, e in tail.read(mark)], identities
    )


def seen(folder):
    with opened(folder) as engine:
        return Counter(
            who
            for source in engine.store.sources
            for (who,) in engine.store.rows(
                f"select i.name from {source.prefix}wide w join {source.prefix}ids i on i.code = w.did"
            )
        )


def bytes_of(folder):
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


@pytest.fixture
def folder(tmp_path):
    """Two segments and a tail, with events of ann (also as anonymous-7) and bo."""
    folder = tmp_path / "events"
    facts = [
        Fact("identify", "anonymous-7", NOW, "ann-secret"),
        Fact("person", "ann-secret", NOW, properties=b'{"mail":"ann@secret.example"}'),
        Fact("member", "ann-secret", NOW, "acme"),
        Fact("member", "bo", NOW, "acme"),
        Fact("account", "acme", NOW, properties=b'{"plan":"pro"}'),
    ]
    keep(folder, [event(f"a{n}", "ann-secret", n) for n in range(5)], facts)
    keep(folder, [event(f"b{n}", "bo", n) for n in range(5)])
    seal(folder)
    keep(folder, [event(f"c{n}", "bo", 10 + n) for n in range(3)])
    seal(folder)
    keep(
        folder, [event("d", "anonymous-7", 20), event("e", "bo", 20), event("f", "ann-secret", 21)]
    )
    return folder


def test_an_erased_person_is_gone_from_answers_facts_and_the_disk(folder):
    sample = Sample(NOW, "native", "missing event", '{"person":"ann-secret"}')
    with closing(Tail(folder).connect()) as db:
        store(db, [batch([], received_at=NOW, samples=[sample])], NOW)
    assert len(Tail(folder).refused()) == 1
    assert seen(folder) == {"ann-secret": 6, "anonymous-7": 1, "bo": 9}
    assert b"ann-secret" in bytes_of(folder)
    found = sealing.erase(folder, ["anonymous-7"], now=LATER)
    assert set(found.ids) == {"anonymous-7", "ann-secret"}
    assert (found.events, found.finished) == (7, True)
    assert seen(folder) == {"bo": 9}
    kinds = sorted((fact.kind, fact.subject) for _, fact in Tail(folder).facts())
    assert kinds == [("account", "acme"), ("member", "bo")]
    for word in (b"ann-secret", b"anonymous-7", b"ann@secret"):
        assert word not in bytes_of(folder), word
    assert segments.verify(folder / "segments") == []
    assert sealing.disk(folder).events == 9


def test_only_the_segments_that_hold_the_person_are_written_anew(folder):
    first, second = manifest.load(folder / "segments").segments
    sealing.erase(folder, ["ann-secret"], now=LATER)
    after = manifest.load(folder / "segments").segments
    assert second in after
    assert first not in after
    assert len(after) == 2


def test_while_somebody_else_seals_readers_see_nothing_of_the_person_already(folder):
    with sealing.writing(folder):
        found = sealing.erase(folder, ["ann-secret"], now=LATER, wait=0.1)
        assert (found.events, found.finished) == (0, False)
        assert seen(folder) == {"bo": 9}
        with opened(folder) as engine:
            whole = ir.Span(0, 2 * NOW)
            path = engine.answer(ir.Paths(whole, gap=2 * NOW))
            assert path.edges[0].count == 1
            assert engine.answer(ir.Adoption(whole, actor=ir.Actor.ACCOUNT)).eligible == 1
            assert engine.events == 9
    assert b"ann-secret" in bytes_of(folder)
    seal(folder)
    assert b"ann-secret" not in bytes_of(folder)
    assert seen(folder) == {"bo": 9}


@pytest.mark.parametrize(
    "step", ["listed", "tail", "copied", "counted", "hashed", "switched", "deleted", "settled"]
)
def test_a_crash_in_the_middle_is_gone_on_with(folder, step):
    script = CRASH.format('["ann-secret"], now=1_900_000_000_000_000')
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder), step, "erase"],
        env=ENVIRONMENT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 9, done.stderr
    assert seen(folder) == {"bo": 9}
    keep(folder, [event("g", "bo", 30)])
    assert seen(folder) == {"bo": 10}
    seal(folder)
    assert seen(folder) == {"bo": 10}
    assert b"ann-secret" not in bytes_of(folder)
    assert tombstones.load(folder / "segments").pending == {}
    assert segments.verify(folder / "segments") == []


def test_a_late_import_of_the_erased_is_left_out_and_somebody_who_comes_back_is_not(folder):
    sealing.erase(folder, ["ann-secret"], now=LATER)
    late = [
        event("old", "ann-secret", 3, received=LATER + MINUTE),
        event("new", "ann-secret", 20_000, received=LATER + MINUTE),
        event("other", "cy", 3, received=LATER + MINUTE),
    ]
    keep(folder, late)
    wanted = {"bo": 9, "ann-secret": 1, "cy": 1}
    assert seen(folder) == wanted
    seal(folder)
    assert seen(folder) == wanted
    with sealing.writing(folder):
        home = folder / "segments"
        segments.seal(home, late, manifest.load(home).mark)
    assert seen(folder) == {"bo": 9, "ann-secret": 2, "cy": 2}


def test_a_restored_copy_is_cleaned_of_whoever_was_erased_since(folder, tmp_path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", str(folder), str(copy)], check=True)
    sealing.erase(folder, ["ann-secret"], now=LATER)
    assert erasing.reapply(copy, tombstones.load(folder / "segments")) == 7
    assert seen(copy) == {"bo": 9}
    assert b"ann-secret" not in bytes_of(copy)
    assert erasing.reapply(copy, tombstones.load(folder / "segments")) == 0
    assert len(tombstones.load(copy / "segments").groups) == 1


def test_the_list_of_the_erased_names_nobody(folder):
    sealing.erase(folder, ["ann-secret"], now=LATER)
    sealing.erase(folder, ["bo"], now=LATER)
    text = (folder / "segments" / tombstones.NAME).read_text()
    assert "ann" not in text
    assert len(tombstones.load(folder / "segments").groups[0].erased) == 3
    assert seen(folder) == {}
    assert manifest.load(folder / "segments").segments == ()


def test_events_older_than_a_time_are_taken_out(folder):
    assert sealing.retain(folder, NOW + 12 * MINUTE) == 12
    assert seen(folder) == {"bo": 2, "anonymous-7": 1, "ann-secret": 1}
    assert sealing.retain(folder, NOW + 12 * MINUTE) == 0
    assert sealing.retain(folder, NOW + 21 * MINUTE) == 3
    assert seen(folder) == {"ann-secret": 1}
    assert manifest.load(folder / "segments").segments == ()
    keep(folder, [event("h", "bo", 40)])
    seal(folder)
    assert seen(folder) == {"ann-secret": 1, "bo": 1}


@pytest.mark.parametrize("step", ["tail", "dropped", "copied", "switched"])
def test_a_crash_while_old_events_are_taken_out_leaves_the_rest(folder, step):
    script = CRASH.format(str(NOW + 12 * MINUTE))
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder), step, "retain"],
        env=ENVIRONMENT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 9, done.stderr
    sealing.retain(folder, NOW + 12 * MINUTE)
    assert seen(folder) == {"bo": 2, "anonymous-7": 1, "ann-secret": 1}


def test_a_property_is_taken_out_of_everything_stored(tmp_path):
    folder = tmp_path / "events"
    rich = b'{"mail":"x@secret.example","n":1.50,"big":123456789012345678901,"in":{"mail":"kept"},"z":null}'
    texts = [rich, b'{"n":2}', b'{"od/d~":"secret"}', b"no json, but secret", b'["mail"]']
    keep(folder, [event(f"s{n}", "p", n, text) for n, text in enumerate(texts)])
    seal(folder)
    keep(folder, [event(f"t{n}", "p", n, text) for n, text in enumerate(texts)],
         [Fact("person", "p", NOW, properties=rich),
          Fact("person_change", "p", NOW, properties=b'{"$append":{"mail":"secret"}}')])  # fmt: skip
    assert sealing.strip(folder, ["mail", "od/d~"]) == 6
    assert b"secret" not in bytes_of(folder)
    with opened(folder) as engine:
        found = [
            text
            for source in engine.store.sources
            for (text,) in engine.store.rows(
                f"select properties from {source.prefix}wide order by id"
            )
        ]
    rest = '{"n":1.5,"big":123456789012345678901,"in":{"mail":"kept"},"z":null}'
    assert found[0] == rest
    assert found[5].replace("1.50", "1.5") == rest
    assert found[1:5] == found[6:] == ['{"n":2}', "{}", "{}", '["mail"]']
    assert [fact.properties for _, fact in Tail(folder).facts()][1] == b'{"$append":{}}'


@settings(quick, max_examples=2 * DEEP)
@given(histories(most=20), st.data())
def test_answers_are_those_of_a_store_that_never_knew_the_erased(tmp_path_factory, case, data):
    events, _, base = case
    folder = tmp_path_factory.mktemp("erasing")
    half = len(events) // 2
    keep(folder, events[:half])
    seal(folder)
    keep(folder, events[half:])
    gone = {data.draw(st.sampled_from(("u1", "u2", "a1", "nobody")))}
    plain = Reference([each for each in events if each.distinct_id not in gone])
    asked = [data.draw(questions(base, (ir.Funnel, *REST))) for _ in range(6)]
    waiting = data.draw(st.booleans())
    if waiting:
        with sealing.writing(folder):
            sealing.erase(folder, gone, now=2**60, wait=0)
    else:
        sealing.erase(folder, gone, now=2**60)
    with opened(folder) as engine:
        for question in asked:
            assert rounded(engine.answer(question)) == rounded(plain.answer(question))
