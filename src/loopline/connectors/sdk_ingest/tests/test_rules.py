"""The rules all dialects share: clocks, derived ids, limits, partly bad batches, wholly bad bodies."""

import gzip
import json

import pytest

from loopline.connectors.sdk_ingest import amplitude, mixpanel, native, posthog, segment
from loopline.connectors.sdk_ingest.tests.recorded import NOW, answered, facts, through
from loopline.connectors.sdk_ingest.wire import Refused, Request, clean
from loopline.warehouse.records import Outcome

DIALECTS = {
    "posthog": (posthog, "/batch"), "segment": (segment, "/v1/batch"), "mixpanel": (mixpanel, "/track"),
    "amplitude": (amplitude, "/2/httpapi"), "native": (native, ""),
}  # fmt: skip
DAY = 86_400_000_000


def post(path, document, **headers):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Request(path, body, {name.replace("_", "-"): value for name, value in headers.items()})


def ours(*events, **more):
    return post("", {"events": list(events), **more})


def one(**fields):
    return {"event": "paid", "person": "p1", **fields}


def test_a_clock_that_is_far_off_is_corrected_and_what_it_said_is_kept():
    event = one(time="2026-11-25T10:00:00Z", properties={"a": 1})
    (made,) = through(native, ours(event, sent_at="2026-11-25T10:00:10Z"))[1].events
    assert made.ts == NOW - 10_000_000
    assert json.loads(made.properties) == {"$client_time": "2026-11-25T10:00:00Z", "a": 1}
    near = one(time="2026-11-25T12:44:00Z", properties={"a": 1})
    (made,) = through(native, ours(near, sent_at="2026-11-25T12:43:00Z"))[1].events
    assert json.loads(made.properties) == {"a": 1}, "two minutes are left alone"


def test_times_more_than_a_day_ahead_become_now_and_naive_ones_are_utc():
    batch = through(
        native, ours(one(time="2026-11-27T00:00:00Z"), one(time="2026-11-20T00:00:00"))
    )[1]
    assert [e.ts for e in batch.events] == [NOW, 1_795_132_800_000_000]
    batch = through(native, ours(one(time="soon"), one(time="1066-10-14T00:00:00Z")))[1]
    assert [v.reason for v in batch.verdicts] == ["invalid time", "invalid time"]


def test_ids_are_derived_so_that_a_repeated_request_has_the_same():
    event = one(time="2026-11-25T10:00:00Z", properties={"a": 1})
    first, again = (through(native, ours(event), at)[1].events[0] for at in (NOW, NOW + DAY))
    assert first.id == again.id
    assert first.id.startswith("derived:")
    two = through(native, ours(one(), one()))[1].events
    assert two[0].id != two[1].id, "without a time, two alike events are two"


def test_one_bad_event_does_not_take_the_others_with_it():
    sent = [
        one(),
        {"event": "paid"},
        one(event=7),
        one(colour="red"),
        one(properties=[1]),
        one(person="x" * 401),
    ]
    status, document = answered(native, ours(*sent))
    assert (status, document["stored"]) == (200, 1)
    assert [(r["index"], r["reason"].split(":")[0]) for r in document["rejected"]] == [
        (1, "missing person"), (2, "invalid event"), (3, "invalid message"), (4, "invalid properties"),
        (5, "invalid id or name"),
    ]  # fmt: skip
    assert "colour" in document["rejected"][2]["reason"], "by name"


def test_partly_bad_batches_are_answered_so_that_no_client_drops_the_good_events():
    events = [{"event": "a", "distinct_id": "u"}, {"event": "", "distinct_id": "u"}]
    status, document = answered(posthog, post("/batch", {"api_key": "K", "batch": events}))
    assert (status, document["status"], len(document["rejected"])) == (200, 1, 1)
    messages = [{"type": "track", "event": "a", "userId": "u"}, {"type": "dance", "userId": "u"}]
    status, document = answered(segment, post("/v1/batch", {"batch": messages, "writeKey": "K"}))
    assert (status, document["success"], document["rejected"][0]["reason"]) == (
        200,
        True,
        "invalid type",
    )
    good = {"event": "a", "properties": {"token": "K", "distinct_id": "u"}}
    status, document = answered(mixpanel, post("/track", [good, {"event": "b", "properties": {}}]))
    assert (status, document["status"], len(document["rejected"])) == (200, 1, 1)
    status, document = answered(mixpanel, post("/import", [good, {"event": "b", "properties": {}}]))
    assert (status, document["num_records_imported"], document["failed_records"][0]["index"]) == (
        400,
        1,
        1,
    )
    status, document = answered(
        mixpanel, post("/track", {"event": "b", "properties": {"token": "K"}})
    )
    assert (status, document["status"]) == (200, 0)
    assert "person" in document["error"]
    events = [
        {"event_type": "a", "user_id": "u"},
        {"user_id": "u"},
        {"event_type": "b", "user_id": "u", "time": "x"},
    ]
    status, document = answered(amplitude, post("/2/httpapi", {"api_key": "K", "events": events}))
    assert (status, document["code"]) == (400, 400)
    assert document["events_with_missing_fields"] == {"event_type": [1]}
    assert document["events_with_invalid_fields"] == {"time": [2]}
    assert document["error"]
    assert document["silenced_events"] == []


BAD = {
    "not json": (b"{not json", 400), "cut short": (b'{"events": [', 400), "latin": (b'{"a": "\xff"}', 400),
    "deep": (b'{"events": ' + b"[" * 70 + b"]" * 70 + b"}", 400),
    "deep behind strings": (b'{"events": ' + b'["]",' * 70 + b"1" + b"]" * 70 + b"}", 400),
    "very deep": (b"[" * 200_000, 400), "string": (b'{"events": "' + b"x" * 21_000_000 + b'"}', 413),
    "empty": (b"", 400),
}  # fmt: skip


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("bad", BAD)
def test_what_nobody_can_read_is_refused_in_the_dialects_own_form(name, bad):
    dialect, path = DIALECTS[name]
    body, status = BAD[bad]
    parcel = None
    with pytest.raises(Refused) as why:  # noqa: PT012  either of the two may refuse
        parcel = dialect.open_request(post(path, body))
        dialect.translate(parcel, NOW)
    assert why.value.status == (422 if name == "native" and status == 400 else status)
    made = dialect.refused(parcel, why.value)
    document = json.loads(made.body)
    if name == "mixpanel":
        assert document["status"] == 0
        assert document["error"]
        assert made.status == (200 if status == 400 else status)
    elif name == "amplitude":
        assert document["code"] == made.status
        assert made.status == 413 or document["missing_field"], (
            "else the client sends it twelve times"
        )
    else:
        assert made.status == why.value.status


@pytest.mark.parametrize("name", ["posthog", "segment", "mixpanel", "amplitude", "native"])
def test_a_gzip_bomb_is_refused_before_it_is_whole(name):
    dialect, path = DIALECTS[name]
    bomb = gzip.compress(b" " * 60_000_000)
    assert len(bomb) < 100_000
    for body, status in ((bomb, 413), (gzip.compress(b"{}")[:-9], 400), (b"\x1f\x8bxx", 400)):
        with pytest.raises(Refused) as why:
            dialect.translate(dialect.open_request(post(path, body, content_encoding="gzip")), NOW)
        assert why.value.status in (status, 422 if status == 400 else status)
    with pytest.raises(Refused) as why:
        dialect.translate(dialect.open_request(post(path, b"{}", content_encoding="br")), NOW)
    assert why.value.status == 415


def test_nan_as_pythons_json_writes_it_becomes_null_and_64_levels_are_fine():
    assert json.loads(clean(b'{"a": NaN, "b": [-Infinity, 1], "c": "NaN"}')) == {
        "a": None, "b": [None, 1], "c": "NaN",
    }  # fmt: skip
    assert clean(b"[" * 64 + b"]" * 64)
    with pytest.raises(Refused):
        clean(b"[" * 65 + b"]" * 65)
    assert clean(json.dumps(["[" * 100, '\\"[[' * 100, "\\"]).encode()), "brackets in strings"


def test_browsers_forms_and_single_events_are_read():
    event = {"event": "click", "properties": {"token": "K", "distinct_id": "u", "$browser": "X"}}
    import base64
    from urllib.parse import quote

    packed = base64.b64encode(json.dumps(event).encode()).decode()
    requests = [
        post("/e", event), post("/i/v0/e", [event]), post("/capture", b"data=" + quote(packed).encode()),
        Request("/e", gzip.compress(json.dumps(event).encode()), {}, "compression=gzip-js&ip=1"),
        Request("/e", b"", {}, f"data={quote(packed)}"),
    ]  # fmt: skip
    for request in requests:
        parcel, batch = through(posthog, request)
        assert parcel.keys[0] == "K"
        assert [(e.event, e.distinct_id) for e in batch.events] == [("click", "u")]
    mixed = {"event": "click", "properties": {"token": "K", "distinct_id": "u"}}
    packed = base64.b64encode(json.dumps(mixed).encode()).decode()
    parcel, batch = through(mixpanel, post("/track", f"data={quote(packed)}".encode()))
    assert (parcel.keys, batch.events[0].event) == (("K",), "click")


def test_posthogs_capture_v1_gets_a_word_for_each_event():
    events = [
        {"event": "a", "uuid": "1", "distinct_id": "u"},
        {"event": "", "uuid": "2", "distinct_id": "u"},
    ]
    request = post(
        "/i/v1/analytics/events",
        {"created_at": "2026-11-25T12:44:00Z", "batch": events},
        authorization="Bearer K",
    )
    assert through(posthog, request)[0].keys == ("K",)
    status, document = answered(posthog, request)
    assert status == 200
    assert document["results"] == {
        "1": {"result": "ok"},
        "2": {"result": "drop", "details": "missing event"},
    }


def test_our_own_form_tells_conflicts_by_place_and_learns_who_is_who():
    sent = ours(
        one(id="a", anonymous_id="x", person_properties={"plan": "pro"}),
        {"event": "$create_alias", "person": "p1", "properties": {"alias": "p0"}},
        one(account="acme", account_properties={"tier": 1}), {"event": ""},
    )  # fmt: skip
    parcel, batch = through(native, sent)
    assert facts(batch) == [
        ("identify", "x", "p1"), ("person", "p1", {"plan": "pro"}), ("alias", "p0", "p1"),
        ("account", "acme", {"tier": 1}),
    ]  # fmt: skip
    document = json.loads(native.stored(parcel, batch, Outcome(1, 1, (2,))).body)
    assert (document["stored"], document["duplicates"]) == (1, 1)
    assert [r["index"] for r in document["rejected"]] == [2, 3]
    assert document["rejected"][0]["reason"].startswith("conflict")


@pytest.mark.parametrize("name", DIALECTS)
def test_a_wrong_key_and_a_busy_server_are_said_as_each_client_understands_it(name):
    dialect, _ = DIALECTS[name]
    wrong = dialect.refused(None, Refused(401, "There is no such key."))
    assert wrong.status == 401
    busy = dialect.refused(None, Refused(dialect.BUSY, "Busy.", retry_after=2))
    assert busy.status == (503 if name == "mixpanel" else 429)
    assert ("Retry-After", "2") in busy.headers
    if name == "amplitude":
        assert json.loads(wrong.body)["error"].startswith("Invalid API key:")
        assert json.loads(busy.body)["code"] == 429
    if name == "mixpanel":
        assert json.loads(wrong.body)["status"] == json.loads(busy.body)["status"] == 0
