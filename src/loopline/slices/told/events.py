"""What telling publishes."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class FollowUpSent(Event):
    """Somebody who asked was told."""

    type: ClassVar[str] = "follow_up.sent"
    follow_up_id: int
    opportunity_id: int
