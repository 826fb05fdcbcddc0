"""Computed metrics, each with an owner and a definition: of the starter set, and Oakrow's own; one is a bet's too."""

from datetime import timedelta
from functools import partial

from demo.context import Context
from demo.oakrow.metrics import METRICS, SampleMetric
from loopline.slices.measures import services as measures
from loopline.slices.measures.models import Metric

DAY = 117  # when events had come in for some days
# Days ago, who installed them, which of the starter set with which events.
STARTERS: tuple[tuple[int, str, dict[str, dict[str, str]]], ...] = (
    (340, "Jonas Weber", {"cycle-time": {}, "release-frequency": {}}),
    (250, "Birgit Aalto", {"nps": {}, "csat": {}}),
    (11, "Tomas Lindgren", {"adoption": {"event": "swap requested"}}),
)


def load(w: Context) -> None:
    """Define each, before anything is judged by it."""
    for each in METRICS:
        w.plan(w.at(DAY, 10), partial(_create, w, each))
    for day, who, mapping in STARTERS:
        w.plan(w.at(day, 10), partial(_install, w, day, who, mapping))


def _create(w: Context, each: SampleMetric) -> None:
    now = w.at(DAY, 10)
    w.metrics[each.name] = measures.create_metric(
        actor=w.actor("Ines Marchetti"), name=each.name, question=each.question, unit=each.unit, direction=each.better,
        target=each.target, definition={"kind": each.kind, "query": each.query}, grain=each.grain,
        owner_id=w.people[each.owner], source="Product events", review_on=(w.now + timedelta(days=80)).date(),
        now=now, sample=True,
    )  # fmt: skip


def _install(w: Context, day: int, who: str, mapping: dict[str, dict[str, str]]) -> None:
    made = measures.install_starters(actor=w.actor(who), mapping=mapping, now=w.at(day, 10))
    Metric.objects.filter(pk__in=made.values()).update(sample=True)
