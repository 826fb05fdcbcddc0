"""Pages of feedback: the list, one item, writing one down, and how good the suggestions are."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid
from loopline.platform.cards.registry import card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.thread.queries import lines
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
from loopline.slices.customers.queries import accounts_by_id, persona_names
from loopline.slices.customers.services import Who
from loopline.slices.feedback import insight, queries, services, similar
from loopline.slices.feedback.lists import SPEC
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.rules import SOURCES, source_label


def _lines(request: HttpRequest, rows: Sequence[Feedback]) -> Mapping[str, Any]:
    found = lines("feedback", [f.pk for f in rows], now=now_in(request))
    return {"line_of": found, "source_label": source_label}


def feedback_list(request: HttpRequest) -> HttpResponse:
    return list_page(
        request, SPEC, queries.rows(), template="feedback/list.html",
        decorate=lambda rows, _a: _lines(request, rows),
    )  # fmt: skip


def feedback_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, SPEC, queries.rows())


def feedback_bulk(request: HttpRequest) -> HttpResponse:
    return list_bulk(request, SPEC, queries.rows())


def item_context(request: HttpRequest, actor: Actor, row: Feedback) -> dict[str, Any]:
    """What the inbox and the item's page both show of one item."""
    now = now_in(request)
    triages = may(actor, "feedback.triage")
    open_ = row.state in ("new", "accepted")
    found = similar.duplicates(actor=actor, feedback_id=row.pk).items if open_ else []
    account = accounts_by_id([row.account_id]).get(row.account_id or 0)
    return {
        "f": row,
        "account": account,
        "dups": found if triages else [],
        "themes": insight.suggested_tags(row, now=now) if triages and open_ else [],
        "triages": triages,
        "merged_items": Feedback.objects.filter(root_id=row.pk)
        .select_related("account")
        .order_by("-received_at")[:50],
        "source": source_label(row.source),
        "late": row.state == "new" and row.due_at < now,
    }


def feedback_page(request: HttpRequest, feedback_id: int) -> HttpResponse:
    actor = signed_in(request, "feedback.read")
    row = queries.one(actor=actor, feedback_id=feedback_id)
    own = card(actor=actor, type_="feedback", id_=row.pk)
    context = item_context(request, actor, row) | {
        "version": row.version, "list_url": "/feedback", "list_title": "Feedback",
        "here": "Feedback", "group": "Hear",
    }  # fmt: skip
    return object_page(request, actor, own, "feedback/page.html", context)


def _ask(request: HttpRequest, actor: Actor) -> services.NewFeedback:
    p = request.POST
    return services.NewFeedback(
        source=p.get("source", "form") or "form",
        verbatim=p.get("verbatim", ""),
        title=p.get("title", ""),
        url=p.get("url", ""),
        who=Who(
            account_name=p.get("account", ""), contact_name=p.get("contact", ""),
            contact_email=p.get("email", ""), persona=p.get("persona", ""),
        ),
        tags=tuple(t.strip() for t in p.get("tags", "").split(",") if t.strip()),
        submitted_by=actor.user_id,
    )  # fmt: skip


def feedback_new(request: HttpRequest) -> HttpResponse:
    """Write down what somebody said; what exists already shows while typing."""
    actor = signed_in(request, "feedback.receive")
    context: dict[str, Any] = {
        "sources": [("form", "Heard by me"), *SOURCES[2:10]],
        "personas": [("", "Not known"), *((n, n) for n in persona_names())],
        "here": "Inbox", "group": "Hear", "values": request.GET, "errors": {},
    }  # fmt: skip
    shape = "feedback/form.html" if is_fragment(request) else "feedback/new.html"
    if request.method != "POST":
        return render(request, shape, context)
    try:
        got = services.receive_feedback(actor=actor, ask=_ask(request, actor), now=now_in(request))
    except Invalid as wrong:
        return render(
            request, shape, context | {"values": request.POST, "errors": wrong.errors}, 422
        )
    toast(request, f"FB-{got.id} is in the intake")
    return go(request, "/feedback/new" if request.POST.get("another") else f"/feedback/{got.id}")


def feedback_similar(request: HttpRequest) -> HttpResponse:
    """A fragment: what exists already that says what is being typed."""
    actor = signed_in(request, "feedback.read")
    found = similar.similar_text(actor=actor, text=request.GET.get("q", ""), limit=3)
    items = [
        {
            "percent": round(m.score * 100), "title": m.title, "href": f"/feedback/{m.id}",
            "key": f"FB-{m.id}", "reasons": m.reasons[:3], "join_url": f"/feedback/{m.id}/join",
            "join_label": "Add my account to it",
        }
        for m in found if m.score >= 0.2
    ]  # fmt: skip
    return render(request, "parts/duplicates.html", {"items": items})


def feedback_join(request: HttpRequest, feedback_id: int) -> HttpResponse:
    """Add these words and their account to an item that says the same."""
    actor = signed_in(request, "feedback.receive")
    if request.method != "POST":
        return go(request, f"/feedback/{feedback_id}")
    services.add_voice(
        actor=actor, into_id=feedback_id, ask=_ask(request, actor), now=now_in(request)
    )
    toast(request, f"Added to FB-{feedback_id}; the account counts with it")
    return go(request, f"/feedback/{feedback_id}")


def feedback_quality(request: HttpRequest) -> HttpResponse:
    """How often suggestions were right, and how often people pass on what is known."""
    actor = signed_in(request, "feedback.read")
    q = insight.quality(actor=actor, now=now_in(request))
    spans = [
        charts.Span(f"{b.low:.1f} to {b.high:.1f}|{b.low:.1f}", b.interval[0] * 100, round((b.precision or 0) * 100),
                    b.interval[1] * 100, f"{b.n} answers|{b.n}")
        for b in q.bins if b.n and b.interval
    ]  # fmt: skip
    drawing = charts.spans(
        spans, "Share of suggestions that were merged, by score", unit=" %", lo=0, hi=100, w=760
    )
    repeats = (
        charts.columns(q.repeats.totals, list(enumerate(q.repeats.months)), "Repeat requests a month")
        if any(q.repeats.totals) else ""
    )  # fmt: skip
    return render(
        request,
        "feedback/quality.html",
        {
            "q": q,
            "drawing": drawing,
            "repeats": repeats,
            "here": "Feedback",
            "group": "Hear",
            "title": "Intake quality",
            "precision_rows": [
                (f"{b.low:.1f} to {b.high:.1f}", b.n, round((b.precision or 0) * 100))
                for b in q.bins
                if b.n
            ],
            "repeat_rows": list(zip(q.repeats.months, q.repeats.totals, strict=True)),
            "month_heads": [(m, "num") for m in q.repeats.months],
        },
    )
