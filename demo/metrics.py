"""Metrics that are computed from product events, each with an owner and a definition; the first is a bet's too."""

from datetime import timedelta
from functools import partial

from demo.context import Context
from demo.oakrow.metrics import METRICS, SampleMetric
from loopline.slices.measures import services as measures

DAY = 117  # when events had come in for some days


def load(w: Context) -> None:
    """Define each, before anything is judged by it."""
    for each in METRICS:
        w.plan(w.at(DAY, 10), partial(_create, w, each))


def _create(w: Context, each: SampleMetric) -> None:
    now = w.at(DAY, 10)
    w.metrics[each.name] = measures.create_metric(
        actor=w.actor("Ines Marchetti"), name=each.name, question=each.question, unit=each.unit, direction=each.better,
        target=each.target, definition={"kind": each.kind, "query": each.query}, grain=each.grain,
        owner_id=w.people[each.owner], source="Product events", review_on=(w.now + timedelta(days=80)).date(),
        now=now, sample=True,
    )  # fmt: skip
