"""Forgetting an erased person's address where their words were quoted."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from loopline.core.naming.private import without_addresses
from loopline.platform.audit.record import Change, record
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.roadmap.models import Ask

GONE = "[erased]"


@transaction.atomic
def forget_quotes(
    *, actor: Actor, theirs: Callable[[str], bool], erasure: str, now: datetime
) -> int:
    """Mask addresses that `theirs(address)` knows in quotes; answers in how many. Twice changes nothing."""
    allow(actor, "opportunity.change")
    changed = []
    for ask in Ask.objects.filter(quote__contains="@").order_by("pk").iterator(500):
        masked = without_addresses(ask.quote, GONE, theirs)
        if masked != ask.quote:
            ask.quote = masked
            changed.append(ask)
    Ask.objects.bulk_update(changed, ["quote"], batch_size=500)
    change = Change("opportunity.forgot_person", "person", erasure, {}, {"quotes": len(changed)})
    record(actor=actor, now=now, change=change)
    return len(changed)
