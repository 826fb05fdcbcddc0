"""Pages of work."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid
from loopline.platform.cards.registry import card
from loopline.platform.identity.policy import may
from loopline.platform.thread.queries import lines
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
)  # fmt: skip
from loopline.slices.roadmap.queries import bet_choices
from loopline.slices.work import queries, services
from loopline.slices.work.lists import SPEC
from loopline.slices.work.models import WorkItem
from loopline.slices.work.rules import STATES


def work_list(request: HttpRequest) -> HttpResponse:
    def decorate(rows: Sequence[WorkItem], _actor: Any) -> Mapping[str, Any]:
        found = lines("work-item", [w.pk for w in rows], now=now_in(request))
        return {"line_of": found, "states": dict(STATES)}

    return list_page(request, SPEC, queries.rows(), template="work/list.html", decorate=decorate)


def work_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, SPEC, queries.rows())


def work_bulk(request: HttpRequest) -> HttpResponse:
    return list_bulk(request, SPEC, queries.rows())


def work_new(request: HttpRequest) -> HttpResponse:
    actor = signed_in(request, "work.change")
    context: dict[str, Any] = {
        "here": "Work", "group": "Build", "values": request.GET, "errors": {}, "bets": bet_choices(), "states": STATES,
    }  # fmt: skip
    shape = "work/form.html" if is_fragment(request) else "work/new.html"
    if request.method != "POST":
        return render(request, shape, context)
    p = request.POST
    bet = p.get("bet", "")
    try:
        made = services.create_item(
            actor=actor, title=p.get("title", ""), type=p.get("type", ""), state=p.get("state", "todo"),
            bet_id=int(bet) if bet.isdecimal() and len(bet) < 18 else None, body=p.get("body", ""), now=now_in(request),
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, shape, context | {"values": p, "errors": wrong.errors}, 422)
    return go(request, f"/work/{made}")


def work_page(request: HttpRequest, work_item_id: int) -> HttpResponse:
    actor = signed_in(request, "work.read")
    w = queries.one(actor=actor, work_item_id=work_item_id)
    context = {
        "w": w, "version": w.version, "list_url": "/work", "list_title": "Work", "here": "Work", "group": "Build",
        "changes": may(actor, "work.change"), "states": STATES, "bets": bet_choices(), "state": dict(STATES)[w.state],
    }  # fmt: skip
    own = card(actor=actor, type_="work-item", id_=w.pk)
    return object_page(request, actor, own, "work/page.html", context)
