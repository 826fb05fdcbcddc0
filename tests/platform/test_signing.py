"""Signatures, ours and other tools', against published vectors and the reference library."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

from loopline.platform.egress.signing import (
    VERIFIERS,
    BadSignature,
    new_secret,
    sign,
    verify,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BODY = b'{"type":"release.shipped"}'
STANDARD_KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STANDARD_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
STANDARD_AT = datetime.fromtimestamp(1614265330, UTC)
STANDARD_BODY = b'{"test": 2432232314}'
STANDARD_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SLACK_AT = datetime.fromtimestamp(1531420618, UTC)
SLACK_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
    b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
    b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
    b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
GITHUB_SECRET = "It's a Secret to Everybody"
GITHUB_HEX = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def hexed(secret: str, text: bytes, digest: str = "sha256") -> str:
    return hmac.new(secret.encode(), text, digest).hexdigest()


def request(kind: str, secret: str = "s3cret", now: datetime = NOW) -> tuple[bytes, dict[str, str]]:
    """A well-signed request of each kind, written from each tool's documentation."""
    body = json.dumps({"a": 1, "webhookTimestamp": int(now.timestamp() * 1000)}).encode()
    stamp, iso = str(int(now.timestamp())), now.strftime("%Y-%m-%dT%H:%M:%SZ")
    zendesk = base64.b64encode(hmac.digest(secret.encode(), iso.encode() + body, "sha256")).decode()
    headers = {
        "github": {"X-Hub-Signature-256": "sha256=" + hexed(secret, body)},
        "gitlab": {
            "X-Gitlab-Token": secret,
            "webhook-id": "1",
            "webhook-timestamp": stamp,
        },
        "linear": {"Linear-Signature": hexed(secret, body), "Linear-Timestamp": stamp},
        "jira": {"X-Hub-Signature": "sha256=" + hexed(secret, body)},
        "pagerduty": {"X-PagerDuty-Signature": f"v1={'0' * 64},v1={hexed(secret, body)}"},
        "slack": {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": "v0=" + hexed(secret, f"v0:{stamp}:".encode() + body),
        },
        "intercom": {"X-Hub-Signature": "sha1=" + hexed(secret, body, "sha1")},
        "zendesk": {
            "X-Zendesk-Webhook-Signature-Timestamp": iso,
            "X-Zendesk-Webhook-Signature": zendesk,
        },
    }
    if kind == "standard":
        return body, sign(secret, "msg_1", now, body)
    return body, headers[kind]


def secret_for(kind: str, word: str = "s3cret") -> str:
    return "whsec_" + base64.b64encode(word.encode()).decode() if kind == "standard" else word


def test_our_signature_equals_the_published_vector() -> None:
    headers = sign(STANDARD_KEY, STANDARD_ID, STANDARD_AT, STANDARD_BODY)
    assert headers == {
        "webhook-id": STANDARD_ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": STANDARD_SIGNATURE,
    }
    assert sign("whsec_" + STANDARD_KEY, STANDARD_ID, STANDARD_AT, STANDARD_BODY) == headers
    verify("standard", STANDARD_KEY, STANDARD_BODY, headers, STANDARD_AT)


def test_github_equals_the_published_vector() -> None:
    headers = {"X-Hub-Signature-256": f"sha256={GITHUB_HEX}"}
    verify("github", GITHUB_SECRET, b"Hello, World!", headers, NOW)
    with pytest.raises(BadSignature, match="does not match"):
        verify("github", GITHUB_SECRET, b"Hello, World?", headers, NOW)


def test_slack_equals_the_published_vector() -> None:
    headers = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": SLACK_SIGNATURE,
    }
    verify("slack", SLACK_SECRET, SLACK_BODY, headers, SLACK_AT + timedelta(minutes=5))
    with pytest.raises(BadSignature, match="too long ago"):
        verify("slack", SLACK_SECRET, SLACK_BODY, headers, SLACK_AT + timedelta(seconds=301))


# Computed with `openssl dgst -hmac s3cret` (and `openssl base64`), not with this code.
HEX_256 = "366f9e4191f567121f8116dbc1f451fb024b1e216eccb5902ee530191c036616"
HEX_SHA1 = "d830cebc050d5eb961c0d37b862b88d5ea62920a"
ZENDESK = "zauXY1trN3NMODTq6umA+J9mnMvThSEGzU5x/B1hheM="


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("jira", {"X-Hub-Signature": f"sha256={HEX_256}"}),
        ("linear", {"Linear-Signature": HEX_256}),
        ("pagerduty", {"X-PagerDuty-Signature": f"v1={HEX_256}"}),
        ("intercom", {"X-Hub-Signature": f"sha1={HEX_SHA1}"}),
        (
            "zendesk",
            {
                "X-Zendesk-Webhook-Signature-Timestamp": "2026-03-02T09:00:00Z",
                "X-Zendesk-Webhook-Signature": ZENDESK,
            },
        ),
    ],
)
def test_the_other_tools_equal_what_openssl_computes(kind: str, headers: dict[str, str]) -> None:
    body = b'{"a": 1, "webhookTimestamp": 1772442000000}'
    verify(kind, "s3cret", body, headers, datetime.fromtimestamp(1772442000, UTC))


@given(st.text(max_size=400), st.integers(1, 3))
def test_the_reference_library_accepts_what_we_sign(text: str, keys: int) -> None:
    body = json.dumps({"text": text}).encode()
    now = datetime.now(UTC)
    secrets = [new_secret() for _ in range(keys)]
    headers = sign(secrets, "msg_1", now, body)
    assert len(headers["webhook-signature"].split(" ")) == keys
    for secret in secrets:
        assert standardwebhooks.Webhook(secret).verify(body, headers) == {"text": text}
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(new_secret()).verify(body, headers)


@given(st.text(max_size=400))
def test_we_accept_what_the_reference_library_signs(text: str) -> None:
    secret = new_secret()
    signed = standardwebhooks.Webhook(secret).sign("msg_2", NOW, text)
    headers = {
        "Webhook-Id": "msg_2",
        "Webhook-Timestamp": str(int(NOW.timestamp())),
        "Webhook-Signature": f"v1a,other {signed}",
    }
    verify("standard", [new_secret(), secret], text.encode(), headers, NOW)


def test_a_new_secret_has_256_bits_and_is_never_the_same() -> None:
    secrets = {new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert all(s.startswith("whsec_") and len(base64.b64decode(s[6:])) == 32 for s in secrets)


@pytest.mark.parametrize("kind", VERIFIERS)
def test_a_well_signed_request_passes_with_any_of_the_secrets(kind: str) -> None:
    secret = secret_for(kind)
    body, headers = request(kind, secret)
    verify(kind, secret, body, headers, NOW)
    verify(kind, [secret_for(kind, "newer"), secret], body, headers, NOW)
    shouted = {name.upper(): value for name, value in headers.items()}
    verify(kind, secret, body, shouted, NOW)


@pytest.mark.parametrize("kind", VERIFIERS)
def test_another_secret_is_refused(kind: str) -> None:
    body, headers = request(kind, secret_for(kind))
    with pytest.raises(BadSignature, match="does not match"):
        verify(kind, secret_for(kind, "forged"), body, headers, NOW)


@pytest.mark.parametrize("kind", sorted(set(VERIFIERS) - {"gitlab"}))
def test_a_changed_body_is_refused(kind: str) -> None:
    body, headers = request(kind, secret_for(kind))
    with pytest.raises(BadSignature, match="does not match"):
        verify(kind, secret_for(kind), body + b" ", headers, NOW)


@pytest.mark.parametrize("kind", VERIFIERS)
def test_a_missing_header_is_named(kind: str) -> None:
    with pytest.raises(BadSignature, match=r"carries no [\w-]+ header"):
        verify(kind, secret_for(kind), b"{}", {}, NOW)


@pytest.mark.parametrize("secrets", ["", [], [""], ["  "], ["whsec_"]])
@pytest.mark.parametrize("kind", VERIFIERS)
def test_no_secret_refuses_everything(kind: str, secrets: str | list[str]) -> None:
    body, headers = request(kind, secret_for(kind))
    forged = {**headers, "X-Hub-Signature-256": "sha256=" + hexed("", body)}
    with pytest.raises(BadSignature, match="No secret is set"):
        verify(kind, secrets, body, forged, NOW)


@pytest.mark.parametrize(
    ("kind", "seconds"), [("standard", 300), ("slack", 300), ("zendesk", 300), ("linear", 60)]
)
def test_old_and_future_requests_are_refused(kind: str, seconds: int) -> None:
    body, headers = request(kind, secret_for(kind))
    for sign_of in (1, -1):
        edge = timedelta(seconds=seconds) * sign_of
        verify(kind, secret_for(kind), body, headers, NOW + edge)
        with pytest.raises(BadSignature, match="too long ago or in the future"):
            verify(kind, secret_for(kind), body, headers, NOW + edge + timedelta(seconds=sign_of))


def test_gitlab_19_signs_and_older_ones_send_their_token() -> None:
    secret = new_secret()
    headers = sign(secret, "1", NOW, BODY)
    verify("gitlab", secret, BODY, headers, NOW)
    verify("gitlab", ["plain token!", secret], BODY, headers, NOW)
    with pytest.raises(BadSignature, match="does not match"):
        verify("gitlab", secret, BODY + b" ", headers | {"X-Gitlab-Token": secret}, NOW)
    with pytest.raises(BadSignature, match="X-Gitlab-Token"):
        verify("gitlab", secret, BODY, headers | {"webhook-signature": ""}, NOW)


def test_linear_without_a_time_in_the_body_is_refused() -> None:
    for body in (
        b"{}",
        b"[]",
        b"null",
        b'{"webhookTimestamp": "soon"}',
        b'{"webhookTimestamp": NaN}',
    ):
        headers = {"Linear-Signature": hexed("s3cret", body)}
        with pytest.raises(BadSignature):
            verify("linear", "s3cret", body, headers, NOW)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(BadSignature, match="no signature check"):
        verify("carrier pigeon", "s3cret", b"", {}, NOW)


@given(
    st.sampled_from(sorted(VERIFIERS)),
    st.binary(max_size=200),
    st.text(max_size=80),
    st.text(max_size=40),
)
def test_hostile_headers_are_refused_without_a_crash(
    kind: str, body: bytes, signature: str, stamp: str
) -> None:
    _, headers = request(kind, secret_for(kind))
    hostile = {n: stamp if "timestamp" in n.lower() else signature for n in headers}
    for given_headers in (hostile, {**headers, **dict.fromkeys(list(headers)[-1:], signature)}):
        with pytest.raises(BadSignature):
            verify(kind, secret_for(kind, "other"), body, given_headers, NOW)


def test_only_the_first_ten_of_many_signatures_are_looked_at() -> None:
    good = "v1=" + hexed("s3cret", BODY)
    many = ",".join(["v1=" + "0" * 64] * 10 + [good])
    with pytest.raises(BadSignature):
        verify("pagerduty", "s3cret", BODY, {"X-PagerDuty-Signature": many}, NOW)
