"""Insights over generated events: the engine on sealed segments beside plain DuckDB SQL over one table, in one run.

`python -m benchmarks.insights [EVENTS] [PERSONS]`, 10,000,000 and 1,000,000 where not given: 30 event names by Zipf
(exponent 1.1), 180 days, one JSON property in five events. Both sides get two threads. CPU is of this process.
"""

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from loopline.core.insights import ir
from loopline.warehouse import manifest, segments
from loopline.warehouse.duck import DuckEngine

DAY = 86_400 * ir.MICROSECONDS
START = 1_704_067_200 * ir.MICROSECONDS
SPAN = ir.Span(START, START + 180 * DAY)
A, B, C = "event_01", "event_02", "event_05"
WEEK_0 = f"(ts - {START}) // {7 * DAY}"
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


def _filled(home: Path, events: int, persons: int) -> tuple[float, int]:
    """Segments of the events, in two seals and a merge; (seconds, bytes)."""
    began = time.perf_counter()
    half = events // 2
    for part, (first, last) in enumerate(((0, half), (half, events)), 1):
        sql = GENERATE.format(
            persons=persons, start=START, micros=180 * DAY, first=first, last=last
        )

        def fill(
            connection: duckdb.DuckDBPyConnection, sql: str = sql, count: int = last - first
        ) -> int:
            connection.execute(f"insert into raw {sql}")
            return count

        segments.pour(home, fill, part, memory_limit="4GB")
    names = [entry.file for entry in manifest.load(home).segments]
    segments.merge(home, names, memory_limit="4GB")
    return time.perf_counter() - began, sum(path.stat().st_size for path in segments.paths(home))


def _plain(path: Path, segment: Path) -> duckdb.DuckDBPyConnection:
    """One table as one would make it: names and persons as text, in order of time."""
    connection = duckdb.connect(str(path), config={"threads": 2, "memory_limit": "4GB"})
    connection.execute(f"attach '{segment}' as s (read_only)")
    connection.execute(
        "create table events as select n.name as event, i.name as person, w.ts, w.properties from s.wide w"
        " join s.names n on n.code = w.event join s.ids i on i.code = w.did order by w.ts"
    )
    connection.execute("detach s")
    connection.execute("checkpoint")
    return connection


def _funnel(by: bool) -> tuple[ir.Question, str]:
    window = 14 * DAY
    question = ir.Funnel(
        SPAN,
        steps=tuple(map(ir.Match, (A, B, C))),
        window=window,
        breakdown=ir.Breakdown("channel") if by else None,
    )
    touch = (
        "arg_min(properties->>'channel', ts) filter (properties->>'channel' is not null)"
        if by
        else "null"
    )
    sql = f"""
    with s as (select person, ts, properties, case event when '{A}' then 1 when '{B}' then 2 else 3 end as s
      from events where event in ('{A}', '{B}', '{C}')),
    one as (select *, max(case when s = 1 then ts end) over w as l1 from s
      window w as (partition by person order by ts, s rows unbounded preceding)),
    two as (select *, max(case when s = 2 and ts - l1 <= {window} then l1 end) over w as l2 from one
      window w as (partition by person order by ts, s rows unbounded preceding)),
    levels as (select person, {touch} as value, max(case when s = 3 and ts - l2 <= {window} then 3
      when s = 2 and ts - l1 <= {window} then 2 when s = 1 then 1 else 0 end) as level from two group by person)
    select value, count(*) filter (level > 0), count(*) filter (level > 1), count(*) filter (level > 2)
    from levels group by value"""
    return question, sql


def _questions() -> dict[str, tuple[ir.Question, str]]:
    weeks = ir.Span(START, START + 12 * 7 * DAY)
    match = ir.Match(A)
    rolling = f"""
    with days as (select distinct person, (ts - {START}) // {DAY} as day from events where event = '{A}')
    select d, count(distinct person) from (select person, unnest(range(day, day + 7)) as d from days) group by d"""
    return {
        "funnel of 3": _funnel(False),
        "funnel of 3 by first touch": _funnel(True),
        "retention 12 x 12": (
            ir.Retention(weeks, start=match, back=match, interval=ir.Interval.WEEK, periods=12),
            f"""with w as (select distinct person, {WEEK_0} as week from events
                where event = '{A}' and ts < {weeks.end})
            select a.week, b.week - a.week, count(*) from w a join w b on a.person = b.person and b.week >= a.week
            group by 1, 2""",
        ),
        "daily actives, any event": (
            ir.Actives(SPAN),
            f"select (ts - {START}) // {DAY}, count(distinct person) from events group by 1",
        ),
        "rolling 7-day actives": (ir.Actives(SPAN, match=match, rolling_days=7), rolling),
        "time to value": (
            ir.TimeToValue(SPAN, start=match, value=ir.Match(C)),
            f"""with a as (select person, min(ts) as began from events where event = '{A}' group by 1)
            select count(*), count(wait), quantile_cont(wait, [0.5, 0.85]) from (
              select a.person, min(v.ts) - any_value(began) as wait from a left join events v
              on v.person = a.person and v.event = '{C}' and v.ts >= a.began group by 1)""",
        ),
        "adoption": (
            ir.Adoption(SPAN, match=ir.Match(C), eligible=match),
            f"""select count(*), count(*) filter (used) from (select person, bool_or(event = '{C}') as used
            from events where event in ('{A}', '{C}') group by 1 having bool_or(event = '{A}'))""",
        ),
        "trend of p90 by channel": (
            ir.Trend(SPAN, match=match, measure="p90:price", breakdown=ir.Breakdown("channel")),
            f"""select properties->>'channel', (ts - {START}) // {DAY},
            quantile_cont((properties->>'price')::double, 0.9) from events where event = '{A}' group by 1, 2""",
        ),
    }


def _timed(run: Callable[[], object]) -> tuple[float, float]:
    """(wall, CPU) seconds of the better of two runs."""
    best = (float("inf"), float("inf"))
    for _ in range(2):
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        best = min(best, (time.perf_counter() - wall, time.process_time() - cpu))
    return best


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    persons = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    folder = Path(tempfile.mkdtemp(prefix="loopline-bench-insights-"))
    try:
        seconds, size = _filled(folder / "segments", events, persons)
        print(
            f"{events:,} events, {persons:,} persons: sealed twice and merged in {seconds:.1f} s,"
        )
        plain = _plain(folder / "plain.duckdb", segments.paths(folder / "segments")[0])
        flat = (folder / "plain.duckdb").stat().st_size
        print(
            f"{size / events:.1f} bytes an event in segments, {flat / events:.1f} in one plain table"
        )
        began = time.perf_counter()
        with DuckEngine.open(
            folder / "segments", threads=2, memory_limit="4GB", seconds=600.0
        ) as engine:
            print(f"engine opened in {time.perf_counter() - began:.2f} s")
            print(
                f"{'question':28} {'engine wall, CPU s':>20} {'plain SQL wall, CPU s':>22} {'ratios':>12}"
            )
            for name, (question, sql) in _questions().items():
                ours = _timed(lambda question=question: engine.answer(question))
                theirs = _timed(lambda sql=sql: plain.execute(sql).fetchall())
                print(
                    f"{name:28} {ours[0]:11.2f} {ours[1]:8.2f} {theirs[0]:13.2f} {theirs[1]:8.2f}"
                    f" {theirs[0] / ours[0]:6.1f} {theirs[1] / ours[1]:5.1f}"
                )
        plain.close()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory of this process, both sides and the building: {peak:,.0f} MB")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
