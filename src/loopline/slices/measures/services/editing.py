"""Naming a metric and changing it. A change of what it counts is a new version; its past values keep theirs."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from loopline.core.metrics.periods import GRAINS
from loopline.core.problems import Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.slices.measures import definitions, jobs, wording
from loopline.slices.measures.definitions import Definition
from loopline.slices.measures.events import MetricRedefined
from loopline.slices.measures.models import Metric, MetricValue, MetricVersion
from loopline.slices.measures.rules import finite

MANUAL = {"kind": "manual"}


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
    if "grain" in out and out["grain"] not in GRAINS:
        raise Invalid(grain=f"A metric has a value a {', a '.join(GRAINS)}.")
    if out.get("target") is not None:
        out["target"] = finite("target", float(out["target"]))
    for name, most in (("question", 300), ("unit", 40), ("source", 300)):
        if name in out:
            out[name] = str(out[name] or "").strip()[:most]
    return out


def _read(actor: Actor, definition: Mapping[str, Any], now: datetime) -> Definition:
    """The definition, which this actor may write: SQL is for those who may use it."""
    found = definitions.read(definition, now)
    if found.kind == "sql":
        allow(actor, "sql.read")
    return found


@transaction.atomic
def create_metric(
    *, actor: Actor, name: str, question: str = "", unit: str = "", direction: str = "up",
    target: float | None = None, target_on: date | None = None, definition: Mapping[str, Any] | None = None,
    owner_id: int | None = None, grain: str = "week", source: str = "", review_on: date | None = None,
    starter: str = "", now: datetime, sample: bool = False,
) -> int:  # fmt: skip
    """Name something worth measuring; where its definition can be computed, its past is computed soon. Answers its id.

    Raises Invalid with the sentence of each field.
    """
    allow(actor, "metric.change")
    values = _checked(
        {"name": name, "direction": direction, "target": target, "question": question, "unit": unit,
         "grain": grain, "source": source}
    )  # fmt: skip
    kept = dict(definition or MANUAL)
    read = _read(actor, kept, now)
    row = Metric.objects.create(
        **values, definition=kept, target_on=target_on, review_on=review_on, starter=starter,
        owner_id=owner_id or actor.user_id, created_at=now, updated_at=now, sample=sample,
    )  # fmt: skip
    MetricVersion.objects.create(
        metric=row, number=1, definition=kept, grain=row.grain, unit=row.unit,
        words=wording.said(read, row.grain, now), at=now, by_id=actor.user_id, by_name=actor.name,
    )  # fmt: skip
    record(
        actor=actor, now=now, change=Change("metric.created", "metric", row.pk, {}, {"name": name})
    )
    _index(row)
    if read.computed:
        jobs.ask(row.pk, now=now)
    return row.pk


@transaction.atomic
def change_metric(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, why: str = "",
    recompute: bool = True, now: datetime,
) -> None:  # fmt: skip
    """Change fields. Another definition, period, or unit of a computed metric makes a new version, said `why`; with
    `recompute` its past is computed under it too, beside the values as they were reported."""
    allow(actor, "metric.change")
    row = Metric.objects.select_for_update().filter(pk=id_).first()
    if row is None:
        raise Missing("metric")
    values = _checked(changes)
    if "definition" in values:
        values["definition"] = dict(values["definition"] or MANUAL)
    old = (row.definition, row.grain, row.unit)
    before, after = apply_changes(row, values, now=now, version=version)
    if not after:
        return
    if (row.definition, row.grain, row.unit) != old:
        read = _read(actor, row.definition, now)
        if "definition" in after or "grain" in after or read.computed:
            _redefined(actor, row, read, why=why, recompute=recompute, now=now)
    action = "metric.redefined" if "definition" in after else "metric.changed"
    record(actor=actor, now=now, change=Change(action, "metric", row.pk, before, after))
    _index(row)


def _redefined(
    actor: Actor, row: Metric, read: Definition, *, why: str, recompute: bool, now: datetime
) -> None:  # fmt: skip
    """A new version; one of which nobody has seen a value yet is corrected in place."""
    fields = {
        "definition": row.definition, "grain": row.grain, "unit": row.unit,
        "words": wording.said(read, row.grain, now), "by_id": actor.user_id, "by_name": actor.name,
    }  # fmt: skip
    seen = MetricValue.objects.filter(
        metric=row, version_number=row.definition_version, incomplete=False
    )
    MetricValue.objects.filter(metric=row, incomplete=True).delete()  # never reported as final
    if seen.exists():
        row.definition_version += 1
        MetricVersion.objects.create(
            metric=row, number=row.definition_version, why=why.strip()[:400], at=now, whole=recompute,
            **fields,
        )  # fmt: skip
        publish(MetricRedefined(row.pk, row.definition_version), actor=actor, now=now)
    else:
        MetricVersion.objects.update_or_create(
            metric=row, number=row.definition_version, defaults=fields, create_defaults=fields | {"at": now}
        )  # fmt: skip
    row.trouble, row.computed_at = "", None
    row.save(update_fields=["definition_version", "trouble", "computed_at"])
    if read.computed:
        jobs.ask(row.pk, now=now)
