"""Dashboards nobody answers for, in a block."""

from datetime import datetime

from loopline.platform.blocks.registry import Block, Params, Row, Shown, register
from loopline.platform.identity.actor import Actor
from loopline.platform.ui.formats import num, plural
from loopline.slices.dashboards.models import Dashboard


def _unowned(_actor: Actor, _params: Params, _now: datetime) -> Shown:
    found = list(
        Dashboard.objects.filter(archived_at=None)
        .order_by("name")
        .values_list("pk", "name", "owner_id")[:1000]
    )
    if not found:
        return Shown(missing="There is no dashboard yet.", connect="/dashboards/new")
    alone = [(pk, name) for pk, name, owner in found if owner is None]
    rows = tuple(Row((name,), f"/dashboards/{pk}") for pk, name in alone)
    text = (
        f"{num(len(alone))} of {plural(len(found), 'dashboard')} {'has' if len(alone) == 1 else 'have'} no owner."
        if alone
        else f"Somebody answers for each of {plural(len(found), 'dashboard')}."
    )
    return Shown(text, len(alone), "dashboards", "/dashboards?unowned=1", ("Dashboard",), rows)


def registered() -> None:
    register(
        Block(
            "dashboards-unowned",
            "Dashboards without owner",
            "Dashboards nobody answers for.",
            "dashboard.read",
            _unowned,
            (),
            "Learn",
        ),
    )
