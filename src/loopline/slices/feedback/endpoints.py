"""Feedback in the API."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from loopline.core.problems import Invalid
from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import listing
from loopline.platform.api.people import person_ref
from loopline.platform.api.shapes import answers, id_in, ref_in
from loopline.platform.api.versions import expected, tag
from loopline.slices.customers.services import Who
from loopline.slices.feedback import queries, services, similar
from loopline.slices.feedback.lists import SPEC
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.schemas import (
    DuplicatesOut,
    FeedbackChange,
    FeedbackIn,
    FeedbackMade,
    FeedbackOut,
    FeedbackPage,
    FeedbackQuery,
    MergeIn,
)

__all__ = ["FeedbackOut", "router"]

router = Router(tags=["feedback"])


def _out(rows: Sequence[Feedback]) -> list[dict[str, Any]]:
    return [queries.as_json(f) for f in rows]


def _who(body: FeedbackIn) -> Who:
    account, contact = body.account, body.contact
    name = (account.name or "") if account else ""
    if account and account.id:
        name = queries.account_name(ref_in(account.id, "account", "account") or 0)
    return Who(
        name,
        (account.domain or "") if account else "",
        (account.external_id or "") if account else "",
        (contact.email or "") if contact else "",
        (contact.name or "") if contact else "",
        body.persona or "",
    )


def _read(request: HttpRequest, response: HttpResponse, feedback_id: int) -> dict[str, Any]:
    row = queries.one(actor=actor_of(request), feedback_id=feedback_id)
    tag(response, row.version)
    return queries.as_json(row)


@router.get("/feedback", auth=can("feedback.read"), response=answers(FeedbackPage))
def list_feedback(request: HttpRequest, query: Query[FeedbackQuery]) -> Any:
    """What was said, newest first."""
    return listing(request, SPEC, queries.rows(), _out)


@router.post(
    "/feedback", auth=can("feedback.receive"), response=answers(FeedbackMade, status=201, also=200)
)
def create_feedback(request: HttpRequest, body: FeedbackIn, response: HttpResponse) -> Any:
    """Take in one thing somebody said. The same source and external_id again answers 200 and the same id."""
    actor = actor_of(request)
    ask = services.NewFeedback(
        source=body.source, verbatim=body.verbatim, external_id=body.external_id, title=body.title,
        url=body.url, received_at=body.received_at, who=_who(body), tags=tuple(body.tags),
        raw=body.model_dump(mode="json", exclude_unset=True), submitted_by=actor.user_id,
    )  # fmt: skip
    got = services.receive_feedback(actor=actor, ask=ask, now=timezone.now())
    found = similar.duplicates(actor=actor, feedback_id=got.id)
    out = _read(request, response, got.id) | {"duplicates": found.items}
    return Status(201 if got.created else 200, out)


@router.get("/feedback/{id}", auth=can("feedback.read"), response=answers(FeedbackOut))
def read_feedback(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "feedback"))


@router.patch("/feedback/{id}", auth=can("feedback.triage"), response=answers(FeedbackOut))
def change_feedback(
    request: HttpRequest, id: str, body: FeedbackChange, response: HttpResponse
) -> Any:
    """Correct fields, or set the state: accepted, archived, or new again."""
    actor, now, key = actor_of(request), timezone.now(), id_in(id, "feedback")
    changes = body.model_dump(exclude_unset=True)
    state = changes.pop("state", None)
    if "assignee" in changes:
        changes["assignee_id"] = person_ref(changes.pop("assignee"), "assignee")
    for name in ("title", "verbatim", "url", "tags"):
        if name in changes and changes[name] is None:
            raise Invalid(**{name: f"{name} cannot be null."})
    queries.one(actor=actor, feedback_id=key)
    version = expected(request)
    with transaction.atomic():
        if changes:
            services.change_feedback(
                actor=actor, feedback_id=key, changes=changes, version=version, now=now
            )
        if state:
            seen = None if changes else version  # the fields just raised it
            services.set_state(actor=actor, feedback_id=key, state=state, version=seen, now=now)
    return _read(request, response, key)


@router.get("/feedback/{id}/duplicates", auth=can("feedback.read"), response=answers(DuplicatesOut))
def list_feedback_duplicates(request: HttpRequest, id: str, limit: int = 5) -> Any:
    """What probably says the same, best first, with reasons."""
    if not 1 <= limit <= 50:
        raise Invalid(limit="limit lies between 1 and 50.")
    return similar.duplicates(
        actor=actor_of(request), feedback_id=id_in(id, "feedback"), limit=limit
    )


@router.post("/feedback/{id}/merge", auth=can("feedback.triage"), response=answers(FeedbackOut))
def merge_feedback(request: HttpRequest, id: str, body: MergeIn, response: HttpResponse) -> Any:
    """Merge into another item; its account then counts once. Can be taken back with unmerge."""
    key, into = id_in(id, "feedback"), ref_in(body.into, "feedback", "into")
    services.merge(actor=actor_of(request), feedback_id=key, into_id=into or 0, now=timezone.now())
    return _read(request, response, key)


@router.post("/feedback/{id}/unmerge", auth=can("feedback.triage"), response=answers(FeedbackOut))
def unmerge_feedback(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    key = id_in(id, "feedback")
    services.unmerge(actor=actor_of(request), feedback_id=key, now=timezone.now())
    return _read(request, response, key)
