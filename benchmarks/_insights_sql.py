"""What each side is asked: Loopline the question, the others the best SQL we know for it, in several ways."""

from dataclasses import dataclass

from benchmarks._insights_data import DAY, DAYS, START
from loopline.core.insights import ir

SPAN = ir.Span(START, START + DAYS * DAY)
WEEKS = ir.Span(START, START + 12 * 7 * DAY)
A, B, C = "event_01", "event_02", "event_05"
WINDOW = 14 * DAY


@dataclass(frozen=True, slots=True)
class Asked:
    """`duckdb` and `clickhouse`: formulations by name; the one that takes least CPU counts."""

    question: ir.Question
    duckdb: dict[str, str]
    clickhouse: dict[str, str]


def _funnel(*, by: bool) -> Asked:
    question = ir.Funnel(
        SPAN,
        steps=tuple(map(ir.Match, (A, B, C))),
        window=WINDOW,
        breakdown=ir.Breakdown("channel") if by else None,
    )
    touch = "arg_min(properties->>'channel', ts) filter (properties->>'channel' is not null)"
    duck = f"""
    with s as (select person, ts, properties, case event when '{A}' then 1 when '{B}' then 2 else 3 end as s
      from events where event in ('{A}', '{B}', '{C}')),
    one as (select *, max(case when s = 1 then ts end) over w as l1 from s
      window w as (partition by person order by ts, s rows unbounded preceding)),
    two as (select *, max(case when s = 2 and ts - l1 <= {WINDOW} then l1 end) over w as l2 from one
      window w as (partition by person order by ts, s rows unbounded preceding)),
    levels as (select person, {touch if by else "null"} as value, max(case when s = 3 and ts - l2 <= {WINDOW} then 3
      when s = 2 and ts - l1 <= {WINDOW} then 2 when s = 1 then 1 else 0 end) as level from two group by person)
    select value, count(*) filter (level > 0), count(*) filter (level > 1), count(*) filter (level > 2)
    from levels group by value"""

    def steps(table: str, value: str, more: str = "") -> str:
        return f"""select value, countIf(level > 0), countIf(level > 1), countIf(level > 2) from (
          select person, {value} as value,
            windowFunnel({WINDOW})(toUInt64(ts), event = '{A}', event = '{B}', event = '{C}') as level
          from {table} where event in ('{A}', '{B}', '{C}') group by person {more}) group by value"""

    if not by:
        click = {
            "windowFunnel, wide": steps("wide", "''"),
            "windowFunnel, narrow": steps("narrow", "''"),
        }
    else:
        channel = "JSONExtractString(properties, 'channel')"
        click = {
            "windowFunnel, wide, JSON": steps("wide", f"argMinIf({channel}, ts, {channel} <> '')"),
            "windowFunnel, narrow, column": steps("narrow", "argMinIf(channel, ts, channel <> '')"),
        }
    return Asked(question, {"window running max": duck}, click)


def _retention() -> Asked:
    match = ir.Match(A)
    week = f"(ts - {START}) // {7 * DAY}"
    where = f"event = '{A}' and ts < {WEEKS.end}"
    masks = (
        "select person, groupBitOr(bitShiftLeft(toUInt64(1), intDiv(ts - {start}, {width}))) as m"
        " from {table} where {where} group by person"
    )

    def bits(table: str) -> str:
        inner = masks.format(start=START, width=7 * DAY, table=table, where=where)
        return (
            "select c, k, count() from (select arrayJoin(bitPositionsToArray(m)) as c, m from"
            f" ({inner})) array join bitPositionsToArray(bitShiftRight(m, c)) as k group by c, k"
        )

    return Asked(
        ir.Retention(WEEKS, start=match, back=match, interval=ir.Interval.WEEK, periods=12),
        {
            "join": f"""with w as (select distinct person, {week} as week from events where {where})
            select a.week, b.week - a.week, count(*) from w a join w b on a.person = b.person and b.week >= a.week
            group by 1, 2""",
            "bits": f"""with p as (select person, bit_or(1::bigint << {week}) as m from events where {where} group by 1)
            select c, k, count(*) from p, range(12) a(c), range(12) b(k)
            where m >> c & 1 = 1 and m >> (c + k) & 1 = 1 group by 1, 2""",
        },
        {"bits, wide": bits("wide"), "bits, narrow": bits("narrow")},
    )


def _daily() -> Asked:
    def distinct(table: str) -> dict[str, str]:
        day = f"intDiv(ts - {START}, {DAY})"
        return {
            f"uniqExact, {table}": f"select {day} as d, uniqExact(person) from {table} group by d",
            f"two levels, {table}": f"select d, count() from (select {day} as d, person from {table}"
            " group by d, person) group by d",
        }

    day = f"(ts - {START}) // {DAY}"
    return Asked(
        ir.Actives(SPAN),
        {
            "count distinct": f"select {day}, count(distinct person) from events group by 1",
            "two levels": f"select d, count(*) from (select distinct {day} as d, person from events) group by 1",
        },
        distinct("wide") | distinct("by_person"),
    )


def _rolling() -> Asked:
    days = f"select distinct person, (ts - {START}) // {DAY} as day from events where event = '{A}'"

    def click(table: str) -> dict[str, str]:
        day = f"intDiv(ts - {START}, {DAY})"
        each = (
            f"select person, arraySort(groupUniqArray({day})) as days from {table}"
            f" where event = '{A}' group by person"
        )
        return {
            f"fan-out, {table}": f"select d, uniqExact(person) from (select person, arrayJoin(range(toUInt64(day),"
            f" toUInt64(day + 7))) as d from (select distinct person, {day} as day from {table}"
            f" where event = '{A}')) group by d",
            f"differences, {table}": f"""select d, sum(change) over (order by d) from (
              select d, sum(x) as change from (
                select arrayJoin(arrayConcat(arrayMap(v -> (v, 1), days),
                  arrayMap((v, n) -> (least(v + 7, n), -1), days,
                    arrayPushBack(arrayPopFront(days), toInt64(1000000))))) as pair,
                  pair.1 as d, pair.2 as x from ({each})) group by d)""",
        }

    return Asked(
        ir.Actives(SPAN, match=ir.Match(A), rolling_days=7),
        {
            "fan-out": f"""with days as ({days})
            select d, count(distinct person) from (select person, unnest(range(day, day + 7)) as d from days)
            group by d""",
            "differences": f"""with days as ({days}),
            ends as (select day, least(day + 7, coalesce(lead(day) over (partition by person order by day),
              day + 7)) as until from days),
            changes as (select day as d, 1 as x from ends union all select until, -1 from ends)
            select d, sum(sum(x)) over (order by d) from changes group by d""",
        },
        click("wide") | click("narrow"),
    )


def _waits() -> Asked:
    def click(table: str) -> str:
        return f"""select count(), countIf(wait >= 0), quantilesExactInclusiveIf(0.5, 0.85)(wait, wait >= 0) from (
          select person, minIf(ts, event = '{A}') as began,
            arrayMin(arrayFilter(t -> t >= began, groupArrayIf(ts, event = '{C}')) as later) as first,
            if(empty(later), -1, first - began) as wait
          from {table} where event in ('{A}', '{C}') group by person having countIf(event = '{A}') > 0)"""

    return Asked(
        ir.TimeToValue(SPAN, start=ir.Match(A), value=ir.Match(C)),
        {
            "join": f"""with a as (select person, min(ts) as began from events where event = '{A}' group by 1)
            select count(*), count(wait), quantile_cont(wait, [0.5, 0.85]) from (
              select a.person, min(v.ts) - any_value(began) as wait from a left join events v
              on v.person = a.person and v.event = '{C}' and v.ts >= a.began group by 1)""",
        },
        {"arrays, wide": click("wide"), "arrays, narrow": click("narrow")},
    )


def _adoption() -> Asked:
    def click(table: str) -> str:
        return f"""select count(), countIf(used) from (select person, countIf(event = '{C}') > 0 as used
          from {table} where event in ('{A}', '{C}') group by person having countIf(event = '{A}') > 0)"""

    return Asked(
        ir.Adoption(SPAN, match=ir.Match(C), eligible=ir.Match(A)),
        {
            "group": f"""select count(*), count(*) filter (used) from (select person, bool_or(event = '{C}') as used
            from events where event in ('{A}', '{C}') group by 1 having bool_or(event = '{A}'))""",
        },
        {"group, wide": click("wide"), "group, narrow": click("narrow")},
    )


ASKED = {
    "funnel of 3": _funnel(by=False),
    "funnel of 3 by first touch": _funnel(by=True),
    "weekly retention 12 x 12": _retention(),
    "daily actives, exact": _daily(),
    "rolling 7-day actives": _rolling(),
    "time to value": _waits(),
    "adoption": _adoption(),
}
