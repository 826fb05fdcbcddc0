"""The tail becomes segments and small segments large ones, whatever is killed when, while events come in."""

import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from loopline.core.insights import ir
from loopline.warehouse import manifest, room, sealing, segments
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.records import Event
from loopline.warehouse.tail import Tail, batch
from loopline.warehouse.tail_writer import Writer

ROOT = Path(__file__).parents[2]
NOW = 1_700_000_000_000_000
MINUTE = 60 * 1_000_000
STEPS = ("copied", "counted", "hashed", "switched", "forgotten")
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
CRASH = """
import os, sys
from pathlib import Path
from loopline.warehouse import sealing
sealing.BATCH, sealing.TIER = 40, 3
die = lambda done, seen=[]: seen.append(done) or (seen.count(sys.argv[2]) == int(sys.argv[3]) and os._exit(9))
sealing.tend(Path(sys.argv[1]), now=1_800_000_000_000_000, note=die)
"""


def some(count, first=0, name="e", at=NOW):
    return [
        Event(f"{name}{n}", "AB"[n % 2], f"p{n % 7}", NOW + n * MINUTE, at)
        for n in range(first, first + count)
    ]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "events"


@pytest.fixture
def keep(folder):
    writer = Writer(Tail(folder), clock=lambda: NOW)
    yield lambda events: writer.submit(batch(events, received_at=NOW))
    writer.close()


def tended(folder, **more):
    return sealing.tend(folder, now=NOW, **{"at_least": 1, **more})


def stored(folder):
    """How often each id is seen, through the engine, over segments and tail."""

    def behind(mark):
        return [event for _, event in Tail(folder).read(mark)]

    with DuckEngine.open(folder / "segments", behind) as engine:
        found = Counter(
            row[0]
            for source in engine._store.sources
            for row in engine._store.rows(f"select id from {source.prefix}wide")
        )
        question = ir.Trend(ir.Span(0, 2 * NOW), interval=ir.Interval.MONTH)
        counted = sum(p.value for s in engine.answer(question).series for p in s.points)
    assert counted == found.total()
    return found


def crash(folder, step, time=1):
    return subprocess.run(
        [sys.executable, "-c", CRASH, str(folder), step, str(time)],
        env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_tail_is_sealed_once_it_is_long_or_old(folder, keep):
    keep(some(10))
    assert sealing.tend(folder, now=NOW, at_least=11) == sealing.Tended(0, 0, 0, 0)
    assert sealing.tend(folder, now=NOW, at_least=10) == sealing.Tended(10, 0, 1, 10)
    assert Tail(folder).rows() == []
    keep(some(1, 10))
    late = NOW + sealing.OLDEST
    assert sealing.tend(folder, now=late - 1) == sealing.Tended(0, 0, 1, 10)
    assert sealing.tend(folder, now=late) == sealing.Tended(1, 0, 2, 11)
    assert stored(folder) == Counter(f"e{n}" for n in range(11))


def test_a_folder_without_events_is_left_as_it_is(folder):
    assert tended(folder) == sealing.Tended(0, 0, 0, 0)
    assert not (folder / "tail.sqlite3").exists()
    assert sealing.disk(folder).events == 0


def test_a_long_tail_is_sealed_in_bounded_segments(folder, keep, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 100)
    monkeypatch.setattr(sealing, "PAGE", 30)
    keep(some(250))
    assert tended(folder) == sealing.Tended(250, 0, 3, 250)
    assert [each.events for each in manifest.load(folder / "segments").segments] == [100, 100, 50]
    assert stored(folder) == Counter(f"e{n}" for n in range(250))


def test_an_event_that_was_sealed_is_still_known_as_a_duplicate(folder, keep):
    keep(some(5))
    tended(folder)
    assert keep(some(6)).duplicates == 5
    assert stored(folder).total() == 6


def test_segments_of_one_size_become_one_and_one_merge_is_done_a_call(folder, keep, monkeypatch):
    monkeypatch.setattr(sealing, "AT_LEAST", 10)
    for n in range(16):
        keep(some(10, 10 * n))
        before = tended(folder)
        assert before.merged == (8 if n in (7, 15) else 0)
    assert before.segments == 2
    assert stored(folder) == Counter(f"e{n}" for n in range(160))
    assert segments.verify(folder / "segments") == []
    assert len(list((folder / "segments").glob("segment-*"))) == before.segments


def test_nothing_is_merged_beyond_the_largest_segment(folder, keep, monkeypatch):
    monkeypatch.setattr(sealing, "MOST", 25)
    for n in range(8):
        keep(some(10, 10 * n))
        after = tended(folder)
    assert (after.merged, after.segments) == (2, 7)
    monkeypatch.setattr(sealing, "MOST", 15)
    assert tended(folder).merged == 0


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("time", [1, 2])
def test_a_crash_at_any_step_of_sealing_loses_and_doubles_nothing(folder, keep, step, time):
    keep(some(100))
    whole = Counter(f"e{n}" for n in range(100))
    done = crash(folder, step, time)
    assert done.returncode == 9, done.stderr
    assert stored(folder) == whole
    keep(some(20, 100))
    whole.update(f"e{n}" for n in range(100, 120))
    assert stored(folder) == whole
    tended(folder)
    assert stored(folder) == whole
    assert Tail(folder).rows() == []
    assert segments.verify(folder / "segments") == []
    named = {each.file for each in manifest.load(folder / "segments").segments}
    assert {path.name for path in (folder / "segments").glob("segment-*")} == named


@pytest.mark.parametrize("step", ["copied", "counted", "hashed", "switched", "deleted"])
def test_a_crash_at_any_step_of_merging_loses_and_doubles_nothing(folder, keep, step):
    for n in range(3):
        keep(some(10, 10 * n))
        tended(folder)
    whole = Counter(f"e{n}" for n in range(30))
    done = crash(folder, step)
    assert done.returncode == 9, done.stderr
    assert stored(folder) == whole
    sealing.tend(folder, now=NOW)
    assert stored(folder) == whole
    assert segments.verify(folder / "segments") == []


def test_crashes_while_events_come_in_lose_and_double_nothing(folder, keep):
    stop, kept = threading.Event(), []

    def ingest():
        n = 0
        while not stop.is_set():
            keep(some(20, n, name="live"))
            kept.extend(f"live{i}" for i in range(n, n + 20))
            n += 20

    coming = threading.Thread(target=ingest)
    coming.start()
    try:
        for step in STEPS:
            assert crash(folder, step).returncode == 9
            before = set(kept)
            seen = stored(folder)
            assert before <= seen.keys()
            assert set(seen.values()) == {1}
    finally:
        stop.set()
        coming.join()
    tended(folder)
    assert stored(folder) == Counter(kept)


def test_two_processes_that_seal_at_once_take_turns(folder, keep):
    keep(some(400))
    script = CRASH.replace("Path(sys.argv[1])", "Path(sys.argv[1]), wait=60")
    both = [
        subprocess.Popen([sys.executable, "-c", script, str(folder), "never", "1"], env=ENVIRONMENT)
        for _ in range(2)
    ]
    assert [each.wait(60) for each in both] == [0, 0]
    assert stored(folder) == Counter(f"e{n}" for n in range(400))
    assert manifest.load(folder / "segments").mark == 400


def test_who_waits_too_long_is_told(folder):
    with sealing.writing(folder):
        with pytest.raises(sealing.Busy, match="try again"), sealing.writing(folder, wait=0.1):
            pass
        with pytest.raises(sealing.Busy):
            tended(folder, wait=0)
    with sealing.writing(folder, wait=0):
        pass


def test_what_an_unfinished_build_put_aside_is_swept(folder, keep):
    litter = folder / "segments" / "segment-00000001.duckdb.tmp"
    litter.mkdir(parents=True)
    (litter / "spilled").write_text("x")
    keep(some(3))
    tended(folder)
    assert not litter.exists()


def test_the_disk_is_counted_and_said_to_be_full(folder, keep, monkeypatch):
    keep(some(30))
    sealing.tend(folder, now=NOW, at_least=1)
    keep(some(12, 30))
    found = sealing.disk(folder)
    assert (found.events, found.segments) == (42, 1)
    sizes = [entry.bytes for entry in manifest.load(folder / "segments").segments]
    assert found.segment_bytes == sum(sizes)
    assert found.tail_bytes >= 4096
    assert sealing.enough_room(folder) is None
    monkeypatch.setattr(room, "LEAST_BYTES", 10**18)
    assert "nearly full" in sealing.enough_room(folder)
