"""From draft to sent: approved by a person or by setting, sent once, written down."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record, record_many
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.jobs.queue import enqueue_many
from loopline.platform.thread.store import touch
from loopline.platform.undo import steps
from loopline.slices.told import jobs
from loopline.slices.told.models import FollowUp
from loopline.slices.told.settling import settle

GRACE = timedelta(seconds=20)  # between approving and sending, so that undo means something


def _locked(ids: Sequence[int]) -> list[FollowUp]:
    found = list(FollowUp.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    if not found:
        raise Missing("follow-up")
    return found


@transaction.atomic
def approve_many(
    *, actor: Actor, ids: Sequence[int], now: datetime, grace: timedelta = GRACE
) -> str:
    """These may go out. They leave after a short while; the token takes the approval back until then."""
    allow(actor, "follow_up.change")
    rows = [f for f in _locked(ids) if f.state in ("draft", "failed")]
    for f in rows:
        apply_changes(
            f,
            {"state": "approved", "approved_at": now, "approved_by": actor.name[:160], "said": ""},
            now=now,
        )
    record_many(
        actor=actor,
        now=now,
        changes=[Change("follow_up.approved", "follow-up", f.pk) for f in rows],
    )
    hand = [f.pk for f in rows if f.channel == "by_hand"]
    calls = [{"follow_up_id": f.pk} for f in rows if f.channel != "by_hand"]
    enqueue_many(jobs.send, now=now, calls=calls, delay=grace)
    if not rows:
        return ""
    label = "Approved 1 follow-up" if len(rows) == 1 else f"Approved {len(rows)} follow-ups"
    if hand:
        label += f", {len(hand)} of them to tell by hand"
    return steps.offer(
        actor=actor,
        label=label,
        inverse="follow_up.unapprove",
        payload={"ids": [f.pk for f in rows]},
        now=now,
    )


def approve(*, actor: Actor, follow_up_id: int, now: datetime) -> str:
    """One follow-up may go out; see approve_many. Approving again changes nothing."""
    return approve_many(actor=actor, ids=[follow_up_id], now=now)


@transaction.atomic
def unapprove(*, actor: Actor, ids: Sequence[int], now: datetime) -> None:
    """Back to drafts, as long as they have not left."""
    allow(actor, "follow_up.change")
    rows = [f for f in _locked(ids) if f.state == "approved"]
    if not rows:
        raise Conflict("They have been sent already; nothing can be called back.")
    for f in rows:
        apply_changes(f, {"state": "draft", "approved_at": None, "approved_by": ""}, now=now)
    changes = [Change("follow_up.unapproved", "follow-up", f.pk) for f in rows]
    record_many(actor=actor, now=now, changes=changes)


@transaction.atomic
def suppress_many(*, actor: Actor, ids: Sequence[int], reason: str = "", now: datetime) -> None:
    """These are not sent; the line no longer waits for them."""
    allow(actor, "follow_up.change")
    rows = [f for f in _locked(ids) if f.state in ("draft", "approved", "failed")]
    for f in rows:
        apply_changes(
            f, {"state": "suppressed", "said": (reason or "Left out by hand.")[:500]}, now=now
        )
    changes = [Change("follow_up.suppressed", "follow-up", f.pk) for f in rows]
    record_many(actor=actor, now=now, changes=changes)
    touch(("opportunity", f.opportunity_id) for f in rows if f.opportunity_id)


@transaction.atomic
def mark_told(*, actor: Actor, follow_up_id: int, note: str = "", now: datetime) -> None:
    """Told by hand: by call, in person, or where they had asked. Twice is once."""
    allow(actor, "follow_up.change")
    (f,) = _locked([follow_up_id])
    if f.state == "sent":
        return
    if f.channel != "by_hand":
        raise Conflict("This one is sent by Loopline. Approve it.")
    settle(
        actor=actor, f=f, state="sent", said=note.strip()[:500] or f"Told by {actor.name}", now=now
    )


@transaction.atomic
def record_sent(*, actor: Actor, ids: Sequence[int], said: str, now: datetime) -> None:
    """Write down what was sent elsewhere, such as before Loopline was here. Nothing leaves."""
    allow(actor, "follow_up.change")
    for f in _locked(ids) if ids else []:
        if f.state in ("draft", "approved"):
            settle(actor=actor, f=f, state="sent", said=said, now=now)


@transaction.atomic
def change_follow_up(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Edit a draft's subject or text."""
    allow(actor, "follow_up.change")
    (f,) = _locked([id_])
    if f.state not in ("draft", "failed"):
        raise Conflict("It was approved; take that back first to edit it.")
    for key, most in (("subject", 300), ("text", 20_000)):
        if key in changes and not 1 <= len(str(changes[key]).strip()) <= most:
            raise Invalid(**{key: f"The {key} holds 1 to {most:,} characters."})
    before, after = apply_changes(f, changes, now=now, version=version)
    if after:
        record(
            actor=actor,
            now=now,
            change=Change("follow_up.edited", "follow-up", f.pk, before, after),
        )
