"""What a PostHog event means: an event always; those about identity are facts as well."""

import msgspec

from loopline.warehouse.dialects.collect import Batch, account_of, group_key, text
from loopline.warehouse.dialects.raw import ABSENT, EMPTY, Id, Raw, absent, plain, table

NAME = "posthog"


class Message(msgspec.Struct):
    """One event as its SDKs send it and its exports hold it."""

    event: str = ""
    distinct_id: Id = None
    timestamp: str | None = None
    offset: float | None = None
    uuid: str | None = None
    properties: Raw = EMPTY
    set_: Raw = msgspec.field(name="$set", default=ABSENT)
    set_once: Raw = msgspec.field(name="$set_once", default=ABSENT)


class Inside(msgspec.Struct):
    """Properties that mean something to us; the rest is kept unread."""

    token: Raw = ABSENT
    api_key: Raw = ABSENT
    distinct_id: Raw = ABSENT
    alias: Raw = ABSENT
    groups: Raw = msgspec.field(name="$groups", default=ABSENT)
    anonymous: Raw = msgspec.field(name="$anon_distinct_id", default=ABSENT)
    set_: Raw = msgspec.field(name="$set", default=ABSENT)
    set_once: Raw = msgspec.field(name="$set_once", default=ABSENT)
    unset: Raw = msgspec.field(name="$unset", default=ABSENT)
    group_type: Raw = msgspec.field(name="$group_type", default=ABSENT)
    group_key: Raw = msgspec.field(name="$group_key", default=ABSENT)
    group_set: Raw = msgspec.field(name="$group_set", default=ABSENT)


_PEEK = msgspec.json.Decoder(Inside)


def inside(properties: Raw) -> Inside:
    """What the properties say to us; nothing where they cannot be read."""
    try:
        return _PEEK.decode(properties)
    except msgspec.DecodeError:
        return Inside()


def take(batch: Batch, place: int, event: Message) -> None:
    """Put one message into the batch, or its refusal."""
    inner = inside(event.properties)
    groups = table(inner.groups)
    if event.event == "$groupidentify":
        key = group_key(text(plain(inner.group_type)), plain(inner.group_key))
    else:
        key = account_of(groups) if groups else ""
    time: str | float | None = event.timestamp
    if time is None and event.offset:
        time = (batch.received_at / 1000 - event.offset) / 1000  # posthog-js says how long ago
    who = text(event.distinct_id) or text(plain(inner.distinct_id))
    taken = batch.add(
        place, id=event.uuid, name=event.event, person=who, time=time, properties=event.properties,
        anonymous=text(plain(inner.anonymous)) if event.event == "$identify" else "", account=key,
    )  # fmt: skip
    if taken:
        _learn(batch, event, inner, who, key)


def _learn(batch: Batch, event: Message, inner: Inside, who: str, account: str) -> None:
    at = batch.events[-1].ts
    for kept in (event.set_, inner.set_):
        batch.learn("person", who, at, table(kept))
    for kept in (event.set_once, inner.set_once):
        batch.learn("person_once", who, at, table(kept))
    if not absent(inner.unset):
        batch.operate("person", who, at, {"$unset": plain(inner.unset)})
    if event.event == "$create_alias":
        batch.link("alias", text(plain(inner.alias)), who, at)
    elif event.event == "$groupidentify":
        batch.learn("account", account, at, table(inner.group_set))
