"""What the pages of the stand-up share: their tabs, posting, and a prepared page inside a page."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from loopline.core.problems import Invalid, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.ui.pages import now_in, signed_in
from loopline.slices.docs import pages
from loopline.slices.docs import queries as docs
from loopline.slices.docs.queries import DocView

TABS = (
    ("Plan", "/rollout"), ("Listening tour", "/rollout/tour"), ("Today's way", "/rollout/map"),
    ("Squads", "/rollout/squads"), ("Adoption", "/adoption"), ("Tools", "/rollout/tools"),
    ("Baseline", "/rollout/baseline"),
)  # fmt: skip


def reading(request: HttpRequest) -> tuple[Actor, datetime]:
    return signed_in(request, "rollout.read"), now_in(request)


def posting(request: HttpRequest) -> tuple[Actor, datetime]:
    """Raises Missing for anything but a post."""
    actor = signed_in(request, "rollout.change")
    if request.method != "POST":
        raise Missing("page")
    return actor, now_in(request)


def frame(actor: Actor, at: str, title: str, **more: Any) -> dict[str, Any]:
    return {
        "here": "Stand-up", "group": "Run", "title": title, "runs": may(actor, "rollout.change"),
        "writes": may(actor, "doc.write"), "tab_rows": [(label, url, url == at, "") for label, url in TABS],
        "editing": "", "error": "", "typed": "", **more,
    }  # fmt: skip


def prepared(actor: Actor, view: DocView | None, now: datetime, *keys: str) -> dict[str, Any]:
    """The page's doc and its named places, for the macro `place`."""
    if view is None:
        return {"doc": None, "places": {}}
    row = docs.one(actor=actor, doc_id=view.id)
    return {
        "doc": row,
        "writes": docs.writable(actor, row),
        "places": {k: pages.place_part(actor, row, k, now) for k in keys},
    }


def day(request: HttpRequest, name: str) -> date | None:
    """A day of the form. Raises Invalid."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(**{name: f"{text[:40]} is not a day. Write it as 2026-11-19."}) from None
