"""One session: read before, run, captured, rated, finished."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.cards.registry import card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import zone
from loopline.platform.ui.objects import object_page, resolver
from loopline.platform.ui.pages import (
    frame,
    go,
    is_fragment,
    list_csv,
    list_page,
    now_in,
    render,
    signed_in,
    toast,
)
from loopline.slices.rituals import pages, queries, rules, services, wording
from loopline.slices.rituals.lists import SESSIONS

HERE = {"here": "Rituals", "group": "Run"}
READS = ("read",)  # what a viewer may do too


def session_list(request: HttpRequest) -> HttpResponse:
    """Every session, the newest first."""
    return list_page(
        request, SESSIONS, queries.session_rows(), template="rituals/sessions.html",
        context={"took": wording.took, "overran": wording.overran, "median_of": queries.shown_median,
                 "state_words": dict(rules.SESSION_STATES)},
    )  # fmt: skip


def session_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, SESSIONS, queries.session_rows())


def session_page(request: HttpRequest, session_id: int) -> HttpResponse:
    """The prepared page by its agenda, the timer, what is captured at the right."""
    actor, now = signed_in(request, "ritual.read"), now_in(request)
    s = queries.session(actor=actor, session_id=session_id)
    doc, sections = pages.page_of(actor, s, now)
    seats = queries.seats(s.pk)
    invited = list(s.ritual.attendees.filter(is_active=True).order_by("name"))
    people = [seat.user for seat in seats if seat.there] if seats else invited
    running = s.state == "scheduled" and s.started_at is not None
    gone = pages.elapsed(s, now)
    context = HERE | pages.captured(actor, s, now) | pages.worth(actor, s) | {
        "version": s.version, "doc": doc, "sections": sections, "agenda": [x for x in sections if x.item],
        "invited": invited, "people": people, "there": {u.pk for u in people}, "running": running,
        "live": running, "gone": gone, "ticked": min(gone, s.minutes), "total": s.minutes,
        "moment": wording.moment(s.at), "took": wording.took(s), "overran": wording.overran(s),
        "read_by": sum(seat.read_at is not None for seat in seats), "seats": seats,
        "i_read": any(seat.user_id == actor.user_id and seat.read_at for seat in seats),
        "coming": queries.next_of(s.ritual_id, after=s.at), "moment_of": wording.moment,
        "writes": may(actor, "doc.write") and doc is not None and doc.archived_at is None,
        "resolve_body": resolver(actor, [doc.body] if doc else []), "editing": "", "error": "", "typed": "",
        "scopes": ["In a session"], "here_at": f"{s.at.astimezone(zone()):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    own = card(actor=actor, type_=queries.SESSION, id_=s.pk)
    return object_page(request, actor, own, "rituals/session.html", context)


def _moved(p: QueryDict) -> dict[str, Any]:
    try:
        local = datetime.fromisoformat(p.get("at", ""))
    except ValueError:
        raise Invalid(at="Write the day and time as 2026-11-27T10:00.") from None
    return {"at": local if local.tzinfo else local.replace(tzinfo=zone())}


def _act(actor: Actor, session_id: int, act: str, p: QueryDict, now: datetime) -> tuple[str, str]:
    """Do one of the acts of a page; answers what to say and the undo token."""
    who: Mapping[str, Any] = {"actor": actor, "session_id": session_id, "now": now}
    match act:
        case "start":
            services.start(**who)
            return "", ""
        case "finish":
            told = services.finish(**who)
            return f"It is over. {told} got what came of it." if told else "It is over.", ""
        case "read":
            services.acknowledge(**who)
            return "", ""
        case "skip":
            return "Skipped", services.skip(**who, reason=p.get("reason", ""))
        case "move":
            services.change_session(actor=actor, id_=session_id, changes=_moved(p), now=now)
            return "Moved; the calendar follows", ""
        case "people":
            ids = [int(i) for i in p.getlist("there") if i.isdecimal() and len(i) < 18]
            services.attend(**who, user_ids=ids)
            return "Saved", ""
        case "rate":
            value = p.get("value", "")
            services.rate(
                **who,
                value=int(value) if value.isascii() and value.isdigit() and len(value) < 3 else -1,
            )
            return "", ""
        case "action":
            services.capture_action(**who, line=p.get("line", ""))
            return "", ""
        case "decision":
            services.capture_decision(**who, line=p.get("line", ""))
            return "", ""
    raise Missing("page")  # fmt: skip


def _piece(request: HttpRequest, actor: Actor, session_id: int, act: str) -> HttpResponse:
    """The part of the page that an act changed."""
    s = queries.session(actor=actor, session_id=session_id)
    if act == "rate":
        return render(
            request, "rituals/parts/worth.html", {**frame(request), **pages.worth(actor, s)}
        )
    context = pages.captured(actor, s, now_in(request))
    return render(request, "rituals/parts/captured.html", {**frame(request), **context})  # fmt: skip


def session_act(request: HttpRequest, session_id: int, act: str) -> HttpResponse:
    """start, finish, read, skip, move, people, rate, action, decision."""
    actor = signed_in(request, "ritual.read" if act in READS else "ritual.run")
    if request.method != "POST":
        raise Missing("page")
    part = act in ("rate", "action", "decision") and is_fragment(request)
    try:
        said, undo = _act(actor, session_id, act, request.POST, now_in(request))
        if said:
            toast(request, said, undo)
    except Missing:
        raise
    except Problem as wrong:
        said = " ".join(wrong.errors.values()) if isinstance(wrong, Invalid) else wrong.sentence
        if part:
            return HttpResponse(said, status=422, content_type="text/plain; charset=utf-8")
        toast(request, said)
    if part:
        return _piece(request, actor, session_id, act)
    return go(request, f"/rituals/sessions/{session_id}")
