"""Asking about metrics."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, QuerySet, Subquery

from loopline.core.metrics.unusual import Unusual, unusual, unusual_at
from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card
from loopline.platform.db.once import once
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.measures import builtins
from loopline.slices.measures.models import Metric, MetricValue, MetricVersion
from loopline.slices.measures.starterset import STARTERS

SHOWN = 26  # values of a summary's small trend


@dataclass(frozen=True, slots=True)
class MetricView:
    id: int
    name: str
    unit: str
    direction: str
    target: float | None
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A value: `at` is the moment it stands for (a period's end), `start` the period's first instant, None by hand."""

    at: datetime
    value: float
    note: str = ""
    start: datetime | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class Point:
    """One place of a metric's series; `value` None: nothing to compute from. `version`: what it was computed under."""

    start: datetime
    at: datetime
    value: float | None
    n: int | None
    low: float | None
    high: float | None
    incomplete: bool
    version: int
    manual: bool
    note: str = ""
    source: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Where the definition changed."""

    number: int
    at: datetime
    why: str
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class ValueSeries:
    """Values of a metric, oldest first. `points` are those in force at their time: each version's own stretch.

    `recomputed` are earlier periods under the version in force now; `changes` where versions began, the first left out;
    `odd` the unusual ones of the present version's complete points, by position in `points`.
    """

    metric: MetricView
    grain: str
    points: tuple[Point, ...]
    recomputed: tuple[Point, ...]
    changes: tuple[Change, ...]
    odd: tuple[Unusual, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a metric says now: `latest` and `previous` are complete values of the version in force.

    `change` is latest less previous in the unit; `values` the last complete ones, oldest first; `flags` say in a few
    words what is wrong: no owner, review overdue, unusual, trouble.
    """

    id: int
    name: str
    unit: str
    direction: str
    grain: str
    target: float | None
    owner_id: int | None
    owner: str
    latest: Reading | None
    previous: Reading | None
    change: float | None
    values: tuple[float, ...]
    fresh: datetime | None
    odd: Unusual | None
    trouble: str
    flags: tuple[str, ...]


def _newest() -> QuerySet[MetricValue]:
    """Complete values of a metric, those of its newest version first, the newest first."""
    return MetricValue.objects.filter(
        metric=OuterRef("pk"), incomplete=False, value__isnull=False
    ).order_by("-version_number", "-at")


def rows() -> QuerySet[Metric]:
    newest = _newest()
    return Metric.objects.select_related("owner").annotate(
        latest=Subquery(newest.values("value")[:1]), latest_at=Subquery(newest.values("at")[:1])
    )


def one(*, actor: Actor, metric_id: int) -> Metric:
    allow(actor, "metric.read")
    found = rows().filter(pk=metric_id).first()
    if found is None:
        raise Missing("metric")
    return found


def view(m: Metric) -> MetricView:
    return MetricView(m.pk, m.name, m.unit, m.direction, m.target, m.owner_id)


def metrics_by_id(ids: Iterable[int | None]) -> dict[int, MetricView]:
    wanted = {i for i in ids if i}
    return {m.pk: view(m) for m in Metric.objects.filter(pk__in=wanted)} if wanted else {}


def _reading(v: MetricValue) -> Reading:
    return Reading(
        v.at, v.value or 0.0, v.note, v.start, v.n, v.low, v.high, v.version_number
    )  # fmt: skip


def latest_values(
    ids: Iterable[int | None], *, before: datetime | None = None
) -> dict[int, Reading]:
    """The newest complete value of each metric, two queries; metrics without one are left out."""
    wanted = {i for i in ids if i}
    if not wanted:
        return {}
    newest = _newest()
    if before:
        newest = newest.filter(at__lt=before)
    found = Metric.objects.filter(pk__in=wanted).annotate(last=Subquery(newest.values("pk")[:1]))
    values = MetricValue.objects.filter(
        pk__in=[i for i in found.values_list("last", flat=True) if i]
    )
    return {v.metric_id: _reading(v) for v in values}


def values_of(metric_id: int, limit: int = 200) -> list[Reading]:
    """Complete values, oldest first."""
    found = MetricValue.objects.filter(
        metric_id=metric_id, incomplete=False, value__isnull=False
    ).order_by("-at", "-version_number")[:limit]
    return [_reading(v) for v in found][::-1]


def first_after(pairs: Sequence[tuple[int, datetime]]) -> dict[tuple[int, datetime], Reading]:
    """The first value of each metric from each moment on, by (metric, moment); one query.

    A computed value counts where its whole period lies after the moment.
    """
    out: dict[tuple[int, datetime], Reading] = {}
    moments: dict[int, set[datetime]] = {}
    for metric, moment in pairs:
        moments.setdefault(metric, set()).add(moment)
    found = MetricValue.objects.filter(
        metric_id__in=moments, incomplete=False, value__isnull=False
    ).order_by("at", "-version_number")
    if moments:
        found = found.filter(at__gte=min(m for each in moments.values() for m in each))
    for v in found:
        for moment in moments[v.metric_id]:
            if (v.start or v.at) >= moment:
                out.setdefault((v.metric_id, moment), _reading(v))
    return out


def _point(v: MetricValue) -> Point:
    return Point(
        v.start or v.at, v.at, v.value, v.n, v.low, v.high, v.incomplete, v.version_number,
        v.start is None, v.note, v.computed_from,
    )  # fmt: skip


def versions_of(metric_id: int) -> list[MetricVersion]:
    """Oldest first."""
    return list(MetricVersion.objects.filter(metric_id=metric_id).order_by("number"))


def value_series(
    *, actor: Actor, metric_id: int, start: datetime | None = None, end: datetime | None = None
) -> ValueSeries:
    """Values of a metric whose period (or moment) lies in [start, end), with where its definition changed.

    Raises Missing. Three queries.
    """
    allow(actor, "metric.read")
    metric = Metric.objects.filter(pk=metric_id).first()
    if metric is None:
        raise Missing("metric")
    found = MetricValue.objects.filter(metric=metric).order_by("at", "version_number")
    if start:
        found = found.filter(at__gt=start)
    if end:
        found = found.filter(at__lte=end)
    return series_of(metric, versions_of(metric.pk), list(found))


def series_of(
    metric: Metric, versions: Sequence[MetricVersion], values: Sequence[MetricValue]
) -> ValueSeries:
    """The same from rows already read, oldest first."""
    now_, begins = metric.definition_version, {v.number: v.at for v in versions}
    began = begins.get(now_)
    points: list[Point] = []
    again: list[Point] = []
    for v in values:
        point = _point(v)
        early = v.start is not None and now_ > 1 and began is not None and v.at <= began
        (again if v.version_number == now_ and early else points).append(point)
    changes = tuple(
        Change(v.number, v.at, v.why, v.by_name, v.words) for v in versions if v.number > 1
    )
    return ValueSeries(
        view(metric), metric.grain, tuple(points), tuple(again), changes,
        _odd(metric, points, again),
    )  # fmt: skip


def _odd(metric: Metric, points: Sequence[Point], again: Sequence[Point]) -> tuple[Unusual, ...]:
    """Each complete point of the version in force against those before it, the recomputed ones included."""
    mine = [*again, *(p for p in points if p.version == metric.definition_version)]
    run = [None if p.incomplete else p.value for p in mine]
    grain = metric.grain if mine and not any(p.manual for p in mine) else "week"
    place = {id(p): at for at, p in enumerate(points)}
    return tuple(
        Unusual(place[id(mine[u.position])], u.value, u.median, u.low, u.high, u.n)
        for u in unusual(run, grain)
        if id(mine[u.position]) in place
    )


def metric_summary(ids: Iterable[int | None], *, now: datetime | None = None) -> dict[int, Summary]:
    """What each metric says now, by id; three queries for any number of them. `now` judges overdue reviews."""
    wanted = {i for i in ids if i}
    if not wanted:
        return {}
    metrics = list(Metric.objects.select_related("owner").filter(pk__in=wanted))
    found: dict[int, list[MetricValue]] = {}
    stored = MetricValue.objects.filter(
        metric_id__in=wanted, version_number=F("metric__definition_version"), incomplete=False
    ).order_by("at")  # fmt: skip
    for v in stored:
        found.setdefault(v.metric_id, []).append(v)
    return {m.pk: _summary(m, found.get(m.pk, []), now) for m in metrics}


def summary_of(metric: Metric, *, now: datetime | None = None) -> tuple[Summary, list[Reading]]:
    """The same of one metric already read with its owner, and its values, oldest first; one query."""
    found = MetricValue.objects.filter(
        metric=metric, version_number=metric.definition_version, incomplete=False
    )
    run = list(found.order_by("at"))
    return _summary(metric, run, now), [_reading(v) for v in run if v.value is not None]


def _summary(m: Metric, run: Sequence[MetricValue], now: datetime | None) -> Summary:
    values = [v for v in run if v.value is not None]
    latest = _reading(values[-1]) if values else None
    previous = _reading(values[-2]) if len(values) > 1 else None
    grain = m.grain if values and values[-1].start else "week"
    odd = unusual_at([v.value for v in run], len(run) - 1, grain) if run else None
    flags = []
    if m.owner_id is None:
        flags.append("no owner")
    if m.review_on and now and m.review_on < now.date():
        flags.append("review overdue")
    if odd:
        flags.append("unusual")
    if m.trouble:
        flags.append("trouble")
    return Summary(
        m.pk, m.name, m.unit, m.direction, m.grain, m.target, m.owner_id, m.owner.name if m.owner else "",
        latest, previous, latest.value - previous.value if latest and previous else None,
        tuple(float(v.value) for v in values[-SHOWN:] if v.value is not None),
        m.computed_at or (latest.at if latest else None), odd, m.trouble, tuple(flags),
    )  # fmt: skip


def installed() -> dict[str, list[int]]:
    """Metrics by the starter they came from, the oldest first."""
    out: dict[str, list[int]] = {}
    for pk, key in (
        Metric.objects.exclude(starter="")
        .filter(archived_at=None)
        .order_by("pk")
        .values_list("pk", "starter")
    ):
        out.setdefault(key.partition(":")[0], []).append(pk)
    return out


@once
def metric_choices() -> list[tuple[str, str]]:
    found = Metric.objects.filter(archived_at=None).order_by("name").values_list("pk", "name")
    return [("", "None yet"), *((str(pk), name) for pk, name in found[:300])]


def metric_cards(ids: set[int]) -> dict[int, Card]:
    return {
        m.pk: Card("metric", m.pk, m.name, f"/measures/{m.pk}", f"MET-{m.pk}", m.unit, bool(m.archived_at))
        for m in Metric.objects.filter(pk__in=ids)
    }  # fmt: skip


def starters() -> list[tuple[str, str, str, bool]]:
    """The starter set: (key, name, what it needs, whether it needs no event named)."""
    return [(s.key, s.name, s.needs, not s.events) for s in STARTERS if not s.several]


def histories(ids: Iterable[int], *, since: datetime) -> dict[int, list[Reading]]:
    """Complete values of metrics under the version in force from a moment on, oldest first; one query."""
    found = MetricValue.objects.filter(
        metric_id__in=set(ids), version_number=F("metric__definition_version"), incomplete=False,
        value__isnull=False, at__gte=since,
    ).order_by("at")  # fmt: skip
    out: dict[int, list[Reading]] = {}
    for v in found:
        out.setdefault(v.metric_id, []).append(_reading(v))
    return out


def words_of(ids: Iterable[int]) -> dict[int, str]:
    """How the definition in force of each metric reads; one query."""
    found = MetricVersion.objects.filter(
        metric_id__in=set(ids), number=F("metric__definition_version")
    )
    return dict(found.values_list("metric_id", "words"))


@dataclass(frozen=True, slots=True)
class Over:
    """A number of another area over a stretch: `says` how it is counted, `missing` what to connect where it is none."""

    label: str
    says: str
    unit: str
    value: float | None
    n: int | None
    missing: str
    rows: str


def over(key: str, start: datetime, end: datetime) -> Over | None:
    """What a built-in number says of [start, end); None for a key nobody offers."""
    known = builtins.found(key)
    if known is None:
        return None
    got = known.compute(start, end)
    value, n = (got[0], got[1]) if got else (None, None)
    missing = (
        "" if value is not None else known.missing() or f"{known.label}: nothing in this time."
    )
    rows_ = known.rows(start, end) if known.rows else ""
    return Over(known.label, known.says, known.unit, value, n, missing, rows_)


def over_choices() -> list[tuple[str, str]]:
    """Built-in numbers: (key, label)."""
    return [(key, b.label) for key, b in builtins.every().items()]
