"""Lines of the exports of Amplitude, Mixpanel and PostHog, told like the messages their SDKs send."""

from collections.abc import Callable

import msgspec

from loopline.warehouse.dialects import amplitude, mixpanel, posthog, times
from loopline.warehouse.dialects.collect import Batch, text
from loopline.warehouse.dialects.raw import ABSENT, Id, Raw, absent, plain, table, wrong_field

Take = Callable[[Batch, int, bytes], None]


class _Amplitude(amplitude.Message):
    """An export names some things otherwise than the SDKs do."""

    event_time: str | None = None
    client_event_time: str | None = None
    uuid: str | None = None
    given: str | None = msgspec.field(name="$insert_id", default=None)
    ip_address: Raw = ABSENT
    version_name: Raw = ABSENT
    merged: Id = msgspec.field(name="merged_amplitude_id", default=None)


class _Person(msgspec.Struct):
    """A line of Mixpanel's export of people."""

    distinct_id: Id = msgspec.field(name="$distinct_id", default=None)
    properties: Raw = msgspec.field(name="$properties", default=ABSENT)


class _Mixpanel(mixpanel.Message):
    distinct_id: Id = msgspec.field(name="$distinct_id", default=None)
    people: Raw = msgspec.field(name="$properties", default=ABSENT)


class _PostHog(posthog.Message):
    person_properties: Raw = ABSENT
    created_at: str | None = None
    sent: Raw = msgspec.field(name="elements_chain", default=ABSENT)


_AMPLITUDE = msgspec.json.Decoder(_Amplitude)
_MIXPANEL = msgspec.json.Decoder(_Mixpanel)
_POSTHOG = msgspec.json.Decoder(_PostHog)


def _amplitude(batch: Batch, place: int, line: bytes) -> None:
    event = _AMPLITUDE.decode(line)
    if event.merged is not None and not event.event_type:
        batch.refuse(place, "a merge of Amplitude's own ids, which mean nothing elsewhere")
        return
    event.insert_id = event.insert_id or event.given or event.uuid
    stated = event.event_time or event.client_event_time
    if stated:
        try:
            event.time = times.from_iso(stated) / 1000
        except ValueError:
            batch.refuse(place, "invalid event_time", event.insert_id)
            return
    if event.time is None:
        batch.refuse(place, "missing event_time", event.insert_id)
        return
    if absent(event.ip):
        event.ip = event.ip_address
    if absent(event.app_version):
        event.app_version = event.version_name
    amplitude.take(batch, place, event)


def _mixpanel(batch: Batch, place: int, line: bytes) -> None:
    event = _MIXPANEL.decode(line)
    if not event.event and text(event.distinct_id):
        _profile(batch, place, text(event.distinct_id), event.people)
    elif absent(event.properties) or b'"time"' not in bytes(event.properties):
        batch.refuse(place, "missing time")
    else:
        mixpanel.take(batch, place, mixpanel.Message(event.event, event.properties))


def _profile(batch: Batch, place: int, who: str, properties: Raw) -> None:
    known = table(properties)
    at = batch.received_at
    try:
        at = times.from_iso(str(known["$last_seen"])) if known.get("$last_seen") else at
    except ValueError:
        batch.refuse(place, "invalid $last_seen")
        return
    batch.learn("person", who, at, known)


def _posthog(batch: Batch, place: int, line: bytes) -> None:
    event = _POSTHOG.decode(line)
    if not event.timestamp:
        batch.refuse(place, "missing timestamp", event.uuid)
        return
    for name in ("properties", "person_properties", "set_", "set_once"):
        value = getattr(event, name)
        if bytes(value).startswith(b'"'):  # CSV and Parquet hold JSON as text
            inside = plain(value)
            setattr(event, name, Raw(inside.encode() if inside else b"null"))
    if not absent(event.properties) and not _readable(event.properties):
        batch.refuse(place, "invalid properties", event.uuid)
        return
    before = len(batch.events)
    posthog.take(batch, place, event)
    if len(batch.events) > before and not absent(event.person_properties):
        taken = batch.events[-1]
        batch.learn("person", taken.distinct_id, taken.ts, table(event.person_properties))


def _readable(raw: Raw) -> bool:
    try:
        msgspec.json.decode(raw, type=Raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True


TAKES: dict[str, Take] = {"amplitude": _amplitude, "mixpanel": _mixpanel, "posthog": _posthog}


def take(kind: str, batch: Batch, place: int, line: bytes) -> None:
    """Put a line's event and facts into the batch, or the reason why not."""
    try:
        TAKES[kind](batch, place, line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        why = wrong_field(str(wrong))
        batch.refuse(place, why if " at " in str(wrong) else "not a JSON object")
