"""Asking in the browser: the builder, the answer, the people behind a cell, and what is made of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.http import urlencode

from loopline.core.problems import Invalid, Missing, NotAllowed
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import zone
from loopline.platform.ui import moments
from loopline.platform.ui.drawn import draw
from loopline.platform.ui.drawn.shape import Worst, moment_of, named, whom
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.insights import discretion, forms, queries, questions, services
from loopline.slices.insights.views.people_rows import person_rows

TITLES = {
    "funnel": "Funnels", "retention": "Retention", "trend": "Trends", "actives": "Active people",
    "lifecycle": "Lifecycle", "stickiness": "Stickiness", "time-to-value": "Time to value",
    "adoption": "Adoption", "paths": "Paths",
}  # fmt: skip
NAV = {"funnel": "Funnels", "retention": "Retention"}
RANGES = ((30, "30 days"), (90, "90 days"), (365, "1 year"))
PEOPLE = 25
START: dict[str, dict[str, Any]] = {"funnel": {"steps": [{}]}, "retention": {"last_days": 90}}


def known_kind(kind: str) -> str:
    """Raises Missing for another."""
    if kind not in TITLES:
        raise Missing("page")
    return kind


def address(kind: str, body: dict[str, Any], **more: Any) -> str:
    """Where a question stands."""
    given = {k: v for k, v in more.items() if v not in (None, "")}
    return f"/insights/{kind}?{urlencode({'q': forms.packed(body), **given})}"


def explore(request: HttpRequest, kind: str) -> HttpResponse:
    """The page of one kind of question; `q` holds the question, `cell` the number that is opened."""
    actor = signed_in(request, "insight.read")
    body = forms.unpacked(request.GET.get("q", "")) or dict(START.get(known_kind(kind), {}))
    context = controls(kind, body, request.GET.get("open", "")) | {
        "here": NAV.get(kind, "Trends"), "group": "Learn", "title": TITLES[kind],
        "kinds": [(name, f"/insights/{key}", key == kind) for key, name in TITLES.items()],
        "cell": request.GET.get("cell", ""), "changes": may(actor, "insight.change"),
        "people": may(actor, "person.read"), "asked": is_asked(kind, body),
        "kept": [(r.name, f"/reports/{r.pk}") for r in queries.reports_of_kind(kind)], "report": None,
        "changed": False, "version": 0,
    }  # fmt: skip
    return render(request, "insights/explore.html", context)


def is_asked(kind: str, body: dict[str, Any]) -> bool:
    """Whether enough is said for an answer: a first step by name, a start."""
    needed = {
        "funnel": [step.get("event") for step in body.get("steps", [])[:1]],
        "time-to-value": [(body.get(k) or {}).get("event") for k in ("start", "value")],
        "adoption": [body.get("event")], "paths": [(body.get("start") or {}).get("event")],
    }.get(kind, [True])  # fmt: skip
    return bool(needed) and all(needed)


def controls(kind: str, body: dict[str, Any], blank: str = "") -> dict[str, Any]:
    """What the builder needs to show a question. `blank` names the part that offers a condition to fill in."""
    ranges = []
    for days, label in RANGES:
        other = {k: v for k, v in body.items() if k not in ("from", "to")} | {"last_days": days}
        here = body.get("last_days", questions.DEFAULT_DAYS) == days and "from" not in body
        ranges.append((label, address(kind, other), here))
    return {
        "kind": kind, "body": forms.loose(body), "q": forms.packed(said(body)), "blank": blank, "ranges": ranges,
        "choices": forms.CHOICES, "ops": forms.OPS, "on": forms.ON, "written": forms.written,
        "plain": forms.PLAIN[kind], "matches": forms.MATCHES.get(kind, ()), "known_events": queries.event_choices(),
        "known_properties": queries.property_choices(), "cohorts": queries.cohort_choices(body.get("actor", "person")),
        "default": questions.DEFAULT_DAYS, "titles": TITLES, "whom": whom(body), "nothing": forms.Loose(),
    }  # fmt: skip


def said(body: dict[str, Any]) -> dict[str, Any]:
    """The question without the steps that were added and not named yet: those are no "any event"."""
    steps = body.get("steps")
    if not isinstance(steps, list) or len(steps) < 2:
        return body
    named_ = [step for step in steps if step]
    return body | {"steps": named_} if named_ else body


def explore_edit(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of the builder: puts the question it says into the address."""
    signed_in(request, "insight.read")
    body, blank = forms.edited(known_kind(kind), request.GET)
    back = request.GET.get("report", "")
    if back.isdecimal() and len(back) < 19:
        return go(
            request, f"/reports/{int(back)}?{urlencode({'q': forms.packed(body), 'open': blank})}"
        )
    return go(request, address(kind, body, open=blank))


def explore_answer(request: HttpRequest, kind: str) -> HttpResponse:
    """The answer as a fragment: asked apart, so that the page stands before it is there."""
    actor = signed_in(request, "insight.read")
    body, now = forms.unpacked(request.GET.get("q", "")), now_in(request)
    try:
        question = questions.read(known_kind(kind), body)
        answer = queries.ask(actor=actor, kind=kind, body=body, now=now)
    except NotAllowed as closed:
        refused = {"wrong": Invalid(question=closed.sentence)}
        return render(request, "insights/parts/refused.html", refused, status=200)
    except Invalid as wrong:
        return render(request, "insights/parts/refused.html", {"wrong": wrong}, status=200)
    span = question.span(now, str(zone()))
    start, end = (
        moment_of("1970-01-01T00:00:00+00:00") + timedelta(microseconds=t)
        for t in (span.start, span.end)
    )
    drawn = draw(
        kind, body, answer, zone=zone(), now=now, moments=moments.between(actor, start, end)
    )
    context = {
        "kind": kind, "body": forms.loose(body), "q": forms.packed(body), "answer": answer, "drawn": drawn,
        "start": start, "end": end, "opened": request.GET.get("cell", ""),
        "people": may(actor, "person.read"), "here_url": _back(request, kind, body),
        "cell_of": forms.packed, "whom": whom(body), "named": named, "computed": answer["computed_from"],
        "through": answer["computed_from"]["through"] and moment_of(answer["computed_from"]["through"]),
        "finding": request.GET.get("finding", ""), "changes": may(actor, "insight.change"),
        "step_rows": step_rows(answer, drawn.worst) if kind == "funnel" else (),
        "periods": period_cells(kind, body, answer),
    }  # fmt: skip
    return render(request, "insights/parts/answer.html", context)


def step_rows(answer: Mapping[str, Any], worst: Worst | None) -> list[dict[str, Any]]:
    """The table from step to step: a share opens those who stopped there, a count those who came as far."""
    rows = []
    for place, (value, steps) in enumerate(
        [(None, answer["steps"]), *((b["value"], b["steps"]) for b in answer["breakdown"])]
    ):
        split = {"breakdown": value} if place else {}
        cells = []
        for number, step in enumerate(steps, start=1):
            share = step["conversion_from_previous"]
            here = worst == Worst(value, number, of_split=bool(place))
            cells.append(
                {"count": step["count"], "share": share, "worst": here,
                 "cell": {"step": number, **({"dropped": True} if number > 1 else {}), **split}}
            )  # fmt: skip
        last = (
            {"count": steps[-1]["count"], "cell": {"step": len(steps), **split}} if steps else None
        )
        name = "All" if not place else "not set" if value is None else value or "empty"
        rows.append({"name": name, "cells": cells, "last": last})
    return rows


def period_cells(
    kind: str, body: Mapping[str, Any], answer: Mapping[str, Any]
) -> list[tuple[str, dict[str, Any]]]:
    """The latest periods of what runs over time, each to be opened."""
    if kind == "actives":
        points, split = answer["points"], {}
    elif kind == "trend" and answer["series"]:
        points = answer["series"][0]["points"]
        split = {"breakdown": answer["series"][0]["value"]} if body.get("breakdown") else {}
    else:
        return []
    shown = [p for p in points if p["value"]][-31:]
    return [
        (f"{moment_of(p['at']).astimezone(zone()):%-d %b}", {"at": p["at"], **split}) for p in shown
    ]


def _back(request: HttpRequest, kind: str, body: dict[str, Any]) -> str:
    report = request.GET.get("report", "")
    if report.isdecimal() and len(report) < 19:
        return f"/reports/{int(report)}?{urlencode({'q': forms.packed(body)})}"
    return address(kind, body)


def explore_people(request: HttpRequest, kind: str) -> HttpResponse:
    """Those behind a cell, a page at a time, as a fragment."""
    actor = signed_in(request, "person.read")
    body = forms.unpacked(request.GET.get("q", ""))
    cell = forms.unpacked(request.GET.get("cell", ""))
    raw = request.GET.get("offset", "")
    offset = int(raw) if raw.isdecimal() and len(raw) < 10 else 0
    try:
        read = questions.checked(questions.CellIn.model_validate, cell)
        cell = read.model_dump(mode="json", exclude_unset=True)
        found = services.people_behind(
            actor=actor, kind=known_kind(kind), body=body, cell=cell, limit=PEOPLE, offset=offset, now=now_in(request)
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, "insights/parts/refused.html", {"wrong": wrong})
    context = {
        "kind": kind, "q": forms.packed(body), "cell": forms.packed(cell), "count": found["count"],
        "rows": person_rows(actor, found["items"]),
        "more": offset + PEOPLE if offset + PEOPLE < found["count"] else None,
        "first": offset == 0, "whom": whom(body, found["count"]), "title": cell_title(kind, body, cell),
        "changes": may(actor, "insight.change"),
    }  # fmt: skip
    return render(request, "insights/parts/people.html", context)


def cell_title(kind: str, body: dict[str, Any], cell: dict[str, Any]) -> str:
    """What a cell counts, in words."""
    value = (
        f"{cell['breakdown'] if cell.get('breakdown') is not None else 'not set'}, "
        if "breakdown" in cell
        else ""
    )
    step, dropped = cell.get("step", 1), cell.get("dropped")
    if kind == "funnel":
        names = [named(s) for s in body.get("steps", [])]
        name = names[step - 1] if 0 < step <= len(names) else f"step {step}"
        return f"{value}{'did not do' if dropped else 'did'} “{name}”"
    if kind == "retention":
        began = (
            f"Began on {moment_of(cell['at']).astimezone(zone()):%-d %b}"
            if cell.get("at")
            else "All"
        )
        if cell.get("period") is None:
            return began
        return f"{began}, {'not back' if dropped else 'back'} in {body.get('interval', 'week')} {cell['period']}"
    if kind in ("time-to-value", "adoption"):
        return ("Did not" if dropped else "Did") if step > 1 or dropped else "All who could"
    if cell.get("source"):
        return f"“{cell['source']}” to “{cell.get('target', '')}”"
    at = f"{moment_of(cell['at']).astimezone(zone()):%-d %b}" if cell.get("at") else ""
    return f"{value}{cell.get('value') or ''} {at}".strip() or "Behind this number"


def _posted(request: HttpRequest, kind: str) -> tuple[QueryDict, dict[str, Any]]:
    if request.method != "POST":
        raise Missing("page")
    return request.POST, forms.unpacked(request.POST.get("q", ""))


def explore_save(request: HttpRequest, kind: str) -> HttpResponse:
    """Keep the question as a report."""
    actor = signed_in(request, "insight.change")
    p, body = _posted(request, known_kind(kind))
    made = services.save_report(
        actor=actor, name=p.get("name", ""), kind=kind, body=body, says=p.get("says", ""),
        finding=p.get("finding", ""), now=now_in(request),
    )  # fmt: skip
    toast(request, "Report saved")
    if p.get("then") == "decide":
        return go(request, f"/decisions/new?about=report:{made}")
    return go(request, f"/reports/{made}")


def explore_cohort(request: HttpRequest, kind: str) -> HttpResponse:
    """Keep those behind a cell as a cohort that follows the question."""
    actor = signed_in(request, "insight.change")
    p, body = _posted(request, known_kind(kind))
    cell = forms.unpacked(p.get("cell", ""))
    made = services.create_cohort(
        actor=actor, name=p.get("name", ""), actor_kind=body.get("actor", "person"),
        definition={"insight": kind, "query": body, "cell": cell},
        says=discretion.hidden(cell_title(kind, body, cell)),
        now=now_in(request),
    )  # fmt: skip
    toast(request, "Cohort made")
    return go(request, f"/cohorts/{made}")


def kept_of(request: HttpRequest, kind: str) -> HttpResponse:
    """From the navigation: the report of this kind that was looked after last, else the builder."""
    signed_in(request, "insight.read")
    found = queries.reports_of_kind(kind)
    return go(request, f"/reports/{found[0].pk}" if found else f"/insights/{kind}")
