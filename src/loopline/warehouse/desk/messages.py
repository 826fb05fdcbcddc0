"""What is said to the desk and what it says back, as MessagePack over a Unix socket."""

from typing import Any

import msgspec

from loopline.core.insights import answers, ir

MOST = 16 << 20  # bytes of one request
KINDS: dict[str, tuple[type[ir.Question], type[answers.Answer]]] = {
    "funnel": (ir.Funnel, answers.FunnelAnswer),
    "retention": (ir.Retention, answers.RetentionAnswer),
    "trend": (ir.Trend, answers.TrendAnswer),
    "actives": (ir.Actives, answers.ActivesAnswer),
    "stickiness": (ir.Stickiness, answers.StickinessAnswer),
    "lifecycle": (ir.Lifecycle, answers.LifecycleAnswer),
    "time-to-value": (ir.TimeToValue, answers.TimeToValueAnswer),
    "adoption": (ir.Adoption, answers.AdoptionAnswer),
    "paths": (ir.Paths, answers.PathsAnswer),
}
NAMES: dict[type[ir.Question], str] = {asked: kind for kind, (asked, _) in KINDS.items()}


class Ask(msgspec.Struct, tag=True, frozen=True):
    """A question of a kind; `question` is the encoded ir object."""

    kind: str
    question: msgspec.Raw
    seconds: float = 30.0


class Who(msgspec.Struct, tag=True, frozen=True):
    """The actors behind a cell but not behind `less`, from `offset` on, at most `limit`."""

    kind: str
    question: msgspec.Raw
    cell: ir.Cell
    less: ir.Cell | None = None
    limit: int = 100
    offset: int = 0
    seconds: float = 30.0


class Sql(msgspec.Struct, tag=True, frozen=True):
    """One SELECT over the documented views."""

    text: str
    limit: int = 10_000
    seconds: float = 30.0


class Look(msgspec.Struct, tag=True, frozen=True):
    """A look at the store itself: one of looking.LOOKS, with its arguments."""

    what: str
    arguments: dict[str, Any] = {}
    seconds: float = 15.0


class Ship(msgspec.Struct, tag=True, frozen=True):
    """Bring the database of LOOPLINE_EVENTS_URL up to the store, where one is set; the segments shipped."""

    seconds: float = 600.0


Request = Ask | Who | Sql | Look | Ship


class Computed(msgspec.Struct, frozen=True):
    """What an answer was computed from: events read, the time of the latest (UTC microseconds), engine and time."""

    events: int = 0
    through: int | None = None
    engine: str = "duckdb"
    milliseconds: float = 0.0


class Reply(msgspec.Struct, frozen=True):
    """`value` where it went well, else `wrong`: bad, busy, late, large or broken, with a sentence for the asker."""

    value: msgspec.Raw = msgspec.Raw(b"\xc0")
    computed: Computed = Computed()
    wrong: str = ""
    sentence: str = ""


class Actors(msgspec.Struct, frozen=True):
    """A page of those behind a cell; `count` is of all of them and equals the cell."""

    count: int
    items: list[tuple[str, str]]


class Table(msgspec.Struct, frozen=True):
    """A result of SQL: values are None, text, numbers, true or false; `more` where rows were cut off."""

    columns: list[tuple[str, str]]
    rows: list[list[Any]]
    more: bool = False


def encoded(value: Any) -> bytes:
    return msgspec.msgpack.encode(value)


def raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(value))
