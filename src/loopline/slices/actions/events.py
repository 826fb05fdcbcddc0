"""What action items publish."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class ActionCreated(Event):
    """Somebody has something to do by a day; `source_type` and `source_id` say where it came from."""

    type: ClassVar[str] = "action.created"
    action_item_id: int
    owner_id: int
    source_type: str
    source_id: int


@dataclass(frozen=True)
class ActionAssigned(Event):
    """Somebody else has it to do now."""

    type: ClassVar[str] = "action.assigned"
    action_item_id: int
    owner_id: int


@dataclass(frozen=True)
class ActionMoved(Event):
    """It is due on another day; the first one stays known."""

    type: ClassVar[str] = "action.moved"
    action_item_id: int
    due: str


@dataclass(frozen=True)
class ActionStarted(Event):
    """It is being done."""

    type: ClassVar[str] = "action.started"
    action_item_id: int


@dataclass(frozen=True)
class ActionFinished(Event):
    """It is done."""

    type: ClassVar[str] = "action.finished"
    action_item_id: int


@dataclass(frozen=True)
class ActionDropped(Event):
    """It will not be done, for a reason."""

    type: ClassVar[str] = "action.dropped"
    action_item_id: int


@dataclass(frozen=True)
class ActionReopened(Event):
    """It was closed and is open again."""

    type: ClassVar[str] = "action.reopened"
    action_item_id: int
