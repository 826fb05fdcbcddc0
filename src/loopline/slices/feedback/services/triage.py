"""Working through the intake: accept, tag, assign, snooze, archive, highlight, correct."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.core.text.addresses import checked_link
from loopline.platform.audit.record import Change, record, record_many
from loopline.platform.db.edit import apply_changes, refuse_stale
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.undo import steps
from loopline.slices.customers import services as customers
from loopline.slices.feedback.events import FeedbackArchived, FeedbackChanged
from loopline.slices.feedback.models import Embedding, Feedback, Near, Tag
from loopline.slices.feedback.rules import digest
from loopline.slices.feedback.services.indexing import reindex


def _rows(ids: Sequence[int]) -> list[Feedback]:
    found = list(Feedback.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    if not found:
        raise Missing("feedback")
    return found


def _noun(n: int) -> str:
    return "1 item" if n == 1 else f"{n} items"


@transaction.atomic
def accept(*, actor: Actor, feedback_id: int, now: datetime) -> None:
    """The item is understood: it leaves the inbox. Twice changes nothing."""
    allow(actor, "feedback.triage")
    (row,) = _rows([feedback_id])
    if row.state != "new":
        return
    before, after = apply_changes(
        row, {"state": "accepted", "triaged_at": row.triaged_at or now}, now=now
    )
    record(
        actor=actor, now=now, change=Change("feedback.accepted", "feedback", row.pk, before, after)
    )


@transaction.atomic
def accept_all(*, actor: Actor, ids: Sequence[int], now: datetime) -> None:
    """Items that were understood elsewhere, in two statements; those accepted before stay as they are."""
    allow(actor, "feedback.triage")
    new = Feedback.objects.filter(pk__in=list(ids), state="new")
    new.filter(triaged_at=None).update(triaged_at=now)
    new.update(state="accepted", version=F("version") + 1, updated_at=now)


@transaction.atomic
def accept_many(*, actor: Actor, ids: Sequence[int], now: datetime) -> str:
    """Several items are understood; answers the token that puts them back into the inbox."""
    for i in ids:
        accept(actor=actor, feedback_id=i, now=now)
    return steps.offer(
        actor=actor, label=f"Accepted {_noun(len(ids))}", inverse="feedback.reopen",
        payload={"ids": list(ids)}, now=now,
    )  # fmt: skip


@transaction.atomic
def reopen(*, actor: Actor, ids: Sequence[int], now: datetime) -> None:
    """Back into the inbox."""
    allow(actor, "feedback.triage")
    for row in _rows(ids):
        if row.state == "accepted":
            before, after = apply_changes(row, {"state": "new", "triaged_at": None}, now=now)
            change = Change("feedback.reopened", "feedback", row.pk, before, after)
            record(actor=actor, now=now, change=change)


@transaction.atomic
def set_state(
    *, actor: Actor, feedback_id: int, state: str, version: int | None = None, now: datetime
) -> None:
    """Accept, archive, or bring back, from wherever the item is but merged. Twice changes nothing."""
    allow(actor, "feedback.triage")
    (row,) = _rows([feedback_id])
    if row.state == state:
        return
    refuse_stale(row, "state", state, row.state, version)
    if row.state == "merged":
        raise Conflict("This item is merged into another. Take the merge back first.")
    if state == "archived":
        archive_many(actor=actor, ids=[feedback_id], now=now)
    elif row.state == "archived":
        restore_many(actor=actor, states={str(feedback_id): state}, now=now)
    elif state == "accepted":
        accept(actor=actor, feedback_id=feedback_id, now=now)
    else:
        reopen(actor=actor, ids=[feedback_id], now=now)


@transaction.atomic
def archive_many(*, actor: Actor, ids: Sequence[int], now: datetime) -> str:
    """Put items away; answers the token that brings them back, with the states they had."""
    allow(actor, "feedback.triage")
    rows = [r for r in _rows(ids) if r.state in ("new", "accepted")]
    states = {str(r.pk): r.state for r in rows}
    for r in rows:
        apply_changes(
            r, {"state": "archived", "triaged_at": r.triaged_at or now, "archived_at": now}, now=now
        )
    changes = [
        Change("feedback.archived", "feedback", r.pk, {"state": states[str(r.pk)]}, {})
        for r in rows
    ]
    record_many(actor=actor, now=now, changes=changes)
    reindex(r.pk for r in rows)
    publish(FeedbackArchived(tuple(r.pk for r in rows), True), actor=actor, now=now)
    return steps.offer(
        actor=actor, label=f"Archived {_noun(len(rows))}", inverse="feedback.restore",
        payload={"states": states}, now=now,
    )  # fmt: skip


@transaction.atomic
def restore_many(*, actor: Actor, states: dict[str, str], now: datetime) -> None:
    """Bring archived items back to the states they had."""
    allow(actor, "feedback.triage")
    rows = [r for r in _rows([int(i) for i in states]) if r.state == "archived"]
    for r in rows:
        back = states[str(r.pk)]
        triaged = None if back == "new" else r.triaged_at
        apply_changes(r, {"state": back, "archived_at": None, "triaged_at": triaged}, now=now)
    record_many(
        actor=actor, now=now, changes=[Change("feedback.restored", "feedback", r.pk) for r in rows]
    )
    reindex(r.pk for r in rows)
    publish(FeedbackArchived(tuple(r.pk for r in rows), False), actor=actor, now=now)


def _tag_names(tags: Sequence[str]) -> list[str]:
    return sorted({t.strip()[:60] for t in tags if t.strip()})


@transaction.atomic
def set_tags(*, actor: Actor, feedback_id: int, tags: Sequence[str], now: datetime) -> None:
    """The item's tags are these."""
    allow(actor, "feedback.triage")
    (row,) = _rows([feedback_id])
    names = _tag_names(tags)
    if len(names) > 30:
        raise Invalid(tags="An item takes at most 30 tags.")
    before = sorted(t.name for t in row.tags.all())
    if before == names:
        return
    row.tags.set([Tag.objects.get_or_create(name=n)[0] for n in names])
    row.version += 1
    row.updated_at = now
    row.save(update_fields=["version", "updated_at"])
    record(
        actor=actor,
        now=now,
        change=Change("feedback.tagged", "feedback", row.pk, {"tags": before}, {"tags": names}),
    )
    reindex([row.pk])


@transaction.atomic
def add_tag_many(*, actor: Actor, ids: Sequence[int], tag: str, now: datetime) -> None:
    """One more tag on each of these items."""
    allow(actor, "feedback.triage")
    if not tag.strip():
        raise Invalid(tag="Name the tag.")
    for row in _rows(ids):
        set_tags(
            actor=actor, feedback_id=row.pk, tags=[*(t.name for t in row.tags.all()), tag], now=now
        )


@transaction.atomic
def assign_many(*, actor: Actor, ids: Sequence[int], user_id: int | None, now: datetime) -> None:
    """Somebody looks after these items; None takes it back."""
    allow(actor, "feedback.triage")
    for row in _rows(ids):
        before, after = apply_changes(row, {"assignee_id": user_id}, now=now)
        if after:
            record(
                actor=actor,
                now=now,
                change=Change("feedback.assigned", "feedback", row.pk, before, after),
            )


@transaction.atomic
def snooze_many(*, actor: Actor, ids: Sequence[int], days: float, now: datetime) -> str:
    """Out of the inbox for some days; answers the token that brings them back now."""
    allow(actor, "feedback.triage")
    if not 0 <= days <= 365:
        raise Invalid(days="Snooze for up to 365 days.")
    rows = _rows(ids)
    for row in rows:
        apply_changes(row, {"snoozed_until": now + timedelta(days=days) if days else None}, now=now)
        change = Change("feedback.snoozed", "feedback", row.pk, {}, {"days": days})
        record(actor=actor, now=now, change=change)
    return steps.offer(
        actor=actor, label=f"Snoozed {_noun(len(rows))}", inverse="feedback.wake",
        payload={"ids": [r.pk for r in rows], "days": 0}, now=now,
    )  # fmt: skip


@transaction.atomic
def highlight(*, actor: Actor, feedback_id: int, quote: str, now: datetime) -> None:
    """Mark words of the verbatim as the ones that matter. They must be in it."""
    allow(actor, "feedback.triage")
    (row,) = _rows([feedback_id])
    quote = quote.strip()[:2000]
    if not quote or quote not in row.verbatim:
        raise Invalid(quote="Select words of the text itself.")
    if quote in row.quotes:
        return
    before, after = apply_changes(row, {"quotes": [*row.quotes, quote][-20:]}, now=now)
    record(
        actor=actor,
        now=now,
        change=Change("feedback.highlighted", "feedback", row.pk, before, after),
    )


_PLAIN = ("title", "verbatim", "url")


def reread(row: Feedback) -> None:
    """Its words changed: what was computed from the old ones goes, the worker compares it anew."""
    Feedback.objects.filter(pk=row.pk).update(
        text_digest=digest(row.title, row.verbatim), likely=None, likely_score=0, compared=False
    )
    Feedback.objects.filter(likely_id=row.pk).update(likely=None, likely_score=0, compared=False)
    Embedding.objects.filter(pk=row.pk).delete()
    Near.objects.filter(Q(item=row) | Q(other=row)).delete()


@transaction.atomic
def change_feedback(
    *,
    actor: Actor,
    feedback_id: int,
    changes: dict[str, Any],
    version: int | None = None,
    now: datetime,
) -> None:
    """Correct fields: title, verbatim, url, persona, account (a name), assignee, tags."""
    allow(actor, "feedback.triage")
    (row,) = _rows([feedback_id])
    plain: dict[str, Any] = {k: v for k, v in changes.items() if k in _PLAIN}
    for key, most in (("title", 300), ("url", 1000)):
        if key in plain and (len(plain[key]) > most or (key == "title" and not plain[key].strip())):
            raise Invalid(**{key: f"The {key} holds between 1 and {most} characters."})
    if "url" in plain:
        plain["url"] = checked_link(plain["url"])
    if "verbatim" in plain and not plain["verbatim"].strip():
        raise Invalid(verbatim="The words cannot be empty.")
    if "persona" in changes:
        plain["persona_id"] = customers.persona_id(changes["persona"] or "")
    if "account" in changes:
        who = customers.Who(account_name=changes["account"] or "")
        plain["account_id"] = customers.resolve(actor=actor, who=who, now=now).account_id
    if "assignee_id" in changes:
        plain["assignee_id"] = changes["assignee_id"]
    if "tags" in changes:
        have = sorted(t.name for t in row.tags.all())
        if _tag_names(changes["tags"]) != have:
            refuse_stale(row, "tags", changes["tags"], have, version)
    before, after = apply_changes(row, plain, now=now, version=version)
    if {"title", "verbatim"} & set(after):
        reread(row)
    if {"account_id", "persona_id"} & set(after):
        publish(FeedbackChanged(row.pk), actor=actor, now=now)
    if after:
        record(
            actor=actor,
            now=now,
            change=Change("feedback.changed", "feedback", row.pk, before, after),
        )
    if "tags" in changes:
        set_tags(actor=actor, feedback_id=row.pk, tags=changes["tags"], now=now)
    reindex([row.pk])
