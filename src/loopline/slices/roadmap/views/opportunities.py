"""Opportunities: the list, one with its demand, making one, linking feedback to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Missing
from loopline.platform.cards.registry import card
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import workspace
from loopline.platform.thread.queries import lines
from loopline.platform.ui.formats import written
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
from loopline.slices.customers import queries as customers
from loopline.slices.feedback import queries as feedback
from loopline.slices.feedback.rules import source_label
from loopline.slices.measures import queries as measures
from loopline.slices.measures.rules import progress
from loopline.slices.roadmap import queries, services
from loopline.slices.roadmap.lists import OPPORTUNITIES
from loopline.slices.roadmap.models import Opportunity


def opportunity_list(request: HttpRequest) -> HttpResponse:
    def decorate(rows: Sequence[Opportunity], _actor: Any) -> Mapping[str, Any]:
        return {"line_of": lines("opportunity", [o.pk for o in rows], now=now_in(request))}

    return list_page(
        request,
        OPPORTUNITIES,
        queries.opportunity_rows(),
        template="roadmap/opportunities.html",
        decorate=decorate,
    )


def opportunity_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, OPPORTUNITIES, queries.opportunity_rows())


def opportunity_bulk(request: HttpRequest) -> HttpResponse:
    return list_bulk(request, OPPORTUNITIES, queries.opportunity_rows())


def _back(request: HttpRequest, url: str) -> str:
    back = request.POST.get("back", "")
    return back if back.startswith(("/inbox", "/feedback/", "/opportunities/")) else url


def opportunity_new(request: HttpRequest) -> HttpResponse:
    """Name a problem; `?feedback=12` makes it from an item and links that."""
    actor = signed_in(request, "opportunity.change")
    item = None
    wanted = request.POST.get("feedback") or request.GET.get("feedback", "")
    if wanted.isdecimal() and len(wanted) < 18:
        item = feedback.by_ids([int(wanted)]).get(int(wanted))
    context: dict[str, Any] = {
        "here": "Opportunities", "group": "Decide", "values": request.GET, "errors": {}, "item": item,
        "back": request.GET.get("back", ""),
    }  # fmt: skip
    shape = (
        "roadmap/opportunity_form.html" if is_fragment(request) else "roadmap/opportunity_new.html"
    )
    if request.method != "POST":
        return render(request, shape, context)
    p, now = request.POST, now_in(request)
    try:
        made = services.create_opportunity(
            actor=actor, title=p.get("title", ""), problem=p.get("problem", ""), squad=p.get("squad", ""),
            tags=[t for t in p.get("tags", "").split(",") if t.strip()], now=now,
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, shape, context | {"values": p, "errors": wrong.errors}, 422)
    if item:
        services.link_feedback(
            actor=actor, feedback_id=item.id, opportunity_id=made, quote=p.get("quote", ""), now=now
        )
        toast(request, f"OPP-{made} made from FB-{item.id}")
        return go(request, _back(request, f"/opportunities/{made}"))
    return go(request, f"/opportunities/{made}")


def _bets(opportunity_id: int, request: HttpRequest) -> list[dict[str, Any]]:
    bets = queries.bets_of([opportunity_id]).get(opportunity_id, [])
    metrics = measures.metrics_by_id(b.metric_id for b in bets)
    values = measures.latest_values(b.metric_id for b in bets)
    found = lines("bet", [b.id for b in bets], now=now_in(request))
    out = []
    for b in bets:
        m, v = metrics.get(b.metric_id or 0), values.get(b.metric_id or 0)
        goal = queries.goal(b.id)
        share = progress(goal[0], v.value if v else None, goal[1]) if goal else None
        out.append(
            {
                "bet": b, "line": found[b.id], "metric": m, "share": share,
                "value": written(v.value if v else None, m.unit) if m else "",
                "low": written(goal[0], m.unit) if m and goal and goal[0] is not None else "",
                "high": written(goal[1], m.unit) if m and goal and goal[1] is not None else "",
            }
        )  # fmt: skip
    return out


def _words(opportunity_id: int, newest: bool) -> list[dict[str, Any]]:
    """Quotes with who said them, the largest accounts first or the newest."""
    askers = queries.askers(opportunity_ids=[opportunity_id])
    accounts = customers.accounts_by_id(a.account_id for a in askers)
    contacts = customers.contacts_by_id(a.contact_id for a in askers)
    rows = [
        {"a": a, "account": accounts.get(a.account_id or 0), "contact": contacts.get(a.contact_id or 0),
         "source": source_label(a.source)}
        for a in askers
    ]  # fmt: skip
    if newest:
        return sorted(rows, key=lambda r: r["a"].received_at, reverse=True)[:8]  # type: ignore[union-attr]
    return sorted(rows, key=lambda r: -(r["account"].arr or 0) if r["account"] else 0)[:8]  # type: ignore[union-attr]


def opportunity_page(request: HttpRequest, opportunity_id: int) -> HttpResponse:
    actor = signed_in(request, "opportunity.read")
    o = queries.opportunity(actor=actor, opportunity_id=opportunity_id)
    d = queries.demand(actor=actor, opportunity_id=o.pk, now=now_in(request))
    newest = request.GET.get("words") == "newest"
    counted = {k: [a for a in d.accounts if a.counted_as == k] for k in ("won", "open", "lost")}
    most = max((n for _, n in d.personas), default=1)
    context = {
        "o": o, "version": o.version, "d": d, "counted": counted, "words": _words(o.pk, newest), "newest": newest,
        "bets": _bets(o.pk, request), "persona_most": most, "changes": may(actor, "opportunity.change"),
        "list_url": "/opportunities", "list_title": "Opportunities", "here": "Opportunities", "group": "Decide",
        "told_on": queries.told_lookup(o.pk), "space_currency": workspace().currency,
    }  # fmt: skip
    own = card(actor=actor, type_="opportunity", id_=o.pk)
    return object_page(request, actor, own, "roadmap/opportunity.html", context)


def _target(raw: str) -> int:
    text = raw.strip().removeprefix("opportunity:").upper().removeprefix("OPP-")
    if not text.isdecimal() or len(text) > 17:
        raise Invalid(opportunity="Choose an opportunity from the list.")
    return int(text)


def link(request: HttpRequest, feedback_id: int) -> HttpResponse:
    """Link an item, with the selected words, to an opportunity."""
    actor = signed_in(request, "opportunity.change")
    if request.method != "POST":
        raise Missing("page")
    opp = _target(request.POST.get("target", ""))
    token = services.link_feedback(
        actor=actor, feedback_id=feedback_id, opportunity_id=opp, quote=request.POST.get("quote", ""),
        now=now_in(request),
    )  # fmt: skip
    toast(request, f"Linked FB-{feedback_id} to OPP-{opp}", token)
    return go(request, _back(request, f"/feedback/{feedback_id}"))


def unlink(request: HttpRequest, feedback_id: int, opportunity_id: int) -> HttpResponse:
    actor = signed_in(request, "opportunity.change")
    if request.method != "POST":
        raise Missing("page")
    services.unlink_feedback(
        actor=actor, feedback_id=feedback_id, opportunity_id=opportunity_id, now=now_in(request)
    )
    toast(request, f"FB-{feedback_id} no longer asks for OPP-{opportunity_id}")
    return go(request, _back(request, f"/feedback/{feedback_id}"))


def merge(request: HttpRequest, opportunity_id: int) -> HttpResponse:
    actor = signed_in(request, "opportunity.change")
    if request.method != "POST":
        raise Missing("page")
    into = _target(request.POST.get("target", ""))
    services.merge_opportunities(
        actor=actor, opportunity_id=opportunity_id, into_id=into, now=now_in(request)
    )
    toast(request, f"OPP-{opportunity_id} is now part of OPP-{into}")
    return go(request, f"/opportunities/{into}")
