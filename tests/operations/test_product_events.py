"""Product events come through a backup whole, sealed or not, and verify and doctor say how they are."""

import json
import sys
import tarfile
import threading
import time

import pytest

from loopline.entry.drills.stored import ids_of
from loopline.entry.keeping import product_events
from loopline.warehouse import imported, manifest, sealing
from loopline.warehouse.desk.at_hand import DeskAtHand
from loopline.warehouse.desk.client import DeskError
from loopline.warehouse.records import Event
from loopline.warehouse.tail import Tail, batch
from loopline.warehouse.tail_writer import Writer, now_us


@pytest.fixture
def folder(home):
    return home.path / "events"


@pytest.fixture
def keep(folder):
    writer = Writer(Tail(folder))

    def kept(first, count):
        ids = [f"e{n}" for n in range(first, first + count)]
        now = now_us()
        events = [Event(each, "signup", f"p-{each}", now, now) for each in ids]
        writer.submit(batch(events, received_at=now))
        return ids

    yield kept
    writer.close()


def seal(folder):
    return sealing.tend(folder, now=now_us(), at_least=1)


def test_a_backup_while_events_come_in_and_are_sealed_holds_all_that_was_kept_before(
    home, another, tmp_path, folder, keep
):
    kept, stop, target, new = keep(0, 100), threading.Event(), tmp_path / "copy.tar.gz", another()
    seal(folder)

    def work():
        while not stop.is_set():
            kept.extend(keep(len(kept), 20))
            seal(folder)
            time.sleep(0.01)

    working = threading.Thread(target=work)
    working.start()
    try:
        while len(kept) < 200:
            time.sleep(0.01)
        before = list(kept)
        written = home.document("backup", str(target))
        after = len(kept)
    finally:
        stop.set()
        working.join()
    assert len(before) < after, "nobody wrote meanwhile"
    assert any("segment-" in name for name in written["events"])
    new.document("restore", str(target))
    restored = ids_of(new.path / "events")
    assert len(restored) == len(set(restored))
    assert set(before) <= set(restored) <= set(kept)
    assert new.document("verify")["ok"] is True
    writer = Writer(Tail(new.path / "events"))
    writer.submit(batch([Event("new", "signup", "p", 1, 1)], received_at=1))
    writer.close()
    assert sorted(ids_of(new.path / "events")) == sorted([*restored, "new"])


def test_ids_of_imported_events_come_through_and_verify_names_a_damaged_file(
    home, another, tmp_path, folder, keep
):
    keep(0, 3)
    at = now_us()
    marks = b"".join(n.to_bytes(8, sys.byteorder) for n in sorted(map(imported.mark, ["f1", "f2"])))
    file = imported.publish(folder, "0123456789abcdef+", marks, at, at)
    target, new = tmp_path / "copy.tar.gz", another()
    written = home.document("backup", str(target))
    assert f"events/imported/{file.name}" in written["events"]
    assert new.document("restore", str(target))["restored"]
    assert new.document("verify")["ok"] is True
    writer = Writer(Tail(new.path / "events"))
    again = [Event(each, "signup", "p", at, at) for each in ("f1", "f2", "f3")]
    writer.submit(batch(again, received_at=at))
    writer.close()
    assert sorted(ids_of(new.path / "events")) == ["e0", "e1", "e2", "f3"]
    file.write_bytes(marks[8:] + marks[:8])
    said = " ".join(json.loads(home.call("verify", "--json").stdout)["checks"]["events"])
    assert f"{file.name} is damaged" in said


def test_doctor_says_whether_the_database_that_answers_is_up(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(product_events, "folder", lambda: tmp_path)

    def said():
        [(_, ok, says, _)] = product_events.answered_elsewhere()
        assert "s3cret" not in says
        return ok, says

    settings.LOOPLINE_EVENTS_URL = ""
    assert list(product_events.answered_elsewhere()) == []
    settings.LOOPLINE_EVENTS_URL = "spark://here:7077"
    assert said() == (False, "spark://here:7077 is no address of a database that answers")
    settings.LOOPLINE_EVENTS_URL = url = "postgresql://me:s3cret@127.0.0.1:1/none"
    assert said() == (True, "postgresql://127.0.0.1:1/none: nothing was asked or shipped yet")
    client = DeskAtHand(tmp_path, url=url)
    with pytest.raises(DeskError):
        client.ship()
    ok, says = said()
    assert not ok
    assert "does not answer" in says


def test_verify_names_a_segment_that_is_damaged_or_gone(home, folder, keep):
    for n in range(2):
        keep(10 * n, 10)
        seal(folder)
    one, other = (folder / "segments" / e.file for e in manifest.load(folder / "segments").segments)
    with one.open("r+b") as file:
        file.seek(one.stat().st_size // 2)
        file.write(b"!")
    other.unlink()
    done = home.call("verify", "--json")
    assert done.returncode == 1
    said = " ".join(json.loads(done.stdout)["checks"]["events"])
    assert f"{one.name} is not what was sealed" in said
    assert f"{other.name} is missing" in said
    (folder / "segments" / "manifest.json").write_text("{")
    assert "cannot be read" in home.call("verify").stderr


def test_a_tail_older_than_the_segments_is_found(home, folder, keep):
    keep(0, 10)
    seal(folder)
    for file in folder.glob("tail.sqlite3*"):
        file.unlink()
    Tail(folder).connect().close()
    done = home.call("verify", "--json")
    assert "older than what is sealed" in " ".join(json.loads(done.stdout)["checks"]["events"])


def test_a_home_with_events_is_not_written_over(home, another, tmp_path, folder, keep):
    keep(0, 3)
    target, new = tmp_path / "copy.tar.gz", another()
    home.document("backup", str(target))
    Writer(Tail(new.path / "events")).submit(batch([Event("x", "a", "p", 1, 1)], received_at=1))
    done = new.call("restore", str(target))
    assert done.returncode == 1
    assert "product events" in done.stderr
    assert ids_of(new.path / "events") == ["x"]


def test_who_was_erased_after_the_backup_stays_erased_when_it_is_restored(
    home, another, tmp_path, folder, keep
):
    keep(0, 10)
    seal(folder)
    keep(10, 5)
    target, new = tmp_path / "copy.tar.gz", another()
    home.document("backup", str(target))
    sealing.erase(folder, ["p-e3", "p-e12"], now=now_us())
    assert len(ids_of(folder)) == 13
    there = new.path / "events" / "segments"
    there.mkdir(parents=True)
    (there / "erased.json").write_bytes((folder / "segments" / "erased.json").read_bytes())
    new.document("restore", str(target))
    assert sorted(ids_of(new.path / "events")) == sorted(ids_of(folder))
    assert b"p-e3" not in b"".join(f.read_bytes() for f in there.parent.rglob("*") if f.is_file())
    assert new.document("verify")["ok"] is True


def test_a_backup_with_a_strange_name_writes_nothing_elsewhere(
    home, another, tmp_path, folder, keep
):
    keep(0, 3)
    target, bad, new = tmp_path / "copy.tar.gz", tmp_path / "bad.tar.gz", another()
    home.document("backup", str(target))
    with tarfile.open(target) as old, tarfile.open(bad, "w:gz") as changed:
        for member in old:
            data = old.extractfile(member)
            if member.name == "manifest.json":
                told = json.loads(data.read())
                told["events"]["../../escaped"] = next(iter(told["events"].values()))
                text = json.dumps(told).encode()
                (tmp_path / "told").write_bytes(text)
                member.size = len(text)
                data = (tmp_path / "told").open("rb")
            changed.addfile(member, data)
    done = new.call("restore", str(bad))
    assert done.returncode == 1
    assert not (new.path.parent / "escaped").exists()


def test_doctor_says_what_events_take_and_that_nobody_seals(home, folder, keep):
    def said():
        checks = home.document("doctor")["checks"]
        return {check["name"]: check for check in checks}

    assert said()["product events"]["says"] == "none yet"
    keep(0, 30)
    seal(folder)
    assert said()["product events"]["says"].startswith("30 events: ")
    assert said()["sealing"]["ok"] is True
    long_ago = now_us() - 3 * 3_600_000_000
    writer = Writer(Tail(folder), clock=lambda: long_ago)
    writer.submit(batch([Event("old", "a", "p", long_ago, long_ago)], received_at=long_ago))
    writer.close()
    assert said()["sealing"]["ok"] is False
    assert said()["sealing"]["says"] == "3.0 h old"
