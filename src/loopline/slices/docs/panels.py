"""What was written about an object, on its page."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.ui import panels
from loopline.slices.docs.queries import mentioning, template_of

TYPES = (
    "account",
    "contact",
    "persona",
    "feedback",
    "opportunity",
    "bet",
    "decision",
    "objective",
    "key-result",
    "direction",
    "work-item",
    "release",
    "flag",
    "launch",
    "incident",
    "experiment",
    "metric",
    "report",
    "cohort",
    "event-name",
    "survey",
    "dashboard",
    "investigation",
    "follow-up",
    "action-item",
    "ritual",
    "play",
    "doc",
)


def _on(type_: str) -> panels.Build:
    def build(_request: HttpRequest, actor: Actor, id_: int) -> Mapping[str, Any] | None:
        if not may(actor, "doc.read"):
            return None
        found = [d for d in mentioning(type_, id_) if not (type_ == "doc" and d.id == id_)]
        return {"written": [(d, template_of(d)) for d in found]} if found else None

    return build


def registered() -> None:
    """On the pages of all that a text can name."""
    for type_ in TYPES:
        panels.add(type_, "side", "docs/parts/written.html", _on(type_), 70)
