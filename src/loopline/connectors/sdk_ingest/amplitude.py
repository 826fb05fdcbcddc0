"""Amplitude: `/2/httpapi` and `/batch`. Every JSON answer carries `code`; without it the client loses the batch."""

from typing import Any

import msgspec

from loopline.connectors.sdk_ingest.wire import (
    MOST_BYTES,
    Answer,
    Parcel,
    Refused,
    Request,
    answer,
    clean,
    each,
    inflate,
    opened,
)
from loopline.warehouse.dialects.amplitude import NAME, Message, take
from loopline.warehouse.dialects.collect import Batch
from loopline.warehouse.dialects.raw import ABSENT, Raw, absent
from loopline.warehouse.records import Outcome

BUSY = 429
MOST = MOST_BYTES
_PATHS = ("/2/httpapi", "/batch", "/httpapi", "")


class _Envelope(msgspec.Struct):
    api_key: str | None = None
    events: Raw = ABSENT
    client_upload_time: str | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_EVENTS = msgspec.json.Decoder(list[Message])
_ONE = msgspec.json.Decoder(Message)


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
        else:
            take(batch, place, event)
    return batch


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
