"""Pages of metrics."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Missing
from loopline.platform.cards.registry import card
from loopline.platform.identity.policy import may
from loopline.platform.ui import charts
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
from loopline.platform.ui.rows import day, number
from loopline.slices.measures import queries, services
from loopline.slices.measures.lists import SPEC
from loopline.slices.measures.models import Metric
from loopline.slices.measures.rules import written


def metric_list(request: HttpRequest) -> HttpResponse:
    return list_page(
        request, SPEC, queries.rows(), template="measures/list.html", context={"written": written}
    )


def metric_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, SPEC, queries.rows())


def _float(field: str, text: str) -> float | None:
    found = number(field, text)
    return None if found is None else float(found)


def metric_new(request: HttpRequest) -> HttpResponse:
    actor = signed_in(request, "metric.change")
    context: dict[str, Any] = {
        "here": "Metrics", "group": "Learn", "values": request.GET, "errors": {},
    }  # fmt: skip
    shape = "measures/form.html" if is_fragment(request) else "measures/new.html"
    if request.method != "POST":
        return render(request, shape, context)
    p = request.POST
    try:
        made = services.create_metric(
            actor=actor, name=p.get("name", ""), question=p.get("question", ""), unit=p.get("unit", ""),
            direction=p.get("direction", "up"), target=_float("target", p.get("target", "")), now=now_in(request),
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, shape, context | {"values": p, "errors": wrong.errors}, 422)
    return go(request, f"/measures/{made}")


def _drawing(m: Metric, values: Sequence[queries.Reading]) -> Any:
    if len(values) < 2:
        return ""
    every = max(len(values) // 6, 1)
    ticks = [(i, f"{v.at:%-d %b}") for i, v in enumerate(values) if i % every == 0]
    last = values[-1].value
    series = charts.Series(
        [v.value for v in values], f"{written(last, m.unit)}|{written(last, '')}"
    )
    rules = (
        [(m.target, f"target {written(m.target, m.unit)}|{written(m.target, '')}")]
        if m.target is not None else []
    )  # fmt: skip
    label = (
        f"{m.name}, from {written(values[0].value, m.unit)} to {written(values[-1].value, m.unit)}"
    )
    return charts.lines(
        [series], ticks, label, rules=rules, unit=f" {m.unit}" if len(m.unit) == 1 else ""
    )


def metric_page(request: HttpRequest, metric_id: int) -> HttpResponse:
    actor = signed_in(request, "metric.read")
    m = queries.one(actor=actor, metric_id=metric_id)
    values = queries.values_of(m.pk)
    context = {
        "m": m, "version": m.version, "list_url": "/measures", "list_title": "Metrics", "here": "Metrics",
        "group": "Learn", "changes": may(actor, "metric.change"), "records": may(actor, "metric.record"),
        "values_": values[::-1], "drawing": _drawing(m, values), "written": written,
        "table": [(f"{v.at:%-d %b %Y}", v.value) for v in values[::-1]],
    }  # fmt: skip
    own = card(actor=actor, type_="metric", id_=m.pk)
    return object_page(request, actor, own, "measures/page.html", context)


def metric_record(request: HttpRequest, metric_id: int) -> HttpResponse:
    actor = signed_in(request, "metric.record")
    if request.method != "POST":
        raise Missing("page")
    p, now = request.POST, now_in(request)
    value, on = _float("value", p.get("value", "")), day("at", p.get("at", ""))
    if value is None:
        raise Invalid(value="Write the value down as a number.")
    at = min(datetime.combine(on, time(12), UTC), now) if on else now
    services.record_value(
        actor=actor, metric_id=metric_id, value=value, at=at, note=p.get("note", ""), now=now
    )
    toast(request, "Value written down")
    return go(request, f"/measures/{metric_id}")
