"""Loopline's own form: POST /api/v1/events. Unknown fields are refused by name, each bad event with its reason."""

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
    inflate,
)
from loopline.warehouse.dialects.collect import Batch, text
from loopline.warehouse.dialects.raw import ABSENT, Raw, absent, plain
from loopline.warehouse.records import Outcome, Verdict

NAME = "native"
BUSY = 429
MOST = MOST_BYTES
_TITLES = {401: "Not signed in", 403: "Not allowed", 422: "Some fields need another look",
           413: "Too large", 415: "Unknown encoding", 429: "Too many", 503: "Not now"}  # fmt: skip


class _Envelope(msgspec.Struct, forbid_unknown_fields=True):
    events: Raw
    sent_at: str | None = None


class _Event(msgspec.Struct, forbid_unknown_fields=True):
    event: str
    id: str | int | None = None
    person: str | int | None = None
    anonymous_id: str | int | None = None
    account: str | int | None = None
    time: str | None = None
    properties: Raw = ABSENT
    person_properties: dict[str, object] | None = None
    account_properties: dict[str, object] | None = None


class _Peek(msgspec.Struct):
    alias: Raw = ABSENT


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_EVENTS = msgspec.json.Decoder(list[_Event])
_ONE = msgspec.json.Decoder(_Event)


def open_request(request: Request) -> Parcel:
    """The key is in the header: it is judged before anybody looks at the body. Raises Refused."""
    how = request.header("content-encoding")
    return Parcel(bearer(request.header("authorization")), request.body, facts={"encoding": how})


def translate(parcel: Parcel, received_at: int) -> Batch:
    """Events, and facts where they name a person with an anonymous id, an alias, or properties. Raises Refused."""
    try:
        body = clean(inflate(parcel.messages, parcel.facts["encoding"]))
        try:
            envelope = _ENVELOPE.decode(body)
        except msgspec.ValidationError as wrong:
            raise Refused(422, f"{_sentence(str(wrong))}", field="events") from None
        batch = Batch(NAME, received_at, envelope.sent_at or "")
        for place, event in each(bytes(envelope.events), _EVENTS, _ONE):
            if isinstance(event, str):
                batch.refuse(place, event, _id_of(envelope.events, place))
            else:
                _take(batch, place, event)
    except Refused as why:
        raise Refused(
            422 if why.status == 400 else why.status, why.reason, field=why.field
        ) from None
    return batch


def _sentence(text: str) -> str:
    return f"{text.replace(' - at `$', ' at `').replace('`', '')}."


def _id_of(events: Raw, place: int) -> str:
    """The id of an event that could not be read, where it has one."""
    item = msgspec.json.decode(events, type=list[Raw])[place]
    value = plain(item)
    found = value.get("id") if isinstance(value, dict) else None
    return text(found) if isinstance(found, str | int) else ""


def _take(batch: Batch, place: int, event: _Event) -> None:
    account = "" if event.account is None else text(event.account)
    taken = batch.add(
        place, id=event.id, name=event.event, person=event.person, anonymous=event.anonymous_id, time=event.time,
        properties=event.properties, account=account,
    )  # fmt: skip
    learnt = event.person_properties or event.account_properties
    if not taken or not (learnt or event.event == "$create_alias"):
        return
    at, who = batch.events[-1].ts, text(event.person)
    if event.event == "$create_alias" and not absent(event.properties):
        alias = plain(msgspec.json.decode(event.properties, type=_Peek).alias)
        batch.link("alias", text(alias) if isinstance(alias, str | int) else "", who, at)
    if event.person_properties:
        batch.learn("person", who or text(event.anonymous_id), at, event.person_properties)
    if event.account_properties:
        batch.learn("account", account, at, event.account_properties)


def stored(parcel: Parcel, batch: Batch, outcome: Outcome) -> Answer:
    """Counts that add up to what was sent, and a reason for every event that was not taken."""
    clash = "conflict: an event with this id and other content is stored; the first stays"
    conflicts = [Verdict(batch.places[i], batch.events[i].id, clash) for i in outcome.conflicts]
    rejected = sorted([*batch.verdicts, *conflicts], key=lambda v: v.index)
    document = {"stored": outcome.stored, "duplicates": outcome.duplicates, "rejected": rejected}
    return answer(200, document)


def refused(parcel: Parcel | None, why: Refused) -> Answer:
    """Problem details (RFC 9457), like the rest of the API."""
    status = 422 if why.status == 400 else why.status
    document = {
        "type": "about:blank", "title": _TITLES.get(status, "Not taken"), "status": status, "detail": why.reason,
        "errors": [{"field": why.field, "message": why.reason}] if status in (413, 415, 422) else [],
    }  # fmt: skip
    made = answer(status, document, retry_after=why.retry_after)
    kind = ("Content-Type", "application/problem+json")
    bearer_only = (("WWW-Authenticate", "Bearer"),) if status == 401 else ()
    return Answer(made.status, made.body, (kind, *bearer_only, *made.headers))
