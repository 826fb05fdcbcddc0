"""The quarter on one page: objectives, their key results, the bets that move them."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.platform.identity.policy import may
from loopline.platform.settings.options import today
from loopline.platform.thread.queries import lines
from loopline.platform.ui.pages import now_in, render, signed_in
from loopline.slices.goals import queries
from loopline.slices.goals.figures import Standing, lead, printed, standings
from loopline.slices.goals.models import Direction, Objective
from loopline.slices.goals.planning import loads, source
from loopline.slices.goals.rules import (
    LOW_CONFIDENCE,
    OUTCOMES,
    label,
    period_of,
    week_in,
    weeks_of,
)
from loopline.slices.goals.views.asking import period_in, switcher


def _depths(found: Sequence[Objective]) -> dict[int, int]:
    depth: dict[int, int] = {}
    for o in found:  # parents come first
        depth[o.pk] = depth.get(o.parent_id or 0, -1) + 1
    return depth


def _said(stand: Sequence[Standing], waiting: Sequence[Direction], past: bool) -> str:
    text = lead(stand, past=past)
    drafts = sum(d.state == "draft" for d in waiting)
    if drafts:
        n = "one change" if drafts == 1 else f"{drafts} changes"
        text += f"; {n} of direction {'waits' if drafts == 1 else 'wait'}"
    return text


def goals(request: HttpRequest) -> HttpResponse:
    """`?period=2026-Q4`; the present quarter unless told."""
    actor, now, period = signed_in(request, "goal.read"), now_in(request), period_in(request)
    found = queries.objectives_of(period)
    of = queries.key_results_of(o.pk for o in found)
    rows = [k for each in of.values() for k in each]
    stand = standings(rows, now)
    bets: dict[int, list[Any]] = {}
    all_bets = source().of_key_results(k.pk for k in rows) if rows else []
    for b in all_bets:
        bets.setdefault(b.key_result_id or 0, []).append(b)
    changes = queries.directions_of(period)
    waiting = [d for d in changes if d.state in ("draft", "decided")]
    running = period_of(today(now))
    here, past = period == running, period < running
    live = [b for b in source().bets() if b.quarter == period]
    context: dict[str, Any] = {
        "here": "Goals", "group": "Decide", "title": "Goals", "period": period, "quarter": label(period),
        "week": week_in(period, today(now)) if here else None, "weeks": weeks_of(period),
        "seg_rows": switcher(period, "/goals"), "objectives": found, "depths": _depths(found), "of": of, "stand": stand,
        "bets": bets, "bet_lines": lines("bet", [b.id for b in all_bets], now=now), "printed": printed,
        "outcomes": dict(OUTCOMES), "count": len([s for s in stand.values() if s.status != "dropped"]),
        "said": _said(list(stand.values()), waiting, past), "waiting": waiting, "changes_": changes,
        "mine": queries.due_check_ins(owner_id=actor.user_id, period=period, now=now) if here else 0,
        "writes": may(actor, "goal.change"), "checks": may(actor, "goal.check_in"),
        "over": [t for t in loads(live, queries.rooms(period)) if t.over], "low": LOW_CONFIDENCE, "past": past,
        "scopes": ["On goals"],
    }  # fmt: skip
    return render(request, "goals/tree.html", context)
