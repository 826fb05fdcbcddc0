"""Mixpanel: `/track`, `/import`, and the profile updates of `/engage` and `/groups`, which are facts.

Its clients look at `status` in the JSON alone: it is 1 where everything is well, whatever HTTP says.
"""

from typing import Any

import msgspec

from loopline.connectors.sdk_ingest.collect import Batch, account_of, group_key, text
from loopline.connectors.sdk_ingest.wire import (
    ABSENT,
    MOST_BYTES,
    Answer,
    Id,
    Parcel,
    Raw,
    Refused,
    Request,
    absent,
    answer,
    basic,
    clean,
    each,
    form,
    inflate,
    plain,
    unbase64,
)
from loopline.warehouse.records import Outcome

NAME = "mixpanel"
BUSY = 503
MOST = MOST_BYTES
_PATHS = ("/track", "/engage", "/groups", "/import")
_IDENTITY = ("$identify", "$create_alias", "$merge")


class _Event(msgspec.Struct):
    event: str = ""
    properties: Raw = ABSENT


class _Peek(msgspec.Struct):
    token: str | None = None
    distinct_id: Id = None
    time: str | float | int | None = None
    insert_id: str | None = msgspec.field(name="$insert_id", default=None)
    device_id: Id = msgspec.field(name="$device_id", default=None)
    user_id: Id = msgspec.field(name="$user_id", default=None)


class _Identity(msgspec.Struct):
    alias: Id = None
    distinct_id: Id = None
    identified: Id = msgspec.field(name="$identified_id", default=None)
    anonymous: Id = msgspec.field(name="$anon_id", default=None)
    merged: list[Id] = msgspec.field(name="$distinct_ids", default_factory=list)


class _Key(msgspec.Struct):
    properties: Raw = ABSENT
    token: Id = msgspec.field(name="$token", default=None)


_EVENTS = msgspec.json.Decoder(list[_Event])
_EVENT = msgspec.json.Decoder(_Event)
_UPDATES = msgspec.json.Decoder(list[dict[str, Any]])
_UPDATE = msgspec.json.Decoder(dict[str, Any])
_KEYS = msgspec.json.Decoder(list[_Key])
_KEY = msgspec.json.Decoder(_Key)
_PEEK = msgspec.json.Decoder(_Peek)
_GROUPS = {"account", "company", "organization", "organisation", "workspace", "tenant"}


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
                _profile(batch, place, update, parcel.kind)
        return batch
    for place, event in each(parcel.messages, _EVENTS, _EVENT):
        if isinstance(event, str):
            batch.refuse(place, event)
        else:
            _event(batch, place, event)
    return batch


def _event(batch: Batch, place: int, event: _Event) -> None:
    try:
        inner = _PEEK.decode(event.properties) if not absent(event.properties) else _Peek()
    except msgspec.DecodeError:
        batch.refuse(place, "invalid properties")
        return
    named = text(inner.user_id)
    account = ""
    if not absent(event.properties) and any(
        kind.encode() in bytes(event.properties) for kind in _GROUPS
    ):
        values = plain(event.properties)
        account = account_of({k: v for k, v in values.items() if k.lower() in _GROUPS})
    taken = batch.add(
        place, id=inner.insert_id, name=event.event, person=named or inner.distinct_id, time=inner.time,
        properties=event.properties, anonymous=inner.device_id if named else "", account=account,
    )  # fmt: skip
    if taken and event.event in _IDENTITY and not absent(event.properties):
        _identity(batch, event.event, event.properties)


def _identity(batch: Batch, name: str, properties: Raw) -> None:
    """What Mixpanel's own identity events say."""
    try:
        said = msgspec.json.decode(properties, type=_Identity)
    except msgspec.DecodeError:
        return
    at = batch.events[-1].ts
    if name == "$identify":
        person = text(said.identified) or text(said.distinct_id)
        batch.link("identify", text(said.anonymous), person, at)
    elif name == "$create_alias":
        batch.link("alias", text(said.alias), text(said.distinct_id), at)
    elif len(said.merged) > 1:
        first, *others = (text(one) for one in said.merged)
        for other in others:
            batch.link("alias", other, first, at)


def _profile(batch: Batch, place: int, update: dict[str, Any], kind: str) -> None:
    """A profile update: about a person, or about a group."""
    fact, subject = "person", update.get("$distinct_id")
    if kind == "groups":
        fact, subject = (
            "account",
            group_key(str(update.get("$group_key", "")), update.get("$group_id")),
        )
    who = text(subject) if isinstance(subject, str | int | float) else ""
    if not who:
        batch.refuse(place, "missing $distinct_id" if kind == "engage" else "missing $group_id")
        return
    try:
        time = update.get("$time")
        at = batch.at(time if isinstance(time, str | int | float) else None)
    except ValueError:
        batch.refuse(place, "invalid $time")
        return
    about = ("$token", "$time", "$distinct_id", "$group_key", "$group_id", "$ip", "$ignore_time")
    operations = {k: v for k, v in update.items() if k.startswith("$") and k not in about}
    if not operations:
        batch.refuse(place, "missing operation")
        return
    batch.operate(fact, who, at, operations)


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
