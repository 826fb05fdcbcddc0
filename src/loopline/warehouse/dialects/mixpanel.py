"""What a Mixpanel event and a profile update mean: events, and facts about who is who."""

from typing import Any

import msgspec

from loopline.warehouse.dialects.collect import Batch, account_of, group_key, text
from loopline.warehouse.dialects.raw import ABSENT, Id, Raw, absent, plain

NAME = "mixpanel"
_IDENTITY = ("$identify", "$create_alias", "$merge")
_GROUPS = {"account", "company", "organization", "organisation", "workspace", "tenant"}


class Message(msgspec.Struct):
    """One event as its SDKs send it and its exports hold it."""

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


_PEEK = msgspec.json.Decoder(_Peek)


def take(batch: Batch, place: int, event: Message) -> None:
    """Put one event into the batch, or its refusal; identity events are facts as well."""
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


def profile(batch: Batch, place: int, update: dict[str, Any], kind: str) -> None:
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
