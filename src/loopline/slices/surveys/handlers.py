"""What happens by itself: surveys open and close on their days, and erased persons are forgotten here too."""

from django.tasks import task
from django.utils import timezone

from loopline.platform.events.outbox import Happened
from loopline.platform.identity.actor import Actor
from loopline.slices.customers.events import ContactsErased
from loopline.slices.insights.events import PersonErased
from loopline.slices.surveys import services


@task()
def keep_the_days() -> None:
    """Open what opens today, close what ended yesterday, ask anew what is asked every quarter."""
    actor, now = Actor.system("Surveys"), timezone.now()
    services.keep_the_days(actor=actor, now=now)
    services.next_rounds(actor=actor, now=now)


def when_erased(event: PersonErased, happened: Happened) -> None:
    """Who was erased from product events is forgotten by surveys."""
    services.forget_person(
        actor=Actor.system("Surveys"), theirs=event.names, erasure=event.erasure, now=happened.at
    )


def when_contacts_erased(event: ContactsErased, happened: Happened) -> None:
    """Answers and asks of a contact whose address is gone already."""
    services.forget_person(
        actor=Actor.system("Surveys"), contact_ids=frozenset(event.contact_ids), erasure=event.erasure,
        now=happened.at,
    )  # fmt: skip
