"""Dashboards and investigations in the API."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import listing
from loopline.platform.api.people import person_ref
from loopline.platform.api.shapes import (
    Id,
    In,
    Out,
    Time,
    answers,
    id_in,
    page_of,
    query_of,
    ref_in,
)
from loopline.platform.api.versions import expected, tag
from loopline.platform.identity.actor import Actor
from loopline.slices.dashboards import queries, services
from loopline.slices.dashboards.lists import DASHBOARDS, INVESTIGATIONS
from loopline.slices.dashboards.models import Dashboard, Investigation
from loopline.slices.insights import queries as insights

router = Router(tags=["dashboards"])
Key = Annotated[str, Field(max_length=30)]
Name = Annotated[str, Field(min_length=1, max_length=160)]


class DashboardIn(In):
    name: Name
    finding: Annotated[str, Field(max_length=400)] = ""
    days: Annotated[int, Field(ge=1, le=3650)] = 90
    filters: Annotated[list[dict[str, Any]], Field(max_length=20)] = []
    owner: Key | None = None


class DashboardChange(In):
    name: Name | None = None
    finding: Annotated[str, Field(max_length=400)] | None = None
    days: Annotated[int, Field(ge=1, le=3650)] | None = None
    filters: Annotated[list[dict[str, Any]], Field(max_length=20)] | None = None
    review_on: date | None = None
    owner: Key | None = None
    archived: bool | None = None


class TileIn(In):
    kind: Literal["report", "metric", "text"]
    ref: Key | None = None
    title: Annotated[str, Field(max_length=160)] = ""
    words: Annotated[str, Field(max_length=4000)] = ""
    wide: bool = False


class TileChange(In):
    title: Annotated[str, Field(max_length=160)] | None = None
    words: Annotated[str, Field(max_length=4000)] | None = None
    wide: bool | None = None
    place: Annotated[int, Field(ge=0, le=100)] | None = None


class TileOut(Schema):
    id: Id
    kind: str
    ref: Id | None
    title: str
    words: str
    wide: bool


class DashboardOut(Out):
    id: Id
    key: str
    name: str
    finding: str
    days: int
    filters: list[dict[str, Any]]
    review_on: date | None
    owner: Id | None
    tiles: list[TileOut] | None
    tile_count: int
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


DashboardPage: Any = page_of(DashboardOut)
DashboardQuery: Any = query_of(DASHBOARDS)


def _json(actor: Actor, d: Dashboard, tiles: bool = False) -> dict[str, Any]:
    found = queries.tiles(d.pk) if tiles else None
    return {
        "id": d.pk, "key": f"DSH-{d.pk}", "name": d.name, "finding": d.finding, "days": d.days,
        "filters": insights.shown_to(actor, d.filters),
        "review_on": d.review_on, "owner": str(d.owner_id) if d.owner_id else None,
        "tiles": None if found is None else [
            {"id": t.pk, "kind": t.kind, "ref": str(t.ref_id) if t.ref_id else None, "title": t.title,
             "words": t.words, "wide": t.wide}
            for t in found
        ],
        "tile_count": getattr(d, "tile_count", 0), "archived": d.archived_at is not None, "version": d.version,
        "created_at": d.created_at, "updated_at": d.updated_at,
    }  # fmt: skip


def _read(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.one(actor=actor_of(request), dashboard_id=key)
    tag(response, row.version)
    return _json(actor_of(request), row, tiles=True)


def _owned(sent: dict[str, Any]) -> dict[str, Any]:
    return sent | {"owner_id": person_ref(sent.pop("owner"), "owner")} if "owner" in sent else sent


@router.get("/dashboards", auth=can("dashboard.read"), response=answers(DashboardPage))
def list_dashboards(request: HttpRequest, query: Query[DashboardQuery]) -> Any:
    actor = actor_of(request)
    return listing(
        request, DASHBOARDS, queries.rows(), lambda found: [_json(actor, d) for d in found]
    )


@router.post(
    "/dashboards", auth=can("dashboard.change"), response=answers(DashboardOut, status=201)
)
def create_dashboard(request: HttpRequest, body: DashboardIn, response: HttpResponse) -> Any:
    made = services.create_dashboard(
        actor=actor_of(request), now=timezone.now(), **_owned(body.model_dump())
    )
    return Status(201, _read(request, response, made))


@router.get("/dashboards/{id}", auth=can("dashboard.read"), response=answers(DashboardOut))
def read_dashboard(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "dashboard"))


@router.patch("/dashboards/{id}", auth=can("dashboard.change"), response=answers(DashboardOut))
def change_dashboard(
    request: HttpRequest, id: str, body: DashboardChange, response: HttpResponse
) -> Any:
    key, sent = id_in(id, "dashboard"), body.model_dump(exclude_unset=True)
    changes = _owned(
        {k: v for k, v in sent.items() if v is not None or k in ("owner", "review_on")}
    )
    services.change_dashboard(
        actor=actor_of(request),
        id_=key,
        changes=changes,
        version=expected(request),
        now=timezone.now(),
    )
    return _read(request, response, key)


@router.post(
    "/dashboards/{id}/tiles",
    auth=can("dashboard.change"),
    response=answers(DashboardOut, status=201),
)
def add_tile(request: HttpRequest, id: str, body: TileIn, response: HttpResponse) -> Any:
    """Put a report, a metric or a few words at the end."""
    key = id_in(id, "dashboard")
    ref = ref_in(body.ref, body.kind, "ref") if body.kind != "text" else None
    services.add_tile(
        actor=actor_of(request), dashboard_id=key, kind=body.kind, ref_id=ref, title=body.title, words=body.words,
        wide=body.wide, now=timezone.now(),
    )  # fmt: skip
    return Status(201, _read(request, response, key))


@router.patch(
    "/dashboards/{id}/tiles/{tile}", auth=can("dashboard.change"), response=answers(DashboardOut)
)
def change_tile(
    request: HttpRequest, id: str, tile: str, body: TileChange, response: HttpResponse
) -> Any:
    """Rename, widen or move a tile; `place` counts from 0."""
    key = id_in(id, "dashboard")
    changes = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    services.change_tile(
        actor=actor_of(request),
        dashboard_id=key,
        tile_id=id_in(tile, "tile"),
        changes=changes,
        now=timezone.now(),
    )
    return _read(request, response, key)


@router.post(
    "/dashboards/{id}/tiles/{tile}/remove",
    auth=can("dashboard.change"),
    response=answers(DashboardOut),
)
def remove_tile(request: HttpRequest, id: str, tile: str, response: HttpResponse) -> Any:
    """Take a tile off; its report or metric stays."""
    key = id_in(id, "dashboard")
    services.remove_tile(
        actor=actor_of(request), dashboard_id=key, tile_id=id_in(tile, "tile"), now=timezone.now()
    )
    return _read(request, response, key)


class InvestigationIn(In):
    question: Annotated[str, Field(min_length=1, max_length=300)]
    reports: Annotated[list[Key], Field(max_length=12)] = []
    owner: Key | None = None


class InvestigationChange(In):
    question: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    finding: Annotated[str, Field(max_length=10_000)] | None = None
    decision: Key | None = None
    metric: Key | None = None
    since: Time | None = None
    owner: Key | None = None
    archived: bool | None = None


class ConcludeIn(In):
    finding: Annotated[str, Field(min_length=1, max_length=10_000)]
    decision: Key | None = None


class ChartIn(In):
    report: Key
    note: Annotated[str, Field(max_length=400)] = ""


class ChartOut(Schema):
    id: Id
    report: Id
    note: str


class EffectOut(Schema):
    before: float
    after: float
    relative: float | None
    low: float | None
    high: float | None
    n_before: int
    n_after: int
    method: str
    clear: bool


class InvestigationOut(Out):
    id: Id
    key: str
    question: str
    finding: str
    state: str
    decision: Id | None
    metric: Id | None
    since: Time | None
    effect: EffectOut | None
    charts: list[ChartOut]
    owner: Id | None
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


InvestigationPage: Any = page_of(InvestigationOut)
InvestigationQuery: Any = query_of(INVESTIGATIONS)


def _inquiry(i: Investigation) -> dict[str, Any]:
    return {
        "id": i.pk, "key": f"INV-{i.pk}", "question": i.question, "finding": i.finding, "state": i.state,
        "decision": str(i.decision_id) if i.decision_id else None,
        "metric": str(i.metric_id) if i.metric_id else None, "since": i.since, "effect": i.effect or None,
        "charts": [{"id": c.pk, "report": str(c.report_id), "note": c.note} for c in i.charts.all()],
        "owner": str(i.owner_id) if i.owner_id else None, "archived": i.archived_at is not None,
        "version": i.version, "created_at": i.created_at, "updated_at": i.updated_at,
    }  # fmt: skip


def _inquiries(rows: Sequence[Investigation]) -> list[dict[str, Any]]:
    return [_inquiry(i) for i in rows]


def _read_inquiry(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.investigation(actor=actor_of(request), investigation_id=key)
    tag(response, row.version)
    return _inquiry(row)


@router.get("/investigations", auth=can("investigation.read"), response=answers(InvestigationPage))
def list_investigations(request: HttpRequest, query: Query[InvestigationQuery]) -> Any:
    return listing(
        request, INVESTIGATIONS, queries.investigation_rows().prefetch_related("charts"), _inquiries
    )


@router.post(
    "/investigations",
    auth=can("investigation.change"),
    response=answers(InvestigationOut, status=201),
)
def create_investigation(
    request: HttpRequest, body: InvestigationIn, response: HttpResponse
) -> Any:
    """Ask a product question, with the reports one starts from."""
    reports = [ref_in(each, "report", "reports") or 0 for each in body.reports]
    made = services.open_investigation(
        actor=actor_of(request), question=body.question, report_ids=reports,
        owner_id=person_ref(body.owner, "owner") if body.owner else None, now=timezone.now(),
    )  # fmt: skip
    return Status(201, _read_inquiry(request, response, made))


@router.get(
    "/investigations/{id}", auth=can("investigation.read"), response=answers(InvestigationOut)
)
def read_investigation(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read_inquiry(request, response, id_in(id, "investigation"))


@router.patch(
    "/investigations/{id}", auth=can("investigation.change"), response=answers(InvestigationOut)
)
def change_investigation(
    request: HttpRequest, id: str, body: InvestigationChange, response: HttpResponse
) -> Any:
    key, sent = id_in(id, "investigation"), body.model_dump(exclude_unset=True)
    nullable = ("owner", "decision", "metric", "since")
    changes = _owned({k: v for k, v in sent.items() if v is not None or k in nullable})
    for name, type_ in (("decision", "decision"), ("metric", "metric")):
        if name in changes:
            changes[f"{name}_id"] = ref_in(changes.pop(name), type_, name)
    services.change_investigation(
        actor=actor_of(request),
        id_=key,
        changes=changes,
        version=expected(request),
        now=timezone.now(),
    )
    return _read_inquiry(request, response, key)


@router.post(
    "/investigations/{id}/charts",
    auth=can("investigation.change"),
    response=answers(InvestigationOut, status=201),
)
def add_chart(request: HttpRequest, id: str, body: ChartIn, response: HttpResponse) -> Any:
    key = id_in(id, "investigation")
    services.add_chart(
        actor=actor_of(request), investigation_id=key, report_id=ref_in(body.report, "report", "report") or 0,
        note=body.note, now=timezone.now(),
    )  # fmt: skip
    return Status(201, _read_inquiry(request, response, key))


@router.post(
    "/investigations/{id}/conclude",
    auth=can("investigation.change"),
    response=answers(InvestigationOut),
)
def conclude(request: HttpRequest, id: str, body: ConcludeIn, response: HttpResponse) -> Any:
    """Write the finding down, with the decision it led to."""
    key = id_in(id, "investigation")
    services.conclude(
        actor=actor_of(request), investigation_id=key, finding=body.finding,
        decision_id=ref_in(body.decision, "decision", "decision"), now=timezone.now(),
    )  # fmt: skip
    return _read_inquiry(request, response, key)


@router.post(
    "/investigations/{id}/effect",
    auth=can("investigation.change"),
    response=answers(InvestigationOut),
)
def measure_effect(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    """Compare the metric's whole periods before and after the day; before and after are no experiment."""
    key = id_in(id, "investigation")
    services.measure_effect(actor=actor_of(request), investigation_id=key, now=timezone.now())
    return _read_inquiry(request, response, key)
