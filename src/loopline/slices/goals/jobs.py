"""Each night the plan of this quarter and of the next is frozen, where something changed."""

from datetime import timedelta

from django.tasks import task
from django.utils import timezone

from loopline.platform.schedule.every import every
from loopline.platform.settings.options import today
from loopline.slices.goals.computing import freeze
from loopline.slices.goals.rules import period_of, shifted


@task()
def freeze_plans() -> None:
    """A plan that is as the newest snapshot has it makes none."""
    now = timezone.now()
    here = period_of(today(now))
    for period in (here, shifted(here, 1)):
        freeze(period, why="Nightly", now=now, only_changed=True)


def register() -> None:
    every(timedelta(days=1), freeze_plans)
