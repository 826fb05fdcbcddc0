"""Looking after docs: who is to look one over, what is described and was put away."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.platform.cards.registry import cards
from loopline.platform.identity.actor import Actor, Role
from loopline.platform.identity.queries import people
from loopline.platform.notify.services import notify_person
from loopline.platform.schedule.every import every
from loopline.platform.settings.options import today, zone
from loopline.platform.ui.formats import day, plural
from loopline.slices.docs.models import Doc, DocMention
from loopline.slices.docs.rules import ESCALATE_DAYS, SOON, reminder
from loopline.slices.docs.settling import LIVING, mark_stale

FROM_HOUR = 8  # in the company's zone; nobody is reminded at night
MOST = 2_000


def _said(found: list[Doc], on: date, now: datetime) -> str:
    if len(found) == 1:
        (d,) = found
        late = d.review_on is not None and d.review_on < on
        when = "was" if late else "is"
        return (
            f"{d.title}: its review {when} due on {day(d.review_on, now=now)}. Does it still hold?"
        )
    due = sum(d.review_on is not None and d.review_on <= on for d in found)
    return f"{plural(len(found), 'doc')} of yours to look over, {due} of them due by now"


def _remind(owner: int, mine: list[Doc], on: date, now: datetime) -> bool:
    if any(d.reminded_on == on for d in mine):
        return False
    told = [d for d in mine if d.review_on and reminder(d.review_on, d.reminded_on, on)]
    if not told:
        return False
    url = f"/docs/{told[0].pk}" if len(told) == 1 else f"/docs?owner={owner}&standing=due"
    with transaction.atomic():
        notify_person(
            user_id=owner, text=_said(told, on, now), url=url, kind="doc",
            key=f"docs:{owner}:{on.isoformat()}", now=now,
        )  # fmt: skip
        Doc.objects.filter(pk__in=[d.pk for d in told]).update(reminded_on=on)
    return True


def remind(*, now: datetime) -> int:
    """A week ahead, on the day, then weekly; one message a person and day. Answers how many people were told."""
    on = today(now)
    if now.astimezone(zone()).hour < FROM_HOUR:
        return 0
    due = Doc.objects.filter(archived_at=None, review_on__lte=on + SOON, owner__is_active=True)
    by_owner: dict[int, list[Doc]] = {}
    for d in due.order_by("review_on", "pk")[:MOST]:
        if d.owner_id:
            by_owner.setdefault(d.owner_id, []).append(d)
    return sum(_remind(owner, mine, on, now) for owner, mine in by_owner.items())


def escalate(*, now: datetime) -> int:
    """Docs whose review is two weeks late, or late and nobody's, come to the admins.

    Once a week; answers how many docs.
    """
    on = today(now)
    late = Doc.objects.filter(archived_at=None, review_on__lte=on - timedelta(days=ESCALATE_DAYS))
    count = late.count()
    if not count or now.astimezone(zone()).hour < FROM_HOUR:
        return 0
    year, week, _ = on.isocalendar()
    for person in people(actor=Actor.system()):
        if person.role in (Role.ADMIN, Role.OWNER):
            notify_person(
                user_id=person.id, text=f"{plural(count, 'doc')} not looked over for two weeks after the day",
                url="/docs?standing=due", kind="doc", key=f"docs-late:{person.id}:{year}-{week}", now=now,
            )  # fmt: skip
    return count


def gone(*, now: datetime) -> int:
    """What living docs describe and was put away makes them out of date. One query a type."""
    living = Doc.objects.filter(LIVING).values("pk")
    refs = set(
        DocMention.objects.filter(doc__in=living).values_list("object_type", "object_id")[:20_000]
    )
    actor, marked = Actor.system(), 0
    for ref, card in sorted(cards(actor=actor, refs=refs).items()):
        if card.archived:
            name = f"{card.key} {card.title}".strip()[:200]
            marked += mark_stale(actor=actor, refs=[ref], why=f"{name} was put away", now=now)
    return marked


@task()
def look_after() -> None:
    """Once an hour; what was said is not said again."""
    now = timezone.now()
    gone(now=now)
    remind(now=now)
    escalate(now=now)


def registered() -> None:
    every(timedelta(hours=1), look_after)
