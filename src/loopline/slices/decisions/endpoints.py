"""Decisions in the API."""

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
from loopline.slices.decisions import queries, services
from loopline.slices.decisions.lists import SPEC
from loopline.slices.decisions.models import Decision

router = Router(tags=["decisions"])
Text = Annotated[str, Field(max_length=500)]


class OptionIn(In):
    title: Text
    cost: Text = ""
    risk: Text = ""
    learning: Text = ""


class AboutIn(In):
    type: Annotated[str, Field(max_length=30)]
    id: Annotated[str, Field(max_length=30)]


class DecisionIn(In):
    question: Annotated[str, Field(max_length=300)]
    options: Annotated[list[OptionIn], Field(max_length=12)] = []
    about: AboutIn | None = None
    revisit_on: date | None = None


class DecisionChange(In):
    question: Annotated[str, Field(max_length=300)] | None = None
    options: Annotated[list[OptionIn], Field(max_length=12)] | None = None
    revisit_on: date | None = None
    archived: bool | None = None


class DecideIn(In):
    chosen: Annotated[str, Field(max_length=300)]
    rationale: Annotated[str, Field(max_length=10_000)]
    verdict: Annotated[str, Field(pattern="^(committed|declined|not_now|other)$")] = "other"
    revisit_on: date | None = None


class OptionOut(Schema):
    title: str
    cost: str
    risk: str
    learning: str


class AboutOut(Schema):
    type: str
    id: Id


class FactOut(Schema):
    name: str
    value: str


class DecisionOut(Out):
    id: Id
    key: str
    question: str
    options: list[OptionOut]
    about: AboutOut | None
    state: str
    verdict: str | None
    chosen: str
    rationale: str
    inputs: list[FactOut]
    decided_at: Time | None
    decided_by: Id | None
    revisit_on: date | None
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


DecisionPage: Any = page_of(DecisionOut)
DecisionQuery: Any = query_of(SPEC)


def _json(d: Decision) -> dict[str, Any]:
    return {
        "id": d.pk, "key": f"DEC-{d.pk}", "question": d.question, "options": d.options,
        "about": {"type": d.about_type, "id": str(d.about_id)} if d.about_type else None,
        "state": d.state, "verdict": d.verdict if d.state == "decided" else None, "chosen": d.chosen,
        "rationale": d.rationale, "inputs": [{"name": k, "value": v} for k, v in d.inputs],
        "decided_at": d.decided_at, "decided_by": str(d.decided_by_id) if d.decided_by_id else None,
        "revisit_on": d.revisit_on,
        "archived": d.archived_at is not None,
        "version": d.version, "created_at": d.created_at, "updated_at": d.updated_at,
    }  # fmt: skip


def _out(rows: Sequence[Decision]) -> list[dict[str, Any]]:
    return [_json(d) for d in rows]


def _read(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.one(actor=actor_of(request), decision_id=key)
    tag(response, row.version)
    return _json(row)


@router.get("/decisions", auth=can("decision.read"), response=answers(DecisionPage))
def list_decisions(request: HttpRequest, query: Query[DecisionQuery]) -> Any:
    return listing(request, SPEC, queries.rows(), _out)


@router.post("/decisions", auth=can("decision.change"), response=answers(DecisionOut, status=201))
def create_decision(request: HttpRequest, body: DecisionIn, response: HttpResponse) -> Any:
    """Write a question down with its options, perhaps about an object."""
    about = None
    if body.about:
        about = (body.about.type, ref_in(body.about.id, body.about.type, "about") or 0)
    made = services.open_decision(
        actor=actor_of(request), question=body.question, options=[o.model_dump() for o in body.options],
        about=about, revisit_on=body.revisit_on, now=timezone.now(),
    )  # fmt: skip
    return Status(201, _read(request, response, made))


@router.get("/decisions/{id}", auth=can("decision.read"), response=answers(DecisionOut))
def read_decision(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "decision"))


@router.patch("/decisions/{id}", auth=can("decision.change"), response=answers(DecisionOut))
def change_decision(
    request: HttpRequest, id: str, body: DecisionChange, response: HttpResponse
) -> Any:
    key = id_in(id, "decision")
    changes = {
        k: v
        for k, v in body.model_dump(exclude_unset=True).items()
        if v is not None or k == "revisit_on"
    }
    services.change_decision(
        actor=actor_of(request),
        id_=key,
        changes=changes,
        version=expected(request),
        now=timezone.now(),
    )
    return _read(request, response, key)


@router.post("/decisions/{id}/decide", auth=can("decision.change"), response=answers(DecisionOut))
def decide_decision(request: HttpRequest, id: str, body: DecideIn, response: HttpResponse) -> Any:
    """Choose one of the options and say why; what is known now is frozen into it."""
    key = id_in(id, "decision")
    services.decide(
        actor=actor_of(request), decision_id=key, chosen=body.chosen, rationale=body.rationale,
        verdict=body.verdict, revisit_on=body.revisit_on, now=timezone.now(),
    )  # fmt: skip
    return _read(request, response, key)
