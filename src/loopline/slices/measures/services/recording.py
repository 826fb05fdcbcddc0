"""Values: written down by hand, and computed when somebody asks."""

from datetime import datetime

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.progress import track
from loopline.slices.measures import definitions, jobs
from loopline.slices.measures.events import MetricValueRecorded
from loopline.slices.measures.models import Metric, MetricValue, MetricVersion
from loopline.slices.measures.rules import finite


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
    number = finite("value", value)
    made, _ = MetricValue.objects.update_or_create(
        metric=row, at=at, start=None,
        defaults={"value": number, "note": note[:200], "by_id": actor.user_id},
        create_defaults={
            "value": number, "note": note[:200], "by_id": actor.user_id,
            "version_number": row.definition_version,
        },
    )  # fmt: skip
    record(
        actor=actor, now=now,
        change=Change("metric.measured", "metric", row.pk, {}, {"value": number, "at": at}),
    )  # fmt: skip
    publish(MetricValueRecorded(row.pk, made.pk), actor=actor, now=now)
    return made.pk


@transaction.atomic
def compute_now(*, actor: Actor, metric_id: int, now: datetime) -> str:
    """Compute every period again, also the settled ones. Answers the token of its progress.

    Raises Conflict for a metric whose values are written down by hand.
    """
    allow(actor, "metric.record")
    row = Metric.objects.filter(pk=metric_id, archived_at=None).first()
    if row is None:
        raise Missing("metric")
    if not definitions.read(row.definition, now).computed:
        raise Conflict("This metric is written down by hand. Give it a definition to compute it.")
    MetricVersion.objects.filter(metric=row, number=row.definition_version).update(whole=True)
    token = track.start(actor=actor, label=f"Computing {row.name}", now=now)
    jobs.ask(row.pk, now=now, again=True, token=token)
    return token
