"""Answers of insights as people read them: a sentence, a picture, a table. Pages and dashboards share these."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from loopline.platform.ui.drawn import counts, funnel, grid, series
from loopline.platform.ui.drawn.shape import Drawn
from loopline.platform.ui.moments import Moment

__all__ = ["Drawn", "draw"]

_KINDS: dict[str, Callable[..., Drawn]] = {
    "funnel": funnel.draw,
    "retention": grid.draw,
    "trend": series.trend,
    "actives": series.actives,
    "lifecycle": series.lifecycle,
    "stickiness": counts.stickiness,
    "time-to-value": counts.time_to_value,
    "adoption": counts.adoption,
    "paths": counts.paths,
}


def draw(
    kind: str,
    body: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    zone: tzinfo,
    now: datetime,
    moments: Sequence[Moment] = (),
    w: float = 760,
) -> Drawn:
    """The answer of a kind of question, drawn `w` wide. `body` and `answer` are the JSON of the API; `moments` are
    marked on what runs over time."""
    return _KINDS[kind](body, answer, zone=zone, now=now, moments=moments, w=w)
