"""Pages of cohorts: the list, making one, one with its members."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.cards.registry import card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.identity.queries import find_person_id
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
    safe_cell,
    signed_in,
    toast,
)  # fmt: skip
from loopline.slices.insights import cohort_words, discretion, forms, people, queries, services
from loopline.slices.insights.lists import COHORT_KINDS, COHORTS
from loopline.slices.insights.models import Cohort
from loopline.slices.insights.services.cohorts import ACTORS

PAGE = 50
UPLOAD = 4 << 20  # bytes of a list of ids
CONDITIONS = 3  # that the form offers


def cohort_list(request: HttpRequest) -> HttpResponse:
    return list_page(
        request, COHORTS, queries.cohort_rows(), template="insights/cohorts.html",
        context={"kinds": dict(COHORT_KINDS)}, decorate=discretion.hide_words,
    )  # fmt: skip


def cohort_csv(request: HttpRequest) -> HttpResponseBase:
    actor = signed_in(request, COHORTS.read)
    columns = [
        replace(c, cell=lambda row: discretion.shown_to(actor, row.says)) if c.key == "says" else c
        for c in COHORTS.columns
    ]
    return list_csv(request, replace(COHORTS, columns=tuple(columns)), queries.cohort_rows())


def cohort_bulk(request: HttpRequest) -> HttpResponse:
    return list_bulk(request, COHORTS, queries.cohort_rows())


def cohort_new(request: HttpRequest) -> HttpResponse:
    """A rule or a list; from a cell of a question (`insight`, `q`, `cell`) the cell itself."""
    actor = signed_in(request, "insight.change")
    given = request.POST if request.method == "POST" else request.GET
    cell = {k: given.get(k, "") for k in ("insight", "q", "cell")}
    context: dict[str, Any] = {
        "here": "Cohorts", "group": "Learn", "title": "Make a cohort", "values": given, "errors": {}, "cell": cell,
        "actors": ACTORS, "events": queries.event_choices(), "properties_": queries.property_choices(),
        "ops": forms.OPS, "places": range(CONDITIONS), "by": given.get("by", "cell" if cell["insight"] else "rule"),
        "on": (("person", "person"), ("account", "account")),
    }  # fmt: skip
    shape = "insights/cohort_form.html" if is_fragment(request) else "insights/cohort_new.html"
    if request.method != "POST":
        return render(request, shape, context)
    try:
        made = services.create_cohort(
            actor=actor, name=given.get("name", ""), actor_kind=given.get("actor", "person"),
            definition=_definition(request, given), says=given.get("says", ""),
            owner_id=find_person_id(given.get("owner", "")) if given.get("owner") else None, now=now_in(request),
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, shape, context | {"errors": wrong.errors}, 422)
    return go(request, f"/cohorts/{made}")


def _definition(request: HttpRequest, p: QueryDict) -> dict[str, Any]:
    if p.get("by") == "list":
        text = p.get("ids", "")
        upload = request.FILES.get("file")
        if upload is not None:
            if (upload.size or 0) > UPLOAD:
                raise Invalid(ids="The file is larger than 4 MB; split it.")
            text += "\n" + upload.read().decode("utf-8-sig", "replace")
        lines = [
            line.split(",")[0].strip().strip('"') for line in text.replace(";", "\n").splitlines()
        ]
        return {"ids": [line for line in lines if line]}
    if p.get("by") == "cell":
        return {
            "insight": p.get("insight", ""), "query": forms.unpacked(p.get("q", "")),
            "cell": forms.unpacked(p.get("cell", "")),
        }  # fmt: skip
    rule: dict[str, Any] = {
        "event": p.get("event", "").strip() or None, "did": p.get("did", "1") == "1",
        "at_least": _whole(p, "at_least", 1), "last_days": _whole(p, "last_days", 30),
        "where": _conditions(p, "w"), "conditions": _conditions(p, "c"),
    }  # fmt: skip
    return {"rule": rule}


def _whole(p: Mapping[str, Any], name: str, default: int) -> int:
    text = str(p.get(name, "")).strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Invalid(**{name: "Give a whole number."})
    return int(text)


def _conditions(p: QueryDict, prefix: str) -> list[dict[str, Any]]:
    found = []
    for n in range(CONDITIONS):
        name = p.get(f"{prefix}{n}.property", "").strip()
        if not name:
            continue
        op = p.get(f"{prefix}{n}.op", "eq")
        one: dict[str, Any] = {"property": name, "op": op}
        if prefix == "c":
            one["on"] = p.get(f"{prefix}{n}.on", "person")
        if op not in ("is_set", "is_not_set"):
            one["value"] = _value(op, p.get(f"{prefix}{n}.value", ""))
        found.append(one)
    return found


def _value(op: str, text: str) -> Any:
    if op in ("in", "not_in"):
        return [forms.typed(part.strip()) for part in text.split(",") if part.strip()]
    return text.strip() if op in ("contains", "regex") else forms.typed(text.strip())


def cohort_page(request: HttpRequest, cohort_id: int) -> HttpResponse:
    """One cohort: how many, by which definition, over time, and who."""
    actor = signed_in(request, "insight.read")
    c = queries.cohort(actor=actor, cohort_id=cohort_id)
    discretion.hide_words([c], actor)
    after = request.GET.get("after", "").replace("\x00", "")
    sizes = list(c.sizes.order_by("on").values_list("on", "size"))[-180:]
    context: dict[str, Any] = {
        "c": c, "version": c.version, "list_url": "/cohorts", "list_title": "Cohorts", "here": "Cohorts",
        "group": "Learn", "changes": may(actor, "insight.change"), "sees": may(actor, "person.read"),
        "said": cohort_words.said(discretion.shown_to(actor, c.definition), c.actor), "sizes": sizes,
        "size_rows": [(f"{on:%-d %b %Y}", f"{size:,}") for on, size in sizes], "drawing": _drawn(sizes, c),
        "whom": "accounts" if c.actor == "account" else "people", "kinds": dict(COHORT_KINDS),
        "ask": f"/insights/funnel?q={forms.packed({'steps': [{}], 'cohort': str(c.pk), 'actor': c.actor})}",
    }  # fmt: skip
    if context["sees"]:
        context |= _members(actor, c, after, now_in(request))
    if is_fragment(request) and after:
        return render(request, "insights/cohort_members.html", context)
    own = card(actor=actor, type_="cohort", id_=c.pk)
    return object_page(request, actor, own, "insights/cohort.html", context)


def _members(actor: Actor, c: Cohort, after: str, now: datetime) -> dict[str, Any]:
    _, ids, more = services.cohort_members(
        actor=actor, cohort_id=c.pk, after=after, limit=PAGE, now=now
    )
    known: dict[str, people.Person] = {}
    if c.actor == "person":
        try:
            known = people.described(ids)
        except Problem:
            known = {}  # the ids alone, rather than no page
    return {"members": [(i, known.get(i)) for i in ids], "after": more}


def _drawn(sizes: list[tuple[Any, int]], c: Cohort) -> Any:
    if len(sizes) < 2:
        return ""
    last = len(sizes) - 1
    ticks = [(0, f"{sizes[0][0]:%-d %b}"), (last, f"{sizes[-1][0]:%-d %b}")]
    series = [charts.Series([size for _, size in sizes], f"{sizes[-1][1]:,}")]
    return charts.lines(series, ticks, f"Size of {c.name}")


def cohort_do(request: HttpRequest, cohort_id: int, verb: str) -> HttpResponse:
    """Count it now, put it away, bring it back."""
    actor = signed_in(request, "insight.change")
    if request.method != "POST" or verb not in ("count", "archive", "bring-back"):
        raise Missing("page")
    now = now_in(request)
    if verb == "count":
        size = services.recount(actor=actor, cohort_id=cohort_id, now=now)
        toast(request, "It is being counted" if size is None else f"Counted: {size:,}")
    else:
        away = verb == "archive"
        services.change_cohort(actor=actor, id_=cohort_id, changes={"archived": away}, now=now)
        toast(request, "Archived" if away else "Brought back")
    return go(request, f"/cohorts/{cohort_id}")


def members_csv(request: HttpRequest, cohort_id: int) -> HttpResponse:
    """All members, one a line."""
    actor = signed_in(request, "person.read")
    c, ids, _ = services.cohort_members(actor=actor, cohort_id=cohort_id, now=now_in(request))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([c.actor])
    writer.writerows([safe_cell(each)] for each in ids)
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="cohort-{c.pk}.csv"'
    return response
