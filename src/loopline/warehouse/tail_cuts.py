"""Taking things out of the hot tail for good: rows are overwritten, not only unlinked, and the log is cut."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import batched
from typing import Any

import msgspec

from loopline.warehouse.records import Fact
from loopline.warehouse.tail import Tail

BITE = 2_000  # rows of one transaction
LEEWAY = 86_400_000_000  # microseconds a client's clock may be ahead
PAGE = 20_000  # rows looked at in one go


def take_out_persons(tail: Tail, ids: Mapping[str, int], mark: int) -> int:
    """Delete events behind `mark` and facts of these ids, as far as they are not later; how many events."""
    events = [
        row[0]
        for page in tail.pages(mark, tail.last(), PAGE)
        for row in page
        if row[3] in ids and min(row[4], row[5]) <= ids[row[3]]
    ]
    facts = [seq for seq, fact in tail.facts() if about(fact, ids)]
    _delete(tail, "event", events)
    _delete(tail, "fact", facts)
    _forget_samples(tail)
    return len(events)


def about(fact: Fact, ids: Mapping[str, int]) -> bool:
    """Whether a fact tells of one of these erased persons and is not later than that."""
    if fact.kind.startswith("account"):
        return False
    named = (fact.subject,) if fact.kind == "member" else (fact.subject, fact.object)
    return any(each in ids and fact.at <= ids[each] + LEEWAY for each in named)


def take_out_old(tail: Tail, before: int, mark: int) -> int:
    """Delete events behind `mark` of a time before this one; how many."""
    events = [
        row[0] for page in tail.pages(mark, tail.last(), PAGE) for row in page if row[4] < before
    ]
    _delete(tail, "event", events)
    return len(events)


def strip_tail(tail: Tail, names: Sequence[str], mark: int) -> int:
    """Take properties out of events behind `mark` and out of facts; in how many events."""
    events = [
        (text, row[0])
        for page in tail.pages(mark, tail.last(), PAGE)
        for row in page
        if (text := _without(row[6], names)) is not None
    ]
    facts = [
        (text, seq)
        for seq, fact in tail.facts()
        if (text := _without(fact.properties, names, nested=fact.kind.endswith("_change")))
        is not None
    ]
    for table, rows in (("event", events), ("fact", facts)):
        _in_bites(tail, f"UPDATE {table} SET properties = ? WHERE seq = ?", rows)
    _forget_samples(tail)
    return len(events)


def _without(text: bytes, names: Sequence[str], *, nested: bool = False) -> bytes | None:
    """The JSON object without these properties; None where it has none of them. Text that is no JSON goes whole."""
    try:
        found = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        return None  # JSON, but no object
    except (msgspec.DecodeError, UnicodeDecodeError):
        return b"{}"
    if nested:  # {"$add": {"name": 1}}
        inner = {op: _without(bytes(raw), names) for op, raw in found.items()}
        if not any(inner.values()):
            return None
        whole = {op: msgspec.Raw(inner[op] or bytes(raw)) for op, raw in found.items()}
        return msgspec.json.encode(whole)
    left = {name: raw for name, raw in found.items() if name not in names}
    return msgspec.json.encode(left) if len(left) < len(found) else None


def _forget_samples(tail: Tail) -> None:
    """The few samples of what was refused: whom they are about nobody can tell."""
    _in_bites(tail, "DELETE FROM refused WHERE at >= ?", [(0,)])


def _delete(tail: Tail, table: str, places: Iterable[int]) -> None:
    _in_bites(tail, f"DELETE FROM {table} WHERE seq = ?", ((place,) for place in places))


def _in_bites(tail: Tail, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    if not tail.file.exists():
        return
    with _overwriting(tail) as db:
        for some in batched(rows, BITE):
            with tail.turn():
                db.execute("BEGIN IMMEDIATE")
                db.executemany(sql, some)
                db.execute("COMMIT")


@contextmanager
def _overwriting(tail: Tail) -> Iterator[sqlite3.Connection]:
    with closing(tail.connect(wait=30)) as db:
        db.execute("PRAGMA secure_delete=ON")
        yield db
        with tail.turn():
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
