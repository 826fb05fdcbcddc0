"""Forgetting whom we told: that somebody was told stays, who it was and what the message said do not."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from loopline.platform.audit.record import Change, forget, record
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.thread.store import touch
from loopline.slices.told.models import FollowUp

GONE = "[erased]"
UNSENT = ("draft", "approved", "failed")


@transaction.atomic
def forget_recipients(
    *, actor: Actor, contact_ids: Sequence[int], erasure: str, now: datetime
) -> int:
    """Follow-ups to these contacts lose address, name and text; unsent ones are not sent. Twice changes nothing."""
    allow(actor, "follow_up.change")
    asked = FollowUp.objects.filter(contact__in=list(contact_ids)).exclude(text=GONE)
    rows = list(asked.select_for_update(of=("self",)).order_by("pk"))
    for f in rows:
        f.address, f.to_name, f.subject, f.text = "", "", GONE, GONE
        if f.state in UNSENT:
            f.state, f.said = "suppressed", "The person was erased."
        f.version, f.updated_at = f.version + 1, now
    fields = ["address", "to_name", "subject", "text", "state", "said", "version", "updated_at"]
    FollowUp.objects.bulk_update(rows, fields, batch_size=500)
    forget("follow-up", [f.pk for f in rows])
    touch(("opportunity", f.opportunity_id) for f in rows if f.opportunity_id)
    change = Change("follow_up.forgot_person", "person", erasure, {}, {"follow_ups": len(rows)})
    record(actor=actor, now=now, change=change)
    return len(rows)
