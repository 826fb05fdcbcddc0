"""Pages of decisions."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.cards.registry import card, cards
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import today
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
)  # fmt: skip
from loopline.platform.ui.rows import day
from loopline.slices.decisions import queries, services
from loopline.slices.decisions.lists import SPEC
from loopline.slices.decisions.rules import PARTS, VERDICTS


def decision_list(request: HttpRequest) -> HttpResponse:
    return list_page(
        request, SPEC, queries.rows(), template="decisions/list.html",
        context={"verdicts": dict(VERDICTS)},
    )  # fmt: skip


def decision_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, SPEC, queries.rows())


def _options(p: QueryDict) -> list[dict[str, str]]:
    parts = {k: p.getlist(f"option_{k}") for k in PARTS}
    return [
        {k: (parts[k][i] if i < len(parts[k]) else "") for k in PARTS}
        for i in range(len(parts["title"]))
    ]


def _about(text: str) -> tuple[str, int] | None:
    type_, _, id_ = text.partition(":")
    return (type_, int(id_)) if id_.isdecimal() and len(id_) < 18 else None


def decision_new(request: HttpRequest) -> HttpResponse:
    """Open a question; `?about=bet:3` says what it is about."""
    actor = signed_in(request, "decision.change")
    raw = request.POST.get("about") or request.GET.get("about", "")
    about = _about(raw)
    context: dict[str, Any] = {
        "here": "Decisions", "group": "Decide", "values": request.GET, "errors": {}, "about": raw if about else "",
        "about_card": card(actor=actor, type_=about[0], id_=about[1]) if about else None,
    }  # fmt: skip
    shape = "decisions/form.html" if is_fragment(request) else "decisions/new.html"
    if request.method != "POST":
        return render(request, shape, context)
    p = request.POST
    try:
        made = services.open_decision(
            actor=actor, question=p.get("question", ""), options=_options(p), about=about,
            revisit_on=day("revisit_on", p.get("revisit_on", "")), now=now_in(request),
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, shape, context | {"values": p, "errors": wrong.errors}, 422)
    return go(request, f"/decisions/{made}")


def decision_page(request: HttpRequest, decision_id: int) -> HttpResponse:
    actor = signed_in(request, "decision.read")
    d = queries.one(actor=actor, decision_id=decision_id)
    about = (d.about_type, d.about_id) if d.about_type and d.about_id else None
    known = dict(queries.facts(d.about_type, d.about_id))
    context = {
        "d": d, "version": d.version, "list_url": "/decisions", "list_title": "Decisions",
        "here": "Decisions", "group": "Decide", "decides": may(actor, "decision.change"),
        "verdict": dict(VERDICTS)[d.verdict], "verdicts": VERDICTS,
        "option_pairs": [(o["title"], o["title"]) for o in d.options],
        "about": cards(actor=actor, refs=[about]).get(about) if about else None,
        "then_now": [(k, v, known.get(k, "–")) for k, v in d.inputs],
        "due": bool(d.revisit_on and d.revisit_on <= today(now_in(request))),
    }  # fmt: skip
    own = card(actor=actor, type_="decision", id_=d.pk)
    return object_page(request, actor, own, "decisions/page.html", context)


def decision_decide(request: HttpRequest, decision_id: int) -> HttpResponse:
    actor = signed_in(request, "decision.change")
    if request.method != "POST":
        raise Missing("page")
    p = request.POST
    try:
        services.decide(
            actor=actor, decision_id=decision_id, chosen=p.get("chosen", ""), rationale=p.get("rationale", ""),
            verdict=p.get("verdict", "other"), revisit_on=day("revisit_on", p.get("revisit_on", "")),
            now=now_in(request),
        )  # fmt: skip
        toast(request, "Decided, with today's numbers frozen")
    except Problem as wrong:
        toast(request, wrong.sentence)
    return go(request, f"/decisions/{decision_id}")


def decision_keep(request: HttpRequest, decision_id: int) -> HttpResponse:
    actor = signed_in(request, "decision.change")
    if request.method != "POST":
        raise Missing("page")
    p = request.POST
    services.keep(
        actor=actor, decision_id=decision_id, until=day("until", p.get("until", "")),
        note=p.get("note", ""), now=now_in(request),
    )  # fmt: skip
    toast(request, "Kept")
    return go(request, f"/decisions/{decision_id}")
