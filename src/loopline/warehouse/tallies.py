"""Trends that need no actors, counted where the events lie: groups come to Python, rows do not."""

import math
from dataclasses import dataclass

import numpy as np

from loopline.core.insights.ir import Actor, On, Trend
from loopline.core.insights.packing import Ints
from loopline.warehouse import conditions, narrow
from loopline.warehouse.coded import Coded
from loopline.warehouse.conditions import Sql
from loopline.warehouse.scans import Scan
from loopline.warehouse.store import Source

MOST = 64  # runs of periods of one length: months, and days or weeks between changes of the clock


@dataclass(frozen=True, slots=True)
class Group:
    """The events of one value and period: how many, and of their numbers how many, the sum and the quantile."""

    value: str | None
    bucket: int
    events: int
    numbers: int
    total: float
    quantile: float


def tally(
    scan: Scan, question: Trend, bounds: Ints, number: str | None, share: float | None
) -> list[Group] | None:
    """The groups there are; None where the question needs rows. `share` is the quantile asked for, 0 to 1."""
    tests = (*question.filters, *question.match.where)
    by, bucket = question.breakdown, period_of(bounds)
    on = [*(test.on for test in tests), *([by.on] if by else [])]
    chosen = question.among is not None or question.without
    if bucket is None or chosen or question.actor is not Actor.PERSON or set(on) - {On.EVENT}:
        return None
    scan.check(tests)
    parts = [
        part
        for source in scan.store.sources
        for part in [_source(scan, source, question, bucket, number)]
        if part is not None
    ]
    if not parts:
        return []
    union = " union all ".join(sql for sql, _ in parts)
    quantile = "0" if share is None else f"coalesce(quantile_cont(number, {share:.2f}), 0)"
    found = scan.store.rows(
        "select value, bucket, count(*), count(number),"
        " case when coalesce(bool_or(isinf(number)), false) then null else"
        f" coalesce(fsum(case when isinf(number) then 0 else number end), 0) end, {quantile}"
        f" from ({union}) group by all",
        [value for _, values in parts for value in values],
    )
    # Endless numbers are left to the way over rows, which knows what becomes of them.
    if any(total is None or not math.isfinite(total) for *_, total, _ in found):
        return None
    return [Group(*each) for each in found]


def period_of(bounds: Ints) -> str | None:
    """The period of `ts` as SQL, a division for each run of periods as long; None where there are many runs."""
    lengths = np.diff(bounds)
    runs = np.flatnonzero(np.diff(lengths, prepend=0)).tolist()
    if not 1 <= len(runs) <= MOST:
        return None
    whens = []
    for first, end in zip(runs, [*runs[1:], lengths.size], strict=True):
        stretch = f"{first} + (ts - {int(bounds[first])}) // {int(lengths[first])}"
        whens.append(f"when ts < {int(bounds[end])} then {stretch if end - first > 1 else first}")
    return f"case {' '.join(whens)} end"


def _source(
    scan: Scan, source: Source, question: Trend, bucket: str, number: str | None
) -> Sql | None:
    match = question.match
    if match.event is not None and match.event not in source.events:
        return None
    by, tests = question.breakdown, (*question.filters, *match.where)
    reading = Coded(scan.store, source)
    value, values = reading.value(by.property) if by else ("null", [])
    some, numbers = conditions.number_of("properties", number) if number else ("null", [])
    test, given = reading.all_hold(tests)
    narrow_ = not number and narrow.fits(reading, tests, by, named=match.event is not None)
    table = ("by_person" if match.event is None else "by_event") if narrow_ else "wide"
    named = "" if match.event is None else f"event = {source.events[match.event]} and "
    return (
        f"select ({value})::varchar as value, {bucket} as bucket,"
        f" nullif(({some})::double, 'nan'::double) as number from {source.prefix}{table}"
        f" where {named}{_named(scan, source)}ts >= ? and ts < ? and {test}",
        [*values, *numbers, question.span.start, question.span.end, *given],
    )


def _named(scan: Scan, source: Source) -> str:
    """A test that leaves out events of nobody."""
    nobody = np.flatnonzero(source.persons == scan.store.nameless).tolist()
    return f"did not in ({', '.join(map(str, nobody))}) and " if nobody else ""
