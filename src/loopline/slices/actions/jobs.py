"""Reminding owners: one message a person and day, about everything that is due."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.platform.notify.services import notify_person
from loopline.platform.schedule.every import every
from loopline.platform.settings.options import today, zone
from loopline.platform.ui.formats import day, plural
from loopline.slices.actions.models import ActionItem
from loopline.slices.actions.queries import LIVE
from loopline.slices.actions.rules import WEEK, reminder

FROM_HOUR = 8  # in the company's zone; nobody is reminded at night


def _said(found: dict[str, list[ActionItem]], now: datetime) -> str:
    """Overdue: 2. Due today: 1. Or, of a single one, what it is."""
    every_one = [a for each in found.values() for a in each]
    if len(every_one) == 1:
        (a,) = every_one
        when = {"late": f"Overdue since {day(a.due, now=now)}", "due": "Due today"}
        lead = next((when[k] for k in when if found[k]), f"Due {day(a.due, now=now)}")
        return f"{lead}: {a.text}"
    parts = [
        f"{len(found[k])} {words}"
        for k, words in (("late", "overdue"), ("due", "due today"), ("soon", "due next"))
        if found[k]
    ]
    return f"Your {plural(len(every_one), 'action item')}: {', '.join(parts)}"


def _remind(owner_id: int, mine: list[ActionItem], on: date, now: datetime) -> bool:
    """Tell one person of all at once. Nothing where they heard today already."""
    if any(a.reminded_on == on for a in mine):
        return False
    found: dict[str, list[ActionItem]] = {"late": [], "due": [], "soon": [], "": []}
    for a in mine:
        found[reminder(a.due, a.reminded_on, on)].append(a)
    del found[""]
    told = [a for each in found.values() for a in each]
    if not told:
        return False
    url = f"/actions/{told[0].pk}" if len(told) == 1 else f"/actions?owner={owner_id}"
    with transaction.atomic():
        notify_person(
            user_id=owner_id, text=_said(found, now), url=url, kind="action",
            key=f"actions:{owner_id}:{on.isoformat()}", now=now,
        )  # fmt: skip
        ActionItem.objects.filter(pk__in=[a.pk for a in told]).update(reminded_on=on)
    return True


def remind(*, now: datetime) -> int:
    """Tell everybody who has something due; answers how many people were told. Again the same day tells nobody."""
    on = today(now)
    if now.astimezone(zone()).hour < FROM_HOUR:
        return 0
    soon = on + timedelta(days=WEEK)  # farther away nobody is told of it
    rows = ActionItem.objects.filter(LIVE, due__lte=soon, owner__is_active=True)
    by_owner: dict[int, list[ActionItem]] = {}
    for a in rows.order_by("due", "pk"):
        if a.owner_id:
            by_owner.setdefault(a.owner_id, []).append(a)
    return sum(_remind(owner, mine, on, now) for owner, mine in by_owner.items())


@task()
def remind_owners() -> None:
    """Once an hour; what was told is not told again."""
    remind(now=timezone.now())


def registered() -> None:
    """Have it looked at every hour."""
    every(timedelta(hours=1), remind_owners)
