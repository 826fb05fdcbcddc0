"""What the real SDKs send becomes the right events and facts, and gets the answer they take for success."""

import json

from loopline.connectors.sdk_ingest import amplitude, mixpanel, posthog, segment
from loopline.connectors.sdk_ingest.tests.recorded import answered, facts, recorded, through


def test_posthog_events_are_events_and_its_identity_messages_facts_too():
    (request,) = recorded("posthog")
    parcel, batch = through(posthog, request)
    assert parcel.keys == ("KEY",)
    assert [e.event for e in batch.events] == [
        "signed up", "$set", "$set_once", "$create_alias", "$groupidentify",
    ]  # fmt: skip
    first = batch.events[0]
    assert (first.id, first.distinct_id, first.account) == (
        "c5665e96-417b-49df-bac5-fed33897abfe", "u1", "acme",
    )  # fmt: skip
    assert json.loads(first.properties)["$groups"] == {"company": "acme"}, "reserved names stay"
    assert first.ts == 1_795_610_657_476_364, "microseconds, not corrected: the clock is right"
    assert facts(batch) == [
        ("person", "u1", {"name": "Ann"}),
        ("person_once", "u1", {"first": "x"}),
        ("alias", "u1", "anon1"),
        ("account", "acme", {"name": "Acme"}),
    ]
    assert answered(posthog, request) == (200, {"status": 1})


def test_segment_track_page_and_screen_are_events_the_rest_facts():
    (request,) = recorded("segment")
    parcel, batch = through(segment, request)
    assert parcel.keys == ("KEY", "KEY")
    assert [(e.event, e.distinct_id) for e in batch.events] == [
        ("signed up", "u1"), ("$pageview", "u1"), ("$screen", "u1"),
    ]  # fmt: skip
    assert batch.events[0].anonymous_id == "a1"
    assert json.loads(batch.events[1].properties) == {"name": "Home", "category": "Docs", "x": 1}
    assert facts(batch) == [
        ("identify", "a1", "u1"),
        ("person", "u1", {"name": "Ann"}),
        ("alias", "anon1", "u1"),
        ("member", "u1", "acme"),
        ("account", "acme", {"name": "Acme"}),
    ]
    assert answered(segment, request) == (200, {"success": True})


def test_mixpanel_forms_are_read_and_its_answer_has_status_one():
    requests = recorded("mixpanel")
    parcel, batch = through(mixpanel, requests[0])
    assert parcel.keys == ("KEY",)
    (event,) = batch.events
    assert (event.id, event.event, event.distinct_id) == (
        "b4eee0bcd8ad4075b702e992ff01586d", "signed up", "u1",
    )  # fmt: skip
    assert event.ts == 1_795_610_659_712_632
    learnt = [f for request in requests[1:5] for f in facts(through(mixpanel, request)[1])]
    assert learnt == [
        ("person", "u1", {"name": "Ann"}),
        ("person_change", "u1", {"$add": {"n": 1}}),
        ("person", "u1", {"x": None}),
        ("account", "acme", {"name": "Acme"}),
    ]
    imported, _ = through(mixpanel, requests[5])
    assert imported.keys == ("SECRET", "KEY", "KEY"), "basic name, form field, token"
    buffered = through(mixpanel, requests[6])[1]
    assert [e.event for e in buffered.events] == ["b1", "b2"]
    assert json.loads(buffered.events[0].properties)["note"] == "é & = +"
    for request in requests:
        status, document = answered(mixpanel, request)
        assert (status, document["status"], document["error"]) == (200, 1, None)


def test_amplitude_identify_is_a_fact_and_every_answer_has_its_code():
    (request,) = recorded("amplitude")
    parcel, batch = through(amplitude, request)
    assert parcel.keys == ("KEY",)
    first, revenue = batch.events
    assert (first.event, first.distinct_id, first.anonymous_id, first.account) == (
        "signed up", "u1", "d1", "acme",
    )  # fmt: skip
    assert first.ts == 1_795_610_660_380_000
    assert json.loads(revenue.properties)["$price"] == 3.5
    assert facts(batch) == [
        ("identify", "d1", "u1"),
        ("person", "u1", {"name": "Ann"}),
        ("person_once", "u1", {"f": 1}),
        ("person", "u1", {"z": None}),
        ("person_change", "u1", {"$add": {"n": 2}}),
        ("account", "acme", {"name": "Acme"}),
    ]
    status, document = answered(amplitude, request)
    assert (status, document["code"], document["events_ingested"]) == (200, 200, 2)
