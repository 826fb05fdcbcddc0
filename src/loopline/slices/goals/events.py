"""What goals publish."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class KeyResultCheckedIn(Event):
    """Somebody said where a key result stands and how sure they are."""

    type: ClassVar[str] = "key_result.checked_in"
    key_result_id: int
    check_in_id: int


@dataclass(frozen=True)
class ObjectiveClosed(Event):
    """An objective ended; `outcome` is achieved, partial, missed or dropped."""

    type: ClassVar[str] = "objective.closed"
    objective_id: int
    outcome: str


@dataclass(frozen=True)
class DirectionDecided(Event):
    """A change of direction was decided and applied; its decision holds what was before and after."""

    type: ClassVar[str] = "direction.decided"
    direction_id: int
    decision_id: int


@dataclass(frozen=True)
class DirectionClosed(Event):
    """Everybody who held a promise was told, or it was waived."""

    type: ClassVar[str] = "direction.closed"
    direction_id: int
