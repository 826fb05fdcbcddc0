"""Action items in the API."""

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
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import find_person_id
from loopline.slices.actions import queries, services
from loopline.slices.actions.lists import SPEC
from loopline.slices.actions.models import ActionItem

router = Router(tags=["action items"])
Text = Annotated[str, Field(max_length=400)]
Ref = Annotated[str, Field(max_length=30)]
Type = Annotated[str, Field(pattern="^(follow_up|prevent|mitigate|detect|process)$")]
Owner = Annotated[str, Field(max_length=254, description="An id, a name or an e-mail address")]


class SourceIn(In):
    type: Ref
    id: Ref


class ActionItemIn(In):
    text: Text
    due: date
    owner: Owner | None = None
    type: Type = "follow_up"
    source: SourceIn | None = None
    work_item: Ref | None = None
    external_ref: Text = ""


class ActionItemChange(In):
    text: Text | None = None
    due: date | None = None
    owner: Owner | None = None
    type: Type | None = None
    state: Annotated[str, Field(pattern="^(open|in_progress|done|wont_do)$")] | None = None
    reason: Annotated[str, Field(max_length=1000)] | None = None
    work_item: Ref | None = None
    external_ref: Text | None = None
    archived: bool | None = None


class SourceOut(Schema):
    type: str
    id: Id


class ActionItemOut(Out):
    id: Id
    key: str
    text: str
    owner: Id | None
    owner_name: str
    due: date
    original_due: date
    moves: int
    type: str
    state: str
    reason: str
    source: SourceOut | None
    work_item: Id | None
    external_ref: str
    done_at: Time | None
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


ActionItemPage: Any = page_of(ActionItemOut)
ActionItemQuery: Any = query_of(SPEC)


def _json(a: ActionItem) -> dict[str, Any]:
    return {
        "id": a.pk, "key": f"ACT-{a.pk}", "text": a.text, "owner": str(a.owner_id) if a.owner_id else None,
        "owner_name": a.owner.name if a.owner else "", "due": a.due, "original_due": a.original_due,
        "moves": a.moves, "type": a.type, "state": a.state, "reason": a.reason,
        "source": {"type": a.source_type, "id": str(a.source_id)} if a.source_type else None,
        "work_item": str(a.work_item_id) if a.work_item_id else None, "external_ref": a.external_ref,
        "done_at": a.done_at, "archived": a.archived_at is not None, "version": a.version,
        "created_at": a.created_at, "updated_at": a.updated_at,
    }  # fmt: skip


def _out(rows: Sequence[ActionItem]) -> list[dict[str, Any]]:
    return [_json(a) for a in rows]


def _read(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.one(actor=actor_of(request), action_item_id=key)
    tag(response, row.version)
    return _json(row)


def _owner(actor: Actor, text: str | None) -> int | None:
    """Who is named, the token's own person where nobody is. Raises Invalid."""
    if text is None:
        return actor.user_id
    found = find_person_id(text.strip())
    if found is None:
        raise Invalid(
            owner=f"Nobody here is {text[:60]!r}. Give an id, a name or an e-mail address."
        )
    return found


@router.get("/action-items", auth=can("action.read"), response=answers(ActionItemPage))
def list_action_items(request: HttpRequest, query: Query[ActionItemQuery]) -> Any:
    """Those still open, unless `state`, `done`, `first_from`, `first_to` or `archived` asks for others."""
    return listing(request, SPEC, queries.rows(), _out)


@router.post(
    "/action-items", auth=can("action.change"), response=answers(ActionItemOut, status=201)
)
def create_action_item(request: HttpRequest, body: ActionItemIn, response: HttpResponse) -> Any:
    """Write down what one person does by a day, and where it comes from."""
    actor, source = actor_of(request), None
    if body.source:
        source = (body.source.type, ref_in(body.source.id, body.source.type, "source") or 0)
    made = services.create(
        actor=actor, text=body.text, owner_id=_owner(actor, body.owner), due=body.due, type=body.type, source=source,
        work_item_id=ref_in(body.work_item, "work-item", "work_item"), external_ref=body.external_ref,
        now=timezone.now(),
    )  # fmt: skip
    return Status(201, _read(request, response, made))


@router.get("/action-items/{id}", auth=can("action.read"), response=answers(ActionItemOut))
def read_action_item(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "action-item"))


@router.patch("/action-items/{id}", auth=can("action.change"), response=answers(ActionItemOut))
def change_action_item(
    request: HttpRequest, id: str, body: ActionItemChange, response: HttpResponse
) -> Any:
    """Change it; `state` starts, finishes, drops (with a `reason`) and reopens it, `due` moves it.

    `original_due` stays what it was. A `work_item` of null unties it.
    """
    key, actor = id_in(id, "action-item"), actor_of(request)
    values = body.model_dump(exclude_unset=True)
    changes = {k: v for k, v in values.items() if v is not None and k not in ("owner", "work_item")}
    if "due" in values:
        changes["due"] = values["due"]
    if "owner" in values:
        changes["owner_id"] = _owner(actor, values["owner"]) if values["owner"] else None
    if "work_item" in values:
        changes["work_item_id"] = ref_in(values["work_item"], "work-item", "work_item")
    services.change(
        actor=actor, id_=key, changes=changes, version=expected(request), now=timezone.now()
    )
    return _read(request, response, key)
