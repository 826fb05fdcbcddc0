"""The door's own rules: keys in memory, rates, what a full or broken store is called, and what never reaches Django."""

import io
import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from loopline.connectors.sdk_ingest.reception import Rates, Reception
from loopline.connectors.sdk_ingest.wire import Request
from loopline.entry.dispatch import Dispatcher
from loopline.entry.ingest_rules import Knowledge
from loopline.entry.key_ring import KeyRing, Unread
from loopline.platform.identity import secret
from loopline.platform.identity.grants import Grant
from loopline.warehouse.records import Outcome
from loopline.warehouse.tail import Tail
from loopline.warehouse.tail_writer import Busy, Unavailable, Unkept

KEY, LATER = secret.new("ll_in"), secret.new("ll_in")


def grant(value, **more):
    fields = {"name": "k", "allowed": True, "expires_at": None} | more
    return {secret.digest(value): Grant(secret.digest(value), **fields)}


def test_a_key_made_a_moment_ago_counts_and_strangers_do_not_wear_the_database_out():
    known, readings = grant(KEY), []
    ring = KeyRing(lambda: readings.append(1) or dict(known), every=60)
    assert ring.find((KEY,)).name == "k"
    time.sleep(0.3)
    known |= grant(LATER)
    assert ring.find((LATER,)).name == "k", "read again because it was unknown"
    before = len(readings)
    for _ in range(200):
        assert ring.find((secret.new("ll_in"), "not even well formed", "")) is None
    assert len(readings) - before <= 2


def test_an_expired_key_ends_by_itself_and_an_unread_ring_says_so():
    over = grant(KEY, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert KeyRing(lambda: over, every=60).find((KEY,)) is None

    def broken():
        raise OSError("no database")

    with pytest.raises(Unread):
        KeyRing(broken, every=60).find((KEY,))


def test_keys_once_read_stay_good_while_the_database_is_away():
    working = [True]

    def load():
        if not working:
            raise OSError("away")
        return grant(KEY)

    ring = KeyRing(load, every=0.02)
    assert ring.find((KEY,))
    working.clear()
    time.sleep(0.1)
    assert ring.find((KEY,))
    ring.close()


def test_a_key_has_a_bucket_of_its_own():
    clock = [0.0]
    rates = Rates(per_second=10, burst=100, clock=lambda: clock[0])
    assert rates.wait("a", 150) == 0, "one large batch passes"
    assert rates.wait("a", 1) == 5
    assert rates.wait("b", 1) == 0
    clock[0] = 6
    assert rates.wait("a", 1) == 0


class Store:
    """A writer that does as it is told."""

    def __init__(self, answer):
        self.answer, self.noted = answer, []

    def submit(self, batch):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def note(self, *what, head=""):
        self.noted.append(what)


FORMS = {
    "posthog": ("/batch", {"api_key": "k", "batch": [{"event": "a", "distinct_id": "u"}]}),
    "segment": ("/v1/batch", {"writeKey": "k", "batch": [{"type": "track", "event": "a", "userId": "u"}]}),
    "mixpanel": ("/track", {"event": "a", "properties": {"token": "k", "distinct_id": "u"}}),
    "amplitude": ("/2/httpapi", {"api_key": "k", "events": [{"event_type": "a", "user_id": "u"}]}),
    "native": ("", {"events": [{"event": "a", "person": "u"}]}),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    ("trouble", "status", "again"),
    [(Busy("full"), 429, True), (Unavailable("disk"), 503, True), (Unkept("odd"), 400, False),
     (RuntimeError("bug"), 500, True)],
)  # fmt: skip
def test_trouble_behind_the_door_is_never_an_acknowledgement(name, trouble, status, again):
    path, document = FORMS[name]
    store = Store(trouble)
    key = Grant("d", "k", True, None)
    reception = Reception(store, lambda keys: key)
    made = reception.receive(name, Request(path, json.dumps(document).encode()))
    said = json.loads(made.body)
    expected = {("mixpanel", 429): 503, ("mixpanel", 400): 200, ("native", 400): 422}.get(
        (name, status), status
    )
    assert made.status == expected
    assert ("Retry-After" in dict(made.headers)) == again
    assert name != "mixpanel" or said["status"] == 0
    assert name != "amplitude" or said["code"] == status
    assert len(store.noted) == 1, "counted"


def test_a_key_over_its_rate_waits_and_a_batch_of_bad_events_is_counted_without_a_write():
    store, key = Store(Outcome(1, 0)), Grant("d", "k", True, None)
    clock = [0.0]
    reception = Reception(store, lambda keys: key, Rates(1, 1, lambda: clock[0]))
    path, document = FORMS["posthog"]
    sent = Request(path, json.dumps(document).encode())
    assert [reception.receive("posthog", sent).status for _ in range(2)] == [200, 429]
    clock[0] = 5
    bad = Request("", json.dumps({"events": [{"event": ""}, {"event": "a"}]}).encode())
    store.answer = AssertionError("not asked")
    assert json.loads(reception.receive("native", bad).body)["stored"] == 0
    assert ("native", "missing event", 1) in store.noted
    assert ("native", "missing person", 1) in store.noted


def call(app, path, body=b"", method="POST", **more):
    environ = {
        "PATH_INFO": path, "REQUEST_METHOD": method, "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "::1",
        "wsgi.input": io.BytesIO(body), "HTTP_AUTHORIZATION": f"Bearer {KEY}", **more,
    }  # fmt: skip
    seen = {}
    parts = app(
        environ, lambda status, headers: seen.update(status=int(status[:3]), headers=dict(headers))
    )
    assert isinstance(parts, list), "a list goes out in one write"
    return seen["status"], parts[0], seen["headers"]


def test_the_door_takes_events_with_and_without_a_slash_and_passes_the_rest_on(tmp_path):
    def beyond(environ, start_response):
        start_response("299 Beyond", [])
        return [b""]

    app = Dispatcher(beyond, tmp_path / "events", lambda: grant(KEY), lambda: ((), ()))
    for path in ("/", "/api/v1/eventses", "/in/nobody", "/in/native", "/feedback", "/in"):
        assert call(app, path)[0] == 299
    assert call(app, "/api/v1/events", method="GET")[0] == 299
    assert app._reception is None, "nothing is started before the first event"
    body = json.dumps({"events": [{"id": "1", "event": "a", "person": "u"}]}).encode()
    assert call(app, "/api/v1/events", body)[0] == 200
    assert json.loads(call(app, "/api/v1/events/", body)[1])["duplicates"] == 1
    track = json.dumps({"event": "a", "properties": {"token": KEY, "distinct_id": "u"}}).encode()
    for path in ("/in/mixpanel/track", "/in/mixpanel/track/"):
        assert json.loads(call(app, path, track)[1])["status"] == 1
    status, document, headers = call(app, "/in/amplitude/2/httpapi", CONTENT_LENGTH="999999999")
    assert (status, json.loads(document)["code"]) == (413, 413)
    assert call(app, "/api/v1/events", CONTENT_LENGTH="999999999", HTTP_AUTHORIZATION="")[0] == 401
    assert [e.event for _, e in Tail(tmp_path / "events").read()] == ["a", "a", "a"]
    status, _, headers = call(
        app, "/in/posthog/e", method="OPTIONS", HTTP_ORIGIN="https://x.example"
    )
    assert (status, headers["Access-Control-Allow-Origin"]) == (204, "https://x.example")
    app._reception.writer.close()


def test_settings_and_erased_persons_are_known_at_the_door_with_the_next_reading(tmp_path):
    kept, folder = [(("$ip",), ())], tmp_path / "events"
    knows = Knowledge(folder, lambda: grant(KEY), lambda: kept[-1])
    assert knows.load().keys() == grant(KEY).keys()
    assert knows.rules.without(b'{"$ip": "1", "a": 1}') == b'{"a":1}'
    before = knows.rules
    knows.load()
    assert knows.rules is before, "nothing changed, nothing is made anew"
    kept.append((("a",), ("oakrow.example",)))
    (folder / "segments").mkdir(parents=True)
    (folder / "segments" / "erased.json").write_text('{"groups": [{"salt": "s", "erased": {}}]}')
    knows.load()
    assert knows.rules.without(b'{"$ip": "1", "a": 1}') == b'{"$ip":"1"}'


@pytest.mark.django_db
def test_the_options_of_the_company_are_read_and_a_tokens_use_is_noted(cast, now):
    from loopline.platform.identity.grants import note_use
    from loopline.platform.identity.models import Token
    from loopline.platform.settings import ingest, options

    assert ingest.kept().denied == ingest.ADDRESSES
    options.change(
        actor=cast.ada,
        values={"events.denied": "email\nphone*, $ip", "events.domains": "a.example"},
        now=now,
    )
    assert ingest.kept() == ingest.Kept(("email", "phone*", "$ip"), ("a.example",))
    Token.objects.create(name="t", role="member", prefix="p", digest="d", created_at=now)
    note_use({"d"}, now=now)
    note_use({"d"}, now=now + timedelta(minutes=3))
    assert Token.objects.get().last_used_at == now, "not written again within ten minutes"
    used = Grant(secret.digest(KEY), "t", True, None, token=True)
    ring = KeyRing(lambda: {used.digest: used}, every=60)
    assert ring.find((KEY,)) == used
    assert (ring.used(), ring.used()) == ({used.digest}, set())
    ring.close()


def test_an_address_that_sends_too_much_waits_and_so_does_one_that_tries_keys():
    store, key, clock = Store(Outcome(1, 0)), Grant("d", "k", True, None), [0.0]
    senders = Rates(1, 3, lambda: clock[0])
    reception = Reception(store, lambda keys: key if keys == ("k",) else None, senders=senders)
    path, document = FORMS["posthog"]

    def status(secret, sender, **headers):
        body = json.dumps({**document, "api_key": secret}).encode()
        made = reception.receive("posthog", Request(path, body, headers), sender=sender)
        assert ("Retry-After" in dict(made.headers)) == (made.status == 429)
        return made.status

    assert [status("k", "1.1.1.1", origin="https://x.example") for _ in range(4)] == [
        200,
        200,
        200,
        429,
    ]
    assert status("k", "2.2.2.2", origin="https://x.example") == 200
    assert status("k", "1.1.1.1") == 200, "a server of the company is not held to a browser's rate"
    assert [status("no", "3.3.3.3") for _ in range(2)] == [401, 429]
