"""A backup taken while somebody writes comes back whole, and nothing is ever overwritten."""

import io
import json
import sqlite3
import stat
import tarfile

import pytest


def _rewrite(source, target, change):
    """Copy an archive member by member; `change(name, data)` answers the new data."""
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            data = change(member.name, old.extractfile(member).read())
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))


def _manifest(change):
    def on(name, data):
        return json.dumps(change(json.loads(data))).encode() if name == "manifest.json" else data

    return on


@pytest.fixture
def file(home, tmp_path):
    target = tmp_path / "copy.tar.gz"
    home.document("backup", str(target))
    return target


def test_a_copy_taken_while_somebody_writes_holds_all_that_was_committed_before(
    home, another, tmp_path
):
    target, new = tmp_path / "copy.tar.gz", another()
    writer = home.start_module("tests.operations.writing", "100000")
    try:
        while (before := home.number("SELECT count(*) FROM feedback_feedback")) < 20:
            assert writer.poll() is None
        manifest = home.document("backup", str(target))
        after = home.number("SELECT count(*) FROM feedback_feedback")
    finally:
        writer.kill()
        writer.wait()
    assert before <= manifest["counts"]["feedback.Feedback"] <= after
    assert before < after, "nobody wrote meanwhile"
    new.document("restore", str(target))
    held = new.number("SELECT count(*) FROM feedback_feedback")
    assert held == manifest["counts"]["feedback.Feedback"]
    assert new.document("verify")["ok"] is True
    assert home.document("verify")["ok"] is True


def test_the_file_is_for_its_owner_and_holds_no_key_unless_asked(home, file, tmp_path):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = (home.path / "secret_key").read_bytes()
    with tarfile.open(file) as tar:
        assert "secret_key" not in tar.getnames()
        assert all(key not in tar.extractfile(m).read() for m in tar)
    home.document("backup", "--with-key", str(tmp_path / "with.tar.gz"))
    with tarfile.open(tmp_path / "with.tar.gz") as tar:
        assert tar.extractfile("secret_key").read() == key
    assert [f.name for f in tmp_path.iterdir() if f.name.startswith(".")] == []


def test_a_backup_never_replaces_a_file(home, tmp_path):
    target = tmp_path / "mine.txt"
    target.write_text("mine")
    done = home.call("backup", str(target))
    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert target.read_text() == "mine"


def test_a_home_with_something_in_it_is_left_as_it_is(home, file):
    key = (home.path / "secret_key").read_bytes()
    done = home.call("restore", str(file))
    assert done.returncode == 1
    assert "is not empty" in done.stderr
    assert (home.path / "secret_key").read_bytes() == key
    assert home.document("verify")["ok"] is True


@pytest.mark.parametrize("harm", ["cut", "flipped", "no tar", "changed", "outside", "no manifest"])
def test_a_damaged_file_is_refused_and_the_home_stays_empty(harm, file, another, tmp_path):
    bad, new = tmp_path / "bad.tar.gz", another()
    data = file.read_bytes()
    middle = len(data) // 2
    if harm == "cut":
        bad.write_bytes(data[:middle])
    elif harm == "flipped":
        bad.write_bytes(data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :])
    elif harm == "no tar":
        bad.write_text("what is this")
    elif harm == "changed":
        _rewrite(file, bad, lambda name, d: d[:-1] + b"x" if name == "database" else d)
    elif harm == "outside":
        _rewrite(file, bad, _manifest(lambda m: m | {"files": {"../../x": m["sha256"]}}))
    else:
        _rewrite(file, bad, lambda name, d: b"[]" if name == "manifest.json" else d)
    done = new.call("restore", str(bad))
    assert done.returncode == 1
    assert "backup" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (new.path / "loopline.sqlite3").exists()


def test_a_backup_of_a_newer_version_is_refused_before_anything_is_written(file, another, tmp_path):
    bad, new = tmp_path / "newer.tar.gz", another()
    newer = _manifest(lambda m: m | {"migrations": [*m["migrations"], "feedback.0999_later"]})
    _rewrite(file, bad, newer)
    done = new.call("restore", str(bad))
    assert done.returncode == 1
    assert "newer Loopline" in done.stderr
    new.document("restore", str(file))  # the refusal left the home empty


def test_what_was_uploaded_and_waits_comes_along(home, another, tmp_path):
    target, new = tmp_path / "copy.tar.gz", another()
    (home.path / "imports").mkdir()
    (home.path / "imports" / "ab-asks.csv").write_bytes(b"title\nFaster\n")
    with sqlite3.connect(home.path / "loopline.sqlite3") as database:
        database.execute(
            "INSERT INTO imports_import (kind, label, path, name, state, mapping, progress, report, at, rows_done)"
            " VALUES ('feedback-csv', 'asks.csv', ?, 'asks.csv', 'kept', '{}', '', '{}', '2026-01-01', 0)",
            [str(home.path / "imports" / "ab-asks.csv")],
        )
    database.close()
    home.document("backup", str(target))
    new.document("restore", str(target))
    moved = new.path / "imports" / "ab-asks.csv"
    assert moved.read_bytes() == b"title\nFaster\n"
    assert new.rows("SELECT path FROM imports_import") == [(str(moved),)]


def test_product_events_that_are_on_disk_come_along(home, another, tmp_path):
    from contextlib import closing

    from loopline.warehouse.records import Event
    from loopline.warehouse.tail import Tail, batch, store

    def keep(tail, *ids):
        with closing(tail.connect()) as db:
            store(db, [batch([Event(i, "signup", "p1", 1, 1) for i in ids], received_at=1)], 1)

    tail = Tail(home.path / "events")
    keep(tail, "a", "b")
    target, new = tmp_path / "copy.tar.gz", another()
    home.document("backup", str(target))
    keep(tail, "c")
    new.document("restore", str(target))
    assert [e.id for _, e in Tail(new.path / "events").read()] == ["a", "b"]
    assert new.document("verify")["ok"] is True
    (new.path / "events" / "tail.sqlite3").write_bytes(b"not a database, but long enough" * 40)
    code = new.call("verify", "--json").returncode
    assert code == 1
