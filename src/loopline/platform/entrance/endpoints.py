"""Tokens and the audit in the API."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from loopline.core.problems import Invalid
from loopline.platform.api.access import actor_of, can
from loopline.platform.api.shapes import Id, In, Out, Time, answers, id_in
from loopline.platform.audit import queries as audit
from loopline.platform.entrance import services
from loopline.platform.identity import queries as identity
from loopline.platform.identity.models import Token

router = Router(tags=["tokens and audit"])


class TokenIn(In):
    name: Annotated[str, Field(min_length=1, max_length=120)]
    role: Annotated[str, Field(pattern="^(viewer|member|product|admin|owner)$")] = "viewer"
    scopes: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=40)] | None = (
        None
    )
    days: Annotated[int, Field(ge=1, le=3650)] | None = None


class TokenOut(Out):
    id: Id
    name: str
    role: str
    scopes: list[str] | None
    prefix: str
    created_at: Time
    expires_at: Time | None
    last_used_at: Time | None


class TokenMade(Schema):
    id: Id
    token: str


class Tokens(Schema):
    items: list[TokenOut]
    next_cursor: str | None = None


class EntryOut(Schema):
    id: Id
    at: Time
    actor: Id | None
    actor_name: str
    via: str
    action: str
    object_type: str
    object_id: str
    before: dict[str, Any]
    after: dict[str, Any]


class Entries(Schema):
    items: list[EntryOut]
    next_cursor: str | None = None


def _token(t: Token) -> dict[str, Any]:
    return {
        "id": t.pk, "name": t.name, "role": t.role, "scopes": t.scopes, "prefix": t.prefix,
        "created_at": t.created_at, "expires_at": t.expires_at, "last_used_at": t.last_used_at,
    }  # fmt: skip


@router.get("/tokens", auth=can("token.read"), response=answers(Tokens))
def list_tokens(request: HttpRequest) -> Any:
    """One's own tokens; an admin sees all."""
    return {"items": [_token(t) for t in identity.tokens(actor=actor_of(request))]}


@router.post("/tokens", auth=can("token.create"), response=answers(TokenMade, status=201))
def create_token(request: HttpRequest, body: TokenIn) -> Any:
    """The answer shows the token once."""
    made = services.create_token(
        actor=actor_of(request),
        name=body.name,
        role=body.role,
        scopes=body.scopes,
        days=body.days,
        now=timezone.now(),
    )
    return Status(201, {"id": made.id, "token": made.value})


@router.post("/tokens/{id}/revoke", auth=can("token.revoke"), response=answers(Tokens))
def revoke_token(request: HttpRequest, id: str) -> Any:
    """It opens nothing from now on."""
    services.revoke_token(actor=actor_of(request), token_id=id_in(id, "token"), now=timezone.now())
    return list_tokens(request)


@router.get("/audit", auth=can("audit.read"), response=answers(Entries))
def list_audit(
    request: HttpRequest,
    action: str = "",
    via: str = "",
    object_type: str = "",
    cursor: str = "",
    limit: int = 50,
) -> Any:
    """What was changed, newest first."""
    if not 1 <= limit <= 200:
        raise Invalid(limit="limit lies between 1 and 200.")
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 18):
        raise Invalid(cursor="This cursor is not one of ours. Start again without it.")
    found = audit.entries(
        actor=actor_of(request), action=action.replace("\x00", "")[:80], via=via.replace("\x00", "")[:10],
        object_type=object_type.replace("\x00", "")[:40], before_id=int(cursor) if cursor else None, limit=limit + 1,
    )  # fmt: skip
    items = [
        {"id": e.id, "at": e.at, "actor": str(e.actor_id) if e.actor_id else None, "actor_name": e.actor_name,
         "via": e.via, "action": e.action, "object_type": e.object_type, "object_id": e.object_id, "before": e.before,
         "after": e.after}
        for e in found[:limit]
    ]  # fmt: skip
    return {"items": items, "next_cursor": str(found[limit - 1].id) if len(found) > limit else None}
