"""The same events three times over: sealed segments, one plain DuckDB table, and ClickHouse tables."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from loopline.core.insights import ir
from loopline.warehouse import manifest, segments

DAY = 86_400 * ir.MICROSECONDS
START = 1_704_067_200 * ir.MICROSECONDS
DAYS = 180
GENERATE = """
with weights as (
  select k, sum(1 / pow(k, 1.1)) over (order by k) / sum(1 / pow(k, 1.1)) over () as upto from range(1, 31) t(k)
), drawn as (
  select i, hash(i, 'e') / 18446744073709551616.0 as u, hash(i, 'p') % {persons} as person,
    {start} + (hash(i, 't') % {micros})::bigint as ts, hash(i, 'c') % 25 as c
  from range({first}, {last}) t(i)
)
select i::varchar as id, 'event_' || lpad(w.k::varchar, 2, '0') as event, 'person-' || person as distinct_id,
  '' as anonymous_id, '' as account, 'native' as dialect, ts, ts as received_at,
  case when c < 5 then '{{"channel":"channel-' || c || '","price":' || (c * 7.5) || '}}'
    else '{{"page":"/p/' || c || '"}}' end as properties
from drawn asof join weights w on drawn.u <= w.upto
"""
# The wide table as one would make it, and the narrow one a careful owner would add for these very questions.
MERGE_TREE = {
    "wide": """create table wide (event LowCardinality(String), person String, ts Int64 codec(Delta, ZSTD(1)),
      day Date default toDate(intDiv(ts, 1000000)), properties String codec(ZSTD(1)))
      engine = MergeTree order by (event, day, person)""",
    "narrow": """create table narrow (event LowCardinality(String), person UInt32, ts Int64 codec(Delta, ZSTD(1)),
      channel LowCardinality(String)) engine = MergeTree order by (event, person, ts)""",
    "by_person": """create table by_person (person UInt32, ts Int64 codec(Delta, ZSTD(1)))
      engine = MergeTree order by (person, ts)""",
}
PIECES = 8


def loopline(folder: Path, events: int, persons: int) -> dict[str, float]:
    """Segments, in pieces and a merge."""
    home = folder / "segments"
    steps = max(2, -(-events // 5_000_000))
    bounds = [events * n // steps for n in range(steps + 1)]
    for part in range(steps):
        first, last = bounds[part], bounds[part + 1]
        sql = GENERATE.format(
            persons=persons, start=START, micros=DAYS * DAY, first=first, last=last
        )

        def fill(
            connection: duckdb.DuckDBPyConnection, sql: str = sql, count: int = last - first
        ) -> int:
            connection.execute("set threads = 2")
            connection.execute(f"insert into raw {sql}")
            return count

        segments.pour(home, fill, part + 1, memory_limit="4GB")
    names = [entry.file for entry in manifest.load(home).segments]
    segments.merge(home, names, memory_limit="6GB")
    return {"segments": sum(path.stat().st_size for path in segments.paths(home)) / events}


def duckdb_plain(folder: Path, events: int, persons: int) -> dict[str, float]:
    """Names and persons as text, in order of time."""
    path, segment = folder / "plain.duckdb", segments.paths(folder / "segments")[0]
    with duckdb.connect(str(path), config={"threads": 2, "memory_limit": "6GB"}) as connection:
        connection.execute(f"attach '{segment}' as s (read_only)")
        connection.execute(
            "create table events as select n.name as event, i.name as person, w.ts, w.properties from s.wide w"
            " join s.names n on n.code = w.event join s.ids i on i.code = w.did order by w.ts"
        )
        connection.execute("detach s")
        connection.execute("checkpoint")
    return {"plain table": path.stat().st_size / events}


def clickhouse(folder: Path, events: int, persons: int) -> dict[str, float]:
    """A wide MergeTree, and narrow ones; filled from files of the plain table, then merged to one part."""
    session = chdb(folder)
    for sql in MERGE_TREE.values():
        session.query(sql)
    for piece in range(PIECES):
        path = folder / f"piece-{piece}.parquet"
        with duckdb.connect(str(folder / "plain.duckdb"), read_only=True) as connection:
            connection.execute("set threads = 2")
            low = START + DAYS * DAY * piece // PIECES
            high = START + DAYS * DAY * (piece + 1) // PIECES
            connection.execute(
                "copy (select event, person, replace(person, 'person-', '')::uinteger as number, ts, properties,"
                " coalesce(properties->>'channel', '') as channel from events"
                f" where ts >= {low} and ts < {high}) to '{path}' (format parquet)"
            )
        source = f"file('{path}', 'Parquet') settings max_threads = 2"
        session.query(
            f"insert into wide (event, person, ts, properties) select event, person, ts, properties from {source}"
        )
        session.query(
            f"insert into narrow (event, person, ts, channel) select event, number, ts, channel from {source}"
        )
        session.query(f"insert into by_person (person, ts) select number, ts from {source}")
        path.unlink()
    for table in MERGE_TREE:
        session.query(f"optimize table {table} final")
    sizes = session.query(
        "select table, sum(bytes_on_disk) from system.parts where active and database = currentDatabase()"
        " group by table",
        "JSONCompactEachRow",
    )
    found = dict(json.loads(line) for line in sizes.data().splitlines())
    session.close()
    return {f"MergeTree {table}": int(found[table]) / events for table in MERGE_TREE}


def chdb(folder: Path):  # type: ignore[no-untyped-def]
    """The ClickHouse of this process, on the folder."""
    from chdb.session import Session

    return Session(str(folder / "clickhouse"))


BUILDERS: dict[str, Callable[[Path, int, int], dict[str, float]]] = {
    "loopline": loopline,
    "duckdb": duckdb_plain,
    "clickhouse": clickhouse,
}


def build(side: str, folder: Path, events: int, persons: int) -> dict[str, object]:
    began = time.perf_counter()
    sizes = BUILDERS[side](folder, events, persons)
    return {"seconds": time.perf_counter() - began, "sizes": sizes}
