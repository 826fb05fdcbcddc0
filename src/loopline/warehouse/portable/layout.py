"""The four tables a question reads, and how they are filled.

`events` hold what was accepted under the distinct id it came with; `ids` says which person a distinct id is, where the
two differ; `persons` and `accounts` hold what is known of them now. Times are UTC microseconds in whole numbers.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from loopline.warehouse.identity import Identities
from loopline.warehouse.records import Event

COLUMNS = {
    "events": (
        "id",
        "event",
        "distinct_id",
        "account",
        "ts",
        "received_at",
        "properties",
    ),
    "ids": ("distinct_id", "person"),
    "persons": ("person", "account", "properties"),
    "accounts": ("account", "properties"),
}
NUMBERS = ("ts", "received_at")


def names(prefix: str) -> dict[str, str]:
    """What the tables are called behind a prefix of ours: a word, with or without the schema's name and dot."""
    if prefix and not re.fullmatch(r"[A-Za-z0-9_.]+", prefix):
        raise ValueError(f"{prefix!r} is no prefix: letters, digits, _ and .")
    return {table: prefix + table for table in COLUMNS}


def create(prefix: str, document: str, *, extra: str = "") -> list[str]:
    """Statements that make the tables; `extra` is one more column of `events`, its last."""
    made = []
    for table, columns in COLUMNS.items():
        kinds = [
            f"{c} {'bigint' if c in NUMBERS else document if c == 'properties' else 'text'}"
            for c in columns
        ]
        kinds += [extra] if extra and table == "events" else []
        made.append(f"create table {names(prefix)[table]} ({', '.join(kinds)})")
    return made


def event_rows(events: Iterable[Event]) -> Iterator[tuple[Any, ...]]:
    """Rows of `events`."""
    for each in events:
        yield (
            clean(each.id),
            clean(each.event),
            clean(each.distinct_id),
            clean(each.account),
            each.ts,
            each.received_at,
            document(each.properties),
        )


def people_rows(identities: Identities) -> dict[str, Sequence[tuple[str, ...]]]:
    """Rows of the three tables beside `events`."""
    people, members = identities.people(), identities.members()
    return {
        "ids": [(clean(one), clean(person)) for one, person in identities.overrides().items()],
        "persons": [
            (clean(person), clean(members.get(person, "")), _text(people.get(person, {})))
            for person in dict.fromkeys([*people, *members])
        ],
        "accounts": [(clean(a), _text(found)) for a, found in identities.accounts.items()],
    }


def document(text: bytes) -> str:
    """Properties as JSON text; what is no JSON object becomes an empty one."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "{}"
    if not isinstance(found, dict):
        return "{}"
    # Escapes for characters are the parts databases disagree on; written out, there are none but NUL's.
    return _text(found) if b"\\u" in text else text.decode()


def digest(rows: Any) -> str:
    """Of rows made here: another digest, another content."""
    return hashlib.sha256(msgspec.msgpack.encode(rows)).hexdigest()


def _text(properties: dict[str, Any]) -> str:
    return clean(msgspec.json.encode(properties).decode())


def clean(text: str) -> str:
    """Half a surrogate pair cannot be stored; it becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
