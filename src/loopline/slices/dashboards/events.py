"""What dashboards publish."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class InvestigationConcluded(Event):
    """A product question has its finding."""

    type: ClassVar[str] = "investigation.concluded"
    investigation_id: int
    decision_id: int
