"""Docs in the API: list, make, read, change, fill in place by place, look over."""

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
)  # fmt: skip
from loopline.platform.api.versions import expected, tag
from loopline.platform.identity.queries import find_person_id
from loopline.platform.settings.options import today
from loopline.slices.docs import queries, services
from loopline.slices.docs.lists import SPEC
from loopline.slices.docs.models import Doc
from loopline.slices.docs.rules import MOST_BODY, MOST_TEXT
from loopline.slices.docs.templating import templates

router = Router(tags=["docs"])
Title = Annotated[str, Field(max_length=200)]
Key = Annotated[str, Field(max_length=60)]
Body = Annotated[str, Field(max_length=MOST_BODY)]
Owner = Annotated[str, Field(max_length=254, description="An id, a name or an e-mail address")]


class DocIn(In):
    title: Title = ""
    template: Key = ""
    body: Body | None = None
    owner: Owner | None = None
    parent: Annotated[str, Field(max_length=30)] | None = None


class DocChange(In):
    title: Title | None = None
    body: Body | None = None
    owner: Owner | None = None
    review_every: Annotated[int, Field(ge=1, le=1000)] | None = None
    review_on: date | None = None
    archived: bool | None = None


class FillIn(In):
    place: Key
    value: Annotated[str, Field(max_length=MOST_TEXT)]


class RowIn(In):
    place: Key
    values: dict[Key, Annotated[str, Field(max_length=2000)]]


class TickIn(In):
    place: Key
    item: Key
    done: bool = True
    note: Annotated[str, Field(max_length=300)] = ""


class ReviewIn(In):
    until: date | None = None


class DocOut(Out):
    id: Id
    key: str
    title: str
    template: str
    body: str
    filled: dict[str, Any]
    standing: str
    stale_why: str
    owner: Id | None
    team: Id | None
    parent: Id | None
    review_every: int | None
    review_on: date | None
    reviewed_at: Time | None
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


class TemplateOut(Schema):
    key: str
    title: str
    about: str
    group: str
    places: list[dict[str, Any]]


DocPage: Any = page_of(DocOut)
DocQuery: Any = query_of(SPEC)


def _id(value: int | None) -> str | None:
    return str(value) if value else None


def _json(d: Doc) -> dict[str, Any]:
    return {
        "id": d.pk, "key": f"DOC-{d.pk}", "title": d.title, "template": d.template, "body": d.body, "filled": d.data,
        "standing": queries.standing_of(d, today(timezone.now())), "stale_why": d.stale_why, "owner": _id(d.owner_id),
        "team": _id(d.team_id), "parent": _id(d.parent_id), "review_every": d.review_every, "review_on": d.review_on,
        "reviewed_at": d.reviewed_at, "archived": d.archived_at is not None, "version": d.version,
        "created_at": d.created_at, "updated_at": d.updated_at,
    }  # fmt: skip


def _out(rows: Sequence[Doc]) -> list[dict[str, Any]]:
    return [_json(d) for d in rows]


def _read(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.one(actor=actor_of(request), doc_id=key)
    tag(response, row.version)
    return _json(row)


def _owner(text: str | None) -> int | None:
    """Who is meant. Raises Invalid."""
    if not text:
        return None
    found = find_person_id(text)
    if found is None:
        raise Invalid(owner=f"Nobody here is called {text}.")
    return found


@router.get("/docs", auth=can("doc.read"), response=answers(DocPage))
def list_docs(request: HttpRequest, query: Query[DocQuery]) -> Any:
    return listing(request, SPEC, queries.rows(), _out)


@router.get("/doc-templates", auth=can("doc.read"), response=answers(list[TemplateOut]))
def list_templates(request: HttpRequest) -> Any:
    """What docs can be made from, with the places to fill in."""
    return [
        {
            "key": t.key, "title": t.title, "about": t.about, "group": t.group,
            "places": [
                {"key": p.key, "kind": p.kind, "label": p.label, "options": list(p.options),
                 "columns": [{"key": c.key, "kind": c.kind, "label": c.label} for c in p.columns],
                 "items": [{"key": i.key, "text": i.text} for i in p.items]}
                for p in t.places.values()
            ],
        }
        for t in sorted(templates().values(), key=lambda t: t.key)
        if t.listed
    ]  # fmt: skip


@router.post("/docs", auth=can("doc.write"), response=answers(DocOut, status=201))
def create_doc(request: HttpRequest, body: DocIn, response: HttpResponse) -> Any:
    """Make a doc from a template, or blank with a body."""
    actor = actor_of(request)
    parent = id_in(body.parent, "doc") if body.parent else None
    if parent:
        queries.one(actor=actor, doc_id=parent)
    new = services.NewDoc(
        body.title, body.template, body.body, owner_id=_owner(body.owner), parent_id=parent
    )
    made = services.create_doc(actor=actor, new=new, now=timezone.now())
    return Status(201, _read(request, response, made))


@router.get("/docs/{id}", auth=can("doc.read"), response=answers(DocOut))
def read_doc(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "doc"))


@router.patch("/docs/{id}", auth=can("doc.write"), response=answers(DocOut))
def change_doc(request: HttpRequest, id: str, body: DocChange, response: HttpResponse) -> Any:
    """Change words, owner or review; the words of before stay as a version."""
    key, given = id_in(id, "doc"), body.model_dump(exclude_unset=True)
    changes = {
        k: v for k, v in given.items() if v is not None or k in ("review_on", "review_every")
    }
    if "owner" in given:
        changes.pop("owner", None)
        changes["owner_id"] = _owner(given["owner"])
    services.change_doc(
        actor=actor_of(request), id_=key, changes=changes, version=expected(request), now=timezone.now()
    )  # fmt: skip
    return _read(request, response, key)


@router.post("/docs/{id}/fill", auth=can("doc.write"), response=answers(DocOut))
def fill_place(request: HttpRequest, id: str, body: FillIn, response: HttpResponse) -> Any:
    """Write into a place; an empty value empties it."""
    key = id_in(id, "doc")
    services.fill(
        actor=actor_of(request), doc_id=key, key=body.place, value=body.value, now=timezone.now()
    )
    return _read(request, response, key)


@router.post("/docs/{id}/rows", auth=can("doc.write"), response=answers(DocOut, status=201))
def add_line(request: HttpRequest, id: str, body: RowIn, response: HttpResponse) -> Any:
    """Add a line to a table; its id is in what comes back."""
    key = id_in(id, "doc")
    services.add_row(
        actor=actor_of(request), doc_id=key, key=body.place, values=body.values, now=timezone.now()
    )
    return Status(201, _read(request, response, key))


@router.patch("/docs/{id}/rows/{row}", auth=can("doc.write"), response=answers(DocOut))
def change_line(
    request: HttpRequest, id: str, row: str, body: RowIn, response: HttpResponse
) -> Any:
    """Change cells of a line; those not named stay."""
    key = id_in(id, "doc")
    services.change_row(
        actor=actor_of(request), doc_id=key, key=body.place, row_id=row, values=body.values, now=timezone.now()
    )  # fmt: skip
    return _read(request, response, key)


@router.delete("/docs/{id}/rows/{row}", auth=can("doc.write"), response=answers(DocOut))
def remove_line(request: HttpRequest, id: str, row: str, place: str, response: HttpResponse) -> Any:
    """Take a line away."""
    key = id_in(id, "doc")
    services.remove_row(
        actor=actor_of(request), doc_id=key, key=place, row_id=row, now=timezone.now()
    )
    return _read(request, response, key)


@router.post("/docs/{id}/tick", auth=can("doc.write"), response=answers(DocOut))
def tick_item(request: HttpRequest, id: str, body: TickIn, response: HttpResponse) -> Any:
    """Tick an item of a checklist, or take the tick back."""
    key = id_in(id, "doc")
    services.tick(
        actor=actor_of(request), doc_id=key, key=body.place, item=body.item, done=body.done, note=body.note,
        now=timezone.now(),
    )  # fmt: skip
    return _read(request, response, key)


@router.post("/docs/{id}/review", auth=can("doc.write"), response=answers(DocOut))
def review_doc(request: HttpRequest, id: str, body: ReviewIn, response: HttpResponse) -> Any:
    """It still holds, until a day or for another round."""
    key = id_in(id, "doc")
    services.review(actor=actor_of(request), doc_id=key, until=body.until, now=timezone.now())
    return _read(request, response, key)
