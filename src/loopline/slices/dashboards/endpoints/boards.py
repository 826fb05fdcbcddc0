"""Dashboards in the API."""

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
from loopline.slices.dashboards.lists import DASHBOARDS
from loopline.slices.dashboards.models import Dashboard
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


def owned(sent: dict[str, Any]) -> dict[str, Any]:
    """A body with its owner as the services take one."""
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
        actor=actor_of(request), now=timezone.now(), **owned(body.model_dump())
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
    changes = owned({k: v for k, v in sent.items() if v is not None or k in ("owner", "review_on")})
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
