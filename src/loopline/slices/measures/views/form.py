"""Naming a metric, and its definition as a form."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.metrics.periods import GRAINS
from loopline.core.problems import Invalid
from loopline.platform.identity.policy import may
from loopline.platform.ui.pages import go, is_fragment, now_in, render, signed_in, toast
from loopline.platform.ui.rows import day
from loopline.slices.insights import queries as insights
from loopline.slices.measures import forms, queries, services
from loopline.slices.measures.views.page import decimal

GRAIN_CHOICES = [(g, f"A {g}") for g in GRAINS]


def metric_new(request: HttpRequest) -> HttpResponse:
    """Name it; where events compute it, what it counts is asked next."""
    actor = signed_in(request, "metric.change")
    context: dict[str, Any] = {
        "here": "Metrics", "group": "Learn", "values": request.GET, "errors": {}, "kinds": forms.KINDS,
    }  # fmt: skip
    shape = "measures/form.html" if is_fragment(request) else "measures/new.html"
    if request.method != "POST":
        return render(request, shape, context)
    p, kind = request.POST, request.POST.get("kind", "manual")
    try:
        made = services.create_metric(
            actor=actor, name=p.get("name", ""), question=p.get("question", ""), unit=p.get("unit", ""),
            direction=p.get("direction", "up"), target=decimal("target", p.get("target", "")), now=now_in(request),
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, shape, context | {"values": p, "errors": wrong.errors}, 422)
    known = kind in dict(forms.KINDS) and kind != "manual"
    return go(request, f"/measures/{made}/define?kind={kind}" if known else f"/measures/{made}")


def metric_define(request: HttpRequest, metric_id: int) -> HttpResponse:
    """The definition as fields of its kind; another kind asks other fields."""
    actor = signed_in(request, "metric.change")
    m = queries.one(actor=actor, metric_id=metric_id)
    kind, fields = forms.fields_of(m.definition)
    wanted = (request.POST or request.GET).get("kind", "")
    kinds = [k for k in forms.KINDS if k[0] != "sql" or may(actor, "sql.read")]
    if wanted in dict(kinds) and wanted != kind:
        kind, fields = wanted, {}
    suggested = {k: v for k, v in request.GET.items() if k != "kind"}
    values: dict[str, Any] = {
        "grain": m.grain,
        "unit": m.unit,
        "source": m.source,
        **fields,
        **suggested,
    }
    context: dict[str, Any] = {
        "m": m, "here": "Metrics", "group": "Learn", "kind": kind, "kinds": kinds, "asks": forms.asks(kind),
        "filtered": forms.filtered(kind), "ons": forms.ONS, "ops": forms.OPS, "grains": GRAIN_CHOICES, "values": values,
        "events": insights.event_choices(), "errors": {},
        "seen": getattr(m, "latest", None) is not None, "number": m.definition_version,
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "measures/define.html", context)
    p = request.POST
    try:
        changes = {
            "definition": forms.definition_of(kind, p), "grain": p.get("grain", m.grain), "unit": p.get("unit", m.unit),
            "source": p.get("source", m.source), "review_on": day("review_on", p.get("review_on", "")) or m.review_on,
        }  # fmt: skip
        services.change_metric(
            actor=actor, id_=m.pk, changes=changes, why=p.get("why", ""), recompute=bool(p.get("recompute")),
            now=now_in(request),
        )  # fmt: skip
    except Invalid as wrong:
        context |= {"values": {**values, **p.dict()}, "errors": wrong.errors}
        return render(request, "measures/define.html", context, 422)
    toast(request, "Definition kept; it is computed now" if kind != "manual" else "Definition kept")
    return go(request, f"/measures/{m.pk}")
