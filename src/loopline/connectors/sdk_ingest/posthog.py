"""PostHog: `/batch/`, the single-event routes, and capture v1. What its identity events say becomes facts."""

from typing import Any

import msgspec

from loopline.connectors.sdk_ingest.wire import (
    MOST_BYTES,
    Answer,
    Parcel,
    Refused,
    Request,
    answer,
    bearer,
    clean,
    each,
    form,
    inflate,
    opened,
    unbase64,
)
from loopline.warehouse.dialects.collect import Batch, text
from loopline.warehouse.dialects.posthog import NAME, Message, inside, take
from loopline.warehouse.dialects.raw import ABSENT, EMPTY, Raw, absent, plain
from loopline.warehouse.records import Outcome

BUSY = 429
MOST = 20 * 1024 * 1024  # bytes of a batch; single events MOST_BYTES
_BATCHES = ("/batch", "/i/v1/analytics/events")
_SINGLE = ("/i/v0/e", "/e", "/track", "/engage", "/capture", "/s")


class _Envelope(msgspec.Struct):
    batch: Raw = ABSENT
    api_key: str | None = None
    token: str | None = None
    sent_at: str | None = None
    created_at: str | None = None
    properties: Raw = EMPTY


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_EVENTS = msgspec.json.Decoder(list[Message])
_ONE = msgspec.json.Decoder(Message)


def open_request(request: Request) -> Parcel:
    """Find the keys and the messages. Raises Refused."""
    if request.path not in _BATCHES and request.path not in _SINGLE:
        raise Refused(404, "There is no such PostHog address here; events go to /in/posthog/batch.")
    most = MOST if request.path in _BATCHES else MOST_BYTES
    body = clean(_body(request, most))
    if body.lstrip().startswith(b"["):
        return Parcel((_key_inside(body), request.asked("api_key")), body)
    envelope = opened(body, _ENVELOPE)
    inner = inside(envelope.properties)
    keys = (
        *bearer(request.header("authorization")), envelope.api_key or "", envelope.token or "",
        text(plain(inner.token)), text(plain(inner.api_key)), request.asked("api_key"),
    )  # fmt: skip
    messages = bytes(envelope.batch) if not absent(envelope.batch) else b"[" + body + b"]"
    sent_at = envelope.sent_at or request.header("posthog-request-timestamp")
    kind = "v1" if request.path == _BATCHES[1] else ""
    return Parcel(tuple(k for k in keys if k), messages, kind, sent_at)


def _body(request: Request, most: int) -> bytes:
    """The JSON text, however it was packed."""
    body = request.body or request.asked("data").encode()
    compression = request.asked("compression")
    how = request.header("content-encoding")
    if not how and (compression.startswith("gzip") or body.startswith(b"\x1f\x8b")):
        how = "gzip"
    if how:
        return inflate(body, how, most)
    if len(body) > most:
        raise Refused(413, f"The body is larger than {most // (1024 * 1024)} MiB.")
    if body.startswith(b"data="):
        data = form(body).get("data", "")
        body = data.encode()
    if body.lstrip()[:1] not in (b"{", b"[") and body:
        body = inflate(unbase64(body.decode(errors="replace")), "", most)
        if body.startswith(b"\x1f\x8b"):
            body = inflate(body, "gzip", most)
    return body


def _key_inside(body: bytes) -> str:
    for _, event in each(body, _EVENTS, _ONE):
        if isinstance(event, Message):
            return text(plain(inside(event.properties).token))
    return ""


def translate(parcel: Parcel, received_at: int) -> Batch:
    """Every message is an event, as PostHog has it; those about identity are facts as well. Raises Refused."""
    batch = Batch(NAME, received_at, parcel.sent_at)
    for place, event in each(parcel.messages, _EVENTS, _ONE):
        if isinstance(event, str):
            batch.refuse(place, event)
        else:
            take(batch, place, event)
    return batch


def stored(parcel: Parcel, batch: Batch, outcome: Outcome) -> Answer:
    """200 where anything is good: a 4xx would make the client drop the good events with the bad."""
    if parcel.kind == "v1":
        return answer(200, {"results": _results(batch)})
    document: dict[str, Any] = {"status": 1}
    if batch.verdicts and not batch.events:
        return refused(parcel, Refused(400, f"No event can be taken: {batch.verdicts[0].reason}."))
    if batch.verdicts:
        document |= {"stored": outcome.stored, "rejected": batch.verdicts}
    return answer(200, document)


def _results(batch: Batch) -> dict[str, dict[str, str]]:
    """Capture v1 wants a word for each event, by its uuid."""
    good = {event.id: {"result": "ok"} for event in batch.events}
    return good | {v.id: {"result": "drop", "details": v.reason} for v in batch.verdicts if v.id}


def refused(parcel: Parcel | None, why: Refused) -> Answer:
    kind = "authentication_error" if why.status == 401 else "validation_error"
    code = "invalid_api_key" if why.status == 401 else "invalid"
    document = {"status": 0, "type": kind, "code": code, "detail": why.reason, "attr": None}
    return answer(why.status, document, retry_after=why.retry_after)
