"""Action items on the pages of what they came from."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import today
from loopline.platform.ui import panels
from loopline.platform.ui.pages import now_in
from loopline.slices.actions.queries import of_source

PLACES = ("decision", "feedback", "opportunity", "bet", "work-item", "release", "metric", "investigation")  # fmt: skip
TEMPLATE = "actions/of_object.html"


def section(request: HttpRequest, actor: Actor, type_: str, id_: int) -> Mapping[str, Any]:
    """What the section of one object shows."""
    found = of_source(type_, id_)
    return {
        "action_items": found,
        "actions_open": sum(a.is_open for a in found),
        "adds_actions": may(actor, "action.change"),
        "actions_of": f"{type_}:{id_}",
        "actions_id": f"actions-{type_}-{id_}",
        "action_errors": {},
        "action_values": {"owner": actor.name if actor.user_id else ""},
        "on_day": today(now_in(request)),
        "actions_stay": request.get_full_path(),
    }


def _on(type_: str) -> panels.Build:
    def build(request: HttpRequest, actor: Actor, id_: int) -> Mapping[str, Any] | None:
        return section(request, actor, type_, id_) if may(actor, "action.read") else None

    return build


def registered() -> None:
    """On all pages that things to do come from."""
    for type_ in PLACES:
        panels.add(type_, "main", TEMPLATE, _on(type_), 60)
