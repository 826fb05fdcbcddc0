"""What a segment holds, and how it is filled: a DuckDB file with one wide table and two narrow projections.

`wide` (every column, in order of time), `by_event` (event, did, ts) and `by_person` (did, ts), sorted by their columns;
`wide` and `by_event` also have the codes of common properties (see coding).
Event names, distinct ids and accounts are dictionary-coded in `names`, `ids` and `accounts`, each code its place in
order of text, so that a sorted projection of one segment needs no further sort. Account 0 is "no account".
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import Any

import duckdb
import numpy as np

from loopline.warehouse import coding
from loopline.warehouse.records import Event

BATCH = 50_000
ROW = ("seq", *Event.__struct_fields__)
TEXTS = ("id", "event", "distinct_id", "anonymous_id", "account", "dialect")
OTHERS = ("ts", "received_at", "properties")
EVENTS = ("wide", "by_event", "by_person")
TABLES = ("names", "ids", "accounts", *EVENTS)  # and those of coding, where properties were coded
RAW = """create temp table raw (
  id varchar, event varchar, distinct_id varchar, anonymous_id varchar, account varchar, dialect varchar,
  ts bigint, received_at bigint, properties varchar
)"""
CODED = (
    """create table {to}names as
    select (row_number() over (order by event) - 1)::uinteger as code, event as name
    from (select distinct event from raw) order by code""",
    """create table {to}ids as
    select (row_number() over (order by distinct_id) - 1)::uinteger as code, distinct_id as name
    from (select distinct distinct_id from raw) order by code""",
    """create table {to}accounts as
    select (row_number() over (order by account) - 1)::uinteger as code, account as name
    from (select account from raw union select '') order by code""",
    # Text that is no JSON is kept as it came, aside, where no condition trips over it.
    """create table {to}wide as
    select raw.id, n.code as event, i.code as did, a.code as account, raw.ts, raw.received_at,
      raw.anonymous_id, raw.dialect,
      case when json_valid(raw.properties) then raw.properties else '{{}}' end as properties,
      case when json_valid(raw.properties) then null else raw.properties end as unreadable{codes}
    from raw
    join {to}names n on n.name = raw.event
    join {to}ids i on i.name = raw.distinct_id
    join {to}accounts a on a.name = raw.account
    order by raw.ts, raw.received_at, raw.id""",
    """create table {to}by_event as select event, did, ts{codes} from {to}wide order by event, did, ts""",
    """create table {to}by_person as select did, ts from {to}wide order by did, ts""",
)


def open_raw(connection: duckdb.DuckDBPyConnection) -> None:
    """Make room for events that are not coded yet."""
    connection.execute(RAW)


def take(connection: duckdb.DuckDBPyConnection, events: Iterable[Event]) -> int:
    """Put events into `raw`, by batches of columns; how many there were."""
    total = 0
    for batch in batched(events, BATCH):
        texts = {name: [_clean(getattr(event, name)) for event in batch] for name in TEXTS}
        others = {name: [getattr(event, name) for event in batch] for name in OTHERS}
        _insert(connection, {**texts, **others})
        total += len(batch)
    return total


def encode(
    connection: duckdb.DuckDBPyConnection, prefix: str = "", *, properties: bool = True
) -> None:
    """Build the coded tables from `raw`; `prefix` names the database or schema they go to, with its dot.

    `properties`: whether common ones are kept as codes too.
    """
    columns = coding.build(connection, prefix, coding.choose(connection)) if properties else []
    codes = "".join(f", {column}" for column in columns)
    for statement in CODED:
        connection.execute(statement.format(to=prefix, codes=codes))
    connection.execute("drop table raw")


def take_rows(connection: duckdb.DuckDBPyConnection, rows: Sequence[Sequence[Any]]) -> int:
    """Put events of the tail, as its rows, into `raw`; how many there were."""
    if rows:
        columns = dict(zip(ROW, zip(*rows, strict=True), strict=True))
        _insert(connection, columns)
    return len(rows)


def _insert(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Sequence[Any]]) -> None:
    arrays: dict[str, Any] = {name: np.array(columns[name], dtype=object) for name in TEXTS}
    for name in ("ts", "received_at"):
        arrays[name] = np.array(columns[name], dtype=np.int64)
    arrays["properties"] = np.array(
        [bytes_.decode("utf-8", "replace") for bytes_ in columns["properties"]], dtype=object
    )
    connection.register("batch", arrays)
    try:
        connection.execute(
            "insert into raw select id, event, distinct_id, anonymous_id, account, dialect, ts,"
            " received_at, properties from batch"
        )
    finally:
        connection.unregister("batch")


def _clean(text: str) -> str:
    """Half a surrogate pair cannot be stored; it becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
