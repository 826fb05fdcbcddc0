"""Pages of dashboards: the list, the board, its tiles one by one, and what is done to them."""

import csv
import io
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Missing, TooMany
from loopline.platform.cards.registry import card
from loopline.platform.identity.policy import may
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import (
    go,
    is_fragment,
    list_csv,
    list_page,
    now_in,
    render,
    safe_cell,
    signed_in,
    toast,
)  # fmt: skip
from loopline.slices.dashboards import queries, services, tiles
from loopline.slices.dashboards.lists import DASHBOARDS
from loopline.slices.dashboards.models import Dashboard
from loopline.slices.insights import queries as insights
from loopline.slices.measures import queries as measures

RANGES = ((30, "30 days"), (90, "90 days"), (365, "1 year"))


def board_list(request: HttpRequest) -> HttpResponse:
    return list_page(
        request, DASHBOARDS, queries.rows(), template="dashboards/list.html",
        decorate=lambda rows, actor: {"looks": queries.looks([d.pk for d in rows], now_in(request))},
    )  # fmt: skip


def board_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, DASHBOARDS, queries.rows())


def board_new(request: HttpRequest) -> HttpResponse:
    actor = signed_in(request, "dashboard.change")
    context: dict[str, Any] = {
        "here": "Dashboards",
        "group": "Learn",
        "values": request.GET,
        "errors": {},
    }
    shape = "dashboards/form.html" if is_fragment(request) else "dashboards/new.html"
    if request.method != "POST":
        return render(request, shape, context)
    p = request.POST
    try:
        made = services.create_dashboard(
            actor=actor, name=p.get("name", ""), finding=p.get("finding", ""), now=now_in(request)
        )
    except Invalid as wrong:
        return render(request, shape, context | {"values": p, "errors": wrong.errors}, 422)
    return go(request, f"/dashboards/{made}")


def _days(request: HttpRequest, board: Dashboard) -> int:
    text = request.GET.get("days", "")
    return min(max(int(text), 1), 3650) if text.isdecimal() and len(text) < 5 else board.days


def board_page(request: HttpRequest, dashboard_id: int) -> HttpResponse:
    actor = signed_in(request, "dashboard.read")
    board = queries.one(actor=actor, dashboard_id=dashboard_id)
    services.looked(actor=actor, dashboard_id=board.pk, now=now_in(request))
    board.filters = insights.shown_to(actor, board.filters)
    days = _days(request, board)
    context = {
        "board": board, "version": board.version, "list_url": "/dashboards", "list_title": "Dashboards",
        "here": "Dashboards", "group": "Learn", "changes": may(actor, "dashboard.change"), "days": days,
        "tiles": queries.tiles(board.pk), "full": request.GET.get("full") == "1",
        "ranges": [(label, f"/dashboards/{board.pk}?days={n}", n == days) for n, label in RANGES],
        "times": queries.looks([board.pk], now_in(request)).get(board.pk, 0),
        "reports": insights.report_choices(), "known_properties": insights.property_choices(),
        "metrics": measures.metric_choices()[1:],
        "mine": {s.channel: s for s in queries.subscription_of(actor, board.pk)},
    }  # fmt: skip
    own = card(actor=actor, type_="dashboard", id_=board.pk)
    return object_page(request, actor, own, "dashboards/page.html", context)


def board_tile(request: HttpRequest, dashboard_id: int, tile_id: int) -> HttpResponse:
    """One tile as a fragment; where the desk is busy it asks again by itself."""
    actor = signed_in(request, "dashboard.read")
    board = queries.one(actor=actor, dashboard_id=dashboard_id)
    tile = queries.tile(actor=actor, dashboard_id=board.pk, tile_id=tile_id)
    days = _days(request, board)
    context: dict[str, Any] = {
        "board": board, "tile": tile, "days": days, "changes": may(actor, "dashboard.change"), "again": False,
        "shown": None,
    }  # fmt: skip
    try:
        context["shown"] = tiles.show(actor, board, tile, days, now_in(request))
    except TooMany:
        context["again"] = True
    return render(request, "dashboards/parts/tile.html", context)


def _posted(request: HttpRequest, permission: str = "dashboard.change") -> Any:
    actor = signed_in(request, permission)
    if request.method != "POST":
        raise Missing("page")
    return actor


def tile_add(request: HttpRequest, dashboard_id: int) -> HttpResponse:
    actor, p = _posted(request), request.POST
    kind, _, ref = p.get("what", "").partition(":")
    if p.get("words", "").strip():
        kind, ref = "text", ""
    services.add_tile(
        actor=actor, dashboard_id=dashboard_id, kind=kind or "report",
        ref_id=int(ref) if ref.isdecimal() and len(ref) < 19 else None,
        title=p.get("title", ""), words=p.get("words", ""), now=now_in(request),
    )  # fmt: skip
    toast(request, "Chart added")
    return go(request, f"/dashboards/{dashboard_id}")


def tile_change(request: HttpRequest, dashboard_id: int, tile_id: int) -> HttpResponse:
    """Move (`place`), widen (`wide`) or rename a tile."""
    actor, p = _posted(request), request.POST
    changes: dict[str, Any] = {k: p[k] for k in ("title", "words") if k in p}
    if (p.get("place", "") or "x").isdecimal() and len(p["place"]) < 6:
        changes["place"] = int(p.get("place", "0"))
    if "wide" in p:
        changes["wide"] = p["wide"] == "1"
    services.change_tile(
        actor=actor,
        dashboard_id=dashboard_id,
        tile_id=tile_id,
        changes=changes,
        now=now_in(request),
    )
    return (
        HttpResponse(status=204)
        if is_fragment(request)
        else go(request, f"/dashboards/{dashboard_id}")
    )


def tile_remove(request: HttpRequest, dashboard_id: int, tile_id: int) -> HttpResponse:
    actor = _posted(request)
    token = services.remove_tile(
        actor=actor, dashboard_id=dashboard_id, tile_id=tile_id, now=now_in(request)
    )
    toast(request, "Chart taken off", token)
    return go(request, f"/dashboards/{dashboard_id}")


def board_filters(request: HttpRequest, dashboard_id: int) -> HttpResponse:
    """Keep the days shown at first, and one condition on every report."""
    actor, p = _posted(request), request.POST
    name, value = p.get("property", "").strip(), p.get("value", "").strip()
    on = p.get("on", "event")
    filters = [{"property": name, "op": "eq", "value": value, "on": on}] if name and value else []
    changes: dict[str, Any] = {"filters": filters}
    if (p.get("days", "") or "x").isdecimal() and len(p["days"]) < 6:
        changes["days"] = int(p.get("days", "90"))
    services.change_dashboard(actor=actor, id_=dashboard_id, changes=changes, now=now_in(request))
    return go(request, f"/dashboards/{dashboard_id}")


def board_archive(request: HttpRequest, dashboard_id: int) -> HttpResponse:
    actor = _posted(request)
    away = request.POST.get("archived") != "0"
    services.change_dashboard(
        actor=actor, id_=dashboard_id, changes={"archived": away}, now=now_in(request)
    )
    toast(request, "Dashboard archived" if away else "Dashboard is back")
    return go(request, "/dashboards")


def board_subscribe(request: HttpRequest, dashboard_id: int) -> HttpResponse:
    actor, p = _posted(request, "dashboard.subscribe"), request.POST
    if p.get("stop"):
        services.unsubscribe(
            actor=actor, dashboard_id=dashboard_id, channel=p["stop"], now=now_in(request)
        )
        toast(request, "Nothing more is sent to you")
    else:
        hour = p.get("hour", "8")
        services.subscribe(
            actor=actor, dashboard_id=dashboard_id, every=p.get("every", "week"),
            hour=int(hour) if hour.isdecimal() and len(hour) < 3 else 8,
            channel=p.get("channel", "mail"), address=p.get("address", ""), now=now_in(request),
        )  # fmt: skip
        toast(request, "You get its findings from now on")
    return go(request, f"/dashboards/{dashboard_id}")


def board_data(request: HttpRequest, dashboard_id: int) -> HttpResponse:
    """Every tile's table, one below the other, as a CSV no spreadsheet runs."""
    actor = signed_in(request, "dashboard.read")
    board = queries.one(actor=actor, dashboard_id=dashboard_id)
    out = io.StringIO()
    writer = csv.writer(out)
    for tile in queries.tiles(board.pk):
        show = partial(tiles.show, actor, board, tile, _days(request, board), now_in(request))
        shown = tiles.patiently(show)
        writer.writerow([safe_cell(shown.title), safe_cell(shown.unit), safe_cell(shown.finding)])
        if shown.head:
            writer.writerow([safe_cell(each) for each in shown.head])
        writer.writerows([[safe_cell(each) for each in row] for row in shown.rows])
        writer.writerow([])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="dashboard-{board.pk}.csv"'
    return response
