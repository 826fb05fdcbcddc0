"""Who was active in each period by any event, counted as time goes by: no row is sorted, no time comes to Python.

The wide table lies in order of time, so a period's events are one stretch of it; how long each is, is counted in SQL.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from loopline.core.insights.ir import Actives, Actor, On
from loopline.core.insights.packing import Bools, Ints
from loopline.warehouse import tallies
from loopline.warehouse.columns import Column, decoded
from loopline.warehouse.scans import Scan
from loopline.warehouse.store import Source

Stretch = tuple[int, int]  # rows of the wide table, from and until


def counted(scan: Scan, question: Actives, bounds: Ints, low: int, high: int) -> Ints | None:
    """Persons by period [bounds] with an event at [low, high), in that or the `rolling_days` - 1 before.

    None where the question needs rows: another match than any event, accounts, tests of events.
    """
    bucket = tallies.period_of(bounds)
    match = question.match
    tests = [*question.filters, *match.where]
    if bucket is None or match.event is not None or question.actor is not Actor.PERSON:
        return None
    if any(test.on is not On.PERSON for test in tests):
        return None
    scan.check(tests)
    counts, count = scan.persons_that(tests), bounds.size - 1
    sources = [
        (source, _column(scan, source), _stretches(scan, source, bucket, count, low, high))
        for source in scan.store.sources
    ]

    def stretches() -> Iterator[Ints]:
        for period in range(count):
            scan.store.pause()
            parts = [_persons(source, did[slice(*ends[period])]) for source, did, ends in sources]
            yield parts[0] if len(parts) == 1 else np.concatenate([*parts, np.zeros(0, np.int64)])

    if question.rolling_days == 1:
        return _distinct(stretches(), counts)
    return _lately(stretches(), counts, question.rolling_days)


def _distinct(stretches: Iterable[Ints], counts: Bools) -> Ints:
    """A byte a person: they stay in the processor's cache, where a sort would go through memory."""
    there, found = np.zeros(counts.size, dtype=np.bool_), []
    everybody = bool(counts.all())
    for persons in stretches:
        there[persons] = True
        found.append(np.count_nonzero(there if everybody else there & counts))
        there.fill(False)
    return np.array(found, dtype=np.int64)


def _lately(stretches: Iterable[Ints], counts: Bools, periods: int) -> Ints:
    """Persons last seen in a period or the `periods` - 1 before it."""
    seen, found = np.full(counts.size, -periods, dtype=np.int32), []
    for period, persons in enumerate(stretches):
        seen[persons] = period
        found.append(np.count_nonzero((seen > period - periods) & counts))
    return np.array(found, dtype=np.int64)


def _persons(source: Source, did: Column) -> Ints:
    return did if source.straight else source.persons[did]


def _column(scan: Scan, source: Source) -> Column:
    """Everybody's code in order of time."""

    def make() -> tuple[Column]:
        found = scan.store.columns(f"select did from {source.prefix}wide")
        return (np.asarray(found["did"]),)

    return make()[0] if source.file is None else decoded.get((source.file, "by time"), make)[0]


def _stretches(
    scan: Scan, source: Source, bucket: str, count: int, low: int, high: int
) -> list[Stretch]:
    """The rows of each period."""
    wide = f"{source.prefix}wide"
    sizes = dict(
        scan.store.rows(
            f"select {bucket} as period, count(*) from {wide} where ts >= ? and ts < ? group by 1",
            [low, high],
        )
    )
    first = int(scan.store.rows(f"select count(*) from {wide} where ts < ?", [low])[0][0])
    ends = first + np.cumsum([sizes.get(period, 0) for period in range(count)])
    return list(zip([first, *ends[:-1].tolist()], ends.tolist(), strict=True))
