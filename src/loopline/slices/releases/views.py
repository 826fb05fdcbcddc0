"""Pages of releases, and the changelog everybody may read."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.feedgenerator import Atom1Feed

from loopline.core.problems import Invalid, Missing
from loopline.platform.cards.registry import card
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import workspace
from loopline.platform.thread.queries import lines
from loopline.platform.ui.markdown import render as as_html
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import (
    go,
    is_fragment,
    list_csv,
    list_page,
    now_in,
    render,
    signed_in,
    toast,
)  # fmt: skip
from loopline.platform.ui.rows import day
from loopline.slices.releases import queries, services
from loopline.slices.releases.lists import SPEC
from loopline.slices.releases.models import Release
from loopline.slices.releases.rules import OPEN, STATES


def release_list(request: HttpRequest) -> HttpResponse:
    def decorate(rows: Sequence[Release], _actor: Any) -> Mapping[str, Any]:
        return {
            "line_of": lines("release", [r.pk for r in rows], now=now_in(request)),
            "states": dict(STATES),
        }

    return list_page(
        request, SPEC, queries.rows(), template="releases/list.html", decorate=decorate
    )


def release_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, SPEC, queries.rows())


def release_new(request: HttpRequest) -> HttpResponse:
    actor = signed_in(request, "release.change")
    context: dict[str, Any] = {
        "here": "Releases",
        "group": "Ship",
        "values": request.GET,
        "errors": {},
    }
    shape = "releases/form.html" if is_fragment(request) else "releases/new.html"
    if request.method != "POST":
        return render(request, shape, context)
    p = request.POST
    try:
        made = services.create_release(
            actor=actor, version=p.get("version", ""), title=p.get("title", ""),
            target_on=day("target_on", p.get("target_on", "")), now=now_in(request),
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, shape, context | {"values": p, "errors": wrong.errors}, 422)
    return go(request, f"/releases/{made}")


def release_page(request: HttpRequest, release_id: int) -> HttpResponse:
    actor = signed_in(request, "release.read")
    r = queries.one(actor=actor, release_id=release_id)
    checks = r.checklist
    context = {
        "r": r, "version": r.version, "found": queries.contents(r), "state": dict(STATES)[r.state],
        "list_url": "/releases", "list_title": "Releases", "here": "Releases", "group": "Ship",
        "changes": may(actor, "release.change"), "ticks_": may(actor, "release.tick"), "open": r.state in OPEN,
        "checked": sum(bool(c.get("done")) for c in checks),
    }  # fmt: skip
    own = card(actor=actor, type_="release", id_=r.pk)
    return object_page(request, actor, own, "releases/page.html", context)


def release_do(request: HttpRequest, release_id: int, verb: str) -> HttpResponse:
    """Ship, write notes, tick, add or remove."""
    if request.method != "POST":
        raise Missing("page")
    p, now = request.POST, now_in(request)
    actor = signed_in(request, "release.tick" if verb == "tick" else "release.change")
    if verb == "ship":
        row = services.ship_release(actor=actor, release_id=release_id, now=now)
        toast(
            request, f"{row.version_name} shipped; follow-ups to those who asked are being drafted"
        )
    elif verb == "notes":
        services.write_notes(actor=actor, release_id=release_id, now=now)
        toast(request, "Notes written from what the release holds")
    elif verb == "page":
        doc = services.draft_notes_page(actor=actor, release_id=release_id, now=now)
        return go(request, f"/docs/{doc}")
    elif verb == "tick":
        place = p.get("place", "")
        services.tick(
            actor=actor, release_id=release_id, place=int(place) if place.isdecimal() and len(place) < 4 else -1,
            done=p.get("done") == "1", now=now,
        )  # fmt: skip
    elif verb == "check":
        services.add_check(actor=actor, release_id=release_id, text=p.get("text", ""), now=now)
    elif verb == "add":
        services.add_items(
            actor=actor, release_id=release_id, ids=[_target(p.get("target", ""))], now=now
        )
    elif verb == "remove":
        services.remove_item(
            actor=actor, release_id=release_id, work_item_id=_target(p.get("target", "")), now=now
        )
    else:
        raise Missing("page")
    return go(request, f"/releases/{release_id}")


def _target(raw: str) -> int:
    text = raw.strip().removeprefix("work-item:").upper().removeprefix("WI-")
    if not text.isdecimal() or len(text) > 17:
        raise Invalid(work_item="Choose a work item from the list.")
    return int(text)


def changelog(request: HttpRequest) -> HttpResponse:
    """Open to everybody: what shipped, in words for those who use it."""
    return render(
        request,
        "releases/changelog.html",
        {"releases": queries.published(), "title": "What is new"},
    )


def changelog_feed(request: HttpRequest) -> HttpResponse:
    """The same as an Atom feed."""
    base, name = f"{request.scheme}://{request.get_host()}", workspace().name
    feed = Atom1Feed(
        title=f"{name}: what is new", link=f"{base}/changelog", description="", feed_url=f"{base}/changelog.atom",
        author_name=name,
    )  # fmt: skip
    for r in queries.published(30):
        link = f"{base}/changelog#{r.key.lower()}"
        feed.add_item(
            f"{r.version} {r.title}".strip(), link, str(as_html(r.notes)), pubdate=r.shipped_at,
            updateddate=r.shipped_at, unique_id=f"tag:{request.get_host()},2026:{r.key}", author_name=name,
        )  # fmt: skip
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
