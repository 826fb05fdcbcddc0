"""ClickHouse's tables: events by segment, what is known of people by version, and one row that says which are true.

A segment is a partition, so shipping one again replaces it and forgetting one is cheap. Nothing shipped is seen before
`state` names it, and a new state is one row: a push that is killed half-way changes no answer.
"""

from loopline.warehouse.clickhouse.dialect import day_of
from loopline.warehouse.portable.layout import COLUMNS, names

EVENTS = """create table if not exists {events} (
  segment LowCardinality(String),
  event LowCardinality(String),
  day Date32 materialized {day},
  distinct_id String,
  ts Int64 codec(Delta, ZSTD(1)),
  received_at Int64 codec(Delta, ZSTD(1)),
  id String,
  account LowCardinality(String),
  properties String codec(ZSTD(1))
) engine = MergeTree partition by segment order by (event, day, distinct_id, ts)"""
KNOWN = (
    "create table if not exists {ids} (version UInt64, distinct_id String, person String)"
    " engine = MergeTree partition by version order by distinct_id",
    "create table if not exists {persons} (version UInt64, person String, account String, properties String)"
    " engine = MergeTree partition by version order by person",
    "create table if not exists {accounts} (version UInt64, account String, properties String)"
    " engine = MergeTree partition by version order by account",
)
STATE = (
    "create table if not exists {state} (version UInt64, segments Array(Tuple(String, String)))"
    " engine = MergeTree order by version"
)


def create(prefix: str) -> list[str]:
    tables = {**names(prefix), "state": f"{prefix}state"}
    made = [EVENTS, *KNOWN, STATE]
    return [sql.format(**tables, day=day_of("ts")) for sql in made]


def views(prefix: str, version: int, segments: list[str]) -> dict[str, str]:
    """What a question reads in each table's place. `segments` are quoted."""
    tables = names(prefix)
    there = f"segment in ({', '.join(segments)})" if segments else "1 = 0"
    found = {
        table: f"(select {', '.join(COLUMNS[table])} from {name} where version = {int(version)})"
        for table, name in tables.items()
    }
    events = ", ".join(("day", *COLUMNS["events"]))
    return {**found, "events": f"(select {events} from {tables['events']} where {there})"}
