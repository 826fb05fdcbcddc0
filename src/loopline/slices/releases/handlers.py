"""When a release ships, the bets whose last work it holds have shipped."""

from loopline.platform.events.outbox import Happened
from loopline.platform.identity.actor import Actor
from loopline.slices.releases.events import ReleaseShipped
from loopline.slices.roadmap import services as roadmap
from loopline.slices.roadmap.queries import bets_by_id
from loopline.slices.work.queries import open_in


def ship_bets(event: ReleaseShipped, happened: Happened) -> None:
    """Bets with nothing left open become shipped; others go on. Twice changes nothing."""
    left = open_in(event.bet_ids)
    actor = Actor.system(f"Release {event.version}")
    for bet in bets_by_id(event.bet_ids).values():
        if bet.id not in left and bet.state in ("committed", "in_progress"):
            roadmap.mark_shipped(actor=actor, bet_id=bet.id, now=happened.at)
