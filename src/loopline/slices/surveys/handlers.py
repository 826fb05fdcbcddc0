"""What happens by itself: surveys open and close on their days, and erased persons are forgotten here too."""

from django.tasks import task
from django.utils import timezone

from loopline.platform.events.outbox import Happened
from loopline.platform.identity.actor import Actor
from loopline.slices.insights.events import PersonErased, digest
from loopline.slices.surveys import services


@task()
def keep_the_days() -> None:
    """Open what opens today, close what ended yesterday."""
    services.keep_the_days(actor=Actor.system("Surveys"), now=timezone.now())


def when_erased(event: PersonErased, happened: Happened) -> None:
    """Who was erased from product events is forgotten by surveys."""
    digests = set(event.digests)
    services.forget_person(
        actor=Actor.system("Surveys"),
        theirs=lambda each: digest(event.salt, each) in digests,
        now=happened.at,
    )
