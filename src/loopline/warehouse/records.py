"""What goes into the store: one shape for events and for what is learnt about who is who."""

import msgspec


class Event(msgspec.Struct, frozen=True, gc=False):
    """A product event as accepted. `id` is the client's (or derived); `ts` is corrected for the client's clock.

    `properties` is JSON text, kept as the client sent it. Times are UTC microseconds since 1970.
    """

    id: str
    event: str
    distinct_id: str
    ts: int
    received_at: int
    properties: bytes = b"{}"
    anonymous_id: str = ""
    account: str = ""
    dialect: str = "native"


class Fact(msgspec.Struct, frozen=True, gc=False):
    """Something learnt about who is who. Later facts win by `at`, except where a kind says otherwise.

    identify: anonymous `subject` became `object`; alias: `subject` and `object` are one person;
    person: properties of person `subject`, null takes one away; account: the same of account `subject`;
    person_once, account_once: the same, but what is there stays (the earliest wins);
    person_change, account_change: other operations as sent, `{"$add": {...}, "$union": {...}}`;
    member: person `subject` belongs to account `object`.
    """

    kind: str
    subject: str
    at: int
    object: str = ""
    properties: bytes = b"{}"


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """Why one event of a batch was not taken; `index` is its place in the batch."""

    index: int
    id: str
    reason: str


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of a batch that is on disk. `conflicts` are the places of events whose id is there already

    with other content: the first stays. Facts are not counted.
    """

    stored: int
    duplicates: int
    conflicts: tuple[int, ...] = ()
