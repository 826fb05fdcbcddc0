"""The page of one metric, writing a value down, and having it computed."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from loopline.core.metrics.periods import Period
from loopline.core.metrics.wording import changes
from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.cards.registry import card
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import zone
from loopline.platform.ui import moments
from loopline.platform.ui.drawn import metric
from loopline.platform.ui.formats import written
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.platform.ui.rows import day, number
from loopline.slices.insights import queries as insights
from loopline.slices.measures import (
    builtins,
    counting,
    definitions,
    figures,
    pages,
    queries,
    services,
)
from loopline.slices.measures.definitions import MANUAL, Definition
from loopline.slices.measures.models import Metric

SHOWN = {"day": 91, "week": 7 * 60, "month": 31 * 36}  # days on the page


def _definition(m: Metric, now: datetime) -> Definition:
    try:
        return definitions.read(m.definition, now)
    except Problem:
        return MANUAL


def rows_url(m: Metric, d: Definition, at: queries.Reading | None) -> str:
    """Where the records behind a value stand; empty where there are none to show."""
    if at is None or at.start is None:
        return ""
    if d.rule or d.insight == "time-to-value":
        return f"/measures/{m.pk}/rows?start={quote(at.start.isoformat())}"
    if d.kind == "insight":
        body = {**d.body, "from": at.start.isoformat(), "to": at.at.isoformat()}
        if d.insight in ("trend", "actives", "retention"):
            body["interval"] = m.grain
        return f"/insights/{d.insight}?q={quote(json.dumps(body))}"
    if d.kind == "sql":
        return f"/sql?q={quote(figures.spanned(d.text, Period(at.start, at.at)))}"
    known = builtins.found(d.key) if d.key else None
    return known.rows(at.start, at.at) if known and known.rows else ""


def _versions(m: Metric) -> dict[str, Any]:
    """The last two side by side with what changed, and the older ones below."""
    found = queries.versions_of(m.pk)
    pair = []
    if len(found) > 1:
        before, after = changes(found[-2].words, found[-1].words)
        pair = [(found[-2], before), (found[-1], after)]
    return {"versions": found, "pair": pair, "older": found[:-2][::-1]}


def metric_page(request: HttpRequest, metric_id: int) -> HttpResponse:
    actor, now = signed_in(request, "metric.read"), now_in(request)
    m = queries.one(actor=actor, metric_id=metric_id)
    d = _definition(m, now)
    series = queries.value_series(
        actor=actor, metric_id=m.pk, start=now - timedelta(days=SHOWN[m.grain])
    )
    summary = queries.metric_summary([m.pk], now=now)[m.pk]
    first = min((p.start for p in (*series.points, *series.recomputed)), default=now)
    seen = moments.between(actor, first, now) if series.points else []
    here = zone()
    known = builtins.found(d.key) if d.key else None
    context = {
        "m": m, "d": d, "version": m.version, "list_url": "/measures", "list_title": "Metrics", "here": "Metrics",
        "group": "Learn", "changes": may(actor, "metric.change"), "records": may(actor, "metric.record"),
        "summary": summary, "said": pages.sentence(m, summary, here), "sure": pages.how_sure(m, summary),
        "shown": metric.draw(series, version=m.definition_version, zone=here, moments=seen), "written": written,
        "usual": metric.usual, "odd": [(series.points[u.position], u) for u in series.odd][::-1],
        "name_of": lambda at: metric.period_name(at, m.grain, here), "rows_at": rows_url(m, d, summary.latest),
        "manual": [p for p in series.points if p.manual][::-1], "says": known.says if known else "",
        "computing": request.GET.get("computing", ""), "ripe": d.ripe_after(m.grain).days,
        "people_may": may(actor, "person.read"), **_versions(m),
    }  # fmt: skip
    own = card(actor=actor, type_="metric", id_=m.pk)
    return object_page(request, actor, own, "measures/page.html", context)


def decimal(field: str, text: str) -> float | None:
    """A number as typed; empty is None. Raises Invalid."""
    found = number(field, text)
    return None if found is None else float(found)


def metric_record(request: HttpRequest, metric_id: int) -> HttpResponse:
    actor = signed_in(request, "metric.record")
    if request.method != "POST":
        raise Missing("page")
    p, now = request.POST, now_in(request)
    value, on = decimal("value", p.get("value", "")), day("at", p.get("at", ""))
    if value is None:
        raise Invalid(value="Write the value down as a number.")
    at = min(datetime.combine(on, time(12), UTC), now) if on else now
    services.record_value(
        actor=actor, metric_id=metric_id, value=value, at=at, note=p.get("note", ""), now=now
    )
    toast(request, "Value written down")
    return go(request, f"/measures/{metric_id}")


def metric_compute(request: HttpRequest, metric_id: int) -> HttpResponse:
    """Compute now; the page then shows how far it is."""
    actor = signed_in(request, "metric.record")
    if request.method != "POST":
        raise Missing("page")
    token = services.compute_now(actor=actor, metric_id=metric_id, now=now_in(request))
    return go(request, f"/measures/{metric_id}?computing={token}")


def metric_rows(request: HttpRequest, metric_id: int) -> HttpResponse:
    """Who stands behind one value of a cohort: as many as it counts, by the same SELECT."""
    actor, now = signed_in(request, "person.read"), now_in(request)
    m = queries.one(actor=actor, metric_id=metric_id)
    d = _definition(m, now)
    try:
        start = datetime.fromisoformat(request.GET.get("start", ""))
    except ValueError:
        raise Missing("period") from None
    series = queries.value_series(actor=actor, metric_id=m.pk)
    point = next(
        (p for p in (*series.recomputed, *series.points)
         if p.start == start and not p.manual and p.version == m.definition_version), None,
    )  # fmt: skip
    if point is None or not (d.rule or d.insight == "time-to-value"):
        raise Missing("period")
    end = point.at
    span, rule = Period(point.start, end), d.rule
    typed: Any = None if rule else insights.typed(d.insight, d.body, now)
    text = counting.activated(rule, span) if rule else counting.took(typed, span)
    found = insights.sql(actor=actor.system(), text=text)
    context = {
        "m": m, "point": point, "here": "Metrics", "group": "Learn", "rows": found["rows"], "rule": rule,
        "actor_is": rule.actor if rule else str(typed.actor),
        "name": metric.period_name(start, m.grain, zone(), year=True),
        "did": sum(bool(r[2]) if rule else r[2] is not None for r in found["rows"]), "more": found["more"],
        "at": lambda micros: datetime.fromtimestamp(micros / 1e6, UTC),
    }  # fmt: skip
    return render(request, "measures/rows.html", context)
