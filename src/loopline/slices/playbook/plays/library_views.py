"""The learning library as a page."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Problem
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import today
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.playbook.content import book
from loopline.slices.playbook.plays import feeds, library
from loopline.slices.playbook.plays.mapping import plays
from loopline.slices.playbook.plays.views import posting


def _page(request: HttpRequest, actor: Actor, **more: Any) -> dict[str, Any]:
    now = now_in(request)
    every = library.practices()
    wanted = request.GET.get("again", "")
    shares, sources = library.share_outs(), feeds.sources()
    due = library.share_out_due(shares, today(now))
    counted = {a: sum(p.again == a for p in every) for a in library.AGAIN}
    return {
        "here": "Library", "group": "Run", "title": "Library", "every": every,
        "rows": [p for p in every if not wanted or p.again == wanted], "finding": library.finding(every),
        "views_": [("All", "/library", not wanted, len(every))]
        + [(a, f"/library?again={a.replace(' ', '+')}", wanted == a, n) for a, n in counted.items()],
        "shares": shares, "due": due, "late": bool(due and due < today(now)), "sources": sources,
        "entries": feeds.newest(sources), "known": book()["practice_sources"], "again": library.AGAIN,
        "play_choices": [("", "No play"), *((p.slug, f"{p.number} {p.title}") for p in plays().values())],
        "writes": may(actor, "library.write"), "follows": may(actor, "feed.change"),
        "schedules": may(actor, "ritual.change"), "adds": "add" in request.GET, "errors": {}, "said": {}, **more,
    }  # fmt: skip


def library_page(request: HttpRequest) -> HttpResponse:
    """What was tried, share-outs, and what the sources say that people follow."""
    actor = signed_in(request, "library.read")
    return render(request, "playbook/library.html", _page(request, actor))


def library_add(request: HttpRequest) -> HttpResponse:
    """Write down something that was tried."""
    actor, now = posting(request, "library.write")
    p = request.POST
    try:
        made = library.add_practice(
            actor=actor, title=p.get("title", ""), tried=p.get("tried", ""), where=p.get("where", ""),
            again=p.get("again", ""), play=p.get("play", ""), now=now,
        )  # fmt: skip
    except Invalid as wrong:
        context = _page(request, actor, errors=wrong.errors, said=p.dict(), adds=True)
        return render(request, "playbook/library.html", context, 422)
    toast(request, "It is in the library; add numbers and sources here")
    return go(request, f"/docs/{made}")


def share_out_prepare(request: HttpRequest) -> HttpResponse:
    """A page for the next share-out, with what was tried in the quarter on it."""
    actor, now = posting(request, "library.write")
    return go(request, f"/docs/{library.prepare_share_out(actor=actor, now=now)}")


def feed_follow(request: HttpRequest) -> HttpResponse:
    """Follow a source."""
    actor, now = posting(request, "feed.change")
    p = request.POST
    try:
        feeds.follow(
            actor=actor, url=p.get("url", ""), title=p.get("name", ""), why=p.get("why", ""), now=now
        )  # fmt: skip
    except Invalid as wrong:
        context = _page(request, actor, errors=wrong.errors, said=p.dict())
        return render(request, "playbook/library.html", context, 422)
    toast(request, "It is asked now, and each night from here on")
    return go(request, "/library#sources")


def feed_leave(request: HttpRequest, feed_id: int) -> HttpResponse:
    """Stop following a source."""
    actor, now = posting(request, "feed.change")
    try:
        toast(
            request, "It is no longer followed", feeds.leave(actor=actor, feed_id=feed_id, now=now)
        )
    except Problem as wrong:
        toast(request, wrong.sentence)
    return go(request, "/library#sources")
