"""Asking about metrics."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card
from loopline.platform.db.once import once
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.measures.models import Metric, MetricValue


@dataclass(frozen=True, slots=True)
class MetricView:
    id: int
    name: str
    unit: str
    direction: str
    target: float | None
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Value:
    at: datetime
    value: float
    note: str = ""


def rows() -> QuerySet[Metric]:
    newest = MetricValue.objects.filter(metric=OuterRef("pk")).order_by("-at")
    return Metric.objects.select_related("owner").annotate(
        latest=Subquery(newest.values("value")[:1]), latest_at=Subquery(newest.values("at")[:1])
    )


def one(*, actor: Actor, metric_id: int) -> Metric:
    allow(actor, "metric.read")
    found = rows().filter(pk=metric_id).first()
    if found is None:
        raise Missing("metric")
    return found


def metrics_by_id(ids: Iterable[int | None]) -> dict[int, MetricView]:
    wanted = {i for i in ids if i}
    found = Metric.objects.filter(pk__in=wanted) if wanted else []
    return {
        m.pk: MetricView(m.pk, m.name, m.unit, m.direction, m.target, m.owner_id) for m in found
    }


def latest_values(ids: Iterable[int | None], *, before: datetime | None = None) -> dict[int, Value]:
    """The newest value of each metric, one query; metrics without one are left out."""
    wanted = {i for i in ids if i}
    newest = MetricValue.objects.filter(metric=OuterRef("pk"))
    if before:
        newest = newest.filter(at__lt=before)
    inner = newest.order_by("-at").values("pk")[:1]
    found = (
        Metric.objects.filter(pk__in=wanted)
        .annotate(last=Subquery(inner))
        .values_list("last", flat=True)
    )
    values = MetricValue.objects.filter(pk__in=found) if wanted else []
    return {v.metric_id: Value(v.at, v.value, v.note) for v in values}


def values_of(metric_id: int, limit: int = 200) -> list[Value]:
    """Values, oldest first."""
    found = MetricValue.objects.filter(metric_id=metric_id).order_by("-at")[:limit]
    return [Value(v.at, v.value, v.note) for v in found][::-1]


def first_after(pairs: Sequence[tuple[int, datetime]]) -> dict[tuple[int, datetime], Value]:
    """The first value of each metric from each moment on, by (metric, moment); one query."""
    out: dict[tuple[int, datetime], Value] = {}
    moments: dict[int, set[datetime]] = {}
    for metric, moment in pairs:
        moments.setdefault(metric, set()).add(moment)
    for v in MetricValue.objects.filter(metric_id__in=moments).order_by("at"):
        for moment in moments[v.metric_id]:
            if v.at >= moment:
                out.setdefault((v.metric_id, moment), Value(v.at, v.value, v.note))
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
