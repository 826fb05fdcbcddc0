"""Writing down how a follow-up ended; the one place that publishes that somebody was told."""

from datetime import datetime
from typing import Any

from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.thread.store import touch
from loopline.slices.told.events import FollowUpSent
from loopline.slices.told.models import FollowUp


def settle(*, actor: Actor, f: FollowUp, state: str, said: str, now: datetime) -> None:
    """Write down how it ended; the event is published the one time it was sent. In a transaction."""
    changes: dict[str, Any] = {"state": state, "said": said[:500]}
    if state == "sent":
        changes["sent_at"] = now
    before, after = apply_changes(f, changes, now=now)
    if "state" not in after:
        return
    record(
        actor=actor, now=now, change=Change(f"follow_up.{state}", "follow-up", f.pk, before, after)
    )
    if f.opportunity_id:
        touch([("opportunity", f.opportunity_id)])
    if state == "sent":
        publish(FollowUpSent(f.pk, f.opportunity_id or 0), actor=actor, now=now)
