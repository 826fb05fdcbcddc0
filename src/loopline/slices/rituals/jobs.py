"""By themselves: next sessions each night, pages before their time, mails once each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.tasks import task
from django.utils import timezone

from loopline.platform.egress.letter import MailRefused, Message
from loopline.platform.egress.mail import MailDeferred
from loopline.platform.jobs.queue import enqueue_many
from loopline.platform.notify import post
from loopline.platform.notify.services import notify_person
from loopline.platform.schedule.every import every
from loopline.slices.rituals import settling, wording
from loopline.slices.rituals.models import Ritual, Seat

FIELDS = {"preread": "preread_at", "summary": "summary_at"}


class TryAgain(Exception):
    """The mail server does not take it now; the queue tries later."""


def tell(kind: str, seats: Sequence[Seat], said: str, *, now: datetime, sample: bool) -> int:
    """A note here for everybody, and a mail where something may leave; sample data sends none. Answers how many."""
    for seat in seats:
        notify_person(
            user_id=seat.user_id, text=said, url=f"/rituals/sessions/{seat.session_id}", kind="ritual",
            key=f"{kind}:{seat.session_id}:{seat.user_id}", now=now,
        )  # fmt: skip
    if not sample and post.may_send() and post.mailer() is not None:
        calls = [{"kind": kind, "seat_id": seat.pk} for seat in seats]
        enqueue_many(send_mail, now=now, calls=calls)
    return len(seats)


def make_all_ready(*, now: datetime) -> int:
    """Close what never began, then add the sessions that are missing. Answers how many were added."""
    settling.close_old(now=now)
    found = Ritual.objects.filter(state="active", archived_at=None).order_by("pk")
    return sum(settling.make_ready(r, now=now) for r in found)


def send_due(*, now: datetime) -> int:
    """Send the pages whose hour has come, each once. Answers how many people were told."""
    told = 0
    for s in settling.to_send(now):
        seats = settling.send_out(s.pk, now=now)
        if seats:
            said = f"Read before {s.ritual.name}, {wording.moment(s.at)}"
            told += tell("preread", seats, said, now=now, sample=s.sample)
    return told


@task(queue_name="io")
def send_mail(kind: str, seat_id: int) -> None:
    """One mail to one person. It is taken in hand before it leaves, so that a crash never sends it twice."""
    now, mailer = timezone.now(), post.mailer()
    seat = Seat.objects.select_related("user", "session__ritual").filter(pk=seat_id).first()
    if seat is None or mailer is None or not post.may_send() or not seat.user.is_active:
        return
    field = FIELDS[kind]
    mine = Seat.objects.filter(pk=seat_id)
    if not mine.filter(**{field: None}).update(**{field: now}):
        return
    s = seat.session
    subject, text = wording.preread(s) if kind == "preread" else wording.summary(s, now=now)
    link = post.absolute(f"/rituals/sessions/{s.pk}")
    host = urlsplit(post.absolute("/")).hostname or "loopline.invalid"
    message = Message(
        to=seat.user.email, subject=subject, text=f"{text}\n\n{link}\n",
        message_id=f"<session-{s.pk}-{kind}-{seat.user_id}@{host}>",
    )  # fmt: skip
    try:
        mailer.send(message, now=now)
    except MailDeferred as later:
        if later.uncertain:
            return  # it may have arrived
        mine.update(**{field: None})
        raise TryAgain(later.sentence) from later
    except MailRefused:
        return  # this address takes none; the note here stays


@task()
def nightly() -> None:
    """Each hour, so that a night without power is made up; what is there is not made again."""
    make_all_ready(now=timezone.now())


@task()
def send_prereads() -> None:
    """Each quarter of an hour; what was sent is not sent again."""
    send_due(now=timezone.now())


every(timedelta(hours=1), nightly)
every(timedelta(minutes=15), send_prereads)
