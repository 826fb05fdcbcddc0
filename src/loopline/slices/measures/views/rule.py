"""The activation-rule helper: early events ranked by how they go with staying."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Problem
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import zone
from loopline.platform.ui.pages import now_in, render, signed_in
from loopline.platform.ui.rows import number
from loopline.slices.insights import queries as insights
from loopline.slices.measures import helping, queries
from loopline.slices.measures.starterset import SIGNUP, guessed


def _whole(request: HttpRequest, name: str, default: int, least: int, most: int) -> int:
    found = number(name, request.GET.get(name, ""))
    if found is None:
        return default
    if found != int(found) or not least <= found <= most:
        raise Invalid(**{name: f"A whole number from {least} to {most}."})
    return int(found)


def _use(signup: str, event: str, times: int, days: int, actor_is: str) -> str:
    """Where the metric's form opens with this rule in it."""
    there = queries.installed().get("activation", [])
    query = {
        "kind": "activation",
        "signup": signup,
        "event_1": event,
        "times_1": times,
        "days": days,
        "actor": actor_is,
    }
    return f"/measures/{there[0]}/define?{urlencode(query)}" if there else ""


def activation_rule(request: HttpRequest) -> HttpResponse:
    actor, now = signed_in(request, "metric.read"), now_in(request)
    events = insights.event_choices()
    g = request.GET
    context: dict[str, Any] = {
        "here": "Metrics", "group": "Learn", "events": events, "errors": {}, "found": None, "trouble": "",
        "changes": may(actor, "metric.change"), "zone": zone(), "starter": queries.installed().get("activation", []),
        "values": {
            "signup": g.get("signup") or guessed(SIGNUP, events), "days": g.get("days", "7"),
            "week": g.get("week", "4"),
            "back": g.get("back", "90"), "actor": g.get("actor", "person"),
        },
    }  # fmt: skip
    signup = context["values"]["signup"]
    if not signup:
        return render(request, "measures/rule.html", context)
    try:
        days = _whole(request, "days", 7, 1, 30)
        week = _whole(request, "week", 4, 1, 26)
        back = _whole(request, "back", 90, 7, 730)
        actor_is = "account" if g.get("actor") == "account" else "person"
        context["found"] = found = helping.early(
            actor=actor, signup=signup, days=days, week=week, back=back, actor_is=actor_is, now=now
        )
        context["use"] = {
            (r.event, r.times): _use(signup, r.event, r.times, days, actor_is) for r in found.rules[:30]
        }  # fmt: skip
    except Invalid as wrong:
        context["errors"] = wrong.errors
        return render(request, "measures/rule.html", context, 422)
    except Problem as problem:
        context["trouble"] = problem.sentence
    return render(request, "measures/rule.html", context)
