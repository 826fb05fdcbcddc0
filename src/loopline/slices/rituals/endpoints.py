"""Rituals and sessions in the API."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime, Field

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
from loopline.slices.rituals import queries, rules, services, wording
from loopline.slices.rituals.lists import RITUALS, SESSIONS
from loopline.slices.rituals.models import Ritual, Session

router = Router(tags=["rituals"])
Ref = Annotated[str, Field(max_length=30)]
Cadence = Annotated[str, Field(pattern="^(weekly|fortnightly|monthly|quarterly)$")]
Weekday = Annotated[int, Field(ge=0, le=6, description="Monday is 0")]
Nth = Annotated[int, Field(ge=1, le=5, description="Which weekday of the month; 5 is the last")]
Minutes = Annotated[int, Field(ge=rules.SHORTEST, le=rules.LONGEST)]
Before = Annotated[int, Field(ge=1, le=rules.EARLIEST, description="Hours before")]
Line = Annotated[str, Field(max_length=1000)]
Short = Annotated[str, Field(max_length=300)]
People = Annotated[list[Ref], Field(max_length=200)]


class RitualIn(In):
    name: Annotated[str, Field(max_length=120)]
    cadence: Cadence
    weekday: Weekday
    at: Annotated[str, Field(pattern=r"^\d{1,2}:\d\d$", description="Local time, such as 10:00")]
    minutes: Minutes
    template: Annotated[str, Field(max_length=60)] = ""
    purpose: Short = ""
    nth: Nth = 1
    anchor: date | None = None
    team: Ref | None = None
    owner: Ref | None = None
    attendees: People = []
    channel: Annotated[str, Field(max_length=120)] = ""
    send_before: Before = 18


class RitualChange(In):
    name: Annotated[str, Field(max_length=120)] | None = None
    cadence: Cadence | None = None
    weekday: Weekday | None = None
    at: Annotated[str, Field(pattern=r"^\d{1,2}:\d\d$")] | None = None
    minutes: Minutes | None = None
    template: Annotated[str, Field(max_length=60)] | None = None
    purpose: Short | None = None
    nth: Nth | None = None
    anchor: date | None = None
    team: Ref | None = None
    owner: Ref | None = None
    attendees: People | None = None
    channel: Annotated[str, Field(max_length=120)] | None = None
    send_before: Before | None = None
    reads: bool | None = None
    state: Annotated[str, Field(pattern="^(active|paused|retired)$")] | None = None
    archived: bool | None = None


class ReasonOut(Schema):
    kind: str
    words: str


class OfferOut(Schema):
    kind: str
    minutes: int
    saves_hours_a_month: float
    recommended: bool


class RitualOut(Out):
    id: Id
    key: str
    name: str
    purpose: str
    template: str
    cadence: str
    weekday: int
    nth: int
    anchor: date
    at: str
    minutes: int
    team: Id | None
    owner: Id | None
    people: int
    channel: str
    send_before: int
    reads: bool
    state: str
    hours_a_month: float
    median: float | None
    reasons: list[ReasonOut]
    offers: list[OfferOut]
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


class SessionIn(In):
    ritual: Ref
    at: AwareDatetime
    minutes: Minutes | None = None


class SessionChange(In):
    at: AwareDatetime | None = None
    minutes: Minutes | None = None


class SessionOut(Out):
    id: Id
    key: str
    ritual: Id
    slot: date
    at: Time
    minutes: int
    state: str
    skip_reason: str
    doc: Id | None
    started_at: Time | None
    stopped_at: Time | None
    took: int | None
    ratings: int
    median: float | None
    decisions: int
    actions: int
    version: int
    created_at: Time
    updated_at: Time


class RateIn(In):
    value: Annotated[int, Field(ge=0, le=4, description="0 a waste, 2 break-even, 4 very much")]


class SkipIn(In):
    reason: Short


class CaptureIn(In):
    kind: Annotated[str, Field(pattern="^(action|decision)$")]
    line: Line


class CapturedOut(Schema):
    id: Id
    type: str


RitualPage: Any = page_of(RitualOut)
RitualQuery: Any = query_of(RITUALS)
SessionPage: Any = page_of(SessionOut)
SessionQuery: Any = query_of(SESSIONS)


def _clock(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007
    except ValueError:
        raise Invalid(at=f"{text!r} is no time. Write it as 10:00.") from None


def _rituals(rows: Sequence[Ritual]) -> list[dict[str, Any]]:
    how = queries.standings(rows, now=timezone.now())
    return [
        {
            "id": r.pk, "key": f"RIT-{r.pk}", "name": r.name, "purpose": r.purpose, "template": r.template,
            "cadence": r.cadence, "weekday": r.weekday, "nth": r.nth, "anchor": r.anchor, "at": f"{r.at:%H:%M}",
            "minutes": r.minutes, "team": str(r.team_id) if r.team_id else None,
            "owner": str(r.owner_id) if r.owner_id else None, "people": how[r.pk].people, "channel": r.channel,
            "send_before": r.send_before, "reads": r.reads, "state": r.state,
            "hours_a_month": round(how[r.pk].hours, 2), "median": how[r.pk].median,
            "reasons": [{"kind": x.kind, "words": x.words} for x in how[r.pk].reasons],
            "offers": [
                {"kind": o.kind, "minutes": o.minutes, "saves_hours_a_month": o.saves, "recommended": o.first}
                for o in how[r.pk].offers
            ],
            "archived": r.archived_at is not None, "version": r.version, "created_at": r.created_at,
            "updated_at": r.updated_at,
        }
        for r in rows
    ]  # fmt: skip


def _sessions(rows: Sequence[Session]) -> list[dict[str, Any]]:
    came = queries.came_of([s.pk for s in rows])
    return [
        {
            "id": s.pk, "key": f"SES-{s.pk}", "ritual": s.ritual_id, "slot": s.slot, "at": s.at, "minutes": s.minutes,
            "state": s.state, "skip_reason": s.skip_reason, "doc": str(s.doc_id) if s.doc_id else None,
            "started_at": s.started_at, "stopped_at": s.stopped_at, "took": wording.took(s),
            "ratings": len(queries.given(s)), "median": queries.shown_median(s) if s.state == "held" else None,
            "decisions": came[s.pk][0], "actions": came[s.pk][1], "version": s.version, "created_at": s.created_at,
            "updated_at": s.updated_at,
        }
        for s in rows
    ]  # fmt: skip


def _ritual(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.one(actor=actor_of(request), ritual_id=key)
    tag(response, row.version)
    return _rituals([row])[0]


def _session(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.session(actor=actor_of(request), session_id=key)
    tag(response, row.version)
    return _sessions([row])[0]


def _ids(refs: Sequence[str]) -> list[int]:
    return [ref_in(r, "person", "attendees") or 0 for r in refs]


@router.get("/rituals", auth=can("ritual.read"), response=answers(RitualPage))
def list_rituals(request: HttpRequest, query: Query[RitualQuery]) -> Any:
    """Each with what it costs a month, how it was rated, and why it may not be worth its time."""
    return listing(request, RITUALS, queries.rows(), _rituals)


@router.post("/rituals", auth=can("ritual.change"), response=answers(RitualOut, status=201))
def create_ritual(request: HttpRequest, body: RitualIn, response: HttpResponse) -> Any:
    """Its sessions of two weeks, and at least the next one, are there at once."""
    made = services.create_ritual(
        actor=actor_of(request), now=timezone.now(),
        new=services.NewRitual(
            body.name, body.cadence, body.weekday, _clock(body.at), body.minutes, body.template, body.purpose, body.nth,
            body.anchor, ref_in(body.team, "team", "team"), ref_in(body.owner, "person", "owner"),
            _ids(body.attendees), body.channel, body.send_before,
        ),
    )  # fmt: skip
    return Status(201, _ritual(request, response, made))


@router.get("/rituals/{id}", auth=can("ritual.read"), response=answers(RitualOut))
def read_ritual(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _ritual(request, response, id_in(id, "ritual"))


@router.patch("/rituals/{id}", auth=can("ritual.change"), response=answers(RitualOut))
def change_ritual(request: HttpRequest, id: str, body: RitualChange, response: HttpResponse) -> Any:
    """A new rhythm or time moves the sessions to come. `reads` true: its page is read instead of meeting."""
    key, values = id_in(id, "ritual"), body.model_dump(exclude_unset=True)
    plain = {
        k: v
        for k, v in values.items()
        if v is not None and k not in ("team", "owner", "attendees", "at")
    }
    if values.get("at"):
        plain["at"] = _clock(values["at"])
    for name, kind in (("team", "team"), ("owner", "person")):
        if name in values:
            plain[f"{name}_id"] = ref_in(values[name], kind, name)
    if values.get("attendees") is not None:
        plain["attendee_ids"] = _ids(values["attendees"])
    services.change_ritual(
        actor=actor_of(request),
        id_=key,
        changes=plain,
        version=expected(request),
        now=timezone.now(),
    )
    return _ritual(request, response, key)  # fmt: skip


@router.get("/sessions", auth=can("ritual.read"), response=answers(SessionPage))
def list_sessions(request: HttpRequest, query: Query[SessionQuery]) -> Any:
    """The newest first; `ritual`, `state`, `team`, `from` and `to` narrow it."""
    return listing(request, SESSIONS, queries.session_rows(), _sessions)


@router.post("/sessions", auth=can("ritual.run"), response=answers(SessionOut, status=201))
def create_session(request: HttpRequest, body: SessionIn, response: HttpResponse) -> Any:
    """One more time, outside the rhythm; a day that has one already is refused."""
    made = services.add_session(
        actor=actor_of(request), ritual_id=ref_in(body.ritual, "ritual", "ritual") or 0, at=body.at,
        minutes=body.minutes, now=timezone.now(),
    )  # fmt: skip
    return Status(201, _session(request, response, made))


@router.get("/sessions/{id}", auth=can("ritual.read"), response=answers(SessionOut))
def read_session(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _session(request, response, id_in(id, "session"))


@router.patch("/sessions/{id}", auth=can("ritual.run"), response=answers(SessionOut))
def change_session(
    request: HttpRequest, id: str, body: SessionChange, response: HttpResponse
) -> Any:
    """Move it or give it more or less time; its slot stays."""
    key = id_in(id, "session")
    values = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    services.change_session(
        actor=actor_of(request), id_=key, changes=values, version=expected(request), now=timezone.now()
    )  # fmt: skip
    return _session(request, response, key)


def _acted(request: HttpRequest, response: HttpResponse, id: str, act: str, **more: Any) -> Any:
    key = id_in(id, "session")
    getattr(services, act)(actor=actor_of(request), session_id=key, now=timezone.now(), **more)
    return _session(request, response, key)


@router.post("/sessions/{id}/start", auth=can("ritual.run"), response=answers(SessionOut))
def start_session(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    """The timer runs, the page is frozen, open action items are carried over. Again changes nothing."""
    return _acted(request, response, id, "start")


@router.post("/sessions/{id}/stop", auth=can("ritual.run"), response=answers(SessionOut))
def stop_session(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    """It is over; those who attend get what came of it, once."""
    return _acted(request, response, id, "finish")


@router.post("/sessions/{id}/skip", auth=can("ritual.run"), response=answers(SessionOut))
def skip_session(request: HttpRequest, id: str, body: SkipIn, response: HttpResponse) -> Any:
    """It does not take place, for a reason."""
    return _acted(request, response, id, "skip", reason=body.reason)


@router.post("/sessions/{id}/rate", auth=can("ritual.run"), response=answers(SessionOut))
def rate_session(request: HttpRequest, id: str, body: RateIn, response: HttpResponse) -> Any:
    """Was it worth the time? Once a person; only counts are kept, never whose it was."""
    return _acted(request, response, id, "rate", value=body.value)


@router.post(
    "/sessions/{id}/capture", auth=can("ritual.run"), response=answers(CapturedOut, status=201)
)
def capture(request: HttpRequest, id: str, body: CaptureIn) -> Any:
    """One line becomes an action item or a decision that came of the session."""
    who: dict[str, Any] = {
        "actor": actor_of(request),
        "session_id": id_in(id, "session"),
        "now": timezone.now(),
    }
    if body.kind == "action":
        return Status(
            201, {"id": services.capture_action(**who, line=body.line), "type": "action-item"}
        )
    return Status(201, {"id": services.capture_decision(**who, line=body.line), "type": "decision"})  # fmt: skip
