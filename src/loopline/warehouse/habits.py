"""Retention, actives, stickiness and lifecycle of the embedded engine: sets of (actor, calendar period)."""

import numpy as np

from loopline.core.insights import activity, masks
from loopline.core.insights.activity import Presence
from loopline.core.insights.answers import (
    ActivesAnswer,
    Cohort,
    LifecycleAnswer,
    LifecyclePoint,
    Point,
    RetentionAnswer,
    StickinessAnswer,
)
from loopline.core.insights.ir import (
    Actives,
    BadQuestion,
    Cell,
    Interval,
    Lifecycle,
    Match,
    Retention,
    Stickiness,
)
from loopline.core.insights.packing import Bools, Ints, Pair, in_order
from loopline.core.insights.periods import WIDTHS, edges
from loopline.warehouse import presences
from loopline.warehouse.scans import EVER, Scan

MOST_PERIODS = 400
KINDS = ("new", "returning", "resurrecting", "dormant")


def place_of(edges_: Ints, at: int) -> int:
    """The period that begins at `at`; BadQuestion where none does."""
    place = int(np.searchsorted(edges_[:-1], at))
    if place >= edges_.size - 1 or int(edges_[place]) != at:
        raise BadQuestion("no period of the answer begins then")
    return place


def period_edges(question: Actives | Retention | Stickiness | Lifecycle, **more: int) -> Ints:
    return np.array(edges(question.span, question.interval, **more), dtype=np.int64)


# retention


def retention(scan: Scan, question: Retention) -> RetentionAnswer:
    """Cohorts by the period of the start; a period that ends after the span is open and None."""
    _check(question)
    bounds = period_edges(question, after=question.periods)
    count = period_edges(question).size - 1
    sizes, table = (_counted if _fits(question, count) else _searched)(
        scan, question, bounds[: count + 1]
    )
    return RetentionAnswer(
        tuple(
            Cohort(
                int(bounds[cohort]),
                int(sizes[cohort]),
                tuple(
                    None if _open(question, bounds, cohort, k) else int(table[cohort, k])
                    for k in range(question.periods)
                ),
            )
            for cohort in range(count)
        )
    )


def retention_people(scan: Scan, question: Retention, cell: Cell) -> Ints:
    _check(question)
    bounds = period_edges(question)
    cohort = place_of(bounds, cell.at)
    if _fits(question, bounds.size - 1):
        began, back = _words(scan, question, bounds)
        if cell.period is None:
            back, period, or_after = began, 0, False
        else:
            period, or_after = cell.period, question.on_or_after
        return np.flatnonzero(masks.who_returned(began, back, cohort, period, or_after=or_after))
    starts, times = _starts(scan, question, bounds)
    keep = starts.buckets == cohort
    if cell.period is not None:
        keep &= _Back(scan, question, bounds, starts, times).within(cell.period)
    return np.asarray(starts.actors[keep])


def _fits(question: Retention, count: int) -> bool:
    """Whether an actor's periods are the bits of a word."""
    return not question.rolling and count <= masks.MOST


def _counted(scan: Scan, question: Retention, bounds: Ints) -> tuple[Ints, Ints]:
    """(cohorts' sizes, actors back by cohort and period), from a word an actor."""
    count = bounds.size - 1
    starts, backs = _words(scan, question, bounds)
    scan.store.pause()
    or_after = question.on_or_after
    table = masks.returned(starts, backs, count, question.periods, or_after=or_after)
    return masks.sizes(starts, count), table


def _words(scan: Scan, question: Retention, bounds: Ints) -> tuple[masks.Words, masks.Words]:
    """Per actor the periods they started in and those they came back in; one array where these are the same."""
    pairs = [_begun(scan, question)]
    if question.anchor != "recurring" or question.back != question.start:
        rows = scan.read(question.back)
        pairs.append((rows.actors, rows.times))
    below = max((int(actors.max()) + 1 for actors, _ in pairs if actors.size), default=0)
    found = [
        masks.words(actors, activity.bucket(times, bounds), bounds.size - 1, below)
        for actors, times in pairs
    ]
    return found[0], found[-1]


def _searched(scan: Scan, question: Retention, bounds: Ints) -> tuple[Ints, Ints]:
    """As `_counted`, for any number of periods and for rolling ones."""
    count = bounds.size - 1
    starts, times = _starts(scan, question, bounds)
    back = _Back(scan, question, bounds, starts, times)
    table = [
        activity.per_bucket(_only(starts, back.within(k)), count) for k in range(question.periods)
    ]
    return activity.per_bucket(starts, count), np.stack(table, axis=1)


def _starts(scan: Scan, question: Retention, bounds: Ints) -> tuple[Presence, Ints]:
    """Each actor's cohorts, and when in each they started."""
    actors, times = in_order(*_begun(scan, question))
    buckets = activity.bucket(times, bounds)
    new = np.ones(actors.size, dtype=np.bool_)
    new[1:] = (actors[1:] != actors[:-1]) | (buckets[1:] != buckets[:-1])
    return Presence(actors[new], buckets[new]), times[new]


def _begun(scan: Scan, question: Retention) -> Pair:
    """The events that start: all of the span, or each actor's first where that is the anchor."""
    recurring = question.anchor == "recurring"
    rows = scan.read(question.start, start=None if recurring else EVER)
    if recurring:
        return rows.actors, rows.times
    actors, times = activity.firsts(rows.actors, rows.times)
    keep = times >= question.span.start
    if question.anchor == "first_ever":
        every = scan.read(Match(None), start=EVER)
        who, first = activity.firsts(every.actors, every.times)
        keep &= first[np.searchsorted(who, actors)] == times
    return actors[keep], times[keep]


class _Back:
    """Who of the starts is back in period k."""

    def __init__(
        self, scan: Scan, question: Retention, bounds: Ints, starts: Presence, times: Ints
    ) -> None:
        rows = scan.read(question.back)
        self._question, self._starts, self._times = question, starts, times
        self._pause = scan.store.pause
        self._count = bounds.size - 1
        self._rows = (rows.actors, rows.times)
        self._pairs = (
            None
            if question.rolling
            else activity.presence(rows.actors, activity.bucket(rows.times, bounds), self._count)
        )

    def within(self, k: int) -> Bools:
        self._pause()
        question = self._question
        if question.on_or_after and k == 0:
            return np.ones(self._starts.actors.size, dtype=np.bool_)
        if self._pairs is not None:
            return activity.back_on(
                self._starts, self._pairs, self._count, k, or_after=question.on_or_after
            )
        width = WIDTHS[question.interval]
        high = None if question.on_or_after else (k + 1) * width
        return activity.back_within((self._starts.actors, self._times), self._rows, k * width, high)


def _open(question: Retention, bounds: Ints, cohort: int, k: int) -> bool:
    if question.on_or_after and k == 0:
        return False
    if question.rolling:
        closes = int(bounds[cohort + 1]) + (k + 1) * WIDTHS[question.interval]
    else:
        closes = int(bounds[cohort + k + 1])
    return closes > question.span.end


def _only(pairs: Presence, keep: Bools) -> Presence:
    return Presence(pairs.actors[keep], pairs.buckets[keep])


def _check(question: Retention) -> None:
    if not 1 <= question.periods <= MOST_PERIODS:
        raise BadQuestion(f"retention looks at 1 to {MOST_PERIODS} periods")
    if question.anchor not in ("recurring", "first_match", "first_ever"):
        raise BadQuestion("the anchor is recurring, first_match or first_ever")


# actives


def actives(scan: Scan, question: Actives) -> ActivesAnswer:
    """Distinct actors a period; rolling days look back before the span's start."""
    bounds, before = _periods(question)
    low = int(bounds[0]) if before else question.span.start
    values = presences.counted(scan, question, bounds, low, question.span.end)
    if values is None:
        pairs, count = _active(scan, question, bounds, before), bounds.size - 1
        values = (
            activity.per_bucket(pairs, count)
            if question.rolling_days == 1
            else activity.rolling(pairs, count, question.rolling_days)
        )
    return ActivesAnswer(
        tuple(
            Point(int(at), float(value))
            for at, value in zip(bounds[before:-1], values[before:], strict=True)
        )
    )


def actives_people(scan: Scan, question: Actives, cell: Cell) -> Ints:
    bounds, before = _periods(question)
    pairs = _active(scan, question, bounds, before)
    last = place_of(bounds, cell.at)
    if last < before:
        raise BadQuestion("no period of the answer begins then")
    first = last - before
    return np.unique(pairs.actors[(pairs.buckets >= first) & (pairs.buckets <= last)])


def _periods(question: Actives) -> tuple[Ints, int]:
    """(edges, how many of the first periods are only looked back at)."""
    if not 1 <= question.rolling_days <= MOST_PERIODS:
        raise BadQuestion(f"rolling days are 1 to {MOST_PERIODS}")
    before = question.rolling_days - 1
    interval = Interval.DAY if before else question.interval
    bounds = np.array(edges(question.span, interval, before=before), dtype=np.int64)
    return bounds, before if bounds.size > 1 else 0


def _active(scan: Scan, question: Actives, bounds: Ints, before: int) -> Presence:
    """Who was active when."""
    rows = scan.read(question.match, start=int(bounds[0]) if before else None)
    return activity.presence(rows.actors, activity.bucket(rows.times, bounds), bounds.size - 1)


# stickiness


def stickiness(scan: Scan, question: Stickiness) -> StickinessAnswer:
    bounds = period_edges(question)
    _, days = _days(scan, question, bounds)
    return StickinessAnswer(tuple(np.bincount(days, minlength=bounds.size)[1:].tolist()))


def stickiness_people(scan: Scan, question: Stickiness, cell: Cell) -> Ints:
    actors, days = _days(scan, question, period_edges(question))
    return np.asarray(actors[days == cell.step])


def _days(scan: Scan, question: Stickiness, bounds: Ints) -> tuple[Ints, Ints]:
    rows = scan.read(question.match)
    pairs = activity.presence(rows.actors, activity.bucket(rows.times, bounds), bounds.size - 1)
    return activity.days_each(pairs)


# lifecycle


def lifecycle(scan: Scan, question: Lifecycle) -> LifecycleAnswer:
    parts, bounds = _parts(scan, question)
    counts = {kind: activity.per_bucket(parts[kind], bounds.size - 1) for kind in KINDS}
    return LifecycleAnswer(
        tuple(
            LifecyclePoint(int(bounds[place]), *(int(counts[kind][place]) for kind in KINDS))
            for place in range(2, bounds.size - 1)
        )
    )


def lifecycle_people(scan: Scan, question: Lifecycle, cell: Cell) -> Ints:
    if cell.value not in KINDS:
        raise BadQuestion(f"a lifecycle cell is one of {', '.join(KINDS)}")
    parts, bounds = _parts(scan, question)
    place = place_of(bounds, cell.at)
    if place < 2:
        raise BadQuestion("no period of the answer begins then")
    pairs = parts[cell.value]
    return np.asarray(pairs.actors[pairs.buckets == place])


def _parts(scan: Scan, question: Lifecycle) -> tuple[dict[str, Presence], Ints]:
    """Bucket 0 is all time up to the period before the span, bucket 1 that period: enough to tell new from back."""
    bounds = np.concatenate(([EVER], period_edges(question, before=1)))
    rows = scan.read(question.match, start=EVER)
    pairs = activity.presence(rows.actors, activity.bucket(rows.times, bounds), bounds.size - 1)
    return activity.lifecycle(pairs, bounds.size - 1), bounds
