"""Pages of home: today, one line, line health, search."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.platform.identity.policy import may
from loopline.platform.search.queries import search
from loopline.platform.thread.queries import reached_counts, standings, thread
from loopline.platform.ui import charts
from loopline.platform.ui.pages import now_in, render, signed_in
from loopline.slices.docs import queries as docs
from loopline.slices.feedback import queries as feedback
from loopline.slices.home import health, threads, today
from loopline.slices.roadmap import queries as roadmap

PLAN = "rollout-plan"  # the template of a plan of 90 days


def home(request: HttpRequest) -> HttpResponse:
    """Today: what needs me, what moved, how the line runs."""
    actor, now = signed_in(request, "line.read"), now_in(request)
    waiting, moved = today.needs(actor=actor, now=now), today.moved(actor=actor, now=now)
    todo, todo_total = today.own_actions(actor=actor, now=now)
    reached = reached_counts()
    counts = {
        "feedback": feedback.any_at_all(), "asks": reached["understood"], "bets": reached["decided"],
        "work": reached["built"], "shipped": reached["shipped"], "told": reached["told"],
    }  # fmt: skip
    steps = today.checklist(counts=counts)
    since = now - timedelta(days=30)
    left = sum(not s.done for s in steps)
    context: dict[str, Any] = {
        "stands_up": bool(left) and may(actor, "rollout.change") and not docs.of_template(PLAN),
        "needs": waiting,
        "todo": todo,
        "todo_total": todo_total,
        "finishes": may(actor, "action.change"),
        "moved": moved,
        "steps_": steps,
        "left": left,
        "health": health.health(since=since, until=now, now=now),
        "trend": health.trend(now=now, months=8),
        "standings": standings(object_type="opportunity", now=now),
        "quotes": feedback.latest(since=now - timedelta(days=14)),
        "accounts": feedback.account_names(feedback.latest(since=now - timedelta(days=14))),
        "here": "Today",
        "group": "Today",
        "title": "Today",
        "spark": charts.spark,
    }
    return render(request, "home/today.html", context)


def line(request: HttpRequest, object_type: str, object_id: int) -> HttpResponse:
    """The whole line of one object, drawn and listed."""
    actor, now = signed_in(request, "line.read"), now_in(request)
    found = thread(actor=actor, object_type=object_type, id_=object_id, now=now)
    opp = object_id if object_type == "opportunity" else None
    if object_type == "feedback":
        opp = next(iter(roadmap.opportunities_of([object_id]).get(object_id, [])), None)
    elif object_type == "bet":
        bet = roadmap.bets_by_id([object_id]).get(object_id)
        opp = bet.opportunity_id if bet else None
    spent = threads.spent(found)
    context = {
        "thread": found,
        "stops": threads.stops(found, now),
        "map": threads.drawn(opp, now) if opp else None,
        "spent": spent,
        "days": sum(s.days for s in spent),
        "here": "",
        "group": "Decide",
        "title": f"The line of {found.card.title}",
    }
    return render(request, "home/line.html", context)


def line_health(request: HttpRequest) -> HttpResponse:
    """How well asks become answers."""
    signed_in(request, "line.read")
    now = now_in(request)
    days = 90 if request.GET.get("days") == "90" else 30
    found = health.health(since=now - timedelta(days=days), until=now, now=now)
    before = health.health_light(
        since=now - timedelta(days=2 * days), until=now - timedelta(days=days)
    )
    t = health.trend(now=now)
    ticks = [(i, m) for i, m in enumerate(t.months) if i % 3 == 0]
    told = (
        charts.lines(
            [charts.Series(t.told_days, "days")],
            ticks,
            "Days from asked to told, by month",
            unit=" d",
        )
        if sum(v is not None for v in t.told_days) > 1
        else ""
    )
    shares = [None if v is None else round(v * 100, 1) for v in t.closed]
    closed = (
        charts.lines(
            [charts.Series(shares, "closed")],
            ticks,
            "Share of asks closed, by month",
            unit=" %",
            lo=0,
            hi=100,
        )
        if sum(v is not None for v in shares) > 1
        else ""
    )
    context = {
        "h": found, "before": before, "days": days, "told_chart": told, "closed_chart": closed, "t": t,
        "told_rows": list(zip(t.months, ["–" if v is None else v for v in t.told_days], strict=True)),
        "closed_rows": list(zip(t.months, ["–" if v is None else v for v in shares], strict=True)),
        "here": "Line health", "group": "Run", "title": "Line health",
    }  # fmt: skip
    return render(request, "home/health.html", context)


def search_page(request: HttpRequest) -> HttpResponse:
    """Everything that matches, on a page."""
    actor = signed_in(request, "line.read")
    q = request.GET.get("q", "").replace("\x00", "")[:200]
    hits = search(actor=actor, text=q, limit=60) if q else []
    roots = {
        "opportunity": "opportunities",
        "work-item": "work",
        "metric": "measures",
        "action-item": "actions",
        "feedback": "feedback",
    }
    rows = [(h, f"/{roots.get(h.type, f'{h.type}s')}/{h.id}") for h in hits]
    return render(
        request, "home/search.html", {"q": q, "hits": rows, "here": "Search", "title": "Search"}
    )
