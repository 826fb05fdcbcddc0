"""Writing comments, following, reading one's mentions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid, Missing, NotAllowed
from loopline.platform.audit.record import Change, record
from loopline.platform.cards.registry import card
from loopline.platform.discuss.events import CommentWritten
from loopline.platform.discuss.models import Comment, Follow, Mention
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor, Role
from loopline.platform.identity.policy import allow
from loopline.platform.identity.queries import mentioned

MOST = 20_000  # characters


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(text="Write something first.")
    if len(text) > MOST:
        raise Invalid(
            text=f"A comment holds at most {MOST:,} characters; this one has {len(text):,}."
        )
    return text


@transaction.atomic
def comment(*, actor: Actor, object_type: str, object_id: int, text: str, now: datetime) -> int:
    """Comment on an object the actor sees; mentioned people and followers hear of it."""
    allow(actor, "comment.write")
    card(actor=actor, type_=object_type, id_=object_id)
    text = _checked(text)
    row = Comment.objects.create(
        object_type=object_type, object_id=object_id, author_id=actor.user_id, text=text, at=now
    )
    named = [p.id for p in mentioned(text) if p.id != actor.user_id]
    Mention.objects.bulk_create([Mention(comment=row, user_id=i, at=now) for i in named])
    followers = Follow.objects.filter(object_type=object_type, object_id=object_id)
    following = followers.exclude(user_id__in=[*named, actor.user_id or 0])
    told = tuple(following.values_list("user_id", flat=True))
    if actor.user_id:
        Follow.objects.get_or_create(
            object_type=object_type, object_id=object_id, user_id=actor.user_id
        )
    change = Change(
        "comment.written", object_type, object_id, {}, {"comment": row.pk, "text": text[:200]}
    )
    record(actor=actor, now=now, change=change)
    publish(
        CommentWritten(row.pk, object_type, object_id, tuple(named), told), actor=actor, now=now
    )
    return row.pk


def _own(actor: Actor, comment_id: int) -> Comment:
    row = Comment.objects.select_for_update().filter(pk=comment_id, removed_at=None).first()
    if row is None:
        raise Missing("comment")
    if row.author_id != actor.user_id and actor.role.rank < Role.ADMIN.rank:
        raise NotAllowed("Only its author or an admin may change a comment.")
    return row


@transaction.atomic
def edit_comment(*, actor: Actor, comment_id: int, text: str, now: datetime) -> None:
    allow(actor, "comment.write")
    row = _own(actor, comment_id)
    before, row.text, row.edited_at = row.text, _checked(text), now
    row.save(update_fields=["text", "edited_at"])
    change = Change(
        "comment.edited",
        row.object_type,
        row.object_id,
        {"text": before[:200]},
        {"text": row.text[:200]},
    )
    record(actor=actor, now=now, change=change)


@transaction.atomic
def set_removed(*, actor: Actor, comment_id: int, removed: bool, now: datetime) -> None:
    """Take a comment away, or put it back; its words stay for the undo."""
    allow(actor, "comment.write")
    row = Comment.objects.select_for_update().filter(pk=comment_id).first()
    if row is None or (removed and row.removed_at):
        raise Missing("comment")
    if row.author_id != actor.user_id and actor.role.rank < Role.ADMIN.rank:
        raise NotAllowed("Only its author or an admin may remove a comment.")
    row.removed_at = now if removed else None
    row.save(update_fields=["removed_at"])
    action = "comment.removed" if removed else "comment.restored"
    record(
        actor=actor,
        now=now,
        change=Change(action, row.object_type, row.object_id, {}, {"comment": row.pk}),
    )


@transaction.atomic
def follow(*, actor: Actor, object_type: str, object_id: int, on: bool) -> None:
    """Follow an object, or stop; twice changes nothing."""
    allow(actor, "follow.change")
    card(actor=actor, type_=object_type, id_=object_id)
    if actor.user_id is None:
        raise Invalid(follow="A token without a person cannot follow.")
    key: dict[str, Any] = {
        "object_type": object_type,
        "object_id": object_id,
        "user_id": actor.user_id,
    }
    if on:
        Follow.objects.get_or_create(**key)
    else:
        Follow.objects.filter(**key).delete()


def read_mentions(*, actor: Actor, object_type: str, object_id: int, now: datetime) -> None:
    """Opening an object reads the mentions in it."""
    Mention.objects.filter(
        user_id=actor.user_id or 0,
        read_at=None,
        comment__object_type=object_type,
        comment__object_id=object_id,
    ).update(read_at=now)


@transaction.atomic
def erase_comments(*, actor: Actor, object_type: str, ids: Sequence[int], now: datetime) -> int:
    """Take away what was written about objects that are erased, words and all; how many comments that were."""
    allow(actor, "comment.erase")
    rows = Comment.objects.filter(object_type=object_type, object_id__in=list(ids)).exclude(text="")
    Mention.objects.filter(comment__in=rows).delete()
    return rows.update(text="", removed_at=now)
