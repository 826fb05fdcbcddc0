"""What an Amplitude event means: the event itself, and facts from $identify, $groupidentify and user properties."""

from typing import Any

import msgspec

from loopline.warehouse.dialects.collect import Batch, account_of, group_key, text
from loopline.warehouse.dialects.raw import ABSENT, Id, Raw, absent, table

NAME = "amplitude"
# What Amplitude keeps beside the event's own properties; it goes in front of them under its own name.
_BESIDE = (
    "session_id", "platform", "os_name", "os_version", "app_version", "device_model", "country", "city",
    "language", "ip", "price", "quantity", "revenue", "productId", "revenueType",
)  # fmt: skip


class Message(msgspec.Struct):
    """One event as its SDKs send it and its exports hold it."""

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


def take(batch: Batch, place: int, event: Message) -> None:
    """Put one message into the batch, or its refusal."""
    if event.event_type in ("$identify", "$groupidentify"):
        _fact(batch, place, event)
    else:
        _event(batch, place, event)


def _event(batch: Batch, place: int, event: Message) -> None:
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


def _fact(batch: Batch, place: int, event: Message) -> None:
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
