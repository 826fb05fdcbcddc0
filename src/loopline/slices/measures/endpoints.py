"""Metrics in the API."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from loopline.core.problems import Invalid
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
    """`kind`: manual; activation; sql; builtin; or a question (funnel, retention, trend, actives, time-to-value,
    adoption, stickiness) with its own fields in `query`, beside them `number`, and `step` or `period` where it asks."""

    kind: Annotated[str, Field(max_length=40)] = "manual"
    query: dict[str, Any] | str | None = None


Grain = Annotated[str, Field(pattern="^(day|week|month)$")]


class MetricIn(In):
    name: Annotated[str, Field(min_length=1, max_length=160)]
    question: Annotated[str, Field(max_length=300)] = ""
    unit: Annotated[str, Field(max_length=40)] = ""
    direction: Annotated[str, Field(pattern="^(up|down)$")] = "up"
    target: Number | None = None
    target_on: date | None = None
    definition: DefinitionIn | None = None
    grain: Grain = "week"
    source: Annotated[str, Field(max_length=300)] = ""
    review_on: date | None = None
    owner: Key | None = None


class MetricChange(In):
    """Another `definition`, `grain`, or unit of a computed metric is a new version: say `why`; `recompute` computes
    the past under it too."""

    name: Annotated[str, Field(min_length=1, max_length=160)] | None = None
    question: Annotated[str, Field(max_length=300)] | None = None
    unit: Annotated[str, Field(max_length=40)] | None = None
    direction: Annotated[str, Field(pattern="^(up|down)$")] | None = None
    target: Number | None = None
    target_on: date | None = None
    definition: DefinitionIn | None = None
    grain: Grain | None = None
    source: Annotated[str, Field(max_length=300)] | None = None
    review_on: date | None = None
    owner: Key | None = None
    archived: bool | None = None
    why: Annotated[str, Field(max_length=400)] = ""
    recompute: bool = True


class ValueIn(In):
    value: Number
    at: Time | None = None
    note: Annotated[str, Field(max_length=200)] = ""


class ValueOut(Schema):
    at: Time
    value: float | None
    note: str
    start: Time | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    incomplete: bool = False
    version: int = 1
    unusual: bool = False


class ValuesOut(Schema):
    items: list[ValueOut]
    next_cursor: str | None = None


class VersionOut(Schema):
    number: int
    definition: dict[str, Any]
    grain: str
    unit: str
    words: str
    why: str
    by: str
    at: Time


class VersionsOut(Schema):
    items: list[VersionOut]


class ComputeOut(Schema):
    progress: str


class MetricOut(Out):
    id: Id
    key: str
    name: str
    question: str
    unit: str
    direction: str
    target: float | None
    target_on: date | None
    definition: dict[str, Any]
    definition_version: int
    grain: str
    source: str
    review_on: date | None
    owner: Id | None
    latest: ValueOut | None
    trouble: str
    computed_at: Time | None
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


class ValuesQuery(Schema):
    limit: str | None = Field(None, description="1 to 1000, 200 unless told")
    cursor: str | None = Field(None, description="`next_cursor` of the page before")
    version: str | None = Field(None, description="Only values computed under this version")


VALUES = 200
EMPTIED = ("target", "target_on", "review_on", "owner")  # what null clears
MetricPage: Any = page_of(MetricOut)
MetricQuery: Any = query_of(SPEC)


def _json(m: Metric) -> dict[str, Any]:
    latest = getattr(m, "latest", None)
    return {
        "id": m.pk, "key": f"MET-{m.pk}", "name": m.name, "question": m.question, "unit": m.unit,
        "direction": m.direction, "target": m.target, "target_on": m.target_on, "definition": m.definition,
        "definition_version": m.definition_version, "grain": m.grain, "source": m.source, "review_on": m.review_on,
        "owner": str(m.owner_id) if m.owner_id else None,
        "latest": {"at": getattr(m, "latest_at", None), "value": latest, "note": ""} if latest is not None else None,
        "trouble": m.trouble, "computed_at": m.computed_at,
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
    why, recompute = sent.pop("why", ""), sent.pop("recompute", True)
    changes = _owned({k: v for k, v in sent.items() if v is not None or k in EMPTIED})
    services.change_metric(
        actor=actor_of(request),
        id_=key,
        changes=changes,
        version=expected(request),
        why=why,
        recompute=recompute,
        now=timezone.now(),
    )
    return _read(request, response, key)


def _value(p: queries.Point, unusual: bool) -> dict[str, Any]:
    return {
        "at": p.at, "value": p.value, "note": p.note, "start": None if p.manual else p.start, "n": p.n, "low": p.low,
        "high": p.high, "incomplete": p.incomplete, "version": p.version, "unusual": unusual,
    }  # fmt: skip


@router.get("/metrics/{id}/values", auth=can("metric.read"), response=answers(ValuesOut))
def list_metric_values(request: HttpRequest, id: str, query: Query[ValuesQuery]) -> Any:
    """Values, oldest first: computed ones have the period's `start`; `at` is its end. Null where there is no data."""
    row = queries.one(actor=actor_of(request), metric_id=id_in(id, "metric"))
    limit = _whole("limit", query.limit, VALUES, 1, 1_000)
    skip = _whole("cursor", query.cursor, 0, 0, 10**9)
    series = queries.value_series(actor=actor_of(request), metric_id=row.pk)
    odd = {u.position for u in series.odd}
    rows = [(p, at in odd) for at, p in enumerate(series.points)] + [
        (p, False) for p in series.recomputed
    ]
    rows.sort(key=lambda r: (r[0].at, r[0].version))
    found = [r for r in rows if query.version is None or str(r[0].version) == query.version]
    part = found[skip : skip + limit]
    more = str(skip + limit) if len(found) > skip + limit else None
    return {"items": [_value(p, u) for p, u in part], "next_cursor": more}


def _whole(name: str, raw: str | None, default: int, least: int, most: int) -> int:
    if raw is None:
        return default
    if not (raw.isascii() and raw.isdigit() and len(raw) < 12 and least <= int(raw) <= most):
        raise Invalid(**{name: f"{name} is a whole number from {least} to {most}."})
    return int(raw)


@router.get("/metrics/{id}/versions", auth=can("metric.read"), response=answers(VersionsOut))
def list_metric_versions(request: HttpRequest, id: str) -> Any:
    """The definitions it had, oldest first, in JSON and in words."""
    row = queries.one(actor=actor_of(request), metric_id=id_in(id, "metric"))
    return {
        "items": [
            {
                "number": v.number, "definition": v.definition, "grain": v.grain, "unit": v.unit, "words": v.words,
                "why": v.why, "by": v.by_name, "at": v.at,
            }
            for v in queries.versions_of(row.pk)
        ]
    }  # fmt: skip


@router.post(
    "/metrics/{id}/compute", auth=can("metric.record"), response=answers(ComputeOut, status=202)
)
def compute_metric(request: HttpRequest, id: str) -> Any:
    """Compute all its periods again, soon; `progress` is the token of /progress/{token}."""
    key = id_in(id, "metric")
    queries.one(actor=actor_of(request), metric_id=key)
    token = services.compute_now(actor=actor_of(request), metric_id=key, now=timezone.now())
    return Status(202, {"progress": token})


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
