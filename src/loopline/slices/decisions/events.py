"""What decisions publish."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class DecisionDecided(Event):
    """A question was decided; `verdict` is committed, declined, not_now or other."""

    type: ClassVar[str] = "decision.decided"
    decision_id: int
    about_type: str
    about_id: int
    verdict: str
