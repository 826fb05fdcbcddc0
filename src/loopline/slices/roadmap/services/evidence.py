"""Usage evidence: what people do in the product, counted, beside what they say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.jobs.queue import enqueue
from loopline.slices.insights import queries as insights
from loopline.slices.roadmap.jobs import recount_one
from loopline.slices.roadmap.models import Evidence
from loopline.slices.roadmap.services.opportunities import locked

MOST = 12


@transaction.atomic
def add_evidence(
    *, actor: Actor, opportunity_id: int, says: str, insight: str, query: Mapping[str, Any],
    cell: Mapping[str, Any] | None = None, report_id: int | None = None, now: datetime,
) -> int:  # fmt: skip
    """Tie a number of a question to an opportunity: those behind `cell`. Answers its id.

    It is counted right after, by a job.
    """
    allow(actor, "opportunity.change")
    opp = locked(opportunity_id)
    says = " ".join(says.split())[:200]
    if not says:
        raise Invalid(says="Say what is counted, in a few words.")
    if Evidence.objects.filter(opportunity=opp).count() >= MOST:
        raise Conflict(f"An opportunity carries at most {MOST} numbers.")
    kept, place = insights.checked_cell(insight, dict(query), dict(cell or {}), now)
    made = Evidence.objects.create(
        opportunity=opp, says=says, insight=insight, query=kept, cell=place, report_id=report_id,
        by_name=actor.name[:160], at=now,
    )  # fmt: skip
    record(
        actor=actor, now=now,
        change=Change("opportunity.evidence_added", "opportunity", opp.pk, {}, {"says": says}),
    )  # fmt: skip
    enqueue(recount_one, now=now, dedupe_key=f"evidence:{made.pk}", evidence_id=made.pk)
    return made.pk


@transaction.atomic
def remove_evidence(*, actor: Actor, opportunity_id: int, evidence_id: int, now: datetime) -> None:
    """Take it off; again is Missing."""
    allow(actor, "opportunity.change")
    opp = locked(opportunity_id)
    row = Evidence.objects.filter(opportunity=opp, pk=evidence_id).first()
    if row is None:
        raise Missing("evidence")
    said = row.says
    row.delete()
    record(
        actor=actor, now=now,
        change=Change("opportunity.evidence_removed", "opportunity", opp.pk, {"says": said}, {}),
    )  # fmt: skip
