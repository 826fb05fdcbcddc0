"""Releases in the API."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import listing
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
)  # fmt: skip
from loopline.platform.api.versions import expected, tag
from loopline.slices.releases import queries, services
from loopline.slices.releases.lists import SPEC
from loopline.slices.releases.models import Release

router = Router(tags=["releases"])
Key = Annotated[str, Field(max_length=30)]


class ReleaseIn(In):
    version: Annotated[str, Field(min_length=1, max_length=80)]
    title: Annotated[str, Field(max_length=200)] = ""
    target_on: date | None = None
    notes: Annotated[str, Field(max_length=60_000)] = ""
    work_items: Annotated[list[Key], Field(max_length=2000)] = []


class ReleaseChange(In):
    version: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    title: Annotated[str, Field(max_length=200)] | None = None
    target_on: date | None = None
    notes: Annotated[str, Field(max_length=60_000)] | None = None
    state: Annotated[str, Field(max_length=20)] | None = None
    work_items: Annotated[list[Key], Field(max_length=2000)] | None = None
    archived: bool | None = None


class ReleaseItemOut(Schema):
    id: Id
    title: str
    state: str
    url: str
    bet: Id | None
    lead_time_seconds: float | None


class ReleaseRow(Out):
    id: Id
    key: str
    version: str
    title: str
    state: str
    target_on: date | None
    shipped_at: Time | None
    notes: str
    tag: str
    url: str
    archived: bool
    row_version: int
    created_at: Time
    updated_at: Time


class ReleaseOut(ReleaseRow):
    work_items: list[ReleaseItemOut]


ReleasePage: Any = page_of(ReleaseRow)
ReleaseQuery: Any = query_of(SPEC)


def _row(r: Release) -> dict[str, Any]:
    return {
        "id": r.pk, "key": f"REL-{r.pk}", "version": r.version_name, "title": r.title, "state": r.state,
        "target_on": r.target_on, "shipped_at": r.shipped_at, "notes": r.notes, "tag": r.tag, "url": r.url,
        "archived": r.archived_at is not None,
        "row_version": r.version, "created_at": r.created_at, "updated_at": r.updated_at,
    }  # fmt: skip


def _rows(rows: Sequence[Release]) -> list[dict[str, Any]]:
    return [_row(r) for r in rows]


def _read(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    r = queries.one(actor=actor_of(request), release_id=key)
    found = queries.contents(r)
    tag(response, r.version)
    items = [
        {"id": w.id, "title": w.title, "state": w.state, "url": w.url, "bet": str(w.bet_id) if w.bet_id else None,
         "lead_time_seconds": found.lead_seconds.get(w.id)}
        for w in found.items
    ]  # fmt: skip
    return _row(r) | {"work_items": items}


def _ids(raw: Sequence[str]) -> list[int]:
    return [ref_in(i, "work-item", "work_items") or 0 for i in raw]


@router.get("/releases", auth=can("release.read"), response=answers(ReleasePage))
def list_releases(request: HttpRequest, query: Query[ReleaseQuery]) -> Any:
    return listing(request, SPEC, queries.rows(), _rows)


@router.post("/releases", auth=can("release.change"), response=answers(ReleaseOut, status=201))
def create_release(request: HttpRequest, body: ReleaseIn, response: HttpResponse) -> Any:
    made = services.create_release(
        actor=actor_of(request), version=body.version, title=body.title, target_on=body.target_on, notes=body.notes,
        work_items=_ids(body.work_items), now=timezone.now(),
    )  # fmt: skip
    return Status(201, _read(request, response, made))


@router.get("/releases/{id}", auth=can("release.read"), response=answers(ReleaseOut))
def read_release(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "release"))


@router.patch("/releases/{id}", auth=can("release.change"), response=answers(ReleaseOut))
def change_release(
    request: HttpRequest, id: str, body: ReleaseChange, response: HttpResponse
) -> Any:
    """Correct fields; `work_items` adds to what it holds."""
    key, actor, now = id_in(id, "release"), actor_of(request), timezone.now()
    sent = body.model_dump(exclude_unset=True)
    items = sent.pop("work_items", None)
    changes = {k: v for k, v in sent.items() if v is not None or k == "target_on"}
    if "version" in changes:
        changes["version_name"] = changes.pop("version")
    services.change_release(
        actor=actor, id_=key, changes=changes, version=expected(request), now=now
    )
    if items:
        services.add_items(actor=actor, release_id=key, ids=_ids(items), now=now)
    return _read(request, response, key)


@router.post("/releases/{id}/ship", auth=can("release.change"), response=answers(ReleaseOut))
def ship_release(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    """The release reached its users; those who asked get a follow-up. Again answers 200 and changes nothing."""
    key = id_in(id, "release")
    services.ship_release(actor=actor_of(request), release_id=key, now=timezone.now())
    return _read(request, response, key)
