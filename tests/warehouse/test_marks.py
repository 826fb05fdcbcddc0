"""The index of ids: whatever has moved where, and whoever wrote it, an id that came is known."""

import random
import sqlite3
from contextlib import closing

import pytest

from loopline.warehouse import marks, tail
from loopline.warehouse.marks import BUCKET, REMEMBERED, Marks
from loopline.warehouse.records import Event
from loopline.warehouse.tail import Tail, batch, store

NOW = 1_795_610_700_000_000


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(marks, "MOVING", 300)
    monkeypatch.setattr(marks, "_FEWEST", 20)
    return Tail(tmp_path / "events")


def batches(ids, properties=b"{}"):
    return [batch([Event(i, "seen", "p", NOW, NOW, properties) for i in ids], received_at=NOW)]


def count(db, table):
    return db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_ids_are_known_before_while_and_after_they_move_by_every_process(place):
    chance, sent = random.Random(7), []
    connections = [(place.connect(), Marks()), (place.connect(), Marks())]
    moved = False
    for n in range(60):
        which = chance.randrange(2)
        db, index = connections[which]
        if n % 13 == 5:  # a process that begins anew
            db.close()
            db, index = connections[which] = place.connect(), Marks()
        fresh, old = [f"{n}-{i}" for i in range(50)], chance.sample(sent, min(len(sent), 50))
        (outcome,) = store(db, batches([*fresh, *old]), NOW + n, index)
        assert (outcome.stored, outcome.duplicates) == (50, len(old)), n
        sent += fresh
        (outcome,) = store(db, batches(chance.sample(sent, 9), b'{"a":1}'), NOW, index)
        assert len(outcome.conflicts) == 9, "the content goes with the id"
        in_bucket = count(db, f"seen_{NOW // BUCKET}")
        moved = moved or 0 < in_bucket < len(sent)
    assert moved
    assert count(db, "arrived") < 60, "rows that have moved are gone"
    assert count(db, f"seen_{NOW // BUCKET}") > 2_000
    assert place.waiting() == len(sent) == 3_000
    for db, _ in connections:
        db.close()


def test_a_transaction_that_fails_leaves_no_id_behind(place):
    with closing(place.connect()) as db:
        spoilt = [*batches(["a", "b"]), *batches(["c"])]
        spoilt[1].events = [Event("c", "seen", "p", 2**70, NOW)]
        with pytest.raises(OverflowError):
            store(db, spoilt, NOW, Marks())
        assert store(db, batches(["a", "b", "c"]), NOW, Marks())[0].stored == 3


def test_a_bucket_whose_days_are_over_takes_what_still_waits(place):
    with closing(place.connect()) as db, closing(place.connect()) as other:
        index, theirs = Marks(), Marks()
        for n in range(20):
            store(db, batches([f"{n}-{i}" for i in range(30)]), NOW, index)
        store(other, batches(["theirs"]), NOW, theirs)
        later = NOW + BUCKET
        assert store(db, batches(["later", "theirs", "3-3"]), later, index)[0].stored == 1
        assert count(db, "arrived") == 1
        assert count(db, f"seen_{NOW // BUCKET}") == 601
        assert store(other, batches(["later", "7-7", "19-2"]), later, theirs)[0].duplicates == 3
        last = later + REMEMBERED + BUCKET
        assert store(other, batches(["later", "7-7", "19-2"]), last, theirs)[0].stored == 3


def test_a_tail_of_an_older_version_keeps_what_it_knows(place):
    place.folder.mkdir()
    with closing(sqlite3.connect(place.file)) as db:
        db.executescript(
            "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
            "INSERT INTO counter VALUES ('event', 41), ('fact', 0);"
            f"CREATE TABLE seen_{NOW // BUCKET} (mark INTEGER PRIMARY KEY, content INTEGER NOT NULL)"
        )
        (one,) = batches(["known"])
        db.execute(f"INSERT INTO seen_{NOW // BUCKET} VALUES (?, ?)", one.marks[0])
        db.commit()
    with closing(place.connect()) as db:
        assert store(db, [one, *batches(["new"])], NOW)[0].duplicates == 1
    assert [seq for seq, _ in place.read()] == [42]
    assert tail.Tail(place.folder).last() == 42
