"""When work starts, its bet is in progress."""

from loopline.core.problems import Missing
from loopline.platform.events.outbox import Happened
from loopline.platform.identity.actor import Actor
from loopline.slices.roadmap import services as roadmap
from loopline.slices.work.events import WorkItemMoved


def start_bet(event: WorkItemMoved, happened: Happened) -> None:
    """The first item that starts or is done starts its bet; later ones change nothing."""
    if event.bet_id and event.state in ("started", "done"):
        try:
            roadmap.mark_started(actor=Actor.system("Work"), bet_id=event.bet_id, now=happened.at)
        except Missing:
            return  # the bet is gone; there is nothing to start
