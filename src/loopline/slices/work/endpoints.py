"""Work items in the API."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
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
from loopline.slices.work import queries, services
from loopline.slices.work.lists import SPEC
from loopline.slices.work.models import WorkItem

router = Router(tags=["work"])
State = Annotated[str, Field(pattern="^(backlog|todo|started|done|cancelled)$")]


class WorkItemIn(In):
    """The title alone is enough."""

    title: Annotated[str, Field(min_length=1, max_length=400)]
    type: Annotated[str, Field(max_length=40)] = ""
    state: State = "todo"
    bet: Annotated[str, Field(max_length=30)] | None = None
    key: Annotated[str, Field(max_length=200)] = ""
    url: Annotated[str, Field(max_length=1000)] = ""
    body: Annotated[str, Field(max_length=60_000)] = ""
    number: Annotated[int, Field(ge=0, le=10**15)] | None = None


class WorkItemChange(In):
    title: Annotated[str, Field(min_length=1, max_length=400)] | None = None
    type: Annotated[str, Field(max_length=40)] | None = None
    state: State | None = None
    bet: Annotated[str, Field(max_length=30)] | None = None
    url: Annotated[str, Field(max_length=1000)] | None = None
    archived: bool | None = None


class WorkItemOut(Out):
    id: Id
    title: str
    type: str
    state: str
    bet: Id | None
    key: str
    url: str
    number: int | None
    source: str
    labels: list[str]
    is_pull: bool
    opened_at: Time
    started_at: Time | None
    done_at: Time | None
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


WorkItemPage: Any = page_of(WorkItemOut)
WorkItemQuery: Any = query_of(SPEC)


def _json(w: WorkItem) -> dict[str, Any]:
    return {
        "id": w.pk, "title": w.title, "type": w.type, "state": w.state, "bet": str(w.bet_id) if w.bet_id else None,
        "key": w.external_id or f"WI-{w.pk}", "url": w.url, "number": w.number, "source": w.source, "labels": w.labels,
        "is_pull": w.is_pull, "opened_at": w.opened_at, "started_at": w.started_at, "done_at": w.done_at,
        "archived": w.archived_at is not None,
        "version": w.version, "created_at": w.created_at, "updated_at": w.updated_at,
    }  # fmt: skip


def _out(rows: Sequence[WorkItem]) -> list[dict[str, Any]]:
    return [_json(w) for w in rows]


def _read(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.one(actor=actor_of(request), work_item_id=key)
    tag(response, row.version)
    return _json(row)


@router.get("/work-items", auth=can("work.read"), response=answers(WorkItemPage))
def list_work_items(request: HttpRequest, query: Query[WorkItemQuery]) -> Any:
    return listing(request, SPEC, queries.rows(), _out)


@router.post("/work-items", auth=can("work.change"), response=answers(WorkItemOut, status=201))
def create_work_item(request: HttpRequest, body: WorkItemIn, response: HttpResponse) -> Any:
    values = body.model_dump()
    values["bet_id"] = ref_in(values.pop("bet"), "bet", "bet")
    made = services.create_item(actor=actor_of(request), now=timezone.now(), **values)
    return Status(201, _read(request, response, made))


@router.get("/work-items/{id}", auth=can("work.read"), response=answers(WorkItemOut))
def read_work_item(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "work-item"))


@router.patch("/work-items/{id}", auth=can("work.change"), response=answers(WorkItemOut))
def change_work_item(
    request: HttpRequest, id: str, body: WorkItemChange, response: HttpResponse
) -> Any:
    key = id_in(id, "work-item")
    sent = body.model_dump(exclude_unset=True)
    changes = {k: v for k, v in sent.items() if v is not None or k == "bet"}
    if "bet" in changes:
        changes["bet_id"] = ref_in(changes.pop("bet"), "bet", "bet")
    services.change_item(
        actor=actor_of(request),
        id_=key,
        changes=changes,
        version=expected(request),
        now=timezone.now(),
    )
    return _read(request, response, key)
