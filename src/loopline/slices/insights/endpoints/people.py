"""The people who use the product, in the API."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from loopline.core.problems import Invalid
from loopline.platform.api.access import actor_of, can
from loopline.platform.api.shapes import In, Out, Time, answers
from loopline.slices.insights import people, privacy, services

router = Router(tags=["people"])


class PersonQuery(In):
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=20)] = ""
    q: Annotated[str, Field(max_length=200, description="Part of an id or of a property")] = ""
    account: Annotated[str, Field(max_length=400)] = ""


class HappeningQuery(In):
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=20)] = ""


class PersonRow(Out):
    id: str
    account: str | None
    events: int
    first_seen: Time | None
    last_seen: Time | None
    properties: dict[str, Any]


class PersonOut(PersonRow):
    ids: list[str]


class PeoplePage(Schema):
    items: list[PersonRow]
    next_cursor: str | None
    count: int


class HappeningOut(Out):
    id: str
    event: str
    at: Time
    distinct_id: str
    account: str | None
    source: str
    properties: dict[str, Any]


class HappeningPage(Schema):
    items: list[HappeningOut]
    next_cursor: str | None


def _json(p: people.Person) -> dict[str, Any]:
    return {
        "id": p.id, "account": p.account or None, "events": p.events, "first_seen": p.first,
        "last_seen": p.last, "properties": dict(p.properties),
    }  # fmt: skip


def refuse_unknown(request: HttpRequest, query: In) -> None:
    """Parameters nobody knows are refused by name, as everywhere."""
    for name in request.GET:
        if name not in type(query).model_fields:
            raise Invalid(**{name: f"There is no parameter called {name} here."})


def _place(cursor: str) -> int | None:
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise Invalid(cursor="This cursor is not one of ours. Start again without it.")
    return int(cursor)


@router.get("/people", auth=can("person.read"), response=answers(PeoplePage))
def list_people(request: HttpRequest, query: Query[PersonQuery]) -> Any:
    """Persons with events, the last seen first."""
    refuse_unknown(request, query)
    offset = _place(query.cursor) or 0
    rows, count = services.find_people(
        actor=actor_of(request), search=query.q, account=query.account, limit=query.limit, offset=offset,
        now=timezone.now(),
    )  # fmt: skip
    following = offset + query.limit
    return {
        "items": [_json(p) for p in rows],
        "next_cursor": str(following) if following < count else None,
        "count": count,
    }


@router.get("/people/{path:id}/events", auth=can("person.read"), response=answers(HappeningPage))
def list_happenings(request: HttpRequest, id: str, query: Query[HappeningQuery]) -> Any:
    """What a person did, the newest first; all their ids together."""
    refuse_unknown(request, query)
    actor = actor_of(request)
    person = people.one(actor=actor, person=id)
    found = people.timeline(
        actor=actor, person=person.id, before=_place(query.cursor), limit=query.limit + 1
    )
    return {
        "items": [
            {
                "id": e.id, "event": e.event, "at": e.at, "distinct_id": e.distinct_id,
                "account": e.account or None, "source": e.dialect, "properties": dict(e.properties),
            }
            for e in found[: query.limit]
        ],
        "next_cursor": str(found[query.limit - 1].micros) if len(found) > query.limit else None,
    }  # fmt: skip


class EraseIn(In):
    typed: Annotated[str, Field(max_length=400, description="The person's id, said again")]


class ErasedOut(Schema):
    ids: int
    events: int
    cohorts: int
    erasure: str


@router.post("/people/{path:id}/erase", auth=can("person.erase"), response=answers(ErasedOut))
def erase_person(request: HttpRequest, id: str, body: EraseIn) -> Any:
    """Erase a person for good: events, ids, properties. Nothing of them is read from the answer on."""
    done = services.erase_person(
        actor=actor_of(request), person=id, typed=body.typed, now=timezone.now()
    )
    return {
        "ids": done.ids, "events": done.events, "cohorts": done.cohorts, "erasure": done.erasure,
    }  # fmt: skip


class NamedOut(Schema):
    type: str
    id: str


class ErasureOut(Out):
    """Counts of what was taken away, such as events, contacts, answers and feedback."""

    erasure: str
    at: Time
    waiting: bool
    taken: dict[str, int]
    named_in: list[NamedOut]


@router.get("/erasures/{key}", auth=can("person.erase"), response=answers(ErasureOut))
def read_erasure(request: HttpRequest, key: str) -> Any:
    """What an erasure took away; reports and cohorts that still name the person. `waiting` until all is done."""
    found = privacy.erasure(actor=actor_of(request), key=key)
    return {
        "erasure": found.key, "at": found.at, "waiting": found.waiting, "taken": dict(found.taken),
        "named_in": [{"type": type_, "id": str(id_)} for type_, id_ in found.named_in],
    }  # fmt: skip


@router.get("/people/{path:id}", auth=can("person.read"), response=answers(PersonOut))
def read_person(request: HttpRequest, id: str) -> Any:
    """One person by any of their ids, with all the ids that were joined."""
    found = people.one(actor=actor_of(request), person=id)
    return _json(found) | {"ids": list(found.ids)}
