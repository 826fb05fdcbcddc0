"""What the playbook publishes."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class ImprovementDecided(Event):
    """Somebody's improvement was accepted or declined; they are told."""

    type: ClassVar[str] = "improvement.decided"
    improvement_id: int
    accepted: bool
