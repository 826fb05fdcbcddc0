"""Sending one follow-up: claimed, sent, settled. What a crash leaves in between is never sent a second time."""

from datetime import datetime
from urllib.parse import urlsplit

from django.core import signing
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.platform.egress.letter import MailRefused, Message
from loopline.platform.egress.mail import MailDeferred
from loopline.platform.identity.actor import Actor
from loopline.platform.jobs.queue import enqueue
from loopline.platform.notify import post
from loopline.platform.notify.services import notify_person
from loopline.slices.customers.queries import contacts_by_id
from loopline.slices.told.models import FollowUp
from loopline.slices.told.settling import settle

SALT = "unsubscribe"
ACTOR = "Follow-ups"
UNSURE = (
    "Loopline was stopped while sending this. It may have arrived; approve it again if it did not."
)


HELD = "Waits until sending is switched on under Settings."


class TryAgain(Exception):
    """The mail server does not take it now; the queue tries later."""


def unsubscribe_token(contact_id: int) -> str:
    return signing.dumps(contact_id, salt=SALT)


def _message_id(f: FollowUp) -> str:
    """The same for every attempt, so that a mailbox shows one message even where two arrive."""
    host = urlsplit(post.absolute("/")).hostname or "loopline.invalid"
    return f"<follow-up-{f.pk}-{f.told_key.replace(':', '-')}@{host}>"


def _settle(f: FollowUp, state: str, said: str, now: datetime) -> None:
    with transaction.atomic():
        row = FollowUp.objects.select_for_update().get(pk=f.pk)
        if row.state in ("approved", "sending"):
            settle(actor=Actor.system(ACTOR), f=row, state=state, said=said, now=now)


def _claim(follow_up_id: int, now: datetime) -> FollowUp | None:
    """The row, now `sending`; None where it is not to be sent. An earlier claim means a crash."""
    with transaction.atomic():
        f = FollowUp.objects.select_for_update().filter(pk=follow_up_id).first()
        if f is None or f.state not in ("approved", "sending"):
            return None
        if f.state == "sending":
            _settle(f, "failed", UNSURE, now)
            return None
        contact = contacts_by_id([f.contact_id]).get(f.contact_id or 0)
        if contact and contact.unsubscribed_at:
            _settle(f, "suppressed", "They asked for no more messages.", now)
            return None
        FollowUp.objects.filter(pk=f.pk).update(state="sending", updated_at=now)
        return f


def _in_app(f: FollowUp, now: datetime) -> None:
    with transaction.atomic():
        if f.recipient_id:
            notify_person(
                user_id=f.recipient_id, text=f.subject, url=f"/follow-ups/{f.pk}", kind="follow_up",
                key=f"follow_up:{f.pk}", now=now,
            )  # fmt: skip
        _settle(f, "sent", "Shown in Loopline", now)


@task(queue_name="io")
def send(follow_up_id: int) -> None:
    """Send one approved follow-up. Refused for good: failed with the sentence. Refused for now: tried again."""
    now = timezone.now()
    mailer = post.mailer()
    if not post.may_send():
        FollowUp.objects.filter(pk=follow_up_id, state="approved").update(said=HELD)
        return  # it stays approved until sending is switched on; see send_held
    f = _claim(follow_up_id, now)
    if f is None:
        return
    if f.channel == "in_app":
        _in_app(f, now)
        return
    if mailer is None:
        _settle(
            f, "failed", "No mail server is set. Set LOOPLINE_SMTP_URL and approve it again.", now
        )
        return
    link = (
        post.absolute(f"/unsubscribe/{unsubscribe_token(f.contact_id or 0)}")
        if f.contact_id
        else None
    )
    text = f"{f.text}\n\n--\nNo more of these: {link}" if link else f.text
    message = Message(
        to=f.address, subject=f.subject, text=text, message_id=_message_id(f),
        list_unsubscribe_url=link,
    )  # fmt: skip
    try:
        mailer.send(message, now=now)
    except MailDeferred as later:
        if later.uncertain:
            _settle(f, "failed", UNSURE, timezone.now())
            return
        FollowUp.objects.filter(pk=f.pk, state="sending").update(
            state="approved", said=later.sentence[:500]
        )
        raise TryAgain(later.sentence) from later
    except MailRefused as refused:
        _settle(f, "failed", refused.sentence, timezone.now())
        return
    _settle(f, "sent", f"Taken by the mail server for {f.address}", timezone.now())


@task()
def send_held() -> None:
    """What waited for sending to be switched on goes its way, each once."""
    if not post.may_send():
        return
    now = timezone.now()
    held = FollowUp.objects.filter(state="approved", said=HELD)
    for pk in list(held.order_by("pk").values_list("pk", flat=True)[:1000]):
        if held.filter(pk=pk).update(said=""):
            enqueue(send, now=now, follow_up_id=pk)
