"""What rituals publish."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class RitualCreated(Event):
    """A team meets for something from now on."""

    type: ClassVar[str] = "ritual.created"
    ritual_id: int


@dataclass(frozen=True)
class RitualPruned(Event):
    """One was cancelled, shortened or is read instead of held; `how` is cancel, shorten or async."""

    type: ClassVar[str] = "ritual.pruned"
    ritual_id: int
    how: str


@dataclass(frozen=True)
class PrereadSent(Event):
    """The page of a session was frozen and sent to those who attend."""

    type: ClassVar[str] = "session.preread_sent"
    session_id: int


@dataclass(frozen=True)
class SessionStarted(Event):
    """A session has begun."""

    type: ClassVar[str] = "session.started"
    session_id: int


@dataclass(frozen=True)
class SessionHeld(Event):
    """A session is over: minutes it took, and how many decisions and action items came of it."""

    type: ClassVar[str] = "session.held"
    session_id: int
    minutes: int
    decisions: int
    actions: int


@dataclass(frozen=True)
class SessionSkipped(Event):
    """A session does not take place, for a reason."""

    type: ClassVar[str] = "session.skipped"
    session_id: int
