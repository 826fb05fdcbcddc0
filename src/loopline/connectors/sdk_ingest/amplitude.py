"""Amplitude: `/2/httpapi` and `/batch`. Every JSON answer carries `code`; without it the client loses the batch."""

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
    clean,
    each,
    inflate,
    opened,
    table,
)
from loopline.warehouse.records import Outcome

NAME = "amplitude"
BUSY = 429
MOST = MOST_BYTES
_PATHS = ("/2/httpapi", "/batch", "/httpapi", "")
# What Amplitude keeps beside the event's own properties; it goes in front of them under its own name.
_BESIDE = (
    "session_id", "platform", "os_name", "os_version", "app_version", "device_model", "country", "city",
    "language", "ip", "price", "quantity", "revenue", "productId", "revenueType",
)  # fmt: skip


class _Envelope(msgspec.Struct):
    api_key: str | None = None
    events: Raw = ABSENT
    client_upload_time: str | None = None


class _Event(msgspec.Struct):
    event_type: str = ""
    user_id: Id = None
    device_id: Id = None
    time: float | int | None = None
    insert_id: str | None = None
    event_properties: Raw = ABSENT
    user_properties: Raw = ABSENT
    group_properties: Raw = ABSENT
    groups: Raw = ABSENT
    session_id: Raw = ABSENT
    platform: Raw = ABSENT
    os_name: Raw = ABSENT
    os_version: Raw = ABSENT
    app_version: Raw = ABSENT
    device_model: Raw = ABSENT
    country: Raw = ABSENT
    city: Raw = ABSENT
    language: Raw = ABSENT
    ip: Raw = ABSENT
    price: Raw = ABSENT
    quantity: Raw = ABSENT
    revenue: Raw = ABSENT
    productId: Raw = ABSENT  # noqa: N815  Amplitude's own spelling
    revenueType: Raw = ABSENT  # noqa: N815


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_EVENTS = msgspec.json.Decoder(list[_Event])
_ONE = msgspec.json.Decoder(_Event)


def open_request(request: Request) -> Parcel:
    """Find the key and the messages. Raises Refused."""
    if request.path not in _PATHS:
        raise Refused(404, "There is no such address here; events go to /in/amplitude/2/httpapi.")
    body = clean(inflate(request.body, request.header("content-encoding")))
    envelope = opened(body, _ENVELOPE)
    if absent(envelope.events):
        raise Refused(400, "Request missing required field", field="events")
    keys = (envelope.api_key,) if envelope.api_key else ()
    return Parcel(keys, bytes(envelope.events), sent_at=envelope.client_upload_time or "")


def translate(parcel: Parcel, received_at: int) -> Batch:
    """Events, and facts from $identify, $groupidentify and user properties. Raises Refused."""
    batch = Batch(NAME, received_at, parcel.sent_at)
    for place, event in each(parcel.messages, _EVENTS, _ONE):
        if isinstance(event, str):
            batch.refuse(place, event)
        elif event.event_type in ("$identify", "$groupidentify"):
            _fact(batch, place, event)
        else:
            _event(batch, place, event)
    return batch


def _event(batch: Batch, place: int, event: _Event) -> None:
    extra: dict[str, Raw | bytes] = {}
    for name in _BESIDE:
        value = getattr(event, name)
        if not absent(value):
            extra[name] = value
    who, device = text(event.user_id), text(event.device_id)
    taken = batch.add(
        place, id=event.insert_id, name=event.event_type, person=who, anonymous=device, time=event.time,
        properties=event.event_properties, account=account_of(table(event.groups)), extra=extra,
    )  # fmt: skip
    if taken and not absent(event.user_properties):
        _person(batch, who or device, batch.events[-1].ts, table(event.user_properties))


def _fact(batch: Batch, place: int, event: _Event) -> None:
    who, device = text(event.user_id), text(event.device_id)
    try:
        at = batch.at(event.time)
    except (ValueError, OverflowError):
        batch.refuse(place, "invalid time", event.insert_id)
        return
    groups = table(event.groups)
    if event.event_type == "$groupidentify":
        for kind, key in groups.items():
            batch.operate("account", group_key(kind, key), at, table(event.group_properties))
        if not groups:
            batch.refuse(place, "missing groups", event.insert_id)
        return
    if not (who or device):
        batch.refuse(place, "missing user_id", event.insert_id)
        return
    if who and device and who != device:
        batch.link("identify", device, who, at)
    if groups:
        batch.link("member", who or device, account_of(groups), at)
    _person(batch, who or device, at, table(event.user_properties))


def _person(batch: Batch, who: str, at: int, properties: dict[str, Any]) -> None:
    """Properties on an event are either operations ($set ...) or, without those, values to set."""
    operations = {k: v for k, v in properties.items() if k.startswith("$")}
    batch.operate("person", who, at, operations)
    batch.learn("person", who, at, {k: v for k, v in properties.items() if k not in operations})


def stored(parcel: Parcel, batch: Batch, outcome: Outcome) -> Answer:
    """400 with lists of places for a batch that is partly bad: the client drops those and sends the rest again,

    which is stored already and tells itself apart by its ids.
    """
    if not batch.verdicts:
        document = {
            "code": 200,
            "events_ingested": len(batch.events),
            "payload_size_bytes": len(parcel.messages),
        }
        return answer(200, document | {"server_upload_time": batch.received_at // 1000})
    lists: dict[str, dict[str, list[int]]] = {
        "events_with_missing_fields": {}, "events_with_invalid_fields": {}, "events_with_invalid_id_lengths": {},
    }  # fmt: skip
    for verdict in batch.verdicts:
        how, _, rest = verdict.reason.partition(" ")
        field = {"event": "event_type", "person": "user_id"}.get(rest, rest.partition(":")[0])
        which = "events_with_missing_fields" if how == "missing" else "events_with_invalid_fields"
        if field == "id or name":
            which, field = "events_with_invalid_id_lengths", "user_id"
        lists[which].setdefault(field, []).append(verdict.index)
    error = "Request has events that cannot be taken; they are listed, the others are stored."
    return answer(400, {"code": 400, "error": error, "silenced_events": [], **lists})


def refused(parcel: Parcel | None, why: Refused) -> Answer:
    """A wrong key stops the client with a sentence; `missing_field` makes it drop a batch that nobody can read."""
    document: dict[str, Any] = {"code": why.status, "error": why.reason}
    if why.status in (401, 403):
        document["error"] = f"Invalid API key: {why.reason}"
    elif why.status == 429:
        document |= {"throttled_events": [], "eps_threshold": 0}
    elif why.status in (400, 404, 415):
        document["missing_field"] = why.field
    return answer(why.status, document, retry_after=why.retry_after)
