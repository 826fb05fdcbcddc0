"""Freezing a plan: what it holds, and keeping it where it differs from the newest."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loopline.platform.settings.options import today
from loopline.slices.goals.figures import standings
from loopline.slices.goals.models import PlanSnapshot
from loopline.slices.goals.planning import ENDED, source
from loopline.slices.goals.queries import (
    key_results_of,
    objectives_of,
    promised,
)
from loopline.slices.goals.rules import bounds

READINGS = ("value", "confidence", "status")  # they move by themselves and make no new plan


def content_of(period: str, now: datetime) -> dict[str, Any]:
    """Goals, key results with what they read now, bets and promises of a quarter, as plain values."""
    objectives = objectives_of(period)
    found = key_results_of(o.pk for o in objectives)
    rows = [k for o in objectives for k in found.get(o.pk, [])]
    stand = standings(rows, now)
    first, _ = bounds(period)
    bets = [
        b
        for b in source().bets()
        if b.state not in ENDED
        or b.quarter == period
        or (b.ended_at and today(b.ended_at) >= first)
    ]
    return {
        "objectives": [
            {"id": o.pk, "title": o.title, "state": "dropped" if o.outcome == "dropped" else o.state,
             "period": o.period, "outcome": o.outcome}
            for o in objectives
        ],
        "key_results": [
            {"id": k.pk, "title": k.text, "objective": k.objective_id, "metric": k.metric_id, "baseline": k.baseline,
             "target": k.target, "unit": k.unit, "due": k.due.isoformat(),
             "state": "dropped" if k.dropped_at else "active", "value": stand[k.pk].value,
             "status": stand[k.pk].status,
             "confidence": c.confidence if (c := stand[k.pk].check_in) else None}
            for k in rows
        ],
        "bets": [
            {"id": b.id, "title": b.title, "state": b.state, "horizon": b.horizon, "quarter": b.quarter,
             "paused": b.paused, "weeks": dict(sorted(b.weeks.items())), "key_result": b.key_result_id}
            for b in bets
        ],
        "promises": [
            {"id": p.pk, "title": p.account.name, "old": p.old, "new": p.new or p.old, "bet": p.bet_title,
             "told": p.state}
            for p in promised(period)
        ],
    }  # fmt: skip


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over what is planned; what is merely read from metrics is left out."""
    bare = {
        section: [{k: v for k, v in row.items() if k not in READINGS} for row in rows]
        for section, rows in content.items()
    }
    return hashlib.sha256(json.dumps(bare, sort_keys=True).encode()).hexdigest()


def freeze(
    period: str,
    *,
    why: str,
    by: str = "",
    now: datetime,
    only_changed: bool = False,
    sample: bool = False,
) -> PlanSnapshot | None:
    """Keep the plan as it is. With `only_changed`: None where it is as the newest snapshot has it."""
    content = content_of(period, now)
    digest = digest_of(content)
    if only_changed:
        last = PlanSnapshot.objects.filter(period=period).order_by("-at", "-pk").first()
        empty = not content["objectives"] and not any(
            b["quarter"] == period for b in content["bets"]
        )
        if (last and last.digest == digest) or (last is None and empty):
            return None
    return PlanSnapshot.objects.create(
        period=period,
        at=now,
        why=why[:200],
        by_name=by[:160],
        digest=digest,
        content=content,
        sample=sample,
    )
