"""Segment: `/v1/batch` and one address for each kind of message. identify, group and alias are facts, not events."""

from typing import Any

import msgspec

from loopline.connectors.sdk_ingest.wire import (
    MOST_BYTES,
    Answer,
    Parcel,
    Refused,
    Request,
    answer,
    basic,
    clean,
    each,
    inflate,
    opened,
)
from loopline.warehouse.dialects.collect import Batch, text
from loopline.warehouse.dialects.raw import ABSENT, Id, Raw, absent, table
from loopline.warehouse.records import Outcome

NAME = "segment"
BUSY = 429
MOST = MOST_BYTES
_BATCHES = ("/v1/batch", "/v1/b", "/v1/import")
_SINGLE = {
    f"/v1/{kind}": kind for kind in ("track", "identify", "page", "screen", "group", "alias")
}
_SINGLE |= {f"/v1/{kind[0]}": kind for kind in _SINGLE.values()}
_EVENT_NAMES = {"page": "$pageview", "screen": "$screen"}  # as the other dialects call them


class _Envelope(msgspec.Struct):
    batch: Raw = ABSENT
    writeKey: str | None = None  # noqa: N815  Segment's own spelling, here and below
    sentAt: str | None = None  # noqa: N815


class _Message(msgspec.Struct):
    type: str = ""
    userId: Id = None  # noqa: N815
    anonymousId: Id = None  # noqa: N815
    previousId: Id = None  # noqa: N815
    groupId: Id = None  # noqa: N815
    messageId: str | None = None  # noqa: N815
    timestamp: str | None = None
    originalTimestamp: str | None = None  # noqa: N815
    event: str | None = None
    name: str | None = None
    category: str | None = None
    properties: Raw = ABSENT
    traits: Raw = ABSENT
    context: Raw = ABSENT


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_MESSAGES = msgspec.json.Decoder(list[_Message])
_ONE = msgspec.json.Decoder(_Message)
_PARTS = msgspec.json.Decoder(dict[str, Raw])


def open_request(request: Request) -> Parcel:
    """Find the keys and the messages. Raises Refused."""
    if request.path not in _BATCHES and request.path not in _SINGLE:
        raise Refused(
            404, "There is no such Segment address here; events go to /in/segment/v1/batch."
        )
    body = clean(inflate(request.body, request.header("content-encoding")))
    envelope = opened(body, _ENVELOPE)
    keys = (*basic(request.header("authorization")), envelope.writeKey or "")
    if request.path in _SINGLE:
        messages = b"[" + body + b"]"
    elif absent(envelope.batch):
        raise Refused(400, "The body has no batch.", field="batch")
    else:
        messages = bytes(envelope.batch)
    kind = _SINGLE.get(request.path, "")
    return Parcel(tuple(k for k in keys if k), messages, kind, envelope.sentAt or "")


def translate(parcel: Parcel, received_at: int) -> Batch:
    """track, page and screen are events; what the others say is kept as facts. Raises Refused."""
    batch = Batch(NAME, received_at, parcel.sent_at)
    for place, message in each(parcel.messages, _MESSAGES, _ONE):
        if isinstance(message, str):
            batch.refuse(place, message)
            continue
        kind = message.type or parcel.kind
        if kind in ("track", "page", "screen"):
            _event(batch, place, message, kind)
        elif kind in ("identify", "group", "alias"):
            _fact(batch, place, message, kind)
        else:
            batch.refuse(place, "missing type" if not kind else "invalid type", message.messageId)
    return batch


def _event(batch: Batch, place: int, message: _Message, kind: str) -> None:
    extra: dict[str, Raw | bytes] = {}
    for name in ("name", "category"):
        value = getattr(message, name)
        if kind != "track" and value:
            extra[name] = msgspec.json.encode(value)
    account = _context(message.context, extra)
    batch.add(
        place, id=message.messageId, name=_EVENT_NAMES.get(kind) or message.event or "",
        person=message.userId, anonymous=message.anonymousId,
        time=message.timestamp or message.originalTimestamp,
        properties=message.properties, account=account, extra=extra,
    )  # fmt: skip


def _context(context: Raw, extra: dict[str, Raw | bytes]) -> str:
    """Keep what the context holds beside the library's name; answers the account it names."""
    if absent(context):
        return ""
    try:
        parts = _PARTS.decode(context)
    except msgspec.DecodeError:
        return ""
    account = parts.get("groupId")
    parts.pop("library", None)
    if parts:
        extra["$context"] = msgspec.json.encode(parts)
    try:
        return text(msgspec.json.decode(account, type=Id)) if account is not None else ""
    except msgspec.DecodeError:
        return ""


def _fact(batch: Batch, place: int, message: _Message, kind: str) -> None:
    who, hidden = text(message.userId), text(message.anonymousId)
    try:
        at = batch.at(message.timestamp or message.originalTimestamp)
    except ValueError:
        batch.refuse(place, "invalid timestamp", message.messageId)
        return
    if not (who or hidden):
        batch.refuse(place, "missing userId", message.messageId)
        return
    if who and hidden and who != hidden:
        batch.link("identify", hidden, who, at)
    if kind == "identify":
        batch.learn("person", who or hidden, at, table(message.traits))
    elif kind == "alias":
        previous = text(message.previousId) or hidden
        if not previous:
            batch.refuse(place, "missing previousId", message.messageId)
            return
        batch.link("alias", previous, who, at)
    else:
        account = text(message.groupId)
        if not account:
            batch.refuse(place, "missing groupId", message.messageId)
            return
        batch.link("member", who or hidden, account, at)
        batch.learn("account", account, at, table(message.traits))


def stored(parcel: Parcel, batch: Batch, outcome: Outcome) -> Answer:
    """200 also for a batch that is partly bad; its verdicts are in the answer."""
    document: dict[str, Any] = {"success": True}
    if batch.verdicts and not (batch.events or batch.facts):
        return refused(
            parcel, Refused(400, f"No message can be taken: {batch.verdicts[0].reason}.")
        )
    if batch.verdicts:
        document |= {"stored": outcome.stored, "rejected": batch.verdicts}
    return answer(200, document)


def refused(parcel: Parcel | None, why: Refused) -> Answer:
    document = {"success": False, "code": f"http_{why.status}", "message": why.reason}
    return answer(why.status, document, retry_after=why.retry_after)
