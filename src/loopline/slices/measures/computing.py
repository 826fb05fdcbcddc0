"""Computing a metric and keeping what came out: which periods are due, what changed, and what went wrong in words."""

import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from math import isclose

from django.db import transaction

from loopline.core.metrics.periods import HISTORY, Period, back_from
from loopline.core.problems import Problem, TooMany, Unavailable
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import zone
from loopline.slices.insights import queries as insights
from loopline.slices.measures import builtins, definitions, figures
from loopline.slices.measures.definitions import Definition
from loopline.slices.measures.events import MetricValueRecorded
from loopline.slices.measures.figures import Figure
from loopline.slices.measures.models import Metric, MetricValue, MetricVersion

LATE = 2  # closed periods that are looked at again, for events that came late
SECONDS = 60.0  # one run's share of time; what is left goes into the next run
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run did: periods looked at, values that changed, periods left for another run."""

    done: int = 0
    changed: int = 0
    left: int = 0
    trouble: str = ""


def due(
    metric: Metric, version: MetricVersion, d: Definition, now: datetime, *, again: bool
) -> list[Period]:
    """The periods to compute, the newest first so that an interrupted run has what matters."""
    periods = back_from(now, metric.grain, str(zone()), HISTORY[metric.grain])
    if not version.whole:
        periods = [p for p in periods if p.end > version.at]
    if again or figures.at_once(d):
        return periods[::-1]
    stored = MetricValue.objects.filter(metric=metric, version_number=version.number)
    settled = set(
        stored.filter(incomplete=False).exclude(start=None).values_list("start", flat=True)
    )
    recent = {p.start for p in periods[-1 - LATE :]}
    return [p for p in periods[::-1] if p.start not in settled or p.start in recent]


def compute(
    metric_id: int,
    *,
    now: datetime,
    again: bool = False,
    done: int = 0,
    step: Step = lambda _a, _b: None,
) -> Outcome:
    """Compute what is due and store it. A problem leaves its sentence on the metric and what is stored as it is.

    `done` periods were handled by runs before this one; `step(done, total)` says how far.
    """
    metric = Metric.objects.filter(pk=metric_id, archived_at=None).first()
    version = MetricVersion.objects.filter(
        metric_id=metric_id, number=metric.definition_version if metric else 0
    ).first()
    if metric is None or version is None:
        return Outcome()
    try:
        d = definitions.read(metric.definition, now)
        if not d.computed:
            return Outcome()
        return _through(metric, version, d, now=now, again=again, done=done, step=step)
    except (TooMany, Unavailable) as later:  # nothing is wrong with it: the next hour asks again
        Metric.objects.filter(pk=metric.pk).update(trouble=later.sentence[:400])
        return Outcome(trouble=later.sentence)
    except Problem as problem:
        Metric.objects.filter(pk=metric.pk).update(trouble=problem.sentence[:400], computed_at=now)
        return Outcome(trouble=problem.sentence)


def _through(
    metric: Metric, version: MetricVersion, d: Definition, *, now: datetime, again: bool, done: int, step: Step
) -> Outcome:  # fmt: skip
    periods = due(metric, version, d, now, again=again)
    total, recent = len(periods), {p.start for p in periods[: 1 + LATE]}
    part = len(periods) if figures.at_once(d) else 1
    done = done if again else 0  # without, what earlier runs settled is no longer due
    began, at, changed = time.monotonic(), done, 0
    seen: list[Figure] = []
    while at < total:
        batch = periods[at : at + max(part, 1)]
        found = figures.figures(d, batch, grain=metric.grain, unit=metric.unit, now=now)
        changed += store(metric, version.number, d, batch, found, recent=recent, now=now)
        seen += [f for f in found if f is not None]
        at += len(batch)
        step(at, total)
        if time.monotonic() - began > SECONDS:
            break
    trouble = _unheard_of(metric)
    if not trouble and not any(f.value is not None for f in seen):
        trouble = _missing(d, seen)
    Metric.objects.filter(pk=metric.pk).update(trouble=trouble[:400], computed_at=now)
    return Outcome(at - done, changed, total - at, trouble)


def store(
    metric: Metric, number: int, d: Definition, periods: Sequence[Period], found: Sequence[Figure | None], *,
    recent: Set[datetime], now: datetime,
) -> int:  # fmt: skip
    """Write figures over what is stored; the same again changes nothing. Tells of the newest value that is finished and
    recent, or is another than it was. Answers how many rows changed."""
    ripe = d.ripe_after(metric.grain)
    with transaction.atomic():
        stored = {
            v.start: v
            for v in MetricValue.objects.select_for_update().filter(
                metric=metric, version_number=number, start__in=[p.start for p in periods]
            )
        }
        changed: list[MetricValue] = []
        told: list[MetricValue] = []
        for p, f in zip(periods, found, strict=True):
            if f is None:
                continue
            snapshot = bool(f.source.get("snapshot"))  # about now, not about a period
            open_ = p.end + ripe > now and not snapshot
            row = stored.get(p.start)
            if row is not None and _same(row, f, open_):
                continue
            new = p.start in recent and (row is None or row.incomplete)
            new = new or (row is not None and not row.incomplete and not _close(row.value, f.value))
            row = row or MetricValue(metric=metric, version_number=number, start=p.start)
            row.at, row.value, row.n, row.low, row.high = p.end, f.value, f.n, f.low, f.high
            if snapshot:
                row.at = min(now, p.end)
            row.incomplete, row.computed_at, row.computed_from = open_, now, dict(f.source)
            row.save()
            changed.append(row)
            if new and not open_ and f.value is not None:
                told.append(row)
        if told:
            newest = max(told, key=lambda v: v.at)
            publish(MetricValueRecorded(metric.pk, newest.pk), actor=Actor.system(), now=now)
    return len(changed)


def _close(a: float | None, b: float | None) -> bool:
    return a == b or (
        a is not None and b is not None and isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    )


def _same(row: MetricValue, f: Figure, open_: bool) -> bool:
    return (
        row.incomplete == open_ and row.n == f.n and _close(row.value, f.value)
        and _close(row.low, f.low) and _close(row.high, f.high)
    )  # fmt: skip


def _missing(d: Definition, seen: Sequence[Figure]) -> str:
    """Why there is no number at all, and what to do about it."""
    if d.kind == "builtin":
        known = builtins.found(d.key)
        said = known.missing() if known else ""
        return said or "Nothing was found to compute it from in these periods."
    if d.kind == "sql":
        return "The SELECT gave no value for these periods."
    if not any(f.source.get("events") for f in seen):
        return "No product events have come in yet. Send some from an SDK or a file."
    return "Nobody did this in these periods, so there is no number yet."


def _unheard_of(metric: Metric) -> str:
    """A definition that names an event nobody ever sent, of a catalogue that knows others."""
    there = set(insights.event_choices())
    unknown = [name for name in definitions.events_of(metric.definition) if name not in there]
    if there and unknown:
        return f"No event called {unknown[0]} has come in. Check its name, or send it."
    return ""
