"""Sections that later slices add to the pages of earlier ones, so that nobody imports upwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from loopline.platform.identity.actor import Actor
from loopline.platform.ui.trusted import html

Build = Callable[[HttpRequest, Actor, int], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    template: str
    build: Build
    order: int


_PANELS: dict[tuple[str, str], list[Panel]] = {}


def add(object_type: str, slot: str, template: str, build: Build, order: int = 50) -> None:
    """`build(request, actor, id)` answers the template's context, None to leave the section out.

    Slots: `main` and `side` of a detail page, `belongs` in the inbox, `wide` below the head.
    """
    panels = _PANELS.setdefault((object_type, slot), [])
    if all(p.template != template for p in panels):
        panels.append(Panel(template, build, order))
        panels.sort(key=lambda p: p.order)


def panels(
    request: HttpRequest, actor: Actor, object_type: str, object_id: int, frame: Mapping[str, Any]
) -> dict[str, list[str]]:
    """Rendered sections by slot; `frame` is what every template needs."""
    out: dict[str, list[str]] = {"main": [], "side": [], "wide": [], "belongs": []}
    for (type_, slot), found in _PANELS.items():
        if type_ != object_type:
            continue
        for panel in found:
            context = panel.build(request, actor, object_id)
            if context is not None:
                text = render_to_string(panel.template, {**frame, **context}, using="jinja2")
                out.setdefault(slot, []).append(html(text))
    return out
