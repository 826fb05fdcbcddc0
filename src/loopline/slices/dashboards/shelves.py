"""What stands on the pages of reports, metrics and decisions: the dashboards and investigations around them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.ui import panels
from loopline.slices.dashboards import queries
from loopline.slices.dashboards.tiles import said_change


def _report(request: HttpRequest, actor: Actor, id_: int) -> Mapping[str, Any] | None:
    boards = queries.using("report", id_) if may(actor, "dashboard.read") else []
    inquiries = queries.investigations_with(id_) if may(actor, "investigation.read") else []
    ask = f"/investigations/new?report={id_}" if may(actor, "investigation.change") else ""
    return _shelf(boards, inquiries, ask) if boards or inquiries or ask else None


def _metric(request: HttpRequest, actor: Actor, id_: int) -> Mapping[str, Any] | None:
    boards = queries.using("metric", id_) if may(actor, "dashboard.read") else []
    return _shelf(boards, [], "") if boards else None


def _decision(request: HttpRequest, actor: Actor, id_: int) -> Mapping[str, Any] | None:
    found = queries.led_to([id_]).get(id_, []) if may(actor, "investigation.read") else []
    return _shelf([], found, "") if found else None


def _shelf(boards: Any, inquiries: Any, ask: str) -> Mapping[str, Any]:
    rows = [
        (i.question, f"/investigations/{i.pk}", said_change(i.effect) or i.state) for i in inquiries
    ]
    return {
        "boards": [(b.name, f"/dashboards/{b.pk}") for b in boards],
        "inquiries": rows,
        "ask_url": ask,
    }


SHELVES: dict[str, Callable[[HttpRequest, Actor, int], Mapping[str, Any] | None]] = {
    "report": _report,
    "metric": _metric,
    "decision": _decision,
}


def registered() -> None:
    for type_, build in SHELVES.items():
        panels.add(type_, "side", "dashboards/parts/shelf.html", build, 60)
