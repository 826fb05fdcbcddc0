"""Reading comments, followers and one's open mentions."""

from dataclasses import dataclass
from datetime import datetime

from loopline.platform.discuss.models import Comment, Follow, Mention
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow


@dataclass(frozen=True, slots=True)
class Said:
    id: int
    author_id: int | None
    author: str
    initials: str
    text: str
    at: datetime
    edited: bool
    mine: bool


def comments(*, actor: Actor, object_type: str, object_id: int) -> list[Said]:
    """Comments of an object the actor already sees, oldest first."""
    allow(actor, "comment.read")
    rows = Comment.objects.filter(object_type=object_type, object_id=object_id, removed_at=None)
    return [
        Said(
            c.pk,
            c.author_id,
            c.author.name if c.author else "Loopline",
            c.author.initials if c.author else "L",
            c.text,
            c.at,
            c.edited_at is not None,
            c.author_id == actor.user_id,
        )
        for c in rows.select_related("author").order_by("id")
    ]


def followers(object_type: str, object_id: int) -> list[int]:
    rows = Follow.objects.filter(object_type=object_type, object_id=object_id)
    return list(rows.values_list("user_id", flat=True))


@dataclass(frozen=True, slots=True)
class OpenMention:
    object_type: str
    object_id: int
    author: str
    text: str
    at: datetime


def open_mentions(*, actor: Actor, limit: int = 20) -> list[OpenMention]:
    """Mentions of the actor not yet read, newest first."""
    rows = Mention.objects.filter(
        user_id=actor.user_id or 0, read_at=None, comment__removed_at=None
    )
    rows = rows.select_related("comment__author").order_by("-at")[:limit]
    return [
        OpenMention(
            m.comment.object_type,
            m.comment.object_id,
            m.comment.author.name if m.comment.author else "Loopline",
            m.comment.text[:200],
            m.at,
        )
        for m in rows
    ]
