"""What releases publish."""

from dataclasses import dataclass
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class ReleaseShipped(Event):
    """A release reached its users, with these bets in it."""

    type: ClassVar[str] = "release.shipped"
    release_id: int
    version: str
    bet_ids: tuple[int, ...]
    opportunity_ids: tuple[int, ...]
