"""The hot tail: what is acknowledged is there, once, in order, whoever writes and whatever ends them."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from loopline.warehouse import room, tail_writer
from loopline.warehouse.marks import BUCKET, REMEMBERED
from loopline.warehouse.records import Event, Fact
from loopline.warehouse.tail import Tail, batch
from loopline.warehouse.tail_writer import Busy, Unavailable, Unkept, Writer

NOW = 1_795_610_700_000_000
ROOT = Path(__file__).parents[2]


@pytest.fixture
def tail(tmp_path):
    return Tail(tmp_path / "events")


@pytest.fixture
def writing(tail):
    """`writing()` is a writer; time stands where `writing.now` says."""
    made = []

    def make(**more):
        writer = Writer(tail, clock=lambda: make.now, **more)
        made.append(writer)
        return writer

    make.now = NOW
    yield make
    for writer in made:
        writer.close()


def event(id, **fields):
    return Event(id, fields.pop("event", "paid"), fields.pop("person", "p1"), NOW, NOW, **fields)


def kept(writer, *events, facts=()):
    return writer.submit(batch(events, facts, received_at=NOW))


def test_events_come_back_as_they_were_in_order_of_arrival(tail, writing):
    assert (tail.read(), tail.last(), tail.facts()) == ([], 0, []), "before anything came"
    writer = writing()
    first = event(
        "a", properties=b'{"$x": "\xc3\xa9"}', anonymous_id="n", account="acme", dialect="posthog"
    )
    kept(writer, first, event("b"))
    kept(writer, event("c"))
    assert [(seq, e.id) for seq, e in tail.read()] == [(1, "a"), (2, "b"), (3, "c")]
    assert tail.read()[0][1] == first
    assert [e.id for _, e in tail.read(1)] == ["b", "c"]
    assert [row[:2] for row in tail.rows(0, 2)] == [(1, "a"), (2, "b")]
    assert tail.last() == 3


def test_an_id_counts_once_and_the_first_content_stays(tail, writing):
    writer = writing()
    assert kept(writer, event("a"), event("a"), event("b")).duplicates == 1
    later = Event("a", "paid", "p1", NOW + 5, NOW + 5)
    assert kept(writer, later).duplicates == 1, "another time alone is the same event, repeated"
    answer = kept(writer, event("z"), event("a", properties=b'{"other": 1}'), event("b"))
    assert (answer.stored, answer.duplicates, answer.conflicts) == (1, 1, (1,))
    assert [e.id for _, e in tail.read()] == ["a", "b", "z"]


def test_sealed_events_are_forgotten_but_their_ids_and_places_are_not(tail, writing):
    writer = writing()
    kept(writer, event("a"), event("b"), event("c"), facts=[Fact("alias", "x", NOW, "y")])
    assert tail.forget(2) == 2
    assert [(seq, e.id) for seq, e in tail.read()] == [(3, "c")]
    assert kept(writer, event("a")).duplicates == 1
    assert tail.forget(3, facts_upto=1) == 1
    kept(writer, event("d"))
    assert [(seq, e.id) for seq, e in tail.read()] == [(4, "d")], "no place is given twice"
    assert tail.facts() == []


def test_ids_are_remembered_for_thirty_days_and_dropped_by_bucket(tail, writing):
    writer = writing()
    kept(writer, event("a"))
    writing.now = NOW + REMEMBERED - 1
    assert kept(writer, event("a")).duplicates == 1
    writing.now = NOW + REMEMBERED + BUCKET
    assert kept(writer, event("a")).stored == 1
    with closing(sqlite3.connect(tail.file)) as db:
        tables = db.execute("SELECT name FROM sqlite_master WHERE name GLOB 'seen_*'").fetchall()
    assert (f"seen_{NOW // BUCKET}",) not in tables
    writing.now = NOW + REMEMBERED
    assert kept(writer, event("a")).duplicates == 1, "a clock set back does no harm"


def test_facts_are_kept_in_order_and_a_repeated_one_once(tail, writing):
    writer = writing()
    person, tie = Fact("person", "p", NOW, properties=b'{"a": 1}'), Fact("identify", "n", NOW, "p")
    kept(writer, facts=[person, tie])
    kept(
        writer,
        facts=[
            person,
            Fact("identify", "n", NOW + 9, "p"),
            Fact("person", "p", NOW + 1, properties=b"{}"),
        ],
    )
    assert [(seq, f.kind, f.at) for seq, f in tail.facts()] == [
        (1, "person", NOW), (2, "identify", NOW), (3, "person", NOW + 1),
    ]  # fmt: skip


def test_refusals_are_counted_by_day_and_reason(tail, writing):
    writer = writing()
    writer.note("posthog", "unknown key")
    writer.note("posthog", "unknown key", 2)
    writer.submit(batch([], received_at=NOW, refusals={("native", "missing event"): 4}))
    day = NOW // 86_400_000_000 * 86_400_000_000
    assert sorted(tail.refusals()) == [
        (day, "native", "missing event", 4), (day, "posthog", "unknown key", 3),
    ]  # fmt: skip


def test_a_locked_file_is_an_honest_no_and_recovers_by_itself(tail, writing, monkeypatch):
    monkeypatch.setattr(
        Tail, "connect", lambda self, wait=5.0, real=Tail.connect: real(self, wait=0.2)
    )
    writer = writing()
    kept(writer, event("a"))
    with closing(sqlite3.connect(tail.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            kept(writer, event("b"))
        other.execute("ROLLBACK")
    assert kept(writer, event("b")).stored == 1
    assert [e.id for _, e in tail.read()] == ["a", "b"]


def test_a_full_queue_says_busy_and_a_slow_disk_unavailable(tail, writing, monkeypatch):
    go, real = threading.Event(), tail_writer.store
    monkeypatch.setattr(tail_writer, "store", lambda *a: go.wait(10) and real(*a))
    monkeypatch.setattr(tail_writer, "STALLED", 0.4)
    writer = writing(waiting=1, patience=0.2)
    with pytest.raises(Unavailable, match="in time"):
        kept(writer, event("under way"))

    def wait():
        with pytest.raises(Unavailable):
            kept(writer, event("waits"))

    waits = threading.Thread(target=wait)
    waits.start()
    time.sleep(0.05)
    with pytest.raises(Busy):
        kept(writer, event("too many"))
    waits.join()
    time.sleep(0.3)
    with pytest.raises(Unavailable, match="does not answer"):
        kept(writer, event("at once"))
    go.set()
    deadline = time.monotonic() + 5
    while tail.last() < 1 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert kept(writer, event("after")).stored == 1
    assert [e.id for _, e in tail.read()] == ["under way", "after"], (
        "given up before it began: left out"
    )


def test_a_batch_that_cannot_be_stored_does_not_take_others_with_it(tail, writing):
    writer = writing()
    spoilt = batch([event("bad")], received_at=NOW)
    spoilt.events = [Event("bad", "paid", "p", 2**70, NOW)]
    with pytest.raises(Unkept):
        writer.submit(spoilt)
    assert kept(writer, event("good")).stored == 1
    assert [e.id for _, e in tail.read()] == ["good"]


def test_no_room_on_the_disk_is_said_before_anything_is_taken(tail, writing, monkeypatch):
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    writer = writing()
    for free, well in ((0.9e9, False), (40e9, False), (60e9, True)):
        monkeypatch.setattr(room.shutil, "disk_usage", lambda _, f=free: usage(1e12, 0, int(f)))
        writer._room_at = 0
        if well:
            assert kept(writer, event("a")).stored == 1
        else:
            with pytest.raises(Unavailable, match="full"):
                kept(writer, event("a"))


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path):
    (tmp_path / "events").write_text("a file where the folder should be")
    writer = Writer(Tail(tmp_path / "events"))
    with pytest.raises(Unavailable):
        kept(writer, event("a"))
    writer.close()


def filling(folder, name, batches):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.warehouse.filling", str(folder), name, str(batches)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )  # fmt: skip


def acknowledged(lines):
    return {f"{line}-{i}" for line in lines.split() for i in range(20)}


def test_two_processes_write_one_file_and_a_kill_in_the_middle_loses_nothing_acknowledged(tail):
    lives = filling(tail.folder, "lives", 60)
    told = ""
    for life in range(3):
        killed = filling(tail.folder, f"killed{life}-", 10_000)
        told += killed.stdout.readline()
        time.sleep(0.15 + 0.1 * life)
        os.kill(killed.pid, signal.SIGKILL)
        whole, _, _ = killed.stdout.read().rpartition("\n")
        told += whole + "\n"
        killed.wait()
    out, err = lives.communicate(timeout=60)
    assert lives.returncode == 0, err
    ids = [e.id for _, e in tail.read()]
    assert acknowledged(out + told) <= set(ids), "acknowledged = there"
    assert len(ids) == len(set(ids))
    assert len(acknowledged(out)) == 4 * 60 * 20
    places = [seq for seq, _ in tail.read()]
    assert places == list(range(1, len(places) + 1)), "whole batches, no gaps, no place twice"
    with closing(sqlite3.connect(tail.file)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
