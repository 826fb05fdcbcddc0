"""Pages of product events: what arrives now, the catalogue, one event."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Conflict, Invalid, Missing, Problem
from loopline.platform.cards.registry import card
from loopline.platform.identity.policy import may
from loopline.platform.identity.queries import find_person_id
from loopline.platform.settings.options import zone
from loopline.platform.ui import charts
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import (
    go,
    is_fragment,
    list_bulk,
    list_csv,
    list_page,
    now_in,
    render,
    signed_in,
    toast,
)  # fmt: skip
from loopline.slices.insights import arrivals, queries, services, usage
from loopline.slices.insights.conventions import RULES
from loopline.slices.insights.lists import EVENTS
from loopline.slices.insights.services.catalogue import STATES
from loopline.slices.insights.views.sending import host, snippets

DIALECTS = ("native", "posthog", "segment", "mixpanel", "amplitude", "file")


def frame(request: HttpRequest, at: str) -> dict[str, Any]:
    """What the pages of events share: where they stand, and the way between them."""
    actor = signed_in(request, "insight.read")
    pages = [("Live", "/events"), ("Catalogue", "/events/catalogue")]
    if may(actor, "ingest-key.create"):
        pages.append(("Keys", "/events/keys"))
    return {
        "here": "Events",
        "group": "Learn",
        "pages": [(label, href, href == at, "") for label, href in pages],
    }


def live(request: HttpRequest) -> HttpResponse:
    """Events as they arrive; the fragment of itself when a script asks for it."""
    actor = signed_in(request, "insight.read")
    asked = {k: request.GET.get(k, "").strip()[:200] for k in ("event", "person", "dialect")}
    query = urlencode({k: v for k, v in asked.items() if v})
    persons = may(actor, "person.read")
    context = {
        "asked": asked, "query": query, "persons": persons, "any": any(asked.values()),
        "rows": arrivals.newest(
            now=now_in(request), event=asked["event"], person=asked["person"] if persons else "",
            dialect=asked["dialect"],
        ),
        "refusals": arrivals.refusals(now_in(request), asked["dialect"]), "ever": arrivals.ever(),
        "samples": arrivals.samples(asked["dialect"]) if persons else [],
        "moment": arrivals.moment, "dialects": [("", "Any source"), *((d, d) for d in DIALECTS)],
        "title": "Live events",
    }  # fmt: skip
    if is_fragment(request):
        return render(request, "insights/arriving.html", context)
    base, key = host(request), "YOUR_INGEST_KEY"
    more = frame(request, "/events") | {
        "snippets": snippets(base, key),
        "keys": may(actor, "ingest-key.create"),
    }
    return render(request, "insights/live.html", context | more)


def catalogue(request: HttpRequest) -> HttpResponse:
    return list_page(
        request, EVENTS, queries.event_rows(), template="insights/catalogue.html",
        context=frame(request, "/events/catalogue") | {"states": dict(STATES), "rules": dict(RULES)},
    )  # fmt: skip


def catalogue_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, EVENTS, queries.event_rows())


def catalogue_bulk(request: HttpRequest) -> HttpResponse:
    return list_bulk(request, EVENTS, queries.event_rows())


def catalogue_refresh(request: HttpRequest) -> HttpResponse:
    """Have the catalogue read again."""
    actor = signed_in(request, "insight.read")
    if request.method != "POST":
        raise Missing("page")
    asked = services.ask_refresh(actor=actor, now=now_in(request))
    toast(request, "The store is being read" if asked else "The store is being read already")
    return go(request, "/events/catalogue")


def event_new(request: HttpRequest) -> HttpResponse:
    """Plan an event before the code sends it."""
    actor = signed_in(request, "insight.change")
    context = frame(request, "") | {"values": request.GET, "errors": {}, "title": "Plan an event"}
    shape = "insights/event_form.html" if is_fragment(request) else "insights/event_new.html"
    if request.method != "POST":
        return render(request, shape, context)
    p = request.POST
    try:
        made = services.plan_event(
            actor=actor, name=p.get("name", ""), description=p.get("description", ""),
            owner_id=find_person_id(p.get("owner", "")) if p.get("owner") else None, now=now_in(request),
        )  # fmt: skip
    except (Invalid, Conflict) as wrong:
        errors = wrong.errors if isinstance(wrong, Invalid) else {"name": wrong.sentence}
        return render(request, shape, context | {"values": p, "errors": errors}, 422)
    return go(request, f"/events/catalogue/{made}")


def event_page(request: HttpRequest, event_id: int) -> HttpResponse:
    """One event: how often and by how many, over time, what it carries, and who relies on it."""
    actor = signed_in(request, "insight.read")
    e = queries.event_name(actor=actor, event_id=event_id)
    people, points, trouble = _counted(e.name, request)
    context = frame(request, "") | {
        "e": e, "version": e.version, "list_url": "/events/catalogue", "list_title": "Catalogue",
        "changes": may(actor, "insight.change"), "states": STATES, "rules": dict(RULES),
        "sent": sum(p["value"] or 0 for p in points) or e.volume_30d,  # of the days that people are of, where known
        "people": people, "points": points, "trouble": trouble, "drawing": _drawn(points, e.name),
        "rows_of": [(day(point["at"]), point["value"] or 0) for point in points],
        "carried": queries.properties_of(e.pk), "used": usage.of_event(e.name),
        "latest": arrivals.newest(now=now_in(request), event=e.name, most=8) if may(actor, "person.read") else [],
    }  # fmt: skip
    own = card(actor=actor, type_="event-name", id_=e.pk)
    return object_page(request, actor, own, "insights/event.html", context)


def _counted(name: str, request: HttpRequest) -> tuple[int | None, list[dict[str, Any]], str]:
    """People of 30 days, counts by day, and why there are none where the store cannot be asked."""
    now = now_in(request)
    try:
        who = queries.computed("funnel", {"steps": [{"event": name}], "last_days": 30}, now)
        said = queries.computed("trend", {"event": name, "last_days": 30}, now)
    except Problem as problem:
        return None, [], problem.sentence
    return who["steps"][0]["count"], said["series"][0]["points"] if said["series"] else [], ""


def day(at: str) -> str:
    """The day of a point, as charts say it: 3 Nov."""
    return f"{datetime.fromisoformat(at).astimezone(zone()):%-d %b}"


def _drawn(points: list[dict[str, Any]], name: str) -> Any:
    values = [point["value"] or 0 for point in points]
    ticks = [(0, day(points[0]["at"])), (len(points) - 1, day(points[-1]["at"]))] if points else []
    return charts.columns(values, ticks, f"{name} by day, last 30 days")
