"""What people of the tour say hurts comes into the intake as soon as they stand as heard."""

from loopline.platform.events.outbox import Happened
from loopline.platform.identity.actor import Actor
from loopline.slices.docs.events import DocFilled
from loopline.slices.playbook.standup import tour
from loopline.slices.playbook.standup.sheets import TOUR

ACTOR = Actor.system("Listening tour")


def when_filled(event: DocFilled, happened: Happened) -> None:
    """Only for the people of a listening tour; again for the same page changes nothing."""
    if event.template == TOUR and event.place == "people":
        tour.into_intake(actor=ACTOR, doc_id=event.doc_id, by=happened.actor_id, now=happened.at)
