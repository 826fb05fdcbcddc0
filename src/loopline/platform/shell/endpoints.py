"""Webhooks and search in the API."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from loopline.core.problems import Invalid
from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import newest_first
from loopline.platform.api.shapes import Id, In, Out, Time, answers, id_in
from loopline.platform.api.versions import expected, tag
from loopline.platform.cards.registry import kinds
from loopline.platform.notify import services
from loopline.platform.notify.models import Webhook
from loopline.platform.search.queries import search

router = Router(tags=["webhooks and search"])
Name = Annotated[str, Field(max_length=60)]


class WebhookIn(In):
    url: Annotated[str, Field(max_length=1000)]
    events: Annotated[list[Name], Field(max_length=60)]
    condition: dict[Name, Annotated[str, Field(max_length=200)]] = {}


class WebhookChange(In):
    url: Annotated[str, Field(max_length=1000)] | None = None
    events: Annotated[list[Name], Field(max_length=60)] | None = None
    condition: dict[Name, Annotated[str, Field(max_length=200)]] | None = None
    paused: bool | None = None
    archived: bool | None = None


class WebhookOut(Out):
    id: Id
    url: str
    events: list[str]
    condition: dict[str, Any]
    paused: bool
    paused_because: str
    version: int
    created_at: Time
    updated_at: Time


class WebhookMade(WebhookOut):
    secret: str


class Webhooks(Schema):
    items: list[WebhookOut]
    next_cursor: str | None = None


def _json(w: Webhook) -> dict[str, Any]:
    return {
        "id": w.pk,
        "url": w.url,
        "events": w.events,
        "condition": w.condition,
        "paused": w.paused_at is not None,
        "paused_because": w.paused_because,
        "version": w.version,
        "created_at": w.created_at,
        "updated_at": w.updated_at,
    }


@router.get("/webhooks", auth=can("webhook.read"), response=answers(Webhooks))
def list_webhooks(request: HttpRequest, limit: int = 50, cursor: str = "") -> Any:
    """Newest first."""
    rows, following = newest_first(
        Webhook.objects.filter(archived_at=None), limit=limit, cursor=cursor
    )
    return {"items": [_json(w) for w in rows], "next_cursor": following}


@router.post("/webhooks", auth=can("webhook.change"), response=answers(WebhookMade, status=201))
def create_webhook(request: HttpRequest, body: WebhookIn) -> Any:
    """The answer shows the signing secret once."""
    made = services.create_webhook(
        actor=actor_of(request),
        url=body.url,
        events=body.events,
        condition=body.condition,
        now=timezone.now(),
    )
    return Status(201, _json(made) | {"secret": made.secret})


@router.get("/webhooks/{id}", auth=can("webhook.read"), response=answers(WebhookOut))
def read_webhook(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    row = services.webhook(actor=actor_of(request), webhook_id=id_in(id, "webhook"))
    tag(response, row.version)
    return _json(row)


@router.patch("/webhooks/{id}", auth=can("webhook.change"), response=answers(WebhookOut))
def change_webhook(
    request: HttpRequest, id: str, body: WebhookChange, response: HttpResponse
) -> Any:
    changes = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    row = services.change_webhook(
        actor=actor_of(request), webhook_id=id_in(id, "webhook"), changes=changes, version=expected(request),
        now=timezone.now(),
    )  # fmt: skip
    tag(response, row.version)
    return _json(row)


class HitOut(Schema):
    type: str
    id: Id
    key: str
    title: str
    excerpt: str
    url: str
    score: float


class Hits(Schema):
    items: list[HitOut]
    next_cursor: str | None = None


@router.get("/search", auth=can("line.read"), response=answers(Hits))
def list_search(request: HttpRequest, q: str = "", type: str = "", limit: int = 20) -> Any:
    """Everything that matches and that this token may read, best first."""
    if not 1 <= limit <= 100:
        raise Invalid(limit="limit lies between 1 and 100.")
    if type and type not in kinds():
        raise Invalid(type=f"There is no type {type[:40]!r}. Known: {', '.join(kinds())}.")
    clean = q.replace("\x00", " ")
    hits = search(actor=actor_of(request), text=clean, only=type, limit=limit)
    roots = {
        "opportunity": "opportunities",
        "work-item": "work",
        "metric": "measures",
        "feedback": "feedback",
    }
    items = [
        {"type": h.type, "id": h.id, "key": h.key, "title": h.title, "excerpt": h.excerpt,
         "url": f"/{roots.get(h.type, f'{h.type}s')}/{h.id}", "score": round(h.score, 4)}
        for h in hits
    ]  # fmt: skip
    return {"items": items}
