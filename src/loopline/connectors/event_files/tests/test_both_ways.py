"""One event that comes by file and live counts once, whichever came first; a repeat is known after sealing too."""

import pytest

from loopline.connectors.event_files import bringing, erased, windows
from loopline.connectors.event_files.tests.support import NOW, bring, facts, stored, table
from loopline.warehouse import imported, manifest, sealing
from loopline.warehouse.records import Event
from loopline.warehouse.tail import Tail, batch
from loopline.warehouse.tail_writer import Writer

TIME = "2026-01-02T03:04:05Z"
AT = 1_767_323_045_000_000


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "events"


@pytest.fixture
def live(folder):
    """Send events as the door does; answers what became of them."""
    writer = Writer(Tail(folder), clock=lambda: NOW)

    def send(*ids, at=AT):
        events = [Event(each, "view", "u", at, NOW) for each in ids]
        return writer.submit(batch(events, received_at=NOW))

    yield send
    writer.close()


def file(tmp_path, *ids):
    rows = [(each, "view", "u", TIME) for each in ids]
    return table(tmp_path / "a.csv", ("id", "event", "person", "time"), *rows)


def ids(folder):
    mark = manifest.load(folder / "segments").mark
    return sorted(
        [each["id"] for each in stored(folder)] + [event.id for _, event in Tail(folder).read(mark)]
    )


def test_live_first_then_the_file(folder, tmp_path, live):
    live("a", "b")
    totals = bring(folder, file(tmp_path, "a", "b", "c")).totals
    assert (totals.fresh, totals.same) == (1, 2)
    assert ids(folder) == ["a", "b", "c"]


def test_sealed_first_then_the_file(folder, tmp_path, live):
    live("a", "b")
    sealing.tend(folder, now=NOW, at_least=1)
    totals = bring(folder, file(tmp_path, "a", "b", "c"), dry=True).totals
    assert (totals.fresh, totals.same) == (1, 2)
    totals = bring(folder, file(tmp_path, "a", "b", "c")).totals
    assert (totals.fresh, totals.same) == (1, 2)
    assert ids(folder) == ["a", "b", "c"]


def test_the_file_first_then_live(folder, tmp_path, live):
    live("z")
    bring(folder, file(tmp_path, "a", "b"))
    outcome = live("a", "c")
    assert (outcome.stored, outcome.duplicates, outcome.conflicts) == (1, 1, ())
    near = live("b", at=AT + 3_600_000_000)  # its clock was corrected by an hour
    assert (near.stored, near.duplicates) == (0, 1)
    far = live("b", at=AT + 40 * 86_400_000_000)
    assert far.stored == 1
    sealing.tend(folder, now=NOW, at_least=1)
    assert live("a").duplicates == 1
    assert ids(folder) == ["a", "b", "b", "c", "z"]


def test_the_door_looks_in_one_file_for_each_import(folder, tmp_path, live, monkeypatch):
    monkeypatch.setattr(windows, "BYTES", 200)
    bring(folder, file(tmp_path, *(f"{n:04}" for n in range(60))))
    assert len(list((folder / imported.FOLDER).iterdir())) == 1
    outcome = live("0000", "0031", "0059", "0060")
    assert (outcome.stored, outcome.duplicates) == (1, 3)


def test_an_event_that_overtakes_its_own_chunk_counts_once(folder, tmp_path, live, monkeypatch):
    """It comes in live after the tail was looked at and before the segment is switched to."""
    path, sent = file(tmp_path, "a", "b"), []
    turned = bringing.Bringing._tell_facts

    def late(self, learnt):
        turned(self, learnt)
        if not sent:
            sent.append(live("a").stored)

    monkeypatch.setattr(bringing.Bringing, "_tell_facts", late)
    totals = bring(folder, path).totals
    assert sent == [1]
    assert (totals.fresh, totals.same) == (1, 1)
    assert ids(folder) == ["a", "b"]


def test_segments_of_other_times_are_not_asked(folder, tmp_path, live):
    live("a", at=AT - 40 * 86_400_000_000)
    sealing.tend(folder, now=NOW, at_least=1)
    assert bring(folder, file(tmp_path, "a")).totals.fresh == 1


def test_a_mark_is_what_duckdb_says():
    import duckdb

    for text in ("", "abc", "ü€", "x" * 300):
        found = duckdb.execute("select md5_number_lower(?)", [text]).fetchone()
        assert found == (imported.mark(text),)


def test_a_step_that_asks_to_stop_leaves_what_is_done_and_the_rest_goes_on_later(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(windows, "BYTES", 200)
    path = file(tmp_path, *(f"{n:04}" for n in range(60)))

    class Stop(Exception):
        pass

    def stop(rows, **_):
        if rows > 20:
            raise Stop

    with pytest.raises(Stop):
        bring(folder, path, step=stop)
    some = len(stored(folder))
    assert 0 < some < 60
    totals = bring(folder, path).totals
    assert (totals.fresh, totals.same, totals.rows) == (60, 0, 60)
    assert len(stored(folder)) == 60
    assert not (folder / "importing").exists()


def test_who_was_erased_stays_out_with_their_facts(folder, tmp_path, live):
    from loopline.warehouse import erasing

    path = table(
        tmp_path / "p.csv", ("id", "event", "person", "anonymous_id", "time", "person_properties"),
        ("1", "view", "gone", "a1", TIME, '{"email": "x@example.com"}'), ("2", "view", "here", "a2", TIME, "{}"),
    )  # fmt: skip
    bring(folder, path)
    erasing.erase(folder, ["gone"], now=NOW)
    erasing.finish(folder)
    assert [e["id"] for e in stored(folder)] == ["2"]
    before = len(facts(folder))
    totals = bring(folder, path).totals
    assert (totals.fresh, totals.same, totals.bad) == (0, 1, [(2, erased.WHY)])
    assert [e["id"] for e in stored(folder)] == ["2"]
    assert len(facts(folder)) == before
    assert not any("gone" in fact for fact in facts(folder))
