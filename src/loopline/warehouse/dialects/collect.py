"""A batch in the making: what every dialect does alike with a message once it is understood."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from loopline.warehouse.dialects import times
from loopline.warehouse.dialects.raw import Id, Raw
from loopline.warehouse.records import Event, Fact, Verdict

LONGEST = 400  # characters of a name or an id
MOST_PROPERTIES = 1024 * 1024  # bytes of one event's properties
# Group kinds that mean the customer; others keep their kind before the key so that keys cannot collide.
ACCOUNT_KINDS = (
    "account", "company", "organization", "organisation", "org", "customer", "workspace", "tenant", "team",
)  # fmt: skip


def text(value: Id) -> str:
    """An id as text: numbers without a trailing .0, surrounding blanks and NULs off."""
    if not isinstance(value, str):
        if value is None:
            return ""
        value = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    return (value.replace("\x00", "") if "\x00" in value else value).strip()


def account_of(groups: Mapping[str, Any]) -> str:
    """The account among groups (kind -> key or keys): the kind that means customer, else the first."""
    for kind in ACCOUNT_KINDS:
        if groups.get(kind):
            return group_key(kind, groups[kind])
    for kind, key in groups.items():
        if key:
            return group_key(kind, key)
    return ""


def group_key(kind: str, key: Any) -> str:
    if isinstance(key, list):
        key = key[0] if key else None
    if not isinstance(key, str | int | float) or isinstance(key, bool):
        return ""
    return text(key) if kind.lower() in ACCOUNT_KINDS else f"{kind}:{text(key)}"


def splice(properties: bytes, extra: Mapping[str, Raw | bytes]) -> bytes:
    """Properties with more of them in front; what the client itself named stays (the last one counts)."""
    if not extra:
        return properties
    front = b",".join(msgspec.json.encode(k) + b":" + bytes(v) for k, v in extra.items())
    rest = properties[1:].lstrip()
    return b"{" + front + (b"" if rest.startswith(b"}") else b",") + rest


class Batch:
    """Events, facts and verdicts of one request. `places` are the events' places in what was sent."""

    def __init__(self, dialect: str, received_at: int, sent_at: str = "") -> None:
        self.dialect, self.received_at = dialect, received_at
        self.off = times.skew(sent_at, received_at)
        self.events: list[Event] = []
        self.places: list[int] = []
        self.facts: list[Fact] = []
        self.verdicts: list[Verdict] = []
        self._linked: set[tuple[str, str, str]] = set()

    def refuse(self, place: int, reason: str, id: Id = "") -> None:
        self.verdicts.append(Verdict(place, text(id)[:LONGEST], reason[:200]))

    def at(self, value: str | float | None) -> int:
        """When it happened, on our clock. Raises ValueError for a time that cannot be read."""
        if value is None or value == "":
            return self.received_at
        return times.settled(times.read(value), self.off, self.received_at)

    def add(
        self, place: int, *, id: Id, name: str, person: Id, time: str | float | None,
        properties: Raw | bytes | None = None, anonymous: Id = "", account: str = "",
        extra: Mapping[str, Raw | bytes] | None = None,
    ) -> bool:  # fmt: skip
        """Take one event, or refuse it with a reason; whether it was taken."""
        kept = b"{}" if properties is None else bytes(properties)
        kept = b"{}" if kept == b"null" else kept
        given = "" if id is None else text(id)
        who = "" if person is None else text(person)
        hidden = "" if anonymous is None or anonymous == "" else text(anonymous)
        name, subject = text(name), who or hidden
        why = _wrong(name, subject, given, kept, account)
        if not why:
            try:
                at = self.at(time)
            except (ValueError, OverflowError):
                why = "invalid time"
        if why:
            self.refuse(place, why, given)
            return False
        mark = given or self._derived(place, name, subject, time, kept)
        if self.off and time is not None:  # what the client's own clock said stays readable
            extra = {**(extra or {}), "$client_time": msgspec.json.encode(time)}
        if extra:
            kept = splice(kept, extra)
        self.events.append(
            Event(mark, name, subject, at, self.received_at, kept, hidden, account, self.dialect)
        )
        self.places.append(place)
        if hidden and who and who != hidden:
            self.link("identify", hidden, who, at)
        return True

    def _derived(
        self, place: int, name: str, who: str, time: str | float | None, properties: bytes
    ) -> str:
        """An id for an event without one. Without a time, two alike events are two, so now is part of it."""
        when = repr(time) if time is not None else f"{self.received_at}/{place}"
        parts = (name.encode(), who.encode(), when.encode(), properties)
        return "derived:" + hashlib.blake2b(b"\x1f".join(parts), digest_size=16).hexdigest()

    def link(self, kind: str, subject: str, object: str, at: int) -> None:
        """A tie between two ids, once a batch; nothing where one of them is missing."""
        if not subject or not object or (kind, subject, object) in self._linked:
            return
        self._linked.add((kind, subject, object))
        self.facts.append(Fact(kind, subject[:LONGEST], at, object[:LONGEST]))

    def learn(self, kind: str, subject: str, at: int, properties: Mapping[str, Any]) -> None:
        """Properties of a person or an account; nothing where there are none."""
        if subject and properties:
            kept = msgspec.json.encode(properties)
            self.facts.append(Fact(kind, subject[:LONGEST], at, properties=kept))

    def operate(self, kind: str, subject: str, at: int, operations: Mapping[str, Any]) -> None:
        """Profile operations ($set, $set_once, $unset, $add ...) as facts about a person or an account."""
        rest: dict[str, Any] = {}
        for name, value in operations.items():
            if name == "$set" and isinstance(value, dict):
                self.learn(kind, subject, at, value)
            elif name in ("$set_once", "$setOnce") and isinstance(value, dict):
                self.learn(f"{kind}_once", subject, at, value)
            elif name == "$unset" and isinstance(value, dict | list):
                self.learn(kind, subject, at, dict.fromkeys(_names(value)))
            else:
                rest[name] = value
        self.learn(f"{kind}_change", subject, at, rest)


def _names(value: Iterable[Any]) -> Iterable[str]:
    return (name for name in value if isinstance(name, str))


def _wrong(name: str, who: str, id: str, properties: bytes, account: str) -> str:
    """Why an event cannot be taken; empty where it can."""
    if not name:
        return "missing event"
    if not who:
        return "missing person"
    if max(len(name), len(who), len(id), len(account)) > LONGEST:
        return f"invalid id or name: longer than {LONGEST} characters"
    if not properties.startswith(b"{"):
        return "invalid properties: not an object"
    if len(properties) > MOST_PROPERTIES:
        return "invalid properties: larger than 1 MiB"
    return ""
