"""Installing the starter set: each metric once, with the events it was told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.measures import builtins
from loopline.slices.measures.models import Metric
from loopline.slices.measures.services.editing import create_metric
from loopline.slices.measures.starterset import Starter, by_key

REVIEW = timedelta(days=182)


@transaction.atomic
def install_starters(
    *, actor: Actor, mapping: Mapping[str, Mapping[str, str]], now: datetime
) -> dict[str, int]:
    """Install each starter that `mapping` names, with its events by need: `{"activation": {"signup": "...", "value":
    "..."}, "cycle-time": {}}`. One that is there already stays as it is. Answers the metrics' ids by key.

    Raises Invalid where an event is not named, or the area that offers the number is not installed.
    """
    allow(actor, "metric.change")
    out = {}
    for key, events in mapping.items():
        starter = by_key(key)
        if starter is None:
            raise Invalid(starter=f"There is no starter called {key}.")
        out[key] = _install(actor, starter, {k: str(v).strip() for k, v in events.items()}, now)
    return out


def _install(actor: Actor, s: Starter, events: Mapping[str, str], now: datetime) -> int:
    missing = [need for need in s.events if not events.get(need.name)]
    if missing:
        raise Invalid(
            **{missing[0].name: f"{missing[0].label} which event? Choose one that comes in."}
        )
    mark = (f"{s.key}:{events['event']}" if s.several else s.key)[:40]
    there = (
        Metric.objects.filter(starter=mark, archived_at=None).values_list("pk", flat=True).first()
    )
    if there:
        return there
    definition: dict[str, Any] = (
        s.define(events) if s.define else {"kind": "builtin", "query": s.builtin}
    )
    if s.builtin and builtins.found(s.builtin) is None:
        raise Invalid(starter=f"{s.name} is computed by an area that is not installed here.")
    return create_metric(
        actor=actor, name=f"{s.name} {events['event']}" if s.several else s.name, question=s.question, unit=s.unit,
        direction=s.direction, grain=s.grain, source=s.source, definition=definition, starter=mark,
        review_on=(now + REVIEW).date(), now=now,
    )  # fmt: skip
