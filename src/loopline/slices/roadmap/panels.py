"""What the roadmap adds to the pages of feedback, decisions and accounts."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.thread.queries import lines
from loopline.platform.ui import panels
from loopline.platform.ui.pages import now_in
from loopline.slices.decisions import queries as decisions
from loopline.slices.feedback import queries as feedback
from loopline.slices.goals import queries as goals
from loopline.slices.goals.rules import label
from loopline.slices.insights import queries as insights
from loopline.slices.roadmap import queries
from loopline.slices.roadmap.models import Bet, Evidence, Opportunity
from loopline.slices.roadmap.services.planning import weeks_of


def _belongs(request: HttpRequest, actor: Actor, feedback_id: int) -> Mapping[str, Any] | None:
    if not may(actor, "opportunity.read"):
        return None
    ids = queries.opportunities_of([feedback_id]).get(feedback_id, [])
    rows = list(Opportunity.objects.filter(pk__in=ids))
    item = feedback.by_ids([feedback_id])[feedback_id]
    quotes = queries.quotes_of(ids)
    return {
        "opps": rows, "opp_lines": lines("opportunity", [o.pk for o in rows], now=now_in(request)),
        "links_": may(actor, "opportunity.change") and item.state in ("new", "accepted"), "item": item,
        "quote_of": {o.pk: quotes.get((feedback_id, o.pk), "") for o in rows},
        "stay": request.get_full_path(),
    }  # fmt: skip


def _evidence(_request: HttpRequest, actor: Actor, opportunity_id: int) -> Mapping[str, Any] | None:
    if not may(actor, "insight.read"):
        return None
    rows = list(Evidence.objects.filter(opportunity=opportunity_id).order_by("pk"))
    changes = may(actor, "opportunity.change")
    if not rows and not changes:
        return None
    asked = [urlencode({"q": json.dumps(row.query), "cell": json.dumps(row.cell)}) for row in rows]
    return {
        "evidence": [(row, f"/insights/{row.insight}?{q}") for row, q in zip(rows, asked, strict=True)],
        "adds_evidence": changes, "report_options": insights.report_choices(),
        "event_options": insights.event_choices(), "cohort_options": insights.cohort_choices("person")[1:],
        "opportunity_id": opportunity_id,
    }  # fmt: skip


def _log(object_type: str) -> panels.Build:
    def build(_request: HttpRequest, actor: Actor, object_id: int) -> Mapping[str, Any] | None:
        if not may(actor, "decision.read"):
            return None
        refs = [(object_type, object_id)]
        if object_type == "opportunity":
            refs += [("bet", b.id) for b in queries.bets_of([object_id]).get(object_id, [])]
        found = decisions.about(refs)
        return {
            "entries": found,
            "about_ref": f"{object_type}:{object_id}",
            "opens": may(actor, "decision.change"),
        }

    return build


def _asked(request: HttpRequest, actor: Actor, account_id: int) -> Mapping[str, Any] | None:
    if not may(actor, "feedback.read"):
        return None
    asked = feedback.of_account(account_id)
    linked = queries.opportunities_of([f.id for f in asked])
    ids = list(dict.fromkeys(o for f in asked for o in linked.get(f.id, [])))
    opps = {o.pk: o for o in Opportunity.objects.filter(pk__in=ids)}
    times = {o: [f for f in asked if o in linked.get(f.id, [])] for o in ids}
    return {
        "rows": [(opps[o], times[o]) for o in ids if o in opps],
        "opp_lines": lines("opportunity", ids, now=now_in(request)),
        "loose": [f for f in asked if f.id not in linked and f.state in ("new", "accepted")][:10],
        "asked": asked,
    }


def _moves(_request: HttpRequest, actor: Actor, metric_id: int) -> Mapping[str, Any] | None:
    """The bets whose success metric this is."""
    if not may(actor, "bet.read"):
        return None
    found = Bet.objects.filter(metric_id=metric_id, archived_at=None).select_related("owner")
    rows = list(found.order_by("-shipped_at", "pk")[:30])
    return {"bets": rows} if rows else None


def _planned(_request: HttpRequest, actor: Actor, bet_id: int) -> Mapping[str, Any] | None:
    """What the bet is for and where it stands in the plan, beside its properties."""
    if not may(actor, "goal.read"):
        return None
    bet = queries.bet_rows().filter(pk=bet_id).first()
    if bet is None:
        return None
    changes = may(actor, "bet.change")
    return {
        "bet": bet, "plans": changes, "weeks": sorted(weeks_of(bet).items()),
        "key_results_": goals.key_result_choices() if changes else [],
        "quarters_": goals.quarter_choices() if changes else [], "quarter_label": label(bet.quarter),
    }  # fmt: skip


def register() -> None:
    panels.add("bet", "side", "roadmap/planned.html", _planned, 5)
    panels.add("feedback", "belongs", "roadmap/belongs.html", _belongs, 10)
    panels.add("opportunity", "main", "roadmap/log.html", _log("opportunity"), 40)
    panels.add("bet", "main", "roadmap/log.html", _log("bet"), 40)
    panels.add("metric", "main", "roadmap/moves.html", _moves, 20)
    panels.add("account", "main", "roadmap/asked.html", _asked, 10)
    panels.add("opportunity", "main", "roadmap/evidence.html", _evidence, 40)
