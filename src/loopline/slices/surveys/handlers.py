"""What happens by itself: surveys open and close on their days."""

from django.tasks import task
from django.utils import timezone

from loopline.platform.identity.actor import Actor
from loopline.slices.surveys import services


@task()
def keep_the_days() -> None:
    """Open what opens today, close what ended yesterday."""
    services.keep_the_days(actor=Actor.system("Surveys"), now=timezone.now())
