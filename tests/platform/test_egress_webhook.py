"""Webhooks delivered to real receivers: signed, once, and honest about what came of it."""

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest
import standardwebhooks

from loopline.platform.egress.client import EgressClient
from loopline.platform.egress.policy import EgressPolicy, policy_from_env
from loopline.platform.egress.signing import new_secret
from loopline.platform.egress.webhook import (
    RETRY_SECONDS,
    deliver,
    excerpt,
    next_attempt,
    retry_after,
)
from tests.platform.receivers import Receiver, Seen, always, reply

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BODY = json.dumps({"type": "release.shipped", "data": {"name": "Früh — 早"}}).encode()


@pytest.fixture
def client() -> EgressClient:
    return EgressClient(policy_from_env({"LOOPLINE_EGRESS_ALLOW": "127.0.0.1/32"}))


def test_the_receiver_verifies_it_with_the_reference_library(client: EgressClient) -> None:
    old, new = new_secret(), new_secret()
    verdicts: list[object] = []

    def check(seen: Seen, handler: BaseHTTPRequestHandler) -> None:
        hooks = [standardwebhooks.Webhook(secret) for secret in (old, new)]
        verdicts.extend(hook.verify(seen.body, seen.headers) for hook in hooks)
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            standardwebhooks.Webhook(new_secret()).verify(seen.body, seen.headers)
        reply(handler, 204)

    with Receiver(check).running() as receiver:
        delivery = deliver(client, receiver.url, [new, old], "msg_1", BODY, datetime.now(UTC))
    assert (delivery.ok, delivery.status, delivery.problem) == (True, 204, "")
    assert verdicts == [json.loads(BODY)] * 2
    assert receiver.seen[0].headers["content-type"] == "application/json"
    assert receiver.seen[0].headers["webhook-id"] == "msg_1"


def test_a_retry_has_the_same_id_and_body_and_a_fresh_signature(client: EgressClient) -> None:
    secret = new_secret()
    with Receiver().running() as receiver:
        for now in (NOW, NOW + timedelta(hours=1)):
            deliver(client, receiver.url, secret, "msg_1", BODY, now)
    first, second = receiver.seen
    assert first.body == second.body == BODY
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert second.headers["webhook-timestamp"] == str(int(NOW.timestamp()) + 3600)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_success(client: EgressClient, status: int) -> None:
    with Receiver(always(status)).running() as receiver:
        delivery = deliver(client, receiver.url, new_secret(), "m", BODY, NOW)
    assert (delivery.ok, delivery.status, delivery.gone) == (True, status, False)


@pytest.mark.parametrize("status", [300, 301, 302, 307, 400, 401, 403, 404, 418, 500, 502, 503])
def test_everything_else_is_not(client: EgressClient, status: int) -> None:
    script = always(status, b"no thanks", Location="/elsewhere")
    with Receiver(script).running() as receiver:
        delivery = deliver(client, receiver.url, new_secret(), "m", BODY, NOW)
    assert (delivery.ok, delivery.status, delivery.gone) == (False, status, False)
    assert str(status) in delivery.problem
    assert delivery.response_excerpt == "no thanks"
    assert len(receiver.seen) == 1


def test_410_says_that_no_more_are_wanted(client: EgressClient) -> None:
    with Receiver(always(410)).running() as receiver:
        delivery = deliver(client, receiver.url, new_secret(), "m", BODY, NOW)
    assert (delivery.ok, delivery.gone) == (False, True)


def test_429_with_retry_after_is_passed_on(client: EgressClient) -> None:
    with Receiver(always(429, Retry_After="120")).running() as receiver:
        delivery = deliver(client, receiver.url, new_secret(), "m", BODY, NOW)
    assert (delivery.status, delivery.retry_after) == (429, 120)
    assert "pause" in delivery.problem


def test_a_slow_receiver_is_left_after_the_time_out(client: EgressClient) -> None:
    start = time.monotonic()
    with Receiver(lambda seen, handler: time.sleep(1.5)).running() as receiver:
        delivery = deliver(client, receiver.url, new_secret(), "m", BODY, NOW, timeout=0.3)
        waited = time.monotonic() - start
    assert (delivery.ok, delivery.status) == (False, None)
    assert delivery.problem == "127.0.0.1 did not answer within 0.3 s."
    assert waited < 1.2


def test_a_long_answer_is_still_a_success_and_only_its_start_is_kept(client: EgressClient) -> None:
    with Receiver(always(200, b"y" * 1_000_000)).running() as receiver:
        delivery = deliver(client, receiver.url, new_secret(), "m", BODY, NOW)
    assert (delivery.ok, delivery.response_excerpt) == (True, "y" * 1000)


def test_an_address_inside_is_a_failed_delivery_with_its_sentence() -> None:
    with Receiver().running() as receiver:
        guarded = EgressClient(EgressPolicy())
        delivery = deliver(guarded, receiver.url, new_secret(), "m", BODY, NOW)
    assert (delivery.ok, delivery.status, receiver.seen) == (False, None, [])
    assert "private or reserved network" in delivery.problem


def test_a_missing_secret_sends_nothing(client: EgressClient) -> None:
    with Receiver().running() as receiver:
        for secrets in ("", [], "whsec_", "not base64 at all!"):
            delivery = deliver(client, receiver.url, secrets, "m", BODY, NOW)
            assert not delivery.ok
            assert "secret" in delivery.problem
    assert receiver.seen == []


def test_the_schedule_is_the_documented_one_and_then_ends() -> None:
    waits = [next_attempt(attempt, 0.0) for attempt in range(1, 9)]
    assert waits == [5, 30, 300, 1800, 7200, 18000, 36000, None]
    assert next_attempt(0, 0.0) is None
    for attempt, seconds in enumerate(RETRY_SECONDS, 1):
        for jitter in (0.0, 0.5, 1.0, 7.0, -3.0):
            wait = next_attempt(attempt, jitter)
            assert wait is not None
            assert seconds <= wait <= seconds * 1.1 + 1e-6


def test_retry_after_lengthens_the_wait_and_never_shortens_it() -> None:
    assert next_attempt(1, 0.0, 120) == 120
    assert next_attempt(3, 0.0, 120) == 300
    assert next_attempt(8, 0.0, 120) is None


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("99999999999999999999999", 86400),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0),
        (format_datetime(NOW + timedelta(days=900), usegmt=True), 86400),
        ("Mon, 02 Mar 2026 09:01:00", 60),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("٣", None),
        ("", None),
        ("Mon, 99 Mar 99999 09:01:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_number_or_date(given: str, seconds: int | None) -> None:
    headers = httpx.Headers([(b"retry-after", given.encode())])
    assert retry_after(headers, NOW) == seconds


def test_an_excerpt_is_clean_text() -> None:
    assert excerpt(b"a\x00b\x1b[31mc\xff\nd") == "ab[31mc�\nd"
    assert len(excerpt("早".encode() * 5000)) == 1000


GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "webhooks.md"


def test_the_receiver_in_the_guide_works(
    client: EgressClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, queued = new_secret(), []
    monkeypatch.setenv("LOOPLINE_WEBHOOK_SECRET", secret)
    code = GUIDE.read_text("utf-8").split("```python\n")[1].split("```")[0]
    ids: set[str] = set()

    def seen_before(webhook_id: str) -> bool:
        return webhook_id in ids or bool(ids.add(webhook_id))

    names: dict[str, Any] = {"seen_before": seen_before, "put_in_queue": queued.append}
    exec(code, names)

    def receive(seen: Seen, handler: BaseHTTPRequestHandler) -> None:
        reply(handler, names["receive"](seen.body, seen.headers))

    now = datetime.now(UTC)
    with Receiver(receive).running() as receiver:
        said = [
            deliver(client, receiver.url, key, "msg_1", BODY, at).status
            for key, at in (
                (new_secret(), now),
                (secret, now),
                (secret, now),
                (secret, now - timedelta(minutes=6)),
            )
        ]
    assert said == [401, 204, 204, 401]
    assert queued == [json.loads(BODY)]
