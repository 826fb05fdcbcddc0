"""Two items that say the same: merging keeps both, counts once, and can be taken back."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.undo import steps
from loopline.slices.feedback.events import FeedbackMerged, FeedbackUnmerged
from loopline.slices.feedback.models import Feedback, Verdict
from loopline.slices.feedback.services.indexing import reindex
from loopline.slices.feedback.services.intake import NewFeedback, receive_feedback


def _locked(*ids: int) -> list[Feedback]:
    found = {f.pk: f for f in Feedback.objects.select_for_update().filter(pk__in=ids)}
    for i in ids:
        if i not in found:
            raise Missing("feedback")
    return [found[i] for i in ids]


def _answer(a: int, b: int, same: bool, score: float | None, actor: Actor, now: datetime) -> None:
    low, high = sorted((a, b))
    Verdict.objects.update_or_create(
        low_id=low,
        high_id=high,
        defaults={"same": same, "score": score, "by_id": actor.user_id, "at": now},
    )


def _under(ids: Iterable[int]) -> list[int]:
    """Everything merged below these, through chains."""
    below, edge = [], list(ids)
    while edge:
        edge = list(Feedback.objects.filter(merged_into_id__in=edge).values_list("pk", flat=True))
        below += edge
    return below


@transaction.atomic
def merge(
    *, actor: Actor, feedback_id: int, into_id: int, score: float | None = None, now: datetime
) -> str:
    """Merge an item into another; chains end at one root. Answers the token that undoes it.

    Merging what is merged there already changes nothing and answers an empty token.
    """
    allow(actor, "feedback.triage")
    return _merge(actor, feedback_id, into_id, score, now)


@transaction.atomic
def add_voice(*, actor: Actor, into_id: int, ask: NewFeedback, now: datetime) -> int:
    """Say the same as an item that exists: the new words and their account count with it.

    Any member may: nothing of the other item changes. Answers the new item's id.
    """
    allow(actor, "feedback.receive")
    got = receive_feedback(actor=actor, ask=ask, now=now)
    _merge(actor, got.id, into_id, None, now)
    return got.id


def _merge(actor: Actor, feedback_id: int, into_id: int, score: float | None, now: datetime) -> str:
    if feedback_id == into_id:
        raise Invalid(into="An item cannot be merged into itself.")
    item, into = _locked(feedback_id, into_id)
    root = into.root_id or into.pk
    if item.merged_into_id == into_id or item.root_id == root:
        return ""
    if root == item.pk:
        raise Conflict(f"FB-{into_id} is merged into this one already. Take that merge back first.")
    if item.merged_into_id:
        raise Conflict(
            f"FB-{item.pk} is merged into FB-{item.merged_into_id} already. Take that back first."
        )
    item.merged_into_id, item.root_id = into_id, root
    before = item.state
    item.state, item.version, item.updated_at = "merged", item.version + 1, now
    item.triaged_at = item.triaged_at or now
    item.save()
    Feedback.objects.filter(pk__in=_under([item.pk])).update(root_id=root)
    Feedback.objects.filter(likely_id=item.pk).update(likely=None, likely_score=0, compared=False)
    _answer(item.pk, into_id, True, score, actor, now)
    change = Change(
        "feedback.merged", "feedback", item.pk, {"state": before}, {"into": f"FB-{into_id}"}
    )
    record(actor=actor, now=now, change=change)
    reindex([item.pk])
    publish(FeedbackMerged(item.pk, root), actor=actor, now=now)
    return steps.offer(
        actor=actor, label=f"Merged FB-{item.pk} into FB-{into_id}", inverse="feedback.unmerge",
        payload={"feedback_id": item.pk}, now=now,
    )  # fmt: skip


@transaction.atomic
def unmerge(*, actor: Actor, feedback_id: int, now: datetime) -> None:
    """Take a merge back: the item and what hung below it stand by themselves again."""
    allow(actor, "feedback.triage")
    (item,) = _locked(feedback_id)
    if item.merged_into_id is None:
        raise Conflict(f"FB-{feedback_id} is not merged.")
    parent, root = item.merged_into_id, item.root_id or item.merged_into_id
    item.merged_into_id = item.root_id = None
    item.state, item.version, item.updated_at = "accepted", item.version + 1, now
    item.save()
    Feedback.objects.filter(pk__in=_under([item.pk])).update(root_id=item.pk)
    Verdict.objects.filter(
        low_id=min(item.pk, parent), high_id=max(item.pk, parent), same=True
    ).delete()
    change = Change(
        "feedback.unmerged", "feedback", item.pk, {"into": f"FB-{parent}"}, {"state": item.state}
    )
    record(actor=actor, now=now, change=change)
    reindex([item.pk])
    publish(FeedbackUnmerged(item.pk, root), actor=actor, now=now)


@transaction.atomic
def undo_merge(*, actor: Actor, feedback_id: int, now: datetime) -> None:
    """The inverse of merging for the undo list: as unmerge, but back to where it waited for triage."""
    unmerge(actor=actor, feedback_id=feedback_id, now=now)
    Feedback.objects.filter(pk=feedback_id).update(state="new", triaged_at=None)
    reindex([feedback_id])


@transaction.atomic
def refuse_duplicate(
    *, actor: Actor, a: int, b: int, score: float | None = None, now: datetime
) -> None:
    """Remember that two items are not the same; they are never offered to each other again."""
    allow(actor, "feedback.triage")
    _locked(*sorted((a, b)))
    _answer(a, b, False, score, actor, now)
    Feedback.objects.filter(pk=a, likely_id=b).update(likely=None, likely_score=0)
    Feedback.objects.filter(pk=b, likely_id=a).update(likely=None, likely_score=0)
    change = Change("feedback.told_apart", "feedback", a, {}, {"from": f"FB-{b}"})
    record(actor=actor, now=now, change=change)
