"""Mixpanel: `/track`, `/import`, and the profile updates of `/engage` and `/groups`, which are facts.

Its clients look at `status` in the JSON alone: it is 1 where everything is well, whatever HTTP says.
"""

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
    form,
    inflate,
    unbase64,
)
from loopline.warehouse.dialects.collect import Batch
from loopline.warehouse.dialects.mixpanel import NAME, Message, profile, take
from loopline.warehouse.dialects.raw import ABSENT, Id, Raw, absent, plain
from loopline.warehouse.records import Outcome

BUSY = 503
MOST = MOST_BYTES
_PATHS = ("/track", "/engage", "/groups", "/import")


class _Key(msgspec.Struct):
    properties: Raw = ABSENT
    token: Id = msgspec.field(name="$token", default=None)


_EVENTS = msgspec.json.Decoder(list[Message])
_EVENT = msgspec.json.Decoder(Message)
_UPDATES = msgspec.json.Decoder(list[dict[str, Any]])
_UPDATE = msgspec.json.Decoder(dict[str, Any])
_KEYS = msgspec.json.Decoder(list[_Key])
_KEY = msgspec.json.Decoder(_Key)


def open_request(request: Request) -> Parcel:
    """Find the keys and the messages. Raises Refused."""
    kind = request.path.removeprefix("/")
    if request.path not in _PATHS:
        raise Refused(
            404, "There is no such Mixpanel address here; events go to /in/mixpanel/track."
        )
    body, fields = _body(request)
    messages = clean(body)
    if not messages.lstrip().startswith(b"["):
        messages = b"[" + messages + b"]"
    keys = (
        *basic(request.header("authorization")), fields.get("api_key", ""), request.asked("token"),
        _key_inside(messages),
    )  # fmt: skip
    shape = "form" if fields else ""
    return Parcel(tuple(k for k in keys if k), messages, kind, facts={"shape": shape})


def _body(request: Request) -> tuple[bytes, dict[str, str]]:
    """The JSON text and, where it came in a form, the form's fields."""
    body = inflate(request.body, request.header("content-encoding"))
    if not body:
        body = b"data=" + request.asked("data").encode()
    sort = request.header("content-type")
    if "ndjson" in sort:
        return b"[" + b",".join(line for line in body.splitlines() if line.strip()) + b"]", {}
    if body.lstrip()[:1] in (b"{", b"["):
        return body, {}
    fields = form(body) if b"=" in body[:100] else {"data": body.decode(errors="replace")}
    data = fields.get("data", "").encode()
    if data.lstrip()[:1] not in (b"{", b"["):
        data = inflate(unbase64(data.decode()), "", MOST_BYTES)  # older browser libraries
    return data, fields


def _key_inside(messages: bytes) -> str:
    for _, message in each(messages, _KEYS, _KEY):
        if isinstance(message, _Key):
            token = message.token
            if token is None and not absent(message.properties):
                inner = plain(message.properties)
                token = inner.get("token") if isinstance(inner, dict) else None
            return token if isinstance(token, str) else ""
    return ""


def translate(parcel: Parcel, received_at: int) -> Batch:
    """Events from /track and /import, facts from /engage and /groups. Raises Refused."""
    batch = Batch(NAME, received_at)
    if parcel.kind in ("engage", "groups"):
        for place, update in each(parcel.messages, _UPDATES, _UPDATE):
            if isinstance(update, str):
                batch.refuse(place, update)
            else:
                profile(batch, place, update, parcel.kind)
        return batch
    for place, event in each(parcel.messages, _EVENTS, _EVENT):
        if isinstance(event, str):
            batch.refuse(place, event)
        else:
            take(batch, place, event)
    return batch


def stored(parcel: Parcel, batch: Batch, outcome: Outcome) -> Answer:
    """/import: 400 with `failed_records` means that the others are stored. Elsewhere 200 and status 1."""
    if parcel.kind == "import" and not parcel.facts["shape"]:
        return _imported(batch)
    document: dict[str, Any] = {"status": 1, "error": None}
    if parcel.kind == "import":
        document |= {"code": 200, "num_records_imported": len(batch.events)}
    if batch.verdicts:
        nothing = not batch.events and not batch.facts
        error = f"{batch.verdicts[0].reason}" if nothing else None
        document |= {"status": int(not nothing), "error": error, "rejected": batch.verdicts}
    return answer(200, document)


def _imported(batch: Batch) -> Answer:
    taken = len(batch.events)
    if not batch.verdicts:
        return answer(200, {"code": 200, "num_records_imported": taken, "status": "OK"})
    failed = [
        {"index": v.index, "$insert_id": v.id, "field": v.reason.split()[1] if " " in v.reason else "",
         "message": v.reason}
        for v in batch.verdicts
    ]  # fmt: skip
    document = {
        "code": 400, "error": "some data points in the request failed validation", "status": "Bad Request",
        "num_records_imported": taken, "failed_records": failed,
    }  # fmt: skip
    return answer(400, document)


def refused(parcel: Parcel | None, why: Refused) -> Answer:
    """Bad input answers 200 with status 0, as Mixpanel does; keys, sizes and a busy server keep their code."""
    document: dict[str, Any] = {"status": 0, "error": why.reason}
    importing = parcel is not None and parcel.kind == "import"
    status = 429 if importing and why.status == 503 and why.retry_after else why.status
    if importing:
        document |= {"code": status}
    elif status in (400, 415):
        status = 200
    return answer(status, document, retry_after=why.retry_after)
