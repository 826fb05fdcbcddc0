"""Asking about dashboards and investigations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Sum

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.settings.options import today
from loopline.slices.dashboards.models import (
    Dashboard,
    Investigation,
    InvestigationChart,
    Look,
    Subscription,
    Tile,
)
from loopline.slices.insights import queries as insights

LOOKED_DAYS = 30


def rows() -> QuerySet[Dashboard]:
    return Dashboard.objects.select_related("owner").annotate(tile_count=Count("tiles"))


def one(*, actor: Actor, dashboard_id: int) -> Dashboard:
    """Raises Missing."""
    allow(actor, "dashboard.read")
    found = rows().filter(pk=dashboard_id).first()
    if found is None:
        raise Missing("dashboard")
    return found


def tiles(dashboard_id: int) -> list[Tile]:
    return list(Tile.objects.filter(dashboard=dashboard_id).order_by("position", "pk"))


def tile(*, actor: Actor, dashboard_id: int, tile_id: int) -> Tile:
    """Raises Missing."""
    allow(actor, "dashboard.read")
    found = Tile.objects.filter(dashboard=dashboard_id, pk=tile_id).first()
    if found is None:
        raise Missing("tile")
    return found


def looks(ids: Iterable[int], now: datetime) -> dict[int, int]:
    """How often each was opened in the last 30 days; one query."""
    since = (now - timedelta(days=LOOKED_DAYS)).date()
    found = Look.objects.filter(dashboard__in=set(ids), on__gte=since).values("dashboard")
    return {row["dashboard"]: row["sum"] for row in found.annotate(sum=Sum("times"))}


def subscription_of(actor: Actor, dashboard_id: int) -> list[Subscription]:
    return list(Subscription.objects.filter(dashboard=dashboard_id, user=actor.user_id or 0))


def unowned() -> int:
    """How many dashboards nobody answers for."""
    return Dashboard.objects.filter(owner=None, archived_at=None).count()


def using(kind: str, ref_id: int) -> list[Dashboard]:
    """Dashboards that show a report or a metric."""
    found = Dashboard.objects.filter(tiles__kind=kind, tiles__ref_id=ref_id, archived_at=None)
    return list(found.distinct().order_by("name"))


def dashboard_cards(ids: set[int]) -> dict[int, Card]:
    return {
        d.pk: Card("dashboard", d.pk, d.name, f"/dashboards/{d.pk}", f"DSH-{d.pk}", d.finding[:80], bool(d.archived_at))
        for d in Dashboard.objects.filter(pk__in=ids)
    }  # fmt: skip


def investigation_rows() -> QuerySet[Investigation]:
    return Investigation.objects.select_related("owner").annotate(chart_count=Count("charts"))


def investigation(*, actor: Actor, investigation_id: int) -> Investigation:
    """Raises Missing."""
    allow(actor, "investigation.read")
    found = investigation_rows().filter(pk=investigation_id).first()
    if found is None:
        raise Missing("investigation")
    return found


def charts_of(investigation_id: int) -> list[InvestigationChart]:
    return list(InvestigationChart.objects.filter(investigation=investigation_id))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a chart of an investigation asks: as on the day of its finding, None where it asks as today."""

    body: Mapping[str, Any]
    as_on: datetime | None


def chart_question(
    row: Investigation, chart: InvestigationChart, report: Mapping[str, Any], now: datetime
) -> Asked:
    """A finding stands beside the numbers of its day: the report as it was defined then, its time ending then."""
    at = row.found_at
    if at is None or report["kind"] == "sql" or today(at) >= today(now):
        return Asked(report["body"], None)
    then = insights.report_body_on(chart.report_id, at) or report["body"]
    body = insights.ending(report["kind"], then, at)
    return Asked(report["body"], None) if body is None else Asked(body, at)


def investigations_with(report_id: int) -> list[Investigation]:
    """Investigations that show a report, newest first."""
    found = Investigation.objects.filter(charts__report_id=report_id, archived_at=None)
    return list(found.order_by("-updated_at")[:10])


def led_to(decision_ids: Iterable[int]) -> dict[int, list[Investigation]]:
    """Investigations that led to decisions, by decision; one query."""
    found: dict[int, list[Investigation]] = defaultdict(list)
    for row in Investigation.objects.filter(decision_id__in=set(decision_ids)):
        found[row.decision_id or 0].append(row)
    return dict(found)


def investigation_cards(ids: set[int]) -> dict[int, Card]:
    return {
        i.pk: Card(
            "investigation", i.pk, i.question, f"/investigations/{i.pk}", f"INV-{i.pk}", i.state, bool(i.archived_at)
        )
        for i in Investigation.objects.filter(pk__in=ids)
    }  # fmt: skip


def owned(people: Iterable[int]) -> dict[int, tuple[int, datetime]]:
    """Dashboards in use that belong to these people: dashboard -> (owner, made at); one query."""
    found = Dashboard.objects.filter(owner_id__in=set(people), archived_at=None)
    rows_ = found.values_list("pk", "owner_id", "created_at")
    return {pk: (owner, made) for pk, owner, made in rows_ if owner}


def looked_on(ids: Iterable[int], since: date) -> list[tuple[int, date]]:
    """(dashboard, day) of every day on which one was opened; one query."""
    found = Look.objects.filter(dashboard__in=set(ids), on__gte=since, times__gt=0)
    return list(found.values_list("dashboard_id", "on"))


def ownership(until: datetime) -> tuple[int, int]:
    """(dashboards somebody answers for, all of them) of those made by then; one query."""
    rows_ = Dashboard.objects.filter(archived_at=None, created_at__lte=until)
    found = list(rows_.values_list("owner_id", flat=True))
    return sum(o is not None for o in found), len(found)
