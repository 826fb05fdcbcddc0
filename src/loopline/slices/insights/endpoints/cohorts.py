"""Cohorts in the API."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import listing
from loopline.platform.api.people import person_ref
from loopline.platform.api.shapes import Id, In, Out, Time, answers, id_in, page_of, query_of
from loopline.platform.api.versions import expected, tag
from loopline.platform.identity.actor import Actor
from loopline.slices.insights import cohort_words, discretion, queries, services
from loopline.slices.insights.endpoints.people import refuse_unknown
from loopline.slices.insights.lists import COHORTS
from loopline.slices.insights.models import Cohort

router = Router(tags=["cohorts"])
Says = Annotated[str, Field(max_length=400)]
Name = Annotated[str, Field(min_length=1, max_length=160)]
Owner = Annotated[str, Field(max_length=30)]


class CohortIn(In):
    """`definition` is `{"rule": {event, where, at_least, last_days, did, conditions}}`, `{"insight", "query", "cell"}`
    or `{"ids": [...]}` (ids or e-mail addresses)."""

    name: Name
    actor: Annotated[str, Field(pattern="^(person|account)$")] = "person"
    definition: dict[str, Any]
    says: Says = ""
    owner: Owner | None = None


class CohortChange(In):
    name: Name | None = None
    definition: dict[str, Any] | None = None
    says: Says | None = None
    owner: Owner | None = None
    archived: bool | None = None


class CohortOut(Out):
    id: Id
    key: str
    name: str
    says: str
    actor: str
    kind: str
    definition: dict[str, Any]
    words: str
    size: int | None
    computed_at: Time | None
    trouble: str | None
    owner: Id | None
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


class MembersQuery(In):
    limit: Annotated[int, Field(ge=1, le=1000)] = 200
    cursor: Annotated[str, Field(max_length=400)] = ""


class MembersOut(Schema):
    items: list[str]
    next_cursor: str | None
    count: int | None


CohortPage: Any = page_of(CohortOut)
CohortQuery: Any = query_of(COHORTS)


def _json(c: Cohort, actor: Actor) -> dict[str, Any]:
    kept = (
        "name",
        "says",
        "actor",
        "kind",
        "size",
        "computed_at",
        "version",
        "created_at",
        "updated_at",
    )
    # A list of people is given by /members, to those who may see persons.
    definition = {"ids": []} if "ids" in c.definition else c.definition
    definition = discretion.shown_to(actor, definition)
    words = cohort_words.said(discretion.shown_to(actor, c.definition), c.actor)
    discretion.hide_words([c], actor)
    return {k: getattr(c, k) for k in kept} | {
        "id": c.pk, "key": f"COH-{c.pk}", "definition": definition, "trouble": c.trouble or None,
        "words": words, "archived": c.archived_at is not None,
        "owner": str(c.owner_id) if c.owner_id else None,
    }  # fmt: skip


def _read(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    actor = actor_of(request)
    row = queries.cohort(actor=actor, cohort_id=key)
    tag(response, row.version)
    return _json(row, actor)


@router.get("/cohorts", auth=can("insight.read"), response=answers(CohortPage))
def list_cohorts(request: HttpRequest, query: Query[CohortQuery]) -> Any:
    actor = actor_of(request)
    rows = queries.cohort_rows()
    return listing(request, COHORTS, rows, lambda found: [_json(c, actor) for c in found])


@router.post("/cohorts", auth=can("insight.change"), response=answers(CohortOut, status=201))
def create_cohort(request: HttpRequest, body: CohortIn, response: HttpResponse) -> Any:
    """Keep who did something, who stands behind a number, or a list. It is counted at once."""
    made = services.create_cohort(
        actor=actor_of(request), name=body.name, actor_kind=body.actor, definition=body.definition,
        says=body.says, owner_id=person_ref(body.owner, "owner"), now=timezone.now(),
    )  # fmt: skip
    return Status(201, _read(request, response, made))


@router.get("/cohorts/{id}", auth=can("insight.read"), response=answers(CohortOut))
def read_cohort(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "cohort"))


@router.patch("/cohorts/{id}", auth=can("insight.change"), response=answers(CohortOut))
def change_cohort(request: HttpRequest, id: str, body: CohortChange, response: HttpResponse) -> Any:
    """Another definition is counted at once."""
    key = id_in(id, "cohort")
    given = body.model_dump(exclude_unset=True)
    changes = {k: v for k, v in given.items() if v is not None and k != "owner"}
    if "owner" in given:
        changes["owner_id"] = person_ref(body.owner, "owner")
    services.change_cohort(
        actor=actor_of(request), id_=key, changes=changes, version=expected(request), now=timezone.now()
    )  # fmt: skip
    return _read(request, response, key)


@router.post("/cohorts/{id}/recount", auth=can("insight.change"), response=answers(CohortOut))
def recount_cohort(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    """Count it now instead of tonight."""
    key = id_in(id, "cohort")
    services.recount(actor=actor_of(request), cohort_id=key, now=timezone.now())
    return _read(request, response, key)


@router.get("/cohorts/{id}/members", auth=can("person.read"), response=answers(MembersOut))
def list_members(request: HttpRequest, id: str, query: Query[MembersQuery]) -> Any:
    """Ids of the persons or accounts in it, in their order."""
    refuse_unknown(request, query)
    row, ids, more = services.cohort_members(
        actor=actor_of(request), cohort_id=id_in(id, "cohort"), after=query.cursor, limit=query.limit,
        now=timezone.now(),
    )  # fmt: skip
    return {"items": ids, "next_cursor": more or None, "count": row.size}
