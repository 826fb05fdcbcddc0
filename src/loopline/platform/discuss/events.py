"""What discussing publishes."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class CommentWritten(Event):
    """Somebody commented; `mentioned` and `following` are the people to tell, the author left out."""

    type: ClassVar[str] = "comment.written"
    comment_id: int
    object_type: str
    object_id: int
    mentioned: tuple[int, ...]
    following: tuple[int, ...]
