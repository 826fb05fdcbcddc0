"""Reports: questions that are kept, as a list and each with its page."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Missing
from loopline.platform.cards.registry import card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import go, list_csv, list_page, now_in, signed_in, toast
from loopline.slices.decisions import queries as decisions
from loopline.slices.insights import discretion, forms, queries, services
from loopline.slices.insights.lists import REPORTS
from loopline.slices.insights.models import ReportVersion
from loopline.slices.insights.views.explore import NAV, TITLES, controls, is_asked


def report_list(request: HttpRequest) -> HttpResponse:
    return list_page(
        request, REPORTS, queries.report_rows(), template="insights/reports.html",
        context={"titles": TITLES | {"sql": "SQL"}},
    )  # fmt: skip


def report_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, REPORTS, queries.report_rows())


def report_page(request: HttpRequest, report_id: int) -> HttpResponse:
    """A kept question; with `q` a changed one that is not saved yet."""
    actor = signed_in(request, "insight.read")
    r = queries.report(actor=actor, report_id=report_id)
    if r.kind == "sql":
        return go(request, f"/sql?report={r.pk}")
    kept = discretion.shown_to(actor, dict(r.body))
    asked = forms.unpacked(request.GET.get("q", "")) or kept
    changed = forms.packed(
        services.checked_body(r.kind, asked) if is_asked(r.kind, asked) else asked
    ) != forms.packed(kept)
    context = controls(r.kind, asked, request.GET.get("open", "")) | {
        "report": r, "version": r.version, "list_url": f"/insights/{r.kind}", "list_title": TITLES[r.kind],
        "here": NAV.get(r.kind, "Trends"), "group": "Learn", "changes": may(actor, "insight.change"),
        "people": may(actor, "person.read"), "cell": request.GET.get("cell", ""),
        "asked": is_asked(r.kind, asked), "changed": changed, "versions_": _versions(actor, r.pk),
        "decided": decisions.about([("report", r.pk)]), "kinds": (), "kept": (),
    }  # fmt: skip
    own = card(actor=actor, type_="report", id_=r.pk)
    return object_page(request, actor, own, "insights/report.html", context)


def _versions(actor: Actor, report_id: int) -> list[ReportVersion]:
    found = queries.report_versions(report_id)
    for version in found:
        version.body = discretion.shown_to(actor, version.body)
    return found


def report_change(request: HttpRequest, report_id: int) -> HttpResponse:
    """Take the changed question as the report's next definition."""
    actor = signed_in(request, "insight.change")
    if request.method != "POST":
        raise Missing("page")
    p = request.POST
    services.change_report(
        actor=actor, id_=report_id, now=now_in(request),
        changes={"body": forms.unpacked(p.get("q", "")), "definition_note": p.get("note", "")},
    )  # fmt: skip
    toast(request, "Definition changed")
    return go(request, f"/reports/{report_id}")


def report_archive(request: HttpRequest, report_id: int) -> HttpResponse:
    actor = signed_in(request, "insight.change")
    if request.method != "POST":
        raise Missing("page")
    services.change_report(
        actor=actor, id_=report_id, changes={"archived": request.POST.get("archived") != "0"}, now=now_in(request)
    )  # fmt: skip
    toast(request, "Report archived" if request.POST.get("archived") != "0" else "Report is back")
    return go(request, "/reports")
