"""Metrics in the API."""

from collections.abc import Sequence
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
from loopline.slices.measures import queries, services
from loopline.slices.measures.lists import SPEC
from loopline.slices.measures.models import Metric

router = Router(tags=["metrics"])
Key = Annotated[str, Field(max_length=30)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]


class DefinitionIn(In):
    kind: Annotated[str, Field(max_length=40)] = "manual"
    query: dict[str, Any] | str | None = None


class MetricIn(In):
    name: Annotated[str, Field(min_length=1, max_length=160)]
    question: Annotated[str, Field(max_length=300)] = ""
    unit: Annotated[str, Field(max_length=40)] = ""
    direction: Annotated[str, Field(pattern="^(up|down)$")] = "up"
    target: Number | None = None
    definition: DefinitionIn | None = None
    owner: Key | None = None


class MetricChange(In):
    name: Annotated[str, Field(min_length=1, max_length=160)] | None = None
    question: Annotated[str, Field(max_length=300)] | None = None
    unit: Annotated[str, Field(max_length=40)] | None = None
    direction: Annotated[str, Field(pattern="^(up|down)$")] | None = None
    target: Number | None = None
    definition: DefinitionIn | None = None
    owner: Key | None = None
    archived: bool | None = None


class ValueIn(In):
    value: Number
    at: Time | None = None
    note: Annotated[str, Field(max_length=200)] = ""


class ValueOut(Schema):
    at: Time
    value: float
    note: str


class ValuesOut(Schema):
    items: list[ValueOut]


class MetricOut(Out):
    id: Id
    key: str
    name: str
    question: str
    unit: str
    direction: str
    target: float | None
    definition: dict[str, Any]
    owner: Id | None
    latest: ValueOut | None
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


MetricPage: Any = page_of(MetricOut)
MetricQuery: Any = query_of(SPEC)


def _json(m: Metric) -> dict[str, Any]:
    latest = getattr(m, "latest", None)
    return {
        "id": m.pk, "key": f"MET-{m.pk}", "name": m.name, "question": m.question, "unit": m.unit,
        "direction": m.direction, "target": m.target, "definition": m.definition,
        "owner": str(m.owner_id) if m.owner_id else None,
        "latest": {"at": getattr(m, "latest_at", None), "value": latest, "note": ""} if latest is not None else None,
        "archived": m.archived_at is not None,
        "version": m.version, "created_at": m.created_at, "updated_at": m.updated_at,
    }  # fmt: skip


def _out(rows: Sequence[Metric]) -> list[dict[str, Any]]:
    return [_json(m) for m in rows]


def _read(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.one(actor=actor_of(request), metric_id=key)
    tag(response, row.version)
    return _json(row)


def _owned(sent: dict[str, Any]) -> dict[str, Any]:
    return sent | {"owner_id": person_ref(sent.pop("owner"), "owner")} if "owner" in sent else sent


@router.get("/metrics", auth=can("metric.read"), response=answers(MetricPage))
def list_metrics(request: HttpRequest, query: Query[MetricQuery]) -> Any:
    return listing(request, SPEC, queries.rows(), _out)


@router.post("/metrics", auth=can("metric.change"), response=answers(MetricOut, status=201))
def create_metric(request: HttpRequest, body: MetricIn, response: HttpResponse) -> Any:
    values = _owned(body.model_dump())
    made = services.create_metric(actor=actor_of(request), now=timezone.now(), **values)
    return Status(201, _read(request, response, made))


@router.get("/metrics/{id}", auth=can("metric.read"), response=answers(MetricOut))
def read_metric(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "metric"))


@router.patch("/metrics/{id}", auth=can("metric.change"), response=answers(MetricOut))
def change_metric(request: HttpRequest, id: str, body: MetricChange, response: HttpResponse) -> Any:
    key = id_in(id, "metric")
    sent = body.model_dump(exclude_unset=True)
    changes = _owned({k: v for k, v in sent.items() if v is not None or k in ("target", "owner")})
    services.change_metric(
        actor=actor_of(request),
        id_=key,
        changes=changes,
        version=expected(request),
        now=timezone.now(),
    )
    return _read(request, response, key)


@router.get("/metrics/{id}/values", auth=can("metric.read"), response=answers(ValuesOut))
def list_metric_values(request: HttpRequest, id: str) -> Any:
    """Values by hand, oldest first."""
    row = queries.one(actor=actor_of(request), metric_id=id_in(id, "metric"))
    return {"items": queries.values_of(row.pk)}


@router.post(
    "/metrics/{id}/values", auth=can("metric.record"), response=answers(MetricOut, status=201)
)
def create_metric_value(
    request: HttpRequest, id: str, body: ValueIn, response: HttpResponse
) -> Any:
    """Write down a value; the same moment again corrects it."""
    key = id_in(id, "metric")
    services.record_value(
        actor=actor_of(request), metric_id=key, value=body.value, at=body.at, note=body.note,
        now=timezone.now(),
    )  # fmt: skip
    return Status(201, _read(request, response, key))
