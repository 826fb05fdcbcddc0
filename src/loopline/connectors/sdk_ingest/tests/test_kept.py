"""What is kept of what comes in: denied properties, erased persons, bots and the company's own people."""

import hashlib
import json

from loopline.connectors.sdk_ingest import amplitude, heads, native, posthog, segment
from loopline.connectors.sdk_ingest.rules import Rules, mark
from loopline.connectors.sdk_ingest.wire import Request
from loopline.warehouse.gone import erased

NOW = 1_795_610_700_000_000
DENIED = ("$ip", "ip", "email", "Password*", "*secret?")


def taken(rules, dialect, path, document, **headers):
    sent = Request(path, json.dumps(document).encode(), headers)
    parcel = dialect.open_request(sent)
    batch = dialect.translate(parcel, NOW)
    batch.insiders = rules.apply(batch, sent, parcel.messages)
    return batch


def own(rules, *events, **headers):
    return taken(rules, native, "", {"events": list(events)}, **headers)


def properties(batch):
    return [json.loads(event.properties) for event in batch.events]


def test_denied_properties_are_gone_wherever_they_nest_and_however_they_are_written():
    rules = Rules(DENIED)
    event = {"event": "a", "person": "u", "properties": {
        "$ip": "1.2.3.4", "IP": "1", "plan": "pro", "password_old": "x", "$set": {"email": "a@b.c", "n": 1},
        "list": [{"my_secret1": 2, "ok": 3}], "description": "ip and email stay as words", "zip": "12345",
    }, "person_properties": {"email": "a@b.c", "name": "Ann"}}  # fmt: skip
    batch = own(
        rules, event, {"event": "b", "person": "u", "person_properties": {"email": "a@b.c"}}
    )
    assert properties(batch)[0] == {
        "plan": "pro", "$set": {"n": 1}, "list": [{"ok": 3}], "zip": "12345",
        "description": "ip and email stay as words",
    }  # fmt: skip
    assert [json.loads(f.properties) for f in batch.facts] == [{"name": "Ann"}], (
        "nothing left, no fact"
    )
    body = b'{"events": [{"event": "a", "person": "u", "properties": {"\\u0069p": "1.2.3.4", "n": 1}}]}'
    batch = native.translate(native.open_request(Request("", body)), NOW)
    rules.apply(batch, Request("", body), body)
    assert properties(batch) == [{"n": 1}]


def test_addresses_that_sdks_send_beside_their_properties_are_denied_too():
    rules = Rules(DENIED)
    event = {"event_type": "a", "user_id": "user1", "ip": "1.2.3.4", "city": "Bern"}
    batch = taken(rules, amplitude, "/2/httpapi", {"api_key": "k", "events": [event]})
    assert properties(batch) == [{"city": "Bern"}]
    message = {
        "type": "track",
        "event": "a",
        "userId": "u",
        "context": {"ip": "1.2.3.4", "locale": "de"},
    }
    batch = taken(rules, segment, "/v1/batch", {"batch": [message]})
    assert properties(batch) == [{"$context": {"locale": "de"}}]


def test_nothing_is_rewritten_where_nothing_is_denied():
    text = b'{"plan" :  "pro", "zip":"x"}'
    assert Rules(DENIED).without(text) is text
    assert Rules().without(b'{"ip": 1}') == b'{"ip": 1}'


def test_an_erased_person_is_not_taken_again_unless_they_come_back(tmp_path):
    salt, day = "s1", 86_400_000_000
    digests = {
        hashlib.sha256((salt + who).encode()).hexdigest(): NOW - day for who in ("gone", "anon")
    }
    listed = {"version": 1, "groups": [{"salt": salt, "erased": digests}]}
    (tmp_path / "erased.json").write_text(json.dumps(listed))
    test, last = erased(tmp_path)
    rules = Rules(erased=test, erased_last=last)
    before, after = "2026-11-10T00:00:00Z", "2026-11-25T00:00:00Z"
    batch = own(
        rules,
        {"id": "1", "event": "a", "person": "gone", "time": before, "person_properties": {"n": 1}},
        {"id": "2", "event": "a", "person": "gone", "time": after},
        {"id": "3", "event": "a", "person": "stays", "time": before},
        {"id": "4", "event": "a", "person": "new", "anonymous_id": "anon", "time": before},
    )
    assert [e.id for e in batch.events] == ["2", "3"]
    assert batch.places == [1, 2]
    assert sorted(v.id for v in batch.verdicts) == ["1", "4"]
    assert batch.facts == []
    assert erased(tmp_path / "none")[1] == -1


def test_bots_are_flagged_by_the_requests_agent_by_a_property_or_by_their_own_word():
    rules = Rules()
    agent = "Mozilla/5.0 (compatible; Googlebot/2.1)"
    event = {"event": "a", "person": "u"}
    assert properties(own(rules, event, **{"user-agent": agent})) == [{"$bot": True}]
    told = [
        {"$raw_user_agent": agent}, {"userAgent": "HeadlessChrome/1"}, {"is_bot": True}, {"$browser_type": "bot"},
    ]  # fmt: skip
    people = [
        {"$raw_user_agent": "Mozilla/5.0 (Linux; CUBOT_X18) Chrome/140"}, {"is_bot": False}, {"word": "robot"},
    ]  # fmt: skip
    batch = own(rules, *({"event": "a", "person": "u", "properties": p} for p in (*told, *people)))
    assert [p.get("$bot") for p in properties(batch)] == [True] * 4 + [None] * 3
    assert properties(own(rules, event, **{"user-agent": "posthog-python/7.9"})) == [{}]
    message = {"type": "track", "event": "a", "userId": "u", "context": {"userAgent": agent}}
    batch = taken(rules, segment, "/v1/batch", {"batch": [message]})
    assert properties(batch)[0]["$bot"] is True


def test_own_people_are_known_by_their_address_then_and_afterwards():
    rules = Rules(domains=["@Oakrow.example"])
    batch = own(
        rules,
        {"event": "a", "person": "u1", "person_properties": {"email": "Maya@OAKROW.example"}},
        {"event": "b", "person": "u1"},
        {"event": "c", "person": "dora@oakrow.example"},
        {"event": "d", "person": "u2", "properties": {"email": "x@oakrow.example.evil"}},
    )
    assert [p.get("$internal") for p in properties(batch)] == [True, True, True, None]
    assert batch.insiders == {mark(w): "oakrow.example" for w in ("u1", "dora@oakrow.example")}
    later = Rules(domains=["oakrow.example"], insiders=set(batch.insiders))
    batch = own(later, {"event": "e", "person": "u1"}, {"event": "f", "person": "u2"})
    assert [p.get("$internal") for p in properties(batch)] == [True, None]
    assert batch.insiders == {}
    event = {"event": "$identify", "distinct_id": "u3", "properties": {"$set": {"email": "a@oakrow.example"},
             "$anon_distinct_id": "n3"}}  # fmt: skip
    batch = taken(rules, posthog, "/batch", {"batch": [event]})
    assert set(batch.insiders) == {mark("u3"), mark("n3")}


def test_own_people_are_known_also_where_their_address_is_not_kept():
    rules = Rules(["email"], ["oakrow.example"])
    batch = own(rules, {"event": "a", "person": "u", "properties": {"email": "m@oakrow.example"}})
    assert properties(batch) == [{"$internal": True}]


def test_samples_of_what_was_refused_hold_no_key_and_nothing_denied():
    rules = Rules(DENIED)
    body = json.dumps({"events": [
        {"event": "", "person": "u", "properties": {"email": "a@b.c", "plan": "pro", "k": "ll_in_abcdefghijk"}},
        {"event": "", "person": "v"}, {"event": "ok", "person": "v"},
    ]}).encode()  # fmt: skip
    batch = native.translate(native.open_request(Request("", body)), NOW)
    (sample,) = heads.samples_of(batch, body, rules)
    assert sample.reason == "missing event"
    assert "pro" in sample.head
    assert "a@b.c" not in sample.head
    assert "abcdefghijk" not in sample.head
    assert heads.head_of(rules, b'{"email": "a@b.c" broken', "why") == "why", (
        "unreadable, so not shown"
    )
    assert heads.head_of(rules, b"{not json", "why") == "why {not json"
    assert len(heads.head_of(rules, b"x" * 5_000, "why")) <= 600
