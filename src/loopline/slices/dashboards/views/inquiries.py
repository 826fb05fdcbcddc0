"""Pages of investigations."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Missing, Problem, TooMany
from loopline.platform.cards.registry import card, cards
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import today, zone
from loopline.platform.ui.formats import written
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
from loopline.slices.dashboards import queries, services
from loopline.slices.dashboards.lists import INVESTIGATIONS
from loopline.slices.dashboards.models import Investigation
from loopline.slices.dashboards.tiles import said_change
from loopline.slices.decisions import queries as decisions
from loopline.slices.insights import queries as insights
from loopline.slices.measures import queries as measures


def inquiry_list(request: HttpRequest) -> HttpResponse:
    return list_page(
        request, INVESTIGATIONS, queries.investigation_rows(), template="dashboards/inquiries.html",
        context={"said_change": said_change},
    )  # fmt: skip


def inquiry_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, INVESTIGATIONS, queries.investigation_rows())


def inquiry_new(request: HttpRequest) -> HttpResponse:
    """`?report=12` starts with that chart."""
    actor = signed_in(request, "investigation.change")
    context: dict[str, Any] = {
        "here": "Investigations", "group": "Learn", "values": request.GET, "errors": {},
        "reports": [("", "None yet"), *insights.report_choices()],
    }  # fmt: skip
    shape = (
        "dashboards/inquiry_form.html" if is_fragment(request) else "dashboards/inquiry_new.html"
    )
    if request.method != "POST":
        return render(request, shape, context)
    p = request.POST
    report = p.get("report", "")
    try:
        made = services.open_investigation(
            actor=actor, question=p.get("question", ""),
            report_ids=[int(report)] if report.isdecimal() and len(report) < 19 else [], now=now_in(request),
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, shape, context | {"values": p, "errors": wrong.errors}, 422)
    return go(request, f"/investigations/{made}")


def inquiry_page(request: HttpRequest, investigation_id: int) -> HttpResponse:
    actor = signed_in(request, "investigation.read")
    row = queries.investigation(actor=actor, investigation_id=investigation_id)
    charts = queries.charts_of(row.pk)
    names = insights.report_definitions([c.report_id for c in charts])
    metric = measures.metrics_by_id([row.metric_id]).get(row.metric_id or 0)
    decided = _led_to(row)
    context = {
        "i": row, "version": row.version, "list_url": "/investigations", "list_title": "Investigations",
        "here": "Investigations", "group": "Learn", "changes": may(actor, "investigation.change"),
        "charts_": [(c, names.get(c.report_id)) for c in charts], "decision": decided, "metric": metric,
        "reports": insights.report_choices(), "metrics": measures.metric_choices(),
        "decisions_": [("", "None yet"), *decisions.choices()], "effect": row.effect, "said": said_change(row.effect),
        "since": today(row.since).isoformat() if row.since else "", "better": _better(row.effect, metric),
        "written": written, "decision_card": cards(actor=actor, refs=[("decision", decided.id)]).get(
            ("decision", decided.id)
        ) if decided else None,
    }  # fmt: skip
    own = card(actor=actor, type_="investigation", id_=row.pk)
    return object_page(request, actor, own, "dashboards/inquiry.html", context)


def _led_to(row: Investigation) -> decisions.DecisionView | None:
    """The decision chosen for it, or else the newest one that is about it."""
    if row.decision_id:
        return decisions.by_ids([row.decision_id]).get(row.decision_id)
    return next(iter(decisions.about([("investigation", row.pk)])), None)


def _better(effect: Mapping[str, Any], metric: measures.MetricView | None) -> bool:
    """Whether the metric clearly went where it should go."""
    went = effect.get("relative") or 0
    up = metric is None or metric.direction == "up"
    return bool(effect.get("clear")) and (went > 0 if up else went < 0)


def inquiry_chart(request: HttpRequest, investigation_id: int, chart_id: int) -> HttpResponse:
    """One of its charts as a fragment."""
    actor = signed_in(request, "investigation.read")
    row = queries.investigation(actor=actor, investigation_id=investigation_id)
    chart = next((c for c in queries.charts_of(row.pk) if c.pk == chart_id), None)
    found = insights.report_definitions([chart.report_id]).get(chart.report_id) if chart else None
    if chart is None or found is None:
        raise Missing("chart")
    now, today_ = now_in(request), request.GET.get("today") == "1"
    asked = queries.chart_question(row, chart, found, now)
    context: dict[str, Any] = {
        "chart": chart, "report": found, "drawn": None, "again": False, "trouble": "", "i": row, "today": today_,
        "as_on": asked.as_on,
    }  # fmt: skip
    try:
        if found["kind"] != "sql":
            body, at = (found["body"], now) if today_ else (asked.body, asked.as_on or now)
            context["drawn"], _ = insights.drawn(actor=actor, kind=found["kind"], body=body, now=at)
    except TooMany:
        context["again"] = True
    except Invalid as wrong:
        context["trouble"] = " ".join(wrong.errors.values())
    return render(request, "dashboards/parts/chart.html", context)


def _posted(request: HttpRequest) -> Any:
    actor = signed_in(request, "investigation.change")
    if request.method != "POST":
        raise Missing("page")
    return actor


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def inquiry_add(request: HttpRequest, investigation_id: int) -> HttpResponse:
    actor, p = _posted(request), request.POST
    services.add_chart(
        actor=actor, investigation_id=investigation_id, report_id=_id(p.get("report", "")) or 0,
        note=p.get("note", ""), now=now_in(request),
    )  # fmt: skip
    return go(request, f"/investigations/{investigation_id}")


def inquiry_drop(request: HttpRequest, investigation_id: int, chart_id: int) -> HttpResponse:
    services.remove_chart(
        actor=_posted(request),
        investigation_id=investigation_id,
        chart_id=chart_id,
        now=now_in(request),
    )
    toast(request, "Chart taken off; the report stays")
    return go(request, f"/investigations/{investigation_id}")


def inquiry_conclude(request: HttpRequest, investigation_id: int) -> HttpResponse:
    actor, p = _posted(request), request.POST
    services.conclude(
        actor=actor, investigation_id=investigation_id, finding=p.get("finding", ""),
        decision_id=_id(p.get("decision", "")), now=now_in(request),
    )  # fmt: skip
    toast(request, "Finding written down")
    if p.get("then") == "decide":
        return go(request, f"/decisions/new?about=investigation:{investigation_id}")
    return go(request, f"/investigations/{investigation_id}")


def inquiry_effect(request: HttpRequest, investigation_id: int) -> HttpResponse:
    """Choose the metric and the day, and compare before with after."""
    actor, p, now = _posted(request), request.POST, now_in(request)
    on = day("since", p.get("since", ""))
    changes: dict[str, Any] = {"metric_id": _id(p.get("metric", ""))}
    if on:
        changes["since"] = datetime.combine(on, time(0), zone())
    services.change_investigation(actor=actor, id_=investigation_id, changes=changes, now=now)
    try:
        services.measure_effect(actor=actor, investigation_id=investigation_id, now=now)
        toast(request, "Effect measured")
    except Problem as wrong:
        toast(request, wrong.sentence)
    return go(request, f"/investigations/{investigation_id}")
