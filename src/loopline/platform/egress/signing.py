"""Signs what leaves (Standard Webhooks) and checks the signatures of what other tools send."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets as entropy
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from loopline.core.problems import Problem

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
LINEAR_TOLERANCE = timedelta(seconds=60)
MOST_SIGNATURES = 10

type Headers = Mapping[str, str]
type Secrets = str | Iterable[str]
type Verifier = Callable[[Sequence[str], bytes, Headers, datetime], None]


class BadSignature(Problem):
    """The sender cannot be trusted: signature missing, wrong, or too old. Nothing was taken in."""


def new_secret() -> str:
    """A fresh signing secret of 256 bits. Show it once."""
    return PREFIX + base64.b64encode(entropy.token_bytes(32)).decode()


def sign(secrets: Secrets, webhook_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers; one signature per secret, so that old and new both pass in a rotation."""
    stamp = str(int(now.timestamp()))
    keys = [_standard_key(secret) for secret in _usable(secrets)]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_standard(key, webhook_id, stamp, body) for key in keys),
    }


def verify(kind: str, secrets: Secrets, raw_body: bytes, headers: Headers, now: datetime) -> None:
    """Check a request of one kind of sender against any of its secrets.

    Raises `BadSignature` with a sentence. No secret at all refuses everything.
    """
    verifier = VERIFIERS.get(kind)
    if verifier is None:
        raise BadSignature(f"There is no signature check for “{kind[:40]}”.")
    lowered = {name.lower(): value for name, value in headers.items()}
    verifier(_usable(secrets), raw_body, lowered, now)


def _usable(secrets: Secrets) -> list[str]:
    given = [secrets] if isinstance(secrets, str) else list(secrets)
    usable = [secret for secret in given if secret.strip() and secret != PREFIX]
    if not usable:
        raise BadSignature("No secret is set here. Enter the one the sender signs with.")
    return usable


def _standard_key(secret: str) -> bytes:
    text = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise BadSignature("The secret is not in the form whsec_ and base64.")
    return key


def _standard(key: bytes, webhook_id: str, stamp: str, body: bytes) -> str:
    text = f"{webhook_id}.{stamp}.".encode("utf-8", "replace") + body
    return "v1," + base64.b64encode(hmac.digest(key, text, "sha256")).decode()


def _hex(secret: str, text: bytes, digest: str = "sha256") -> str:
    return hmac.new(secret.encode(), text, getattr(hashlib, digest)).hexdigest()


def _header(headers: Headers, name: str) -> str:
    value = headers.get(name.lower(), "").strip()
    if not value:
        raise BadSignature(f"The request carries no {name} header.")
    return value


def _match(given: Iterable[str], expected: Iterable[str]) -> None:
    wanted = [text.encode() for text in expected]
    found = False
    for text in list(given)[:MOST_SIGNATURES]:
        for want in wanted:
            found |= hmac.compare_digest(text.strip().encode("utf-8", "replace"), want)
    if not found:
        raise BadSignature("The signature does not match. Check that both sides hold one secret.")


def _fresh(sent: float, now: datetime, tolerance: timedelta = TOLERANCE) -> None:
    # Written so that NaN is refused too.
    if not abs(sent - now.timestamp()) <= tolerance.total_seconds():
        raise BadSignature("The request was signed too long ago or in the future. Check the clock.")


def _seconds(stamp: str, header: str) -> float:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 15):
        raise BadSignature(f"The {header} header is not a time.")
    return float(stamp)


def _verify_standard(secrets: Sequence[str], body: bytes, headers: Headers, now: datetime) -> None:
    webhook_id = _header(headers, "webhook-id")
    stamp = _header(headers, "webhook-timestamp")
    signatures = _header(headers, "webhook-signature").split()
    sent = _seconds(stamp, "webhook-timestamp")
    keys: list[bytes] = []
    for secret in secrets:
        try:
            keys.append(_standard_key(secret))
        except BadSignature:
            continue
    _match(signatures, [_standard(key, webhook_id, stamp, body) for key in keys])
    _fresh(sent, now)


def _verify_github(secrets: Sequence[str], body: bytes, headers: Headers, now: datetime) -> None:
    given = _header(headers, "X-Hub-Signature-256")
    _match([given], ["sha256=" + _hex(secret, body) for secret in secrets])


def _verify_gitlab(secrets: Sequence[str], body: bytes, headers: Headers, now: datetime) -> None:
    # GitLab 19 sends id and timestamp even unsigned; only the signature tells the schemes apart.
    if headers.get("webhook-signature", "").strip():
        _verify_standard(secrets, body, headers, now)
    else:
        _match([_header(headers, "X-Gitlab-Token")], secrets)


def _verify_linear(secrets: Sequence[str], body: bytes, headers: Headers, now: datetime) -> None:
    given = _header(headers, "Linear-Signature").lower()
    _match([given], [_hex(secret, body) for secret in secrets])
    # The header's timestamp is not signed; the one in the body is.
    try:
        sent = float(json.loads(body)["webhookTimestamp"]) / 1000
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        raise BadSignature("The body carries no webhookTimestamp.") from None
    _fresh(sent, now, LINEAR_TOLERANCE)


def _verify_jira(secrets: Sequence[str], body: bytes, headers: Headers, now: datetime) -> None:
    given = _header(headers, "X-Hub-Signature")
    _match([given], ["sha256=" + _hex(secret, body) for secret in secrets])


def _verify_pagerduty(secrets: Sequence[str], body: bytes, headers: Headers, now: datetime) -> None:
    given = _header(headers, "X-PagerDuty-Signature").split(",")
    _match(given, ["v1=" + _hex(secret, body) for secret in secrets])


def _verify_slack(secrets: Sequence[str], body: bytes, headers: Headers, now: datetime) -> None:
    stamp = _header(headers, "X-Slack-Request-Timestamp")
    sent = _seconds(stamp, "X-Slack-Request-Timestamp")
    text = b"v0:" + stamp.encode() + b":" + body
    given = _header(headers, "X-Slack-Signature")
    _match([given], ["v0=" + _hex(secret, text) for secret in secrets])
    _fresh(sent, now)


def _verify_intercom(secrets: Sequence[str], body: bytes, headers: Headers, now: datetime) -> None:
    given = _header(headers, "X-Hub-Signature")
    _match([given], ["sha1=" + _hex(secret, body, "sha1") for secret in secrets])


def _verify_zendesk(secrets: Sequence[str], body: bytes, headers: Headers, now: datetime) -> None:
    stamp = _header(headers, "X-Zendesk-Webhook-Signature-Timestamp")
    text = stamp.encode("utf-8", "replace") + body
    given = _header(headers, "X-Zendesk-Webhook-Signature")
    digests = [hmac.digest(secret.encode(), text, "sha256") for secret in secrets]
    _match([given], [base64.b64encode(digest).decode() for digest in digests])
    try:
        sent = datetime.fromisoformat(stamp)
    except ValueError:
        raise BadSignature("The signature's timestamp is not a time.") from None
    if sent.tzinfo is None:
        raise BadSignature("The signature's timestamp has no time zone.")
    _fresh(sent.timestamp(), now)


VERIFIERS: Mapping[str, Verifier] = {
    "standard": _verify_standard,
    "github": _verify_github,
    "gitlab": _verify_gitlab,
    "linear": _verify_linear,
    "jira": _verify_jira,
    "pagerduty": _verify_pagerduty,
    "slack": _verify_slack,
    "intercom": _verify_intercom,
    "zendesk": _verify_zendesk,
}
