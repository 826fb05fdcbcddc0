"""What work publishes."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class WorkItemMoved(Event):
    """A work item changed its state, or joined a bet."""

    type: ClassVar[str] = "work_item.moved"
    work_item_id: int
    state: str
    bet_id: int
