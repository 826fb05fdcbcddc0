"""The real Python SDKs of four vendors, changed by host and key alone, against a real server on loopback."""

import gzip
import json
import time
from collections import Counter
from urllib.parse import urlencode

import httpx
import pytest

from loopline.entry.drills.rig import until
from tests.journey.serving import Door, served

pytestmark = pytest.mark.slow


def stored(server, door):
    return [e for _, e in server.tail.read(door.before)]


def once_each(events, names):
    assert Counter(e.event for e in events) == Counter(names)
    assert len({e.id for e in events}) == len(events)


def ask(server, path, body, **more):
    headers = {"Authorization": f"Bearer {server.key}", **more.pop("headers", {})}
    return httpx.post(f"{server.url}{path}", content=body, headers=headers, timeout=30, **more)


def test_posthog(server, door):
    from posthog import Posthog

    for packed in (False, True):
        client = Posthog(server.key, host=f"{door.url}/in/posthog", flush_at=100, gzip=packed)
        for n in range(150):
            client.capture(
                "paid", distinct_id=f"u{n}", properties={"n": n}, groups={"company": "acme"}
            )
        client.set(distinct_id="u1", properties={"plan": "pro"})
        client.alias("before", "u1")
        client.group_identify("company", "acme", {"tier": 1}, distinct_id="u1")
        client.shutdown()
    events = stored(server, door)
    once_each(events, ["paid"] * 300 + ["$set", "$create_alias", "$groupidentify"] * 2)
    assert {e.account for e in events if e.event == "paid"} == {"acme"}
    assert {(p, s) for p, s, _ in door.passed} == {("/in/posthog/batch/", 200)}
    assert len(door.passed) <= 8, "no batch was sent twice"
    assert {"alias", "person", "account"} <= {f.kind for f in server.facts()}


def test_posthogs_capture_v1(server, door):
    from posthog import Posthog

    client = Posthog(server.key, host=f"{door.url}/in/posthog", capture_mode="v1")
    for n in range(30):
        client.capture("v1", distinct_id=f"u{n}")
    client.shutdown()
    once_each(stored(server, door), ["v1"] * 30)
    assert {(p, s) for p, s, _ in door.passed} == {("/in/posthog/i/v1/analytics/events", 200)}


def test_segment(server, door):
    from segment.analytics import Client

    for packed in (False, True):
        client = Client(server.key, host=f"{door.url}/in/segment", gzip=packed)
        for n in range(150):
            client.track(f"u{n}", "paid", {"n": n}, anonymous_id=f"a{n}")
        client.page("u1", "Docs", "Home")
        client.screen("u1", "App", "Main")
        client.identify("u1", {"plan": "pro"})
        client.alias("before", "u1")
        client.group("u1", "acme", {"tier": 1})
        client.flush()
        client.shutdown()
    once_each(stored(server, door), ["paid"] * 300 + ["$pageview", "$screen"] * 2)
    assert {(p, s) for p, s, _ in door.passed} == {("/in/segment/v1/batch", 200)}
    assert ("member", "u1", "acme") in {(f.kind, f.subject, f.object) for f in server.facts()}


def test_mixpanel(server, door):
    from mixpanel import BufferedConsumer, Consumer, Mixpanel

    urls = {f"{kind}_url": f"{door.url}/in/mixpanel/{path}" for kind, path in
            (("events", "track"), ("people", "engage"), ("groups", "groups"), ("import", "import"))}  # fmt: skip
    client = Mixpanel(server.key, consumer=Consumer(**urls))
    client.track("u1", "one", {"n": 1})
    client.people_set("u1", {"plan": "pro"})
    client.group_set("company", "acme", {"tier": 1})
    client.import_data(server.key, "u1", "old", int(time.time()) - 86_400, api_secret="any")
    buffered = BufferedConsumer(**urls)
    client = Mixpanel(server.key, consumer=buffered)
    for n in range(120):
        client.track(f"u{n}", "paid", {"n": n})
    buffered.flush()
    once_each(stored(server, door), ["one", "old"] + ["paid"] * 120)
    assert [s for _, s, _ in door.passed] == [200] * len(door.passed)
    assert len(door.passed) == 4 + 3, "50 at a time, none twice"


def test_amplitude(server, door):
    from amplitude import Amplitude, BaseEvent, EventOptions, Identify

    for batch in (False, True):
        said = []
        client = Amplitude(server.key)
        client.configuration.use_batch = batch
        client.configuration.server_url = (
            f"{door.url}/in/amplitude/{'batch' if batch else '2/httpapi'}"
        )
        client.configuration.callback = lambda event, code, message, said=said: said.append(code)
        for n in range(150):
            client.track(
                BaseEvent("paid", user_id=f"user{n}", device_id=f"d{n}", groups={"company": "acme"})
            )
        client.identify(Identify().set("plan", "pro"), EventOptions(user_id="user1"))
        client.flush()
        until("every event is answered", lambda said=said: len(said) == 151, seconds=20)
        client.shutdown()
        assert set(said) == {200}
    once_each(stored(server, door), ["paid"] * 300)
    assert {s for _, s, _ in door.passed} == {200}
    assert sum(a["events_ingested"] for _, _, a in door.passed) == 300, "nothing was sent twice"


def test_amplitude_drops_the_bad_events_and_the_good_are_stored_once(server, door):
    from amplitude import Amplitude, BaseEvent

    said = []
    client = Amplitude(server.key)
    client.configuration.server_url = f"{door.url}/in/amplitude/2/httpapi"
    client.configuration.flush_interval_millis = (
        200  # what is left goes again after this; else 10 s
    )
    client.configuration.callback = lambda event, code, message: said.append(
        (event.event_type, code)
    )
    for n in range(20):
        client.track(BaseEvent("good" if n % 4 else "x" * 500, user_id=f"user{n}"))
    client.flush()
    until("every event is answered", lambda: len(said) == 20, seconds=20)
    client.shutdown()
    once_each(stored(server, door), ["good"] * 15)
    assert [s for _, s, _ in door.passed] == [400, 200], "the rest once more, then no more"
    assert Counter(code for _, code in said) == {200: 15, 400: 5}


def test_a_wrong_key_is_refused_once_in_each_clients_form(server, door):
    from mixpanel import Consumer, Mixpanel, MixpanelException
    from posthog import Posthog
    from segment.analytics import Client

    from loopline.platform.identity import secret

    wrong, failed = secret.new("ll_in"), []
    client = Posthog(
        wrong, host=f"{door.url}/in/posthog", on_error=lambda error, batch: failed.append(error)
    )
    client.capture("x", distinct_id="u")
    client.shutdown()
    client = Client(
        wrong, host=f"{door.url}/in/segment", on_error=lambda error, batch: failed.append(error)
    )
    client.track("u", "x")
    client.flush()
    client.shutdown()
    with pytest.raises(MixpanelException, match="unknown"):
        Mixpanel(wrong, consumer=Consumer(events_url=f"{door.url}/in/mixpanel/track")).track(
            "u", "x"
        )
    assert [s for _, s, _ in door.passed] == [401, 401, 401]
    assert len(failed) == 2
    body = json.dumps({"api_key": wrong, "events": [{"event_type": "x", "user_id": "u"}]})
    answer = ask(server, "/in/amplitude/2/httpapi", body)
    assert (answer.status_code, answer.json()["code"]) == (401, 401)
    assert answer.json()["error"].startswith("Invalid API key:")
    answer = ask(server, "/api/v1/events", "{", headers={"Authorization": f"Bearer {wrong}"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert stored(server, door) == []


def test_our_own_form_counts_what_it_was_sent(server, door):
    body = {"events": [
        {"id": "own-1", "event": "paid", "person": "p", "time": "2026-11-25T10:00:00Z", "properties": {"a": 1}},
        {"id": "own-2", "event": "paid", "anonymous_id": "n"}, {"id": "own-3", "event": ""},
    ]}  # fmt: skip
    first = ask(server, "/api/v1/events", json.dumps(body))
    assert first.status_code == 200
    bad = {"index": 2, "id": "own-3", "reason": "missing event"}
    assert first.json() == {"stored": 2, "duplicates": 0, "rejected": [bad]}
    again = ask(
        server,
        "/api/v1/events/",
        gzip.compress(json.dumps(body).encode()),
        headers={"Content-Encoding": "gzip"},
    )
    assert again.json() == {"stored": 0, "duplicates": 2, "rejected": [bad]}
    body["events"][0]["properties"] = {"a": 2}
    clash = ask(server, "/api/v1/events", json.dumps(body)).json()
    assert clash["rejected"][0]["reason"].startswith("conflict")
    assert [e.id for e in stored(server, door)] == ["own-1", "own-2"]


def test_a_token_needs_the_scope_and_a_key_made_or_ended_counts_at_once(server, door):
    body = json.dumps({"events": [{"event": "x", "person": "p"}]})

    def status(secret):
        return ask(
            server, "/api/v1/events", body, headers={"Authorization": f"Bearer {secret}"}
        ).status_code

    def token(*more):
        return server.home.document("token", "create", "--name", "t", *more)["token"]

    assert status(token("--role", "member", "--scopes", "events:write")) == 200
    assert status(token("--role", "member", "--scopes", "feedback:write")) == 403
    assert status(token("--role", "viewer")) == 403
    made = server.home.document("ingest-key", "create", "--name", "fresh")["ingest_key"]
    assert status(made) == 200, "no waiting for a refresh"
    rotated = server.home.document("ingest-key", "rotate", "--name", "fresh")["ingest_key"]
    assert status(rotated) == 200
    until(
        "the old key is refused by both processes",
        lambda: {status(made) for _ in range(6)} == {401},
        seconds=4,
    )


BAD = {
    "not json": b"{not json", "a number": b"7", "wrong types": b'{"batch": 7, "events": 7, "event": 7, "api_key": 7}',
    "a 10 MB string": b'{"api_key": "' + b"x" * 10_000_000 + b'"}', "deep": b"[" * 100_000 + b"]" * 100_000,
    "empty": b"", "latin": b'{"api_key": "\xff"}',
}  # fmt: skip
ADDRESSES = ("/in/posthog/batch/", "/in/segment/v1/batch", "/in/mixpanel/track", "/in/amplitude/2/httpapi",
             "/api/v1/events")  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("bad", BAD)
def test_bad_bodies_are_refused_in_the_dialects_form(server, address, bad):
    _in_form(address, ask(server, address, BAD[bad]))


@pytest.mark.parametrize("address", ADDRESSES)
def test_bombs_and_broken_gzip_are_refused(server, address):
    for body in (
        gzip.compress(b" " * 80_000_000),
        b"\x1f\x8b" + b"x" * 50,
        gzip.compress(b"[1]")[:-4],
    ):
        _in_form(address, ask(server, address, body, headers={"Content-Encoding": "gzip"}))


def _in_form(address, answer):
    document = answer.json()
    if "mixpanel" in address:
        assert document["status"] == 0
        assert document["error"]
        assert answer.status_code in (200, 400, 401, 413), "Mixpanel's own 200 with status 0"
    else:
        assert 400 <= answer.status_code < 500, answer.text
    if "amplitude" in address:
        assert document["code"] == answer.status_code
        assert document["error"]
    if "/api/" in address:
        assert answer.headers["content-type"] == "application/problem+json"
        assert document["status"] == answer.status_code


def test_bad_input_leaves_the_server_small_and_well(server):
    def resident():
        """KiB of the web processes of the home's server."""
        import pathlib

        total = 0
        for status in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                ours = f"LOOPLINE_HOME={server.home.path}".encode() in status.read_bytes()
                if ours and b"granian" in (status.parent / "cmdline").read_bytes():
                    text = (status.parent / "status").read_text()
                    total += int(text.split("VmRSS:")[1].split()[0])
            except (OSError, IndexError):
                continue
        return total

    for _ in range(3):
        for body in BAD.values():
            ask(server, "/in/posthog/batch/", body)
    before = resident()
    for _ in range(15):
        for body in (*BAD.values(), gzip.compress(b" " * 30_000_000)):
            ask(server, "/in/posthog/batch/", body)
            ask(server, "/api/v1/events", body)
    assert before > 50_000
    assert resident() - before < 50_000
    assert (
        ask(server, "/api/v1/events", b'{"events": [{"event": "x", "person": "p"}]}').json()[
            "stored"
        ]
        == 1
    )


def test_browsers_of_any_site_may_send_and_other_addresses_are_djangos(server):
    origin = {"Origin": "https://shop.example"}
    ahead = httpx.options(
        f"{server.url}/in/posthog/e/",
        headers=origin | {"Access-Control-Request-Headers": "content-type,x-a"},
    )
    assert ahead.status_code == 204
    assert ahead.headers["access-control-allow-origin"] == "https://shop.example"
    assert ahead.headers["access-control-allow-headers"] == "content-type,x-a"
    assert ahead.headers["access-control-max-age"] == "86400"
    event = {"event": "seen", "properties": {"token": server.key, "distinct_id": "b"}}
    form = urlencode({"data": json.dumps(event)})
    sent = httpx.post(f"{server.url}/in/mixpanel/track/", content=form, headers=origin)
    assert sent.json()["status"] == 1
    assert sent.headers["access-control-allow-origin"] == "https://shop.example"
    assert httpx.get(f"{server.url}/in/segment/v1/batch").status_code == 405
    assert httpx.post(f"{server.url}/in/posthog/decide").json()["flags"] == {}
    assert httpx.post(f"{server.url}/in/posthog/nothing").status_code == 404
    assert httpx.post(f"{server.url}/in/nobody/x").status_code in (403, 404)
    assert httpx.get(f"{server.url}/api/v1/events").status_code == 404
    assert "401" not in str(httpx.get(f"{server.url}/healthz"))


def test_a_server_killed_and_started_again_in_the_middle_loses_and_doubles_nothing():
    import threading

    from posthog import Posthog
    from segment.analytics import Client

    with served() as server, Door(server.port).open() as door:
        ours = Posthog(
            server.key,
            host=f"{door.url}/in/posthog",
            flush_at=5,
            flush_interval=0.1,
            max_retries=30,
        )
        theirs = Client(
            server.key, host=f"{door.url}/in/segment", upload_size=5, upload_interval=0.1
        )

        def send():
            for n in range(150):
                ours.capture("ours", distinct_id=f"u{n}")
                theirs.track(f"u{n}", "theirs")
                time.sleep(0.01)

        sending = threading.Thread(target=send)
        sending.start()
        until("some are stored", lambda: server.tail.last() > 40)
        server.restart()
        sending.join()
        ours.shutdown()
        theirs.flush()
        theirs.shutdown()
        once_each(server.events(), ["ours", "theirs"] * 150)
