"""The calendar of rituals, the page of one, and what is done with it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.cards.registry import card
from loopline.platform.entrance import feeds
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.identity.queries import find_person_id, people_choices, teams
from loopline.platform.notify.post import absolute
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import (
    go,
    is_fragment,
    list_csv,
    now_in,
    render,
    signed_in,
    toast,
)
from loopline.slices.docs.templating import templates
from loopline.slices.rituals import pages, queries, rules, services, wording
from loopline.slices.rituals.fields import clock_in, whole
from loopline.slices.rituals.lists import RITUALS

HERE = {"here": "Rituals", "group": "Run"}
GROUP = "Rituals"
SHOWN = 40  # sessions on a ritual's page


def feed_address(actor: Actor) -> str:
    """The whole address of the actor's calendar; empty where they have none."""
    token = feeds.token(actor=actor, purpose="calendar") if actor.user_id else ""
    return absolute(f"/feeds/calendar/{token}.ics") if token else ""


def ritual_list(request: HttpRequest) -> HttpResponse:
    """This week and next, every ritual with what it costs and brings, and which to prune."""
    actor, now = signed_in(request, "ritual.read"), now_in(request)
    found = list(queries.rows().filter(archived_at=None).order_by("name", "pk")[:200])
    how = queries.standings(found, now=now)
    live = [r for r in found if r.state == "active"]
    context = HERE | {
        "rituals": sorted(live, key=lambda r: -how[r.pk].hours), "rested": [r for r in found if r.state != "active"],
        "how": how, "flagged": [r for r in live if how[r.pk].reasons], "weeks": pages.fortnight(now),
        "hours": sum(s.hours for s in how.values()), "when": {r.pk: rules.said(queries.cadence_of(r)) for r in found},
        "changes": may(actor, "ritual.change"), "feed": feed_address(actor), "states": dict(rules.STATES),
        "create": "ritual",
    }  # fmt: skip
    return render(request, "rituals/list.html", context)


def ritual_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, RITUALS, queries.rows())


def _choices() -> dict[str, Any]:
    known = [t for t in templates().values() if t.group == GROUP]
    return {
        "kinds": [("", "No page"), *sorted(((t.key, t.title) for t in known), key=lambda t: t[1])],
        "cadences": rules.CADENCES, "weekdays": rules.WEEKDAYS, "nths": rules.NTHS,
        "team_choices": [("", "No team"), *((str(i), n) for i, n in teams())], "everybody": people_choices(),
    }  # fmt: skip


def _people(p: QueryDict) -> list[int]:
    return [int(i) for i in p.getlist("attendees") if i.isdecimal() and len(i) < 18]


def _new(p: QueryDict) -> services.NewRitual:
    """From the words of a form; all that is wrong with numbers and times is said at once."""
    errors: dict[str, str] = {}
    read: dict[str, Any] = {}
    numbers = dict.fromkeys(("weekday", "nth", "minutes", "send_before"), whole)
    for name, parse in {**numbers, "at": clock_in}.items():
        try:
            default = {"nth": "1", "send_before": "18"}.get(name, "")
            read[name] = parse(p.get(name) or default, name)
        except Invalid as wrong:
            errors.update(wrong.errors)
    owner = None
    named = p.get("owner", "").strip()
    if named and (owner := find_person_id(named)) is None:
        errors["owner"] = f"Nobody here is called {named[:60]}. Choose from the list."
    if errors:
        raise Invalid(**errors)
    team = p.get("team", "")
    return services.NewRitual(
        p.get("name", ""), p.get("cadence", "weekly"), template=p.get("template", ""), purpose=p.get("purpose", ""),
        team_id=int(team) if team.isdecimal() and len(team) < 18 else None, owner_id=owner, attendee_ids=_people(p),
        channel=p.get("channel", ""), **read,
    )  # fmt: skip


def ritual_new(request: HttpRequest) -> HttpResponse:
    """A form; `?template=ritual-retro` has it chosen."""
    actor = signed_in(request, "ritual.change")
    values = {
        "weekday": "0",
        "at": "10:00",
        "minutes": "30",
        "send_before": "18",
        **request.GET.dict(),
    }
    context = HERE | _choices() | {"values": values, "errors": {}, "picked": [str(actor.user_id)]}  # fmt: skip
    shape = "rituals/form.html" if is_fragment(request) else "rituals/new.html"
    if request.method != "POST":
        return render(request, shape, context)
    try:
        made = services.create_ritual(actor=actor, new=_new(request.POST), now=now_in(request))
    except Invalid as wrong:
        again = {
            "values": request.POST,
            "errors": wrong.errors,
            "picked": request.POST.getlist("attendees"),
        }
        return render(request, shape, context | again, 422)  # fmt: skip
    toast(request, f"RIT-{made} is on the calendar")
    return go(request, f"/rituals/{made}")


def ritual_page(request: HttpRequest, ritual_id: int) -> HttpResponse:
    """One ritual: when, who, what it costs, how it went, what to do about it."""
    actor, now = signed_in(request, "ritual.read"), now_in(request)
    r = queries.one(actor=actor, ritual_id=ritual_id)
    held = queries.of_ritual(r.pk, SHOWN)
    over = [s for s in held if s.state != "scheduled"]
    people = list(r.attendees.filter(is_active=True).order_by("name"))
    context = HERE | _choices() | {
        "r": r, "version": r.version, "list_url": "/rituals", "list_title": "Rituals", "people": people,
        "picked": [str(u.pk) for u in people], "when": rules.said(queries.cadence_of(r)),
        "how": queries.standings([r], now=now)[r.pk], "coming": [s for s in held if s.state == "scheduled"][::-1],
        "over": over, "came": queries.came_of([s.pk for s in over if s.state == "held"]),
        "median_of": queries.shown_median, "took": wording.took, "overran": wording.overran,
        "changes": may(actor, "ritual.change"), "states": dict(rules.STATES), "state_words": dict(rules.SESSION_STATES),
    }  # fmt: skip
    own = card(actor=actor, type_="ritual", id_=r.pk)
    return object_page(request, actor, own, "rituals/page.html", context)


def _act(actor: Actor, ritual_id: int, act: str, p: QueryDict, request: HttpRequest) -> tuple[str, str]:  # fmt: skip
    """Do one of the acts of a page; answers what to say and the undo token."""
    now = now_in(request)
    if act == "accept":
        kind = p.get("how", "")
        token = services.accept(actor=actor, ritual_id=ritual_id, kind=kind, now=now)
        return services.planning.PRUNED[kind], token
    if act in ("pause", "resume", "retire"):
        state = {"pause": "paused", "resume": "active", "retire": "retired"}[act]
        token = services.set_state(actor=actor, ritual_id=ritual_id, state=state, now=now)
        return {"pause": "Paused", "resume": "Taken up again", "retire": "Retired"}[act], token
    if act == "meet":
        services.change_ritual(actor=actor, id_=ritual_id, changes={"reads": False}, now=now)
        return "You meet again", ""
    if act == "people":
        changes = {"attendee_ids": _people(p)}
        services.change_ritual(actor=actor, id_=ritual_id, changes=changes, now=now)
        return "Saved", ""
    raise Missing("page")


def ritual_act(request: HttpRequest, ritual_id: int, act: str) -> HttpResponse:
    """accept, pause, resume, retire, meet, people; then back to where it was pressed."""
    actor = signed_in(request, "ritual.change")
    if request.method != "POST":
        raise Missing("page")
    try:
        said, undo = _act(actor, ritual_id, act, request.POST, request)
        toast(request, said, undo)
    except Missing:
        raise
    except Problem as wrong:
        toast(request, wrong.sentence)
    back = request.POST.get("back", "")
    return go(request, "/rituals" if back == "/rituals" else f"/rituals/{ritual_id}")
