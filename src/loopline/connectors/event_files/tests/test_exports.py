"""Exports of Amplitude, Mixpanel and PostHog: the same events and facts as their SDKs send, by the same ids."""

import gzip
import json
import zipfile

import duckdb
import pytest

from loopline.connectors.event_files import line_files, windows
from loopline.connectors.event_files.tests.support import bring, facts, stored

AT = 1_767_323_045_678_901

AMPLITUDE = [
    {
        "$insert_id": "i-1", "uuid": "x-1", "event_type": "Signed Up", "user_id": "u1", "device_id": "d1",
        "event_time": "2026-01-02 03:04:05.678901", "event_properties": {"plan": "pro"}, "country": "Kenya",
        "user_properties": {"role": "admin"}, "groups": {"company": ["acme"]}, "group_properties": {},
        "amplitude_id": 7, "ip_address": "203.0.113.9", "version_name": "1.2", "session_id": 12, "data": {},
    },
    {
        "uuid": "x-2", "event_type": "Viewed", "user_id": None, "device_id": "d2",
        "event_time": "2026-01-02 03:04:06", "event_properties": {}, "user_properties": {}, "groups": {},
    },
    {
        "uuid": "x-3", "event_type": "Viewed", "user_id": "u1", "device_id": "d1",
        "event_time": "2026-01-02 03:04:07", "user_properties": {"role": "admin"}, "groups": {},
    },
    {
        "uuid": "x-4", "event_type": "$identify", "user_id": "u1", "device_id": "d1",
        "event_time": "2026-01-02 03:04:08", "user_properties": {"$set": {"role": "owner"}},
        "groups": {"company": "acme"},
    },
    {"uuid": "x-5", "event_type": "Viewed", "user_id": "u1", "event_time": "soon"},
    {"uuid": "x-6", "event_type": "Viewed", "user_id": "u1"},
    {"uuid": "x-7", "event_type": "Viewed", "event_time": "2026-01-02 03:04:07"},
    {"amplitude_id": 1, "merged_amplitude_id": 2, "merge_event_time": "2026-01-02 03:04:07"},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "events"


def lines(items):
    return "".join(json.dumps(item) + "\n" for item in items).encode()


def amplitude(path):
    """The zip that the export gives: a folder of packed files of lines."""
    with zipfile.ZipFile(path, "w") as archive:
        for place in range(0, len(AMPLITUDE), 3):
            name = f"123/123_2026-01-02_{place}#0.json.gz"
            archive.writestr(name, gzip.compress(lines(AMPLITUDE[place : place + 3])))
    return path


def test_an_amplitude_export(folder, tmp_path):
    path = amplitude(tmp_path / "export.zip")
    dry = bring(folder, path, "amplitude", dry=True).totals
    assert not folder.exists()
    totals = bring(folder, path, "amplitude").totals
    assert dry == totals
    assert [e["id"] for e in stored(folder)] == ["i-1", "x-2", "x-3"]
    first = stored(folder)[0]
    assert (first["event"], first["distinct_id"], first["anonymous_id"]) == (
        "Signed Up",
        "u1",
        "d1",
    )
    assert (first["account"], first["dialect"], first["ts"]) == ("acme", "amplitude", AT)
    found = json.loads(first["properties"])
    assert found == {
        "session_id": 12,
        "app_version": "1.2",
        "country": "Kenya",
        "ip": "203.0.113.9",
        "plan": "pro",
    }
    assert totals.bad == [
        (2, "Invalid event_time."), (3, "Missing event_time."), (1, "Missing person."),
        (2, "A merge of Amplitude's own ids, which mean nothing elsewhere."),
    ]  # fmt: skip
    assert facts(folder) == [
        ("identify", "d1", "u1", b"{}"), ("person", "u1", "", b'{"role":"admin"}'), ("member", "u1", "acme", b"{}"),
        ("person", "u1", "", b'{"role":"owner"}'),
    ]  # fmt: skip
    again = bring(folder, path, "amplitude").totals
    assert (again.fresh, again.same) == (0, 3)
    assert len(facts(folder)) == 4


def test_a_folder_of_unpacked_files_reads_as_the_zip_does(folder, tmp_path):
    made = tmp_path / "unpacked"
    made.mkdir()
    (made / "a.json").write_bytes(lines(AMPLITUDE[:2]))
    (made / "b.json.gz").write_bytes(gzip.compress(lines(AMPLITUDE[2:])))
    (made / "link.json").symlink_to(made / "a.json")
    assert bring(folder, made, "amplitude").totals.fresh == 3


MIXPANEL = [
    {"event": "Signed up", "properties": {"time": 1767323045, "distinct_id": "u1", "$insert_id": "m-1", "plan": "pro"}},
    {"event": "Viewed", "properties": {"time": 1767323046, "distinct_id": "$device:d1", "$device_id": "d1"}},
    {"event": "Viewed", "properties": {"time": 1767323047123, "distinct_id": "u1", "$user_id": "u1", "$device_id": "d1",
                                       "$insert_id": "m-3", "company": "acme"}},
    {"event": "$merge", "properties": {"time": 1767323048, "distinct_id": "u1", "$distinct_ids": ["u1", "old"]}},
    {"event": "Viewed", "properties": {"distinct_id": "u1"}},
    {"$distinct_id": "u1", "$properties": {"$last_seen": "2026-01-02T03:04:05", "$email": "a@example.com"}},
]  # fmt: skip


def test_a_mixpanel_export_of_events_and_people(folder, tmp_path):
    path = tmp_path / "export.jsonl"
    path.write_bytes(
        lines(MIXPANEL) + b"not json\n\n[1]\n" + b'{"event": "x", "properties": {"time": 1' + b"\n"
    )
    totals = bring(folder, path, "mixpanel").totals
    assert [e["event"] for e in stored(folder)] == ["Signed up", "Viewed", "Viewed", "$merge"]
    assert [e["id"] for e in stored(folder)][::2] == ["m-1", "m-3"]
    assert [e["account"] for e in stored(folder)] == ["", "", "acme", ""]
    assert [line for line, _ in totals.bad] == [5, 7, 9, 10]
    assert dict(totals.bad)[5] == "Missing time."
    assert dict(totals.bad)[7] == "Not a JSON object."
    kinds = [fact[:3] for fact in facts(folder)]
    assert kinds == [("person", "u1", ""), ("identify", "d1", "u1"), ("alias", "old", "u1")]
    assert bring(folder, path, "mixpanel").totals.fresh == 0


POSTHOG = [
    {
        "uuid": "p-1", "event": "$pageview", "distinct_id": "u1", "timestamp": "2026-01-02T03:04:05.678901+00:00",
        "properties": {"$groups": {"company": "acme"}, "path": "/"}, "person_properties": {"plan": "pro"},
        "person_id": "0190", "team_id": 3,
    },
    {
        "uuid": "p-2", "event": "$identify", "distinct_id": "u1", "timestamp": "2026-01-02 03:04:06",
        "properties": {"$anon_distinct_id": "anon"}, "person_properties": {"plan": "pro"},
    },
    {"uuid": "p-3", "event": "view", "distinct_id": "u1", "properties": {}},
]  # fmt: skip


def posthog(path, kind):
    """The export as JSON lines, CSV or Parquet."""
    lines_ = path.parent / "lines.jsonl"
    lines_.write_bytes(lines(POSTHOG))
    if kind == "jsonl":
        return lines_
    with duckdb.connect() as connection:
        columns = "uuid, event, distinct_id, timestamp, to_json(properties)::varchar as properties,"
        columns += " to_json(person_properties)::varchar as person_properties"
        if kind == "parquet":
            columns = columns.replace(
                "distinct_id, timestamp", "distinct_id, timestamp::timestamptz as timestamp"
            )
        connection.execute(
            f"copy (select {columns} from read_json('{lines_}', columns = {{uuid: 'varchar', event: 'varchar',"
            " distinct_id: 'varchar', timestamp: 'varchar', properties: 'json', person_properties: 'json'}))"
            f" to '{path}'"
        )
    return path


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_a_posthog_export_in_each_form(folder, tmp_path, kind):
    path = posthog(tmp_path / f"export.{kind}", kind)
    totals = bring(folder, path, "posthog").totals
    assert (totals.fresh, [why for _, why in totals.bad]) == (2, ["Missing timestamp."])
    first, second = stored(folder)
    assert (first["id"], first["account"], first["ts"], first["dialect"]) == (
        "p-1",
        "acme",
        AT,
        "posthog",
    )
    assert json.loads(first["properties"])["path"] == "/"
    assert (second["event"], second["anonymous_id"]) == ("$identify", "anon")
    assert facts(folder) == [
        ("person", "u1", "", b'{"plan":"pro"}'),
        ("identify", "anon", "u1", b"{}"),
    ]


@pytest.mark.parametrize("size", [300, 1_000])
def test_small_chunks_find_the_same(folder, tmp_path, monkeypatch, size):
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines(MIXPANEL * 3))
    monkeypatch.setattr(windows, "BYTES", size)
    monkeypatch.setattr(line_files, "LINES", 2)
    totals = bring(folder, path, "mixpanel").totals
    assert (totals.rows, totals.fresh, totals.same) == (18, 4, 8)
    assert [line for line, _ in totals.bad] == [5, 11, 17]
    assert len(stored(folder)) == 4


def test_one_list_of_objects_goes_in_too(folder, tmp_path):
    path = tmp_path / "export.json"
    path.write_text(json.dumps(MIXPANEL))
    assert bring(folder, path, "mixpanel").totals.fresh == 4
