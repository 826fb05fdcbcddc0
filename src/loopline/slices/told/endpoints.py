"""Follow-ups in the API."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import listing
from loopline.platform.api.shapes import Id, In, Out, Time, answers, id_in, page_of, query_of
from loopline.platform.api.versions import expected, tag
from loopline.slices.told import queries, services
from loopline.slices.told.lists import SPEC
from loopline.slices.told.models import FollowUp

router = Router(tags=["follow-ups"])


class FollowUpChange(In):
    subject: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    text: Annotated[str, Field(min_length=1, max_length=20_000)] | None = None


class FollowUpOut(Out):
    id: Id
    key: str
    release: Id | None
    decision: Id | None
    feedback: Id
    opportunity: Id | None
    contact: Id | None
    account: Id | None
    recipient: Id | None
    channel: str
    state: str
    subject: str
    text: str
    said: str
    approved_at: Time | None
    sent_at: Time | None
    version: int
    created_at: Time
    updated_at: Time


FollowUpPage: Any = page_of(FollowUpOut)
FollowUpQuery: Any = query_of(SPEC)


def _id(value: int | None) -> str | None:
    return str(value) if value else None


def _json(f: FollowUp) -> dict[str, Any]:
    return {
        "id": f.pk, "key": f"FU-{f.pk}", "release": _id(f.release_id), "decision": _id(f.decision_id),
        "feedback": str(f.feedback_id), "opportunity": _id(f.opportunity_id), "contact": _id(f.contact_id),
        "account": _id(f.account_id), "recipient": _id(f.recipient_id), "channel": f.channel,
        "state": "approved" if f.state == "sending" else f.state, "subject": f.subject, "text": f.text, "said": f.said,
        "approved_at": f.approved_at, "sent_at": f.sent_at, "version": f.version, "created_at": f.created_at,
        "updated_at": f.updated_at,
    }  # fmt: skip


def _out(rows: Sequence[FollowUp]) -> list[dict[str, Any]]:
    return [_json(f) for f in rows]


def _read(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.one(actor=actor_of(request), follow_up_id=key)
    tag(response, row.version)
    return _json(row)


@router.get("/follow-ups", auth=can("follow_up.read"), response=answers(FollowUpPage))
def list_follow_ups(request: HttpRequest, query: Query[FollowUpQuery]) -> Any:
    return listing(request, SPEC, queries.rows(), _out)


@router.get("/follow-ups/{id}", auth=can("follow_up.read"), response=answers(FollowUpOut))
def read_follow_up(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "follow-up"))


@router.patch("/follow-ups/{id}", auth=can("follow_up.change"), response=answers(FollowUpOut))
def change_follow_up(
    request: HttpRequest, id: str, body: FollowUpChange, response: HttpResponse
) -> Any:
    """Edit a draft's words."""
    key = id_in(id, "follow-up")
    changes = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    services.change_follow_up(
        actor=actor_of(request),
        id_=key,
        changes=changes,
        version=expected(request),
        now=timezone.now(),
    )
    return _read(request, response, key)


@router.post(
    "/follow-ups/{id}/approve", auth=can("follow_up.change"), response=answers(FollowUpOut)
)
def approve_follow_up(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    """It may go out; by e-mail it leaves after 20 seconds. Again changes nothing."""
    key = id_in(id, "follow-up")
    services.approve(actor=actor_of(request), follow_up_id=key, now=timezone.now())
    return _read(request, response, key)


@router.post("/follow-ups/{id}/told", auth=can("follow_up.change"), response=answers(FollowUpOut))
def tell_follow_up(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    """Told by hand, where there is no address."""
    key = id_in(id, "follow-up")
    services.mark_told(actor=actor_of(request), follow_up_id=key, now=timezone.now())
    return _read(request, response, key)
