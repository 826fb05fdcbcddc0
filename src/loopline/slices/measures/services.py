"""Changing metrics and recording their values."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.slices.measures.events import MetricValueRecorded
from loopline.slices.measures.models import Metric, MetricValue


def _index(m: Metric) -> None:
    entry = index.Entry(
        "metric", m.pk, m.name, m.updated_at, f"MET-{m.pk}", m.question, m.unit, bool(m.archived_at)
    )
    index.put([entry])


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(values)
    if "name" in out and not str(out["name"]).strip():
        raise Invalid(name="Name the metric.")
    if "direction" in out and out["direction"] not in ("up", "down"):
        raise Invalid(direction="Better is up or down.")
    if out.get("target") is not None:
        out["target"] = _finite("target", float(out["target"]))
    return out


def _finite(field: str, value: float) -> float:
    if not isfinite(value) or abs(value) > 1e15:
        raise Invalid(**{field: f"The {field} is a number below 10^15."})
    return value


@transaction.atomic
def create_metric(
    *, actor: Actor, name: str, question: str = "", unit: str = "", direction: str = "up",
    target: float | None = None, definition: Mapping[str, Any] | None = None, owner_id: int | None = None,
    now: datetime, sample: bool = False,
) -> int:  # fmt: skip
    """Name something worth measuring. Answers its id."""
    allow(actor, "metric.change")
    values = _checked({"name": name, "direction": direction, "target": target})
    row = Metric.objects.create(
        **values, question=question[:300], unit=unit[:40], definition=dict(definition or {"kind": "manual"}),
        owner_id=owner_id or actor.user_id, created_at=now, updated_at=now, sample=sample,
    )  # fmt: skip
    record(
        actor=actor, now=now, change=Change("metric.created", "metric", row.pk, {}, {"name": name})
    )
    _index(row)
    return row.pk


@transaction.atomic
def change_metric(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    allow(actor, "metric.change")
    row = Metric.objects.select_for_update().filter(pk=id_).first()
    if row is None:
        raise Missing("metric")
    before, after = apply_changes(row, _checked(changes), now=now, version=version)
    if after:
        record(
            actor=actor, now=now, change=Change("metric.changed", "metric", row.pk, before, after)
        )
        _index(row)


@transaction.atomic
def record_value(
    *, actor: Actor, metric_id: int, value: float, at: datetime | None = None, note: str = "",
    now: datetime,
) -> int:  # fmt: skip
    """Write down a value; the same moment again corrects it. Answers the value's id."""
    allow(actor, "metric.record")
    row = Metric.objects.select_for_update().filter(pk=metric_id).first()
    if row is None:
        raise Missing("metric")
    at = at or now
    if at > now:
        raise Invalid(at="A value is measured, so its time cannot lie ahead.")
    number = _finite("value", value)
    made, _ = MetricValue.objects.update_or_create(
        metric=row, at=at, defaults={"value": number, "note": note[:200], "by_id": actor.user_id}
    )
    record(
        actor=actor, now=now,
        change=Change("metric.measured", "metric", row.pk, {}, {"value": number, "at": at}),
    )  # fmt: skip
    publish(MetricValueRecorded(row.pk, made.pk), actor=actor, now=now)
    return made.pk
