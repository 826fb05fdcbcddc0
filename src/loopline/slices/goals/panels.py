"""What goals add to the page of a metric: the key results it measures."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.ui import panels
from loopline.platform.ui.pages import now_in
from loopline.slices.goals.figures import printed, standings
from loopline.slices.goals.queries import using
from loopline.slices.goals.rules import label


def _measures(request: HttpRequest, actor: Actor, metric_id: int) -> Mapping[str, Any] | None:
    if not may(actor, "goal.read"):
        return None
    rows = using(metric_id)
    if not rows:
        return None
    return {
        "goal_rows": rows,
        "goal_stand": standings(rows, now_in(request)),
        "printed": printed,
        "quarter": label,
    }


def registered() -> None:
    panels.add("metric", "main", "goals/measured.html", _measures, 15)
