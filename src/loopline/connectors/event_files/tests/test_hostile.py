"""Files that mean harm, or are broken: a sentence or a bad row, never a crash, a leak or a lost neighbour."""

import gzip
import json
import struct
import zipfile

import duckdb
import pytest

from loopline.connectors.event_files import cutting, sources, windows
from loopline.connectors.event_files.judging import lock
from loopline.connectors.event_files.looking import look_parquet
from loopline.connectors.event_files.tests.support import bring, stored
from loopline.core.problems import Invalid

ROW = b"view,u,2026-01-02\n"
HEAD = b"event,person,time\n"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "events"


def test_what_unpacks_to_far_more_than_it_should_is_refused(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "SPARE", 1_000_000)
    monkeypatch.setattr(windows, "BYTES", 1 << 20)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(HEAD + ROW * 600_000))
    with pytest.raises(Invalid, match="unpacks to far more"):
        bring(folder, path)
    nested = tmp_path / "bomb.zip"
    with zipfile.ZipFile(nested, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv.gz", path.read_bytes())
    with pytest.raises(Invalid, match="unpacks to far more"):
        bring(folder, nested, dry=True)


def test_damaged_archives_keep_what_came_before_the_damage(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(windows, "BYTES", 100_000)
    rows = b"".join(b"view,u%d,2026-01-02\n" % n for n in range(60_000))
    whole = gzip.compress(HEAD + rows)
    for name, data in (
        ("cut.csv.gz", whole[:-2000]),
        ("bad.csv.gz", whole[:-2000] + b"\xff" * 2000),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(Invalid, match="damaged"):
            bring(tmp_path / name[:3], path)
        assert 10_000 < len(stored(tmp_path / name[:3])) < 60_000


def test_locked_and_empty_archives_are_said(folder, tmp_path):
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("notes.md", "nothing")
    with pytest.raises(Invalid, match="no file of events"):
        bring(folder, empty)
    locked = tmp_path / "locked.zip"
    with zipfile.ZipFile(locked, "w") as archive:
        archive.writestr("a.csv", HEAD + ROW)
    data = bytearray(locked.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + flags
        data[at : at + 2] = struct.pack("<H", 1)
    locked.write_bytes(data)
    with pytest.raises(Invalid, match="password"):
        bring(folder, locked)
    for content in (b"", b"\n\n"):
        (tmp_path / "blank.csv").write_bytes(content)
        with pytest.raises(Invalid, match="empty"):
            bring(folder, tmp_path / "blank.csv")


def test_an_endless_line_costs_one_row(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(cutting, "LONGEST", 4_000)
    monkeypatch.setattr(windows, "BYTES", 10_000)
    path = tmp_path / "a.csv"
    endless = b'view,"' + b"x" * 100_000 + b"\n"
    path.write_bytes(HEAD + ROW + endless + ROW.replace(b"u", b"v") + b"view,u,2026-01-03\n")
    totals = bring(folder, path).totals
    assert (totals.fresh, totals.bad) == (3, [(3, cutting.TOO_LONG)])


def test_nuls_and_broken_bytes_do_not_reach_the_store(folder, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(HEAD + b"vi\x00ew,u\xff,2026-01-02\n" + b"\x00\x00\n" + ROW)
    totals = bring(folder, path).totals
    assert totals.wrong == 0
    assert [(e["event"], e["distinct_id"]) for e in stored(folder)] == [
        ("view", "uÿ"),
        ("view", "u"),
    ]


def test_text_of_a_file_is_never_run(folder, tmp_path):
    evil = "x'); drop table judged; --"
    path = tmp_path / "it's.csv"
    path.write_text(f"event,person,time,{evil}\n{evil},{evil},2026-01-02,{evil}\n")
    assert bring(folder, path).totals.fresh == 1
    [event] = stored(folder)
    assert (event["event"], event["distinct_id"]) == (evil, evil)
    assert json.loads(event["properties"]) == {evil: evil}


def test_only_the_given_file_is_opened(tmp_path):
    given, other = tmp_path / "a.csv", tmp_path / "b.csv"
    for path in (given, other):
        path.write_bytes(HEAD + ROW)
    with duckdb.connect() as connection:
        lock(connection, [given])
        assert len(connection.execute(f"from read_csv('{given}')").fetchall()) == 1
        for path in (other, f"{tmp_path}/*.csv", "/etc/passwd", "https://example.org/a.csv"):
            with pytest.raises(duckdb.Error):
                connection.execute(f"from read_csv('{path}')")
        with pytest.raises(duckdb.Error):
            connection.execute("set enable_external_access = true")
        with pytest.raises(duckdb.Error):
            connection.execute(f"copy (select 1) to '{tmp_path}/out.csv'")


WEIRD = """select 'view' as event, 'u' || i as person, timestamp '2026-01-02 03:04:05' + interval (i) hour as time,
  {'a': [1, 2], 'n': {'b': null}} as nested, map {'k': 'v'} as map, [1.5::double, 'nan'::double] as list,
  'nan'::double as nan,
  12.50::decimal(9, 2) as price, date '2026-01-02' as day, '\\x00\\xFF'::blob as blob, interval 3 days as span,
  uuid '00000000-0000-0000-0000-000000000001' as uid, 12345678901234567890123::hugeint as huge, true as yes,
  timestamptz '2026-01-02 00:00:00+02' as tz, 'a'::enum('a', 'b') as choice, null as nothing, i::float as n
  from range(3) r(i)"""


def test_parquet_of_every_type_goes_in(folder, tmp_path):
    path = tmp_path / "a.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy ({WEIRD.replace(chr(34), '')}) to '{path}' (format parquet)")
    state = bring(folder, path, "events-parquet")
    assert (state.totals.fresh, state.totals.bad) == (3, [])
    first = stored(folder)[0]
    found = json.loads(first["properties"])
    assert (first["distinct_id"], first["ts"]) == ("u0", 1_767_323_045_000_000)
    assert found["list"] == [1.5, None]
    assert found["nested"] == {"a": [1, 2], "n": {"b": None}}
    assert (found["price"], found["day"], found["yes"], found["n"]) == (12.5, "2026-01-02", True, 0)
    assert "nan" not in found
    assert found["uid"].endswith("1")
    assert bring(folder, path, "events-parquet").totals.same == 3


@pytest.mark.parametrize(
    ("kind", "at"),
    [
        ("timestamp_ns", "timestamp_ns '2026-01-02 03:04:05'"),
        ("timestamp_ms", "timestamp_ms '2026-01-02 03:04:05'"),
        ("timestamptz", "timestamptz '2026-01-02 05:04:05+02'"),
        ("bigint", "1767323045"),
        ("millis", "1767323045000::bigint"),
        ("double", "1767323045.0::double"),
        ("text", "'2026-01-02T03:04:05Z'"),
    ],
)
def test_parquet_times_of_every_type_are_read(folder, tmp_path, kind, at):
    path = tmp_path / f"{kind}.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 1.0::double as id, 'view' as event, 7 as person, {at} as time) to '{path}' (format parquet)"
        )
    assert bring(folder, path, "events-parquet").totals.bad == []
    [event] = stored(folder)
    assert (event["id"], event["distinct_id"], event["ts"]) == ("1", "7", 1_767_323_045_000_000)


def test_broken_parquet_is_said(folder, tmp_path):
    path = tmp_path / "a.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 'view' as event, 'u' || i as person, '2026-01-02' as time from range(5000) r(i))"
            f" to '{path}' (format parquet)"
        )
    whole = path.read_bytes()
    for data in (
        whole[:-20],
        b"PAR1" + b"\x00" * 500,
        b"PAR1PAR1",
        whole[:40] + b"\xff" * 400 + whole[440:],
    ):
        path.write_bytes(data)
        with pytest.raises(Invalid):
            bring(folder, path, "events-parquet")
        with pytest.raises(Invalid):
            bring(folder, path, "events-parquet", dry=True)
    with pytest.raises(Invalid, match="is not a Parquet file"):
        look_parquet(tmp_path / "a.csv", "a.csv", {})
    with pytest.raises(Invalid, match="no file"):
        bring(folder, tmp_path / "missing.parquet", "events-parquet")
