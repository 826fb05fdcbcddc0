"""What the roadmap publishes."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class OpportunityLinked(Event):
    """Feedback asks for an opportunity."""

    type: ClassVar[str] = "opportunity.linked"
    feedback_id: int
    opportunity_id: int


@dataclass(frozen=True)
class BetCommitted(Event):
    """A bet will be built."""

    type: ClassVar[str] = "bet.committed"
    bet_id: int


@dataclass(frozen=True)
class BetDeclined(Event):
    """A bet will not be built, or not now."""

    type: ClassVar[str] = "bet.declined"
    bet_id: int


@dataclass(frozen=True)
class BetShipped(Event):
    """A bet has reached its users."""

    type: ClassVar[str] = "bet.shipped"
    bet_id: int


@dataclass(frozen=True)
class BetTakenBack(Event):
    """What was decided about a bet was undone; it stands as before."""

    type: ClassVar[str] = "bet.taken_back"
    bet_id: int
