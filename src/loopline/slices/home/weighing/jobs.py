"""By night: the line is weighed anew, and what is left for later is looked at."""

from django.tasks import task
from django.utils import timezone

from loopline.slices.home.weighing import leverage, notnow


@task()
def weigh() -> None:
    """Again in the same night it changes nothing but the moment of counting."""
    now = timezone.now()
    leverage.keep(now=now)
    notnow.look(now=now)
