"""Adding and removing usage evidence on an opportunity's page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from loopline.core.problems import Invalid, Missing
from loopline.platform.ui.pages import go, now_in, signed_in, toast
from loopline.slices.insights import queries as insights
from loopline.slices.roadmap import services

DAYS = 30


def _wanted(form: QueryDict) -> dict[str, Any]:
    """The question and cell the form means: an event, a cohort's active people, or a funnel's step."""
    event, cohort, report = (form.get(k, "").strip() for k in ("event", "cohort", "report"))
    if report.isdecimal() and len(report) < 19:
        found = insights.report_definitions([int(report)]).get(int(report))
        if found is None or found["kind"] != "funnel":
            raise Invalid(report="Choose a funnel.")
        step = form.get("step", "")
        cell: dict[str, Any] = {"step": int(step) if step.isdecimal() and len(step) < 4 else 1}
        if form.get("dropped"):
            cell["dropped"] = True
        return {"insight": "funnel", "query": found["body"], "cell": cell, "report_id": int(report)}
    body: dict[str, Any] = {"steps": [{"event": event} if event else {}], "last_days": DAYS}
    if cohort:
        body["cohort"] = cohort
    if not event and not cohort:
        raise Invalid(event="Choose an event, a cohort or a funnel.")
    return {"insight": "funnel", "query": body, "cell": {"step": 1}}


def add(request: HttpRequest, opportunity_id: int) -> HttpResponse:
    actor = signed_in(request, "opportunity.change")
    if request.method != "POST":
        raise Missing("page")
    services.add_evidence(
        actor=actor, opportunity_id=opportunity_id, says=request.POST.get("says", ""), now=now_in(request),
        **_wanted(request.POST),
    )  # fmt: skip
    toast(request, "Number added; it is counted now")
    return go(request, f"/opportunities/{opportunity_id}")


def remove(request: HttpRequest, opportunity_id: int, evidence_id: int) -> HttpResponse:
    actor = signed_in(request, "opportunity.change")
    if request.method != "POST":
        raise Missing("page")
    services.remove_evidence(
        actor=actor, opportunity_id=opportunity_id, evidence_id=evidence_id, now=now_in(request)
    )
    toast(request, "Number taken off")
    return go(request, f"/opportunities/{opportunity_id}")
