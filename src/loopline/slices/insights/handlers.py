"""An erased person is no contact any more either; later slices hear of it themselves."""

from loopline.platform.events.outbox import Happened
from loopline.platform.identity.actor import Actor
from loopline.slices.customers import services as customers
from loopline.slices.insights.events import PersonErased


def when_erased(event: PersonErased, happened: Happened) -> None:
    """Customers know nothing of product events, so they are told from here."""
    customers.forget_contacts(
        actor=Actor.system("Privacy"), theirs=event.names, erasure=event.erasure, now=happened.at
    )
