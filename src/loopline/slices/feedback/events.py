"""What feedback publishes."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class FeedbackReceived(Event):
    """Something was said and is in the intake."""

    type: ClassVar[str] = "feedback.received"
    feedback_id: int


@dataclass(frozen=True)
class FeedbackChanged(Event):
    """The account or persona of an item was corrected."""

    type: ClassVar[str] = "feedback.changed"
    feedback_id: int


@dataclass(frozen=True)
class FeedbackMerged(Event):
    """An item says the same as another and now counts with it."""

    type: ClassVar[str] = "feedback.merged"
    feedback_id: int
    into_id: int


@dataclass(frozen=True)
class FeedbackUnmerged(Event):
    """A merge was taken back."""

    type: ClassVar[str] = "feedback.unmerged"
    feedback_id: int
    from_id: int


@dataclass(frozen=True)
class FeedbackArchived(Event):
    """Items were put away, or brought back."""

    type: ClassVar[str] = "feedback.archived"
    feedback_ids: tuple[int, ...]
    archived: bool
