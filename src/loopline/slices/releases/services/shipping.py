"""Shipping: once, however often it is asked for."""

from datetime import datetime

from django.db import transaction

from loopline.core.problems import Conflict
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.thread.store import touch
from loopline.slices.releases.events import ReleaseShipped
from loopline.slices.releases.models import Release
from loopline.slices.releases.queries import bets_in
from loopline.slices.releases.services.drafting import write_notes
from loopline.slices.releases.services.editing import entry, locked
from loopline.slices.roadmap.queries import bets_by_id


@transaction.atomic
def ship_release(
    *, actor: Actor, release_id: int, shipped_at: datetime | None = None, now: datetime
) -> Release:
    """The release reached its users. Publishes release.shipped the first time; again changes nothing."""
    allow(actor, "release.change")
    row = locked(release_id)
    if row.state in ("shipped", "rolling_out"):
        return row
    if row.state in ("cancelled", "rolled_back"):
        raise Conflict("This release was given up; plan another.")
    if not row.notes.strip():
        write_notes(actor=actor, release_id=row.pk, now=now)
        row.refresh_from_db()
    at = min(shipped_at or now, now)
    before, after = apply_changes(row, {"state": "shipped", "shipped_at": at}, now=now)
    record(actor=actor, now=now, change=Change("release.shipped", "release", row.pk, before, after))
    index.put([entry(row)])
    bets = bets_in([row.pk]).get(row.pk, [])
    views = bets_by_id(bets)
    opportunities = sorted({b.opportunity_id for b in views.values() if b.opportunity_id})
    touch([("release", row.pk), *(("bet", b) for b in bets)])
    publish(
        ReleaseShipped(row.pk, row.version_name, tuple(bets), tuple(opportunities)),
        actor=actor,
        now=now,
    )
    return row
