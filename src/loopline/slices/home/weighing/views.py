"""Leverage and the impact report as pages, and the report as a PDF."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.home.weighing import arithmetic, impact, leverage, notnow
from loopline.slices.home.weighing.blocks import said
from loopline.slices.playbook import queries as playbook


def _posting(request: HttpRequest) -> tuple[Actor, datetime]:
    actor = signed_in(request, "scorecard.change")
    if request.method != "POST":
        raise Missing("page")
    return actor, now_in(request)


def _leverage(actor: Actor, now: datetime, **more: Any) -> dict[str, Any]:
    changes = may(actor, "scorecard.change")
    found = leverage.read(actor, now)
    later = notnow.lines(actor, now)
    doc = leverage.page()
    return {
        "here": "Leverage", "group": "Run", "title": "Leverage", "found": found, "later": later, "changes": changes,
        "back": [n for n in later if n.met], "said": said, "doc": doc, "formulas": (
            ("Hours a quarter", arithmetic.FORMULA_HOURS), ("ARR-weeks a quarter", arithmetic.FORMULA_ARR),
        ),
        "choices": playbook.scorecard_choices() if changes else [], "typed": {}, "errors": {}, **more,
    }  # fmt: skip


def leverage_page(request: HttpRequest) -> HttpResponse:
    """Where the line loses most, the best moves, and what is left for later."""
    actor, now = signed_in(request, "line.read"), now_in(request)
    return render(request, "home/leverage.html", _leverage(actor, now))


def waiting(request: HttpRequest, station: int) -> HttpResponse:
    """The threads behind one gap, the longest wait first."""
    actor, now = signed_in(request, "line.read"), now_in(request)
    found = leverage.read(actor, now)
    gap = next((g for g in found.gaps if g.station == station), None)
    if gap is None:
        raise Missing("station")
    context = {"here": "Leverage", "group": "Run", "title": gap.name, "found": found, "gap": gap}
    return render(request, "home/waiting.html", context)


def not_now_add(request: HttpRequest) -> HttpResponse:
    actor, now = _posting(request)
    typed = {k: str(request.POST.get(k, ""))[:500] for k in notnow.FIELDS}
    try:
        notnow.add(actor=actor, values=typed, now=now)
    except Invalid as wrong:
        context = _leverage(actor, now, typed=typed, errors=wrong.errors)
        return render(request, "home/leverage.html", context, 422)
    toast(request, "Left for later, on purpose")
    return go(request, "/leverage#not-now")


def not_now_remove(request: HttpRequest, row: str) -> HttpResponse:
    actor, now = _posting(request)
    token = notnow.remove(actor=actor, row_id=row, now=now)
    toast(request, "It is off the list", token)
    return go(request, "/leverage#not-now")


def minutes(request: HttpRequest) -> HttpResponse:
    actor, now = _posting(request)
    try:
        notnow.set_minutes(actor=actor, value=request.POST.get("minutes", "")[:20], now=now)
    except Invalid as wrong:
        return render(
            request, "home/leverage.html", _leverage(actor, now, errors=wrong.errors), 422
        )
    toast(request, "Counted anew")
    return go(request, "/leverage")


def impact_page(request: HttpRequest, doc_id: int | None = None) -> HttpResponse:
    """The report as of now, or as it was frozen."""
    actor, now = signed_in(request, "impact.read"), now_in(request)
    found = impact.kept(actor, doc_id) if doc_id else impact.report(actor, now)
    context = {
        "here": "Impact", "group": "Run", "title": "Impact", "r": found, "doc_id": doc_id, "kept": impact.kept_ones(),
        "changes": may(actor, "scorecard.change"), "pdf": f"/impact/{doc_id}.pdf" if doc_id else "/impact.pdf",
    }  # fmt: skip
    return render(request, "home/impact.html", context)


def impact_pdf(request: HttpRequest, doc_id: int | None = None) -> HttpResponse:
    """The same report as a PDF."""
    from loopline.slices.home.weighing.pdf import pdf

    actor, now = signed_in(request, "impact.read"), now_in(request)
    found = impact.kept(actor, doc_id) if doc_id else impact.report(actor, now)
    response = HttpResponse(pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="impact-report.pdf"'
    return response


def impact_keep(request: HttpRequest) -> HttpResponse:
    actor, now = _posting(request)
    made = impact.keep(actor=actor, now=now)
    toast(request, "Frozen as of today")
    return go(request, f"/impact/{made}")
