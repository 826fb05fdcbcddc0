"""Investigations in the API."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from loopline.core.problems import Invalid, Missing
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
from loopline.slices.dashboards import queries, services
from loopline.slices.dashboards.endpoints.boards import Key, owned
from loopline.slices.dashboards.lists import INVESTIGATIONS
from loopline.slices.dashboards.models import Investigation
from loopline.slices.insights import queries as insights

router = Router(tags=["dashboards"])


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
    found_at: Time | None
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
        "metric": str(i.metric_id) if i.metric_id else None, "since": i.since,
        "found_at": i.found_at, "effect": i.effect or None,
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
    changes = owned({k: v for k, v in sent.items() if v is not None or k in nullable})
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


class NumbersQuery(In):
    numbers: Annotated[
        Literal["finding", "today"],
        Field(description="As on the day the finding was written, or as now"),
    ] = "finding"


class ChartAnswerOut(Out):
    """`query` is the question that was asked; `as_on` the day of the finding, null where these are today's numbers."""

    id: Id
    report: Id
    note: str
    insight: str
    as_on: Time | None
    query: dict[str, Any]
    answer: dict[str, Any]


@router.get(
    "/investigations/{id}/charts/{chart}",
    auth=can("investigation.read"),
    response=answers(ChartAnswerOut),
)
def read_chart(request: HttpRequest, id: str, chart: str, query: Query[NumbersQuery]) -> Any:
    """A chart's numbers beside the finding: as on the day it was written, unless today's are asked for."""
    actor, now = actor_of(request), timezone.now()
    row = queries.investigation(actor=actor, investigation_id=id_in(id, "investigation"))
    key = id_in(chart, "chart")
    shown = next((c for c in queries.charts_of(row.pk) if c.pk == key), None)
    found = insights.report_definitions([shown.report_id]).get(shown.report_id) if shown else None
    if shown is None or found is None:
        raise Missing("chart")
    if found["kind"] == "sql":
        raise Invalid(chart="This chart is SQL; run it under /insights/sql.")
    asked = queries.chart_question(row, shown, found, now)
    if query.numbers == "today":
        asked = queries.Asked(found["body"], None)
    _, answer = insights.drawn(
        actor=actor, kind=found["kind"], body=asked.body, now=asked.as_on or now
    )
    return {
        "id": shown.pk, "report": str(shown.report_id), "note": shown.note, "insight": found["kind"],
        "as_on": asked.as_on, "query": insights.shown_to(actor, dict(asked.body)), "answer": answer,
    }  # fmt: skip


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
