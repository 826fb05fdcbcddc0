"""Objectives: the list, one of them, writing one, starting, closing and opening again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.cards.registry import card
from loopline.platform.identity.policy import may
from loopline.platform.identity.queries import find_person_id
from loopline.platform.thread.queries import lines
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import (
    go,
    is_fragment,
    list_csv,
    list_page,
    now_in,
    render,
    signed_in,
    toast,
)
from loopline.slices.goals import queries, services
from loopline.slices.goals.fields import team_choices
from loopline.slices.goals.figures import printed, standings
from loopline.slices.goals.lists import OBJECTIVES
from loopline.slices.goals.planning import source
from loopline.slices.goals.rules import OUTCOMES, STATES, label
from loopline.slices.goals.views.asking import key_in, period_in, posted


def objective_list(request: HttpRequest) -> HttpResponse:
    context = {"quarter": label, "outcomes": dict(OUTCOMES), "states": dict(STATES)}
    return list_page(
        request,
        OBJECTIVES,
        queries.objective_rows(),
        template="goals/objectives.html",
        context=context,
    )


def objective_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, OBJECTIVES, queries.objective_rows())


def objective_new(request: HttpRequest) -> HttpResponse:
    """`?period=2026-Q4` says for when, `?parent=3` what it serves."""
    actor = signed_in(request, "goal.change")
    context: dict[str, Any] = {
        "here": "Goals", "group": "Decide", "values": request.GET, "errors": {}, "teams": team_choices(),
        "quarters": queries.quarter_choices()[1:], "objectives": queries.objective_choices(),
    }  # fmt: skip
    shape = "goals/objective_form.html" if is_fragment(request) else "goals/objective_new.html"
    if request.method != "POST":
        return render(request, shape, context | {"period": period_in(request)})
    p = request.POST
    try:
        made = services.create_objective(
            actor=actor, title=p.get("title", ""), why=p.get("why", ""), period=p.get("period", ""),
            team=p.get("team", ""), parent_id=key_in(p.get("parent", "")),
            owner_id=find_person_id(p.get("owner", "")) if p.get("owner") else None, now=now_in(request),
        )  # fmt: skip
    except Invalid as wrong:
        said = {"values": p, "errors": wrong.errors, "period": p.get("period", "")}
        return render(request, shape, context | said, 422)
    return go(request, f"/goals/objectives/{made}")


def objective_page(request: HttpRequest, objective_id: int) -> HttpResponse:
    actor, now = signed_in(request, "goal.read"), now_in(request)
    o = queries.objective(actor=actor, objective_id=objective_id)
    rows = queries.key_results_of([o.pk]).get(o.pk, [])
    bets = source().of_key_results(k.pk for k in rows)
    context = {
        "o": o, "version": o.version, "rows": rows, "stand": standings(rows, now), "printed": printed,
        "bets": bets, "bet_lines": lines("bet", [b.id for b in bets], now=now), "list_url": f"/goals?period={o.period}",
        "list_title": f"Goals {label(o.period)}", "here": "Goals", "group": "Decide", "quarter": label(o.period),
        "changes": may(actor, "goal.change"), "state": dict(OUTCOMES).get(o.outcome) or dict(STATES)[o.state],
        "outcomes": OUTCOMES, "teams": team_choices(), "quarters": queries.quarter_choices()[1:],
        "objectives": queries.objective_choices(),
    }  # fmt: skip
    own = card(actor=actor, type_="objective", id_=o.pk)
    return object_page(request, actor, own, "goals/objective.html", context)


def objective_act(request: HttpRequest, objective_id: int, verb: str) -> HttpResponse:
    """Start, close, reopen, archive."""
    actor, p, now = posted(request, "goal.change"), request.POST, now_in(request)
    try:
        if verb == "start":
            services.start_objective(actor=actor, objective_id=objective_id, now=now)
            toast(request, "Started")
        elif verb == "close":
            token = services.close_objective(
                actor=actor, objective_id=objective_id, outcome=p.get("outcome", ""), learned=p.get("learned", ""),
                now=now,
            )  # fmt: skip
            toast(request, "Closed", token)
        elif verb == "reopen":
            services.reopen_objective(actor=actor, objective_id=objective_id, now=now)
            toast(request, "Open again")
        else:
            raise Missing("page")
    except (Conflict, Invalid) as wrong:
        toast(request, wrong.sentence)
    return go(request, f"/goals/objectives/{objective_id}")
