"""What C creates from anywhere: slices register a form once, the dialog shows what is allowed."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can be created; `url_name` answers a form, alone when htmx asks for it."""

    name: str
    label: str
    url_name: str
    order: int
    permission: str | None = None
    icon: str = "plus"
    href: str = ""


_KINDS: dict[str, Kind] = {}


def kind(
    name: str,
    label: str,
    url_name: str,
    order: int,
    *,
    permission: str | None = None,
    icon: str = "plus",
) -> None:
    """Register a form. `name` is what a page gives as its `create` to start with it."""
    _KINDS[name] = Kind(name, label, url_name, order, permission, icon)


def kinds(actor: Actor | None) -> list[Kind]:
    """What this actor may create, in order, each with its address."""
    shown = []
    for one in sorted(_KINDS.values(), key=lambda k: (k.order, k.label)):
        if actor is None or (one.permission and not may(actor, one.permission)):
            continue
        try:
            href = reverse(one.url_name)
        except NoReverseMatch:
            continue
        shown.append(
            Kind(one.name, one.label, one.url_name, one.order, one.permission, one.icon, href)
        )
    return shown
