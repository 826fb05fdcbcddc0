"""What docs publish."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class DocFilled(Event):
    """Something was written in a place of a prepared page; `place` is its key."""

    type: ClassVar[str] = "doc.filled"
    doc_id: int
    template: str
    place: str


@dataclass(frozen=True)
class DocSent(Event):
    """Notes went out: to Slack and to every webhook that listens; `text` is what they say."""

    type: ClassVar[str] = "doc.sent"
    doc_id: int
    text: str


@dataclass(frozen=True)
class DocReviewed(Event):
    """The owner said that a doc still holds."""

    type: ClassVar[str] = "doc.reviewed"
    doc_id: int
