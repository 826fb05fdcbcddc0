"""The starter set: what each metric is for, what it needs, and one button."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.ui.formats import written
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.insights import queries as insights
from loopline.slices.measures import builtins, queries, services
from loopline.slices.measures.starterset import STARTERS, Starter, by_key, guessed


def _missing(s: Starter, events: list[str]) -> str:
    """What to connect first; empty where all is there."""
    if s.builtin:
        known = builtins.found(s.builtin)
        return known.missing() if known else "The area that computes it is not installed yet."
    return "" if events else "No product events come in yet. Connect an SDK or import a file first."


def _context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    events, there = insights.event_choices(), queries.installed()
    summaries = queries.metric_summary(
        [i for ids in there.values() for i in ids], now=now_in(request)
    )
    cards = [
        {
            "s": s, "missing": _missing(s, events), "there": [summaries[i] for i in there.get(s.key, [])],
            "guess": {need.name: guessed(need, events) for need in s.events},
        }
        for s in STARTERS
    ]  # fmt: skip
    done = sum(bool(c["there"]) for c in cards)
    return {
        "cards": cards, "events": events, "here": "Metrics", "group": "Learn", "written": written, "done": done,
        "changes": may(actor, "metric.change"), "errors": {}, "wrong": "", "values": {},
    }  # fmt: skip


def starters(request: HttpRequest) -> HttpResponse:
    actor = signed_in(request, "metric.read")
    return render(request, "measures/start.html", _context(request, actor))


def install(request: HttpRequest, key: str) -> HttpResponse:
    """Install one, with the events the form names."""
    actor = signed_in(request, "metric.change")
    s = by_key(key)
    if request.method != "POST" or s is None:
        raise Missing("page")
    events = {need.name: request.POST.get(need.name, "") for need in s.events}
    try:
        made = services.install_starters(actor=actor, mapping={key: events}, now=now_in(request))
    except Invalid as wrong:
        context = _context(request, actor) | {
            "errors": wrong.errors,
            "wrong": key,
            "values": events,
        }
        return render(request, "measures/start.html", context, 422)
    toast(request, f"{s.name} installed; its past is computed now")
    return go(request, f"/measures/{made[key]}")
