"""Objectives, key results and check-ins in the API."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import listing
from loopline.platform.api.people import person_ref
from loopline.platform.api.shapes import answers, id_in, ref_in
from loopline.platform.api.versions import expected, tag
from loopline.slices.goals import queries, services
from loopline.slices.goals.figures import Standing, standings
from loopline.slices.goals.lists import KEY_RESULTS, OBJECTIVES
from loopline.slices.goals.models import CheckIn, KeyResult, Objective
from loopline.slices.goals.schemas import (
    CheckInIn,
    CheckInOut,
    CheckInPage,
    CloseIn,
    KeyResultChange,
    KeyResultIn,
    KeyResultOut,
    KeyResultPage,
    KeyResultQuery,
    ObjectiveChange,
    ObjectiveIn,
    ObjectiveOut,
    ObjectivePage,
    ObjectiveQuery,
    WhyIn,
)

router = Router(tags=["goals"])


def _id(value: int | None) -> str | None:
    return str(value) if value else None


def _objective(o: Objective) -> dict[str, Any]:
    return {
        "id": o.pk, "key": f"OBJ-{o.pk}", "title": o.title, "why": o.why, "period": o.period, "team": o.team,
        "owner": _id(o.owner_id), "parent": _id(o.parent_id), "state": o.state, "outcome": o.outcome or None,
        "learned": o.learned, "closed_at": o.closed_at, "archived": o.archived_at is not None, "version": o.version,
        "created_at": o.created_at, "updated_at": o.updated_at,
    }  # fmt: skip


def _objectives(rows: Sequence[Objective]) -> list[dict[str, Any]]:
    return [_objective(o) for o in rows]


def _key_result(k: KeyResult, s: Standing) -> dict[str, Any]:
    return {
        "id": k.pk, "key": f"KR-{k.pk}", "text": k.text, "objective": str(k.objective_id),
        "period": k.objective.period, "owner": _id(k.owner_id), "metric": _id(k.metric_id), "baseline": k.baseline,
        "target": k.target, "direction": k.direction, "unit": k.unit, "due": k.due, "value": s.value,
        "measured_at": s.at, "status": s.status, "done": s.pace.done, "expected": s.pace.expected,
        "confidence": s.check_in.confidence if s.check_in else None, "missing": s.missing,
        "dropped": k.dropped_at is not None, "archived": k.archived_at is not None, "version": k.version,
        "created_at": k.created_at, "updated_at": k.updated_at,
    }  # fmt: skip


def _key_results(rows: Sequence[KeyResult]) -> list[dict[str, Any]]:
    found = standings(rows, timezone.now())
    return [_key_result(k, found[k.pk]) for k in rows]


def _check_in(c: CheckIn) -> dict[str, Any]:
    return {
        "id": c.pk, "value": c.value, "confidence": c.confidence, "note": c.note, "at": c.at, "by": _id(c.by_id),
        "by_name": c.by_name,
    }  # fmt: skip


def refs(sent: dict[str, Any], **types: str) -> dict[str, Any]:
    """Ids in a body by the names services take; `owner` is a person."""
    out = dict(sent)
    if "owner" in out:
        out["owner_id"] = person_ref(out.pop("owner"), "owner")
    for name, type_ in types.items():
        if name in out:
            out[f"{name}_id"] = ref_in(out.pop(name), type_, name)
    return out


def _sent(body: Any, *nullable: str) -> dict[str, Any]:
    found = body.model_dump(exclude_unset=True)
    return {k: v for k, v in found.items() if v is not None or k in nullable}


def _read_objective(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.objective(actor=actor_of(request), objective_id=key)
    tag(response, row.version)
    return _objective(row)


def _read_key(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.key_result(actor=actor_of(request), key_result_id=key)
    tag(response, row.version)
    return _key_results([row])[0]


@router.get("/objectives", auth=can("goal.read"), response=answers(ObjectivePage))
def list_objectives(request: HttpRequest, query: Query[ObjectiveQuery]) -> Any:
    return listing(request, OBJECTIVES, queries.objective_rows(), _objectives)


@router.post("/objectives", auth=can("goal.change"), response=answers(ObjectiveOut, status=201))
def create_objective(request: HttpRequest, body: ObjectiveIn, response: HttpResponse) -> Any:
    """What a quarter is for; it starts as a draft."""
    made = services.create_objective(
        actor=actor_of(request), now=timezone.now(), **refs(body.model_dump(), parent="objective")
    )
    return Status(201, _read_objective(request, response, made))


@router.get("/objectives/{id}", auth=can("goal.read"), response=answers(ObjectiveOut))
def read_objective(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read_objective(request, response, id_in(id, "objective"))


@router.patch("/objectives/{id}", auth=can("goal.change"), response=answers(ObjectiveOut))
def change_objective(
    request: HttpRequest, id: str, body: ObjectiveChange, response: HttpResponse
) -> Any:
    key = id_in(id, "objective")
    services.change_objective(
        actor=actor_of(request), id_=key, changes=refs(_sent(body, "owner", "parent"), parent="objective"),
        version=expected(request), now=timezone.now(),
    )  # fmt: skip
    return _read_objective(request, response, key)


@router.post("/objectives/{id}/start", auth=can("goal.change"), response=answers(ObjectiveOut))
def start_objective(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    """It holds from now on; it needs a key result."""
    key = id_in(id, "objective")
    services.start_objective(actor=actor_of(request), objective_id=key, now=timezone.now())
    return _read_objective(request, response, key)


@router.post("/objectives/{id}/close", auth=can("goal.change"), response=answers(ObjectiveOut))
def close_objective(request: HttpRequest, id: str, body: CloseIn, response: HttpResponse) -> Any:
    """It ended: achieved, partial, missed or dropped."""
    key = id_in(id, "objective")
    services.close_objective(
        actor=actor_of(request), objective_id=key, outcome=body.outcome, learned=body.learned, now=timezone.now()
    )  # fmt: skip
    return _read_objective(request, response, key)


@router.post("/objectives/{id}/reopen", auth=can("goal.change"), response=answers(ObjectiveOut))
def reopen_objective(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    key = id_in(id, "objective")
    services.reopen_objective(actor=actor_of(request), objective_id=key, now=timezone.now())
    return _read_objective(request, response, key)


@router.get("/key-results", auth=can("goal.read"), response=answers(KeyResultPage))
def list_key_results(request: HttpRequest, query: Query[KeyResultQuery]) -> Any:
    """With what each reads now and whether it goes at the pace it needs."""
    return listing(request, KEY_RESULTS, queries.key_result_rows(), _key_results)


@router.post("/key-results", auth=can("goal.change"), response=answers(KeyResultOut, status=201))
def create_key_result(request: HttpRequest, body: KeyResultIn, response: HttpResponse) -> Any:
    """A number with a target; bound to a metric it takes unit, direction and baseline from there unless told."""
    sent = refs(body.model_dump(), metric="metric")
    objective = ref_in(sent.pop("objective"), "objective", "objective") or 0
    sent["direction"] = sent["direction"] or ""
    made = services.create_key_result(
        actor=actor_of(request), objective_id=objective, now=timezone.now(), **sent
    )
    return Status(201, _read_key(request, response, made))


@router.get("/key-results/{id}", auth=can("goal.read"), response=answers(KeyResultOut))
def read_key_result(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read_key(request, response, id_in(id, "key-result"))


@router.patch("/key-results/{id}", auth=can("goal.change"), response=answers(KeyResultOut))
def change_key_result(
    request: HttpRequest, id: str, body: KeyResultChange, response: HttpResponse
) -> Any:
    key = id_in(id, "key-result")
    services.change_key_result(
        actor=actor_of(request), id_=key, changes=refs(_sent(body, "owner", "metric", "baseline"), metric="metric"),
        version=expected(request), now=timezone.now(),
    )  # fmt: skip
    return _read_key(request, response, key)


@router.post("/key-results/{id}/drop", auth=can("goal.change"), response=answers(KeyResultOut))
def drop_key_result(request: HttpRequest, id: str, body: WhyIn, response: HttpResponse) -> Any:
    """Take it out, with the reason; it stays to be read."""
    key = id_in(id, "key-result")
    services.drop_key_result(
        actor=actor_of(request), key_result_id=key, why=body.why, now=timezone.now()
    )
    return _read_key(request, response, key)


@router.post("/key-results/{id}/restore", auth=can("goal.change"), response=answers(KeyResultOut))
def restore_key_result(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    key = id_in(id, "key-result")
    services.restore_key_result(actor=actor_of(request), key_result_id=key, now=timezone.now())
    return _read_key(request, response, key)


@router.get("/key-results/{id}/check-ins", auth=can("goal.read"), response=answers(CheckInPage))
def list_check_ins(request: HttpRequest, id: str) -> Any:
    """What was said, oldest first; check-ins are never changed."""
    key = id_in(id, "key-result")
    queries.key_result(actor=actor_of(request), key_result_id=key)
    return {"items": [_check_in(c) for c in queries.check_ins_of(key)], "next_cursor": None}


@router.post(
    "/key-results/{id}/check-ins", auth=can("goal.check_in"), response=answers(CheckInOut, status=201)
)  # fmt: skip
def create_check_in(request: HttpRequest, id: str, body: CheckInIn) -> Any:
    """Confidence and a note; the value comes from the metric where there is one."""
    key = id_in(id, "key-result")
    made = services.check_in(
        actor=actor_of(request), key_result_id=key, confidence=body.confidence, note=body.note, value=body.value,
        now=timezone.now(),
    )  # fmt: skip
    return Status(201, _check_in(next(c for c in queries.check_ins_of(key) if c.pk == made)))
