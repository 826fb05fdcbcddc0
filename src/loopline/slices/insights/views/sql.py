"""The SQL page: the editor, its result, what can be named, and the warehouse it may ask instead."""

import csv
import io
from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.identity.policy import may
from loopline.platform.tables import registry
from loopline.platform.ui.pages import go, is_fragment, now_in, render, signed_in, toast
from loopline.platform.ui.pages import safe_cell as safe
from loopline.slices.insights import company, queries, services
from loopline.slices.insights.models import Report
from loopline.slices.insights.views.sql_chart import drawn
from loopline.warehouse.desk.views import COLUMNS

SHOWN = 500  # rows of a result on the page
START = """select event, count(*) as sent, count(distinct person) as people
from events
where time > now() - interval 30 day
group by event
order by sent desc"""
OWN_SAYS = {
    "events": "What happened in the product, one event a row",
    "people": "Who uses the product",
    "accounts": "Accounts that product events name",
}


def _report(request: HttpRequest, raw: str) -> Report | None:
    if not raw:
        return None
    actor = signed_in(request, "sql.read")
    found = (
        queries.report(actor=actor, report_id=int(raw))
        if raw.isdecimal() and len(raw) < 18
        else None
    )
    if found is None or found.kind != "sql":
        raise Missing("query")
    return found


def documented() -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """(view, what it is, its columns), the events first."""
    own = [(name, OWN_SAYS[name], list(columns)) for name, columns in COLUMNS.items()]
    return own + [(view.name, view.says, list(view.columns)) for view in registry.views()]


def editor(request: HttpRequest) -> HttpResponse:
    """The page; a POST without a script shows it with its result."""
    actor = signed_in(request, "sql.read")
    report = _report(request, request.POST.get("report", "") or request.GET.get("report", ""))
    body = report.body if report else {}
    text = request.POST.get("sql") or request.GET.get("q", "")[:20_000] or body.get("sql") or START
    source = (
        request.POST.get("source")
        or request.GET.get("source")
        or body.get("source")
        or services.OWN
    )
    there = services.warehouse()
    context: dict[str, Any] = {
        "here": "SQL", "group": "Learn", "title": report.name if report else "SQL", "report": report, "text": text,
        "source": source, "warehouse": there, "views_there": documented() if source != services.COMPANY else [],
        "tables_there": [], "changes": may(actor, "insight.change"), "connects": may(actor, "warehouse.change"),
        "kept": queries.reports_of_kind("sql"), "result": None, "trouble": "", "run_at_once": bool(report),
        "sources": [(services.OWN, "Loopline"), (services.COMPANY, there.label)] if there else [],
        "versions_": queries.report_versions(report.pk) if report else [],
    }  # fmt: skip
    if source == services.COMPANY and there:
        context |= _tables(there.url)
    if request.method == "POST":
        context |= result(request, text, source)
    return render(request, "insights/sql.html", context)


def _tables(url: str) -> dict[str, Any]:
    try:
        grouped: dict[str, list[tuple[str, str]]] = {}
        for table, column, type_ in company.tables(url):
            grouped.setdefault(table, []).append((column, type_))
    except Problem as wrong:
        return {"tables_there": [], "tables_trouble": wrong.sentence}
    return {"tables_there": list(grouped.items())}


def result(request: HttpRequest, text: str, source: str) -> dict[str, Any]:
    """What the answer's part of the page needs; the trouble in words where there is no answer."""
    actor = signed_in(request, "sql.read")
    try:
        found = services.run_sql(actor=actor, text=text, source=source, limit=queries.MOST_ROWS)
    except Problem as wrong:
        return {"result": None, "trouble": wrong.sentence}
    picture, measure = drawn(found["columns"], found["rows"])
    return {
        "result": found, "trouble": "", "shown": found["rows"][:SHOWN], "most": queries.MOST_ROWS, "picture": picture,
        "measure": measure, "numeric": [c["type"].startswith(("int", "big", "dou", "dec", "num", "flo", "huge"))
                                        for c in found["columns"]],
    }  # fmt: skip


def run(request: HttpRequest) -> HttpResponse:
    """The answer alone, for the script; without one the whole page."""
    signed_in(request, "sql.read")
    if request.method != "POST":
        raise Missing("page")
    if not is_fragment(request):
        return editor(request)
    text, source = request.POST.get("sql", ""), request.POST.get("source", services.OWN)
    return render(request, "insights/sql_result.html", result(request, text, source))


def download(request: HttpRequest) -> HttpResponse:
    """The result as a CSV that spreadsheets cannot be attacked with."""
    actor = signed_in(request, "sql.read")
    if request.method != "POST":
        raise Missing("page")
    source = request.POST.get("source", services.OWN)
    found = services.run_sql(actor=actor, text=request.POST.get("sql", ""), source=source)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe(c["name"]) for c in found["columns"]])
    writer.writerows([safe(cell) for cell in row] for row in found["rows"])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="query.csv"'
    return response


def save(request: HttpRequest) -> HttpResponse:
    """Keep the query under a name, or as a new version of the one that is open."""
    actor = signed_in(request, "insight.change")
    if request.method != "POST":
        raise Missing("page")
    p, now = request.POST, now_in(request)
    body = {"sql": p.get("sql", ""), "source": p.get("source", services.OWN)}
    report = _report(request, p.get("report", ""))
    try:
        if report and p.get("as") != "new":
            changes = {"body": body, "definition_note": p.get("note", "")}
            services.change_report(actor=actor, id_=report.pk, changes=changes, now=now)
            made = report.pk
        else:
            made = services.save_report(
                actor=actor, name=p.get("name", ""), kind="sql", body=body, says=p.get("says", ""),
                owner_id=actor.user_id, now=now,
            )  # fmt: skip
    except Invalid as wrong:
        toast(request, wrong.sentence)
        return editor(request)
    toast(request, "Saved")
    return go(request, f"/sql?report={made}")


def sources(request: HttpRequest) -> HttpResponse:
    """Connect the company's warehouse, or let it go; where dropped files lie."""
    from loopline.slices.insights import drops

    actor = signed_in(request, "warehouse.change")
    context: dict[str, Any] = {
        "here": "SQL", "group": "Learn", "title": "Where SQL asks", "error": "", "drops": drops.Drops().views(),
        "drop_folder": "drops",
    }  # fmt: skip
    status = 200
    if request.method == "POST":
        try:
            if request.POST.get("do") == "forget":
                services.let_warehouse_go(actor=actor, now=now_in(request))
                toast(request, "The warehouse is no longer asked")
            else:
                label = services.connect_warehouse(
                    actor=actor, url=request.POST.get("url", ""), now=now_in(request)
                )
                toast(request, f"{label} answers")
            return go(request, "/sql/sources")
        except Problem as wrong:
            context["error"], status = wrong.sentence, 422
    context["warehouse"] = services.warehouse()
    return render(request, "insights/sql_sources.html", context, status)
