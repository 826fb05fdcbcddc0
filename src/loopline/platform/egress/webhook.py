"""Sends one signed webhook once and says what came of it, and when to try again."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from loopline.platform.egress.client import EgressClient
from loopline.platform.egress.errors import EgressProblem
from loopline.platform.egress.signing import BadSignature, Secrets, sign

RETRY_SECONDS = (5, 30, 300, 1800, 7200, 18000, 36000)
JITTER = 0.1
LONGEST_WAIT = 86400
EXCERPT = 1000


@dataclass(frozen=True)
class Delivery:
    """What came of one attempt. `status` is None where no answer came; `problem` says why."""

    ok: bool
    status: int | None
    ms: int | None
    response_excerpt: str
    retry_after: int | None
    gone: bool
    problem: str


def deliver(
    client: EgressClient,
    url: str,
    secrets: Secrets,
    webhook_id: str,
    body: bytes,
    now: datetime,
    *,
    timeout: float = 10,
) -> Delivery:
    """One attempt. Only 2xx is success; 410 means the receiver wants no more; never raises."""
    try:
        headers = {"Content-Type": "application/json", "User-Agent": "Loopline-Webhooks"}
        headers |= sign(secrets, webhook_id, now, body)
        answer = client.request(
            "POST", url, headers=headers, content=body, timeout=timeout, cut=True
        )
    except (EgressProblem, BadSignature) as problem:
        return Delivery(False, None, None, "", None, False, problem.sentence)
    ok = 200 <= answer.status < 300
    return Delivery(
        ok=ok,
        status=answer.status,
        ms=answer.ms,
        response_excerpt=excerpt(answer.body),
        retry_after=None if ok else retry_after(answer.headers, now),
        gone=answer.status == 410,
        problem="" if ok else _said(answer.status),
    )


def next_attempt(attempt: int, jitter: float, retry_after: int | None = None) -> float | None:
    """Seconds to wait after failed attempt number `attempt` (from 1), or None: give up.

    `jitter` from 0 to 1 adds up to a tenth. The receiver's own Retry-After only lengthens.
    """
    if not 1 <= attempt <= len(RETRY_SECONDS):
        return None
    wait = RETRY_SECONDS[attempt - 1] * (1 + JITTER * min(max(jitter, 0.0), 1.0))
    return max(wait, float(retry_after or 0))


def retry_after(headers: httpx.Headers, now: datetime) -> int | None:
    """Seconds the other side asks us to wait, given as a number or a date; at most a day."""
    given = headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return min(int(given[:9]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(given)
    except ValueError:
        return None
    seconds = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(max(int(seconds.total_seconds()), 0), LONGEST_WAIT)


def excerpt(body: bytes) -> str:
    """The start of an answer as clean text for a log."""
    text = body[: EXCERPT * 4].decode("utf-8", "replace")
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept)[:EXCERPT]


def _said(status: int) -> str:
    if status == 410:
        return "The receiver answered 410: it wants no more of these."
    if 300 <= status < 400:
        return f"The receiver answered {status}, a redirect. Enter the address it leads to."
    if status == 429:
        return "The receiver answered 429: it asks for a pause."
    return f"The receiver answered {status}. Only 2xx counts as received."
