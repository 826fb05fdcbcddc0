"""events-csv: columns, times, types, ids, bad rows; the quick way and the patient way agree."""

import gzip
import json
import zipfile
from datetime import UTC, datetime

import pytest

from loopline.connectors.event_files import csv_files, windows
from loopline.connectors.event_files.tests.support import bring, facts, stored, table
from loopline.core.problems import Invalid

HEAD = ("id", "event", "person", "anonymous_id", "account", "time", "properties")


def micro(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1_000_000)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "events"


def test_every_column_arrives(folder, tmp_path):
    path = table(
        tmp_path / "a.csv", HEAD,
        ("1", "signup", "u1", "a1", "acme", "2026-01-02T03:04:05.678901Z", '{"plan": "pro", "n": 1}'),
        ("2", "view", "", "a2", "", "2026-01-02 03:04:05", ""),
    )  # fmt: skip
    state = bring(folder, path)
    assert (state.totals.fresh, state.totals.same, state.totals.wrong) == (2, 0, 0)
    second, first = stored(folder)
    assert (first["id"], first["event"], first["distinct_id"]) == ("1", "signup", "u1")
    assert (first["anonymous_id"], first["account"], first["dialect"]) == ("a1", "acme", "file")
    assert first["ts"] == micro(2026, 1, 2, 3, 4, 5) + 678_901
    assert json.loads(first["properties"]) == {"plan": "pro", "n": 1}
    assert (second["distinct_id"], second["anonymous_id"], second["properties"]) == (
        "a2",
        "a2",
        "{}",
    )
    assert facts(folder) == [("identify", "a1", "u1", b"{}")]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-02", micro(2026, 1, 2)),
        ("20260102", micro(2026, 1, 2)),
        ("2026-01-02T03:04:05+02:00", micro(2026, 1, 2, 1, 4, 5)),
        ("2026-01-02 03:04:05 Europe/Berlin", micro(2026, 1, 2, 2, 4, 5)),
        ("1767323045", micro(2026, 1, 2, 3, 4, 5)),
        ("1767323045.5", micro(2026, 1, 2, 3, 4, 5) + 500_000),
        ("1767323045123", micro(2026, 1, 2, 3, 4, 5) + 123_000),
        ("1767323045123456", micro(2026, 1, 2, 3, 4, 5) + 123_456),
        ("02.01.2026 03:04", micro(2026, 1, 2, 3, 4)),
        (" 2026-01-02T03:04:05 ", micro(2026, 1, 2, 3, 4, 5)),
    ],
)
def test_times_are_read_in_every_form(folder, tmp_path, text, at):
    path = table(tmp_path / "a.csv", ("event", "person", "time"), ("view", "u", text))
    assert bring(folder, path).totals.bad == []
    assert [event["ts"] for event in stored(folder)] == [at]


def test_other_columns_become_properties_of_their_type(folder, tmp_path):
    path = table(
        tmp_path / "a.csv", ("user_id", "event", "timestamp", "channel", "amount", "vip", "zip", "properties"),
        ("u", "buy", "2026-01-02", 'e"mail', "12.50", "true", "00123", '{"a": [1], "channel": "own"}'),
        ("u", "buy", "2026-01-03", "", "-3", "no", "12345678901234567890", "{ }"),
    )  # fmt: skip
    bring(folder, path)
    one, two = (json.loads(event["properties"]) for event in stored(folder))
    assert one == {"channel": "own", "amount": 12.5, "vip": True, "zip": "00123", "a": [1]}
    assert two == {"amount": -3, "vip": "no", "zip": "12345678901234567890"}


def test_a_mapping_names_columns_constants_and_properties(folder, tmp_path):
    path = table(
        tmp_path / "a.csv", ("customer", "date", "cds", "person"), ("7", "2026-01-02", "3", "x")
    )
    given = {"event": "=purchase", "person": "customer", "properties__count": "cds"}
    bring(folder, path, **given)
    [event] = stored(folder)
    assert (event["event"], event["distinct_id"]) == ("purchase", "7")
    assert json.loads(event["properties"]) == {"count": 3, "person": "x"}
    with pytest.raises(Invalid, match="no column 'nope'"):
        bring(folder, path, event="nope")
    with pytest.raises(Invalid, match="event"):
        bring(folder, path)
    with pytest.raises(Invalid, match="no field"):
        bring(folder, path, event="=x", colour="cds")


def test_without_ids_the_same_file_twice_adds_nothing_and_equal_rows_stay(
    folder, tmp_path, monkeypatch
):
    rows = [("u1", "view", "2026-01-02"), ("u2", "view", "2026-01-02")] * 40
    path = table(tmp_path / "a.csv", ("person", "event", "time"), *rows)
    for size in (200, 24 << 20, 333):
        monkeypatch.setattr(windows, "BYTES", size)
        totals = bring(folder, path).totals
        assert totals.fresh + totals.same == 80
        assert len(stored(folder)) == 80
    assert len({event["id"] for event in stored(folder)}) == 80


def test_ids_tell_repeats_apart_wherever_they_stand(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(windows, "BYTES", 250)
    rows = [(str(n % 30), "view", "u", "2026-01-02") for n in range(90)]
    path = table(tmp_path / "a.csv", ("id", "event", "person", "time"), *rows)
    dry = bring(folder, path, dry=True).totals
    assert not folder.exists()
    real = bring(folder, path).totals
    assert (dry.fresh, dry.same) == (real.fresh, real.same) == (30, 60)
    assert (dry.rows, dry.first, dry.last, dry.names) == (
        real.rows,
        real.first,
        real.last,
        real.names,
    )
    again = bring(folder, path, dry=True).totals
    assert (again.fresh, again.same) == (0, 90)


BAD = (
    ("", "u", "2026-01-02", "", "It names no event."),
    ("view", "", "2026-01-02", "", "It names nobody: neither a person nor an anonymous id."),
    ("view", "u", "", "", "It has no time."),
    ("view", "u", "yesterday", "", "'yesterday' is not a time. Write it as 2026-11-19 or 2026-11-19T09:40:00Z."),
    ("view", "u", "2026-13-45", "", "'2026-13-45' is not a time. Write it as 2026-11-19 or 2026-11-19T09:40:00Z."),
    ("view", "u", "1950-01-01", "", "Its time lies outside 1970 to 2100."),
    ("view", "u", "2099-01-01", "", "Its time lies in the future."),
    ("view", "u", "2026-01-02", "{not json", "Its properties are not JSON."),
    ("view", "u", "2026-01-02", "[1]", "Its properties are not a JSON object."),
    ("view", "u", "2026-01-02", '{"a":' * 80 + "1" + "}" * 80, "Its properties nest more than 64 levels deep."),
    ("v" * 401, "u", "2026-01-02", "", "A name or an id is longer than 400 characters."),
    ("view", "u", "2026-01-02", '{"a": "' + "x" * 1_100_000 + '"}', "Its properties are larger than 1 MiB."),
)  # fmt: skip


@pytest.mark.parametrize("patient", [False, True])
def test_bad_rows_are_said_by_line_and_the_rest_goes_in(folder, tmp_path, monkeypatch, patient):
    if patient:
        monkeypatch.setattr(csv_files.cutting, "plain", lambda data: False)
    good = ("view", "two\nlines", "2026-01-02", '{"n": NaN}')
    rows = [row for *bad, _ in BAD for row in (good, tuple(bad))]
    path = table(tmp_path / "a.csv", ("event", "person", "time", "properties"), *rows)
    state = bring(folder, path)
    assert state.totals.fresh == len(BAD)
    assert [why for _, why in state.totals.bad] == [why for *_, why in BAD]
    assert [line for line, _ in state.totals.bad] == [4 + 3 * n for n in range(len(BAD))]
    assert all(json.loads(event["properties"]) == {"n": None} for event in stored(folder))


def test_the_quick_and_the_patient_way_store_the_same(tmp_path, monkeypatch):
    rows = [
        (
            f"{n}",
            f"e{n % 3}",
            f" u{n} ",
            "2026-01-02",
            f'{{"q":\n "a,{n}"}}',
            f"{n / 7:.2f}",
            "ü€\t",
        )
        for n in range(500)
    ]
    path = table(
        tmp_path / "a.csv", ("id", "event", "person", "time", "properties", "x", "y"), *rows
    )
    bring(tmp_path / "quick", path)
    monkeypatch.setattr(csv_files.cutting, "plain", lambda data: False)
    monkeypatch.setattr(windows, "BYTES", 3_000)
    bring(tmp_path / "patient", path)
    assert stored(tmp_path / "quick") == stored(tmp_path / "patient")
    assert len(stored(tmp_path / "quick")) == 500


def test_packed_files_and_other_encodings_read_alike(tmp_path):
    text = 'event;person;time;städte\nview;"u;1";2026-01-02;Köln\n'
    (tmp_path / "a.csv").write_text(text, encoding="utf-8-sig")
    (tmp_path / "b.csv").write_text(text, encoding="utf-16")
    (tmp_path / "c.csv").write_bytes(text.replace("\n", "\r\n").encode("cp1252"))
    (tmp_path / "d.csv").write_bytes(text.replace("\n", "\r").encode())
    (tmp_path / "e.csv.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(tmp_path / "f.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../inner.csv", text)
        archive.writestr("__MACOSX/._inner.csv", "junk")
        archive.writestr("readme.md", "junk")
    for name in ("a.csv", "b.csv", "c.csv", "d.csv", "e.csv.gz", "f.zip"):
        bring(tmp_path / name[0], tmp_path / name)
        [event] = stored(tmp_path / name[0])
        assert (event["distinct_id"], event["ts"]) == ("u;1", micro(2026, 1, 2)), name
        assert json.loads(event["properties"]) == {"städte": "Köln"}, name
    assert not list(tmp_path.rglob("inner.csv"))


def test_properties_of_persons_and_accounts_are_told_when_they_change(folder, tmp_path):
    head = ("event", "person", "account", "time", "person_properties", "account_properties")
    path = table(
        tmp_path / "a.csv", head,
        ("view", "u", "acme", "2026-01-01", '{"plan":"free"}', '{"size":3}'),
        ("view", "u", "acme", "2026-01-02", '{"plan":"free"}', "broken"),
        ("view", "u", "acme", "2026-01-03", '{"plan":"pro"}', ""),
        ("$create_alias", "u", "", "2026-01-04", "", ""),
    )  # fmt: skip
    bring(folder, path)
    assert facts(folder) == [
        ("person", "u", "", b'{"plan":"free"}'),
        ("person", "u", "", b'{"plan":"pro"}'),
        ("account", "acme", "", b'{"size":3}'),
    ]


def test_arrival_keeps_the_order_of_the_file(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(windows, "BYTES", 200)
    rows = [(f"e{n}", "u", "2026-01-02") for n in range(50)]
    bring(folder, table(tmp_path / "a.csv", ("event", "person", "time"), *rows))
    assert [event["event"] for event in stored(folder)] == [row[0] for row in rows]
