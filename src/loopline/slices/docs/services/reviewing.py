"""Looking docs over: they hold, they are frozen, somebody looked."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.settings.options import today
from loopline.slices.docs.events import DocReviewed
from loopline.slices.docs.models import Doc
from loopline.slices.docs.services.shared import locked, may_write


@transaction.atomic
def review(*, actor: Actor, doc_id: int, until: date | None = None, now: datetime) -> None:
    """It still holds, until a day or for another round."""
    allow(actor, "doc.write")
    row = locked(doc_id)
    may_write(actor, row.template)
    if until is None and row.review_every:
        until = today(now) + timedelta(days=row.review_every)
    if until is not None and until <= today(now):
        raise Invalid(until="Choose a day to come.")
    values = {
        "review_on": until, "reviewed_at": now, "reviewed_by": actor.name[:160], "stale_at": None, "stale_why": "",
        "state": "current",
    }  # fmt: skip
    before, after = apply_changes(row, values, now=now)
    record(actor=actor, now=now, change=Change("doc.reviewed", "doc", row.pk, before, after))
    publish(DocReviewed(row.pk), actor=actor, now=now)


@transaction.atomic
def keep_blocks(*, actor: Actor, doc_id: int, kept: Mapping[str, Any], now: datetime) -> None:
    """Freeze what the blocks say (see pages.frozen); the page shows that from now on, with its date."""
    allow(actor, "doc.write")
    row = locked(doc_id)
    apply_changes(row, {"kept": dict(kept), "kept_at": now}, now=now)
    record(
        actor=actor, now=now, change=Change("doc.frozen", "doc", row.pk, {}, {"blocks": len(kept)})
    )


def looked(*, actor: Actor, doc_id: int, now: datetime) -> None:
    """Somebody opened it; kept by the day, so that it is written once a day at most."""
    allow(actor, "doc.read")
    Doc.objects.filter(pk=doc_id).exclude(looked_on=today(now)).update(looked_on=today(now))
