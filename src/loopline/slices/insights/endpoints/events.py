"""The catalogue of events in the API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import listing
from loopline.platform.api.people import person_ref
from loopline.platform.api.shapes import Id, In, Out, Time, answers, id_in, page_of, query_of
from loopline.platform.api.versions import expected, tag
from loopline.slices.insights import queries, services
from loopline.slices.insights.lists import EVENTS
from loopline.slices.insights.models import EventName, PropertyName

router = Router(tags=["event-names"])
Owner = Annotated[str, Field(max_length=30)]


class BreachOut(Schema):
    rule: str
    says: str
    suggests: str


class EventNameIn(In):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=600)] = ""
    owner: Owner | None = None


class EventNameChange(In):
    description: Annotated[str, Field(max_length=600)] | None = None
    state: Annotated[str, Field(pattern="^(live|planned|retired)$")] | None = None
    owner: Owner | None = None


class EventNameOut(Out):
    id: Id
    key: str
    name: str
    description: str
    state: str
    owner: Id | None
    first_seen: Time | None
    last_seen: Time | None
    volume: int
    volume_30d: int
    days: list[int]
    broken_rules: list[BreachOut]
    version: int
    created_at: Time
    updated_at: Time


class PropertyOut(Out):
    id: Id
    name: str
    type: str
    share: float | None
    example: str | None
    description: str
    broken_rules: list[BreachOut]
    seen_at: Time | None


class PropertiesOut(Schema):
    items: list[PropertyOut]
    next_cursor: str | None


EventNamePage: Any = page_of(EventNameOut)
EventNameQuery: Any = query_of(EVENTS)
_FIELDS = (
    "name", "description", "state", "first_seen", "last_seen", "volume", "volume_30d", "days", "broken_rules",
    "version", "created_at", "updated_at",
)  # fmt: skip


def _json(e: EventName) -> dict[str, Any]:
    owner = str(e.owner_id) if e.owner_id else None
    return {k: getattr(e, k) for k in _FIELDS} | {"id": e.pk, "key": f"EV-{e.pk}", "owner": owner}


def _out(rows: Sequence[EventName]) -> list[dict[str, Any]]:
    return [_json(e) for e in rows]


def _property(p: PropertyName) -> dict[str, Any]:
    kept = ("name", "type", "share", "description", "broken_rules", "seen_at")
    return {k: getattr(p, k) for k in kept} | {"id": p.pk, "example": p.example or None}


def _read(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.event_name(actor=actor_of(request), event_id=key)
    tag(response, row.version)
    return _json(row)


@router.get("/event-names", auth=can("insight.read"), response=answers(EventNamePage))
def list_event_names(request: HttpRequest, query: Query[EventNameQuery]) -> Any:
    """Events of the catalogue, the commonest of the last 30 days first."""
    return listing(request, EVENTS, queries.event_rows(), _out)


@router.post("/event-names", auth=can("insight.change"), response=answers(EventNameOut, status=201))
def plan_event_name(request: HttpRequest, body: EventNameIn, response: HttpResponse) -> Any:
    """Write an event down before it is sent; it becomes live with its first arrival."""
    made = services.plan_event(
        actor=actor_of(request), name=body.name, description=body.description,
        owner_id=person_ref(body.owner, "owner"), now=timezone.now(),
    )  # fmt: skip
    return Status(201, _read(request, response, made))


@router.get("/event-names/{id}", auth=can("insight.read"), response=answers(EventNameOut))
def read_event_name(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "event-name"))


@router.patch("/event-names/{id}", auth=can("insight.change"), response=answers(EventNameOut))
def change_event_name(
    request: HttpRequest, id: str, body: EventNameChange, response: HttpResponse
) -> Any:
    """Say what it means, who answers for it (null for nobody), or that it is retired."""
    key = id_in(id, "event-name")
    given = body.model_dump(exclude_unset=True)
    changes: dict[str, Any] = {k: v for k, v in given.items() if v is not None and k != "owner"}
    if "owner" in given:
        changes["owner_id"] = person_ref(body.owner, "owner")
    now: datetime = timezone.now()
    services.change_event(
        actor=actor_of(request), id_=key, changes=changes, version=expected(request), now=now
    )
    return _read(request, response, key)


@router.get(
    "/event-names/{id}/properties", auth=can("insight.read"), response=answers(PropertiesOut)
)
def list_properties(request: HttpRequest, id: str) -> Any:
    """What an event carries: type, share of its newest events with it, an example that tells of nobody."""
    row = queries.event_name(actor=actor_of(request), event_id=id_in(id, "event-name"))
    return {"items": [_property(p) for p in queries.properties_of(row.pk)], "next_cursor": None}
