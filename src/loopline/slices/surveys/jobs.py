"""Asking one person: claimed, sent, written down. What a crash leaves in between is never sent a second time."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.platform.egress.letter import MailRefused, Message
from loopline.platform.egress.mail import MailDeferred
from loopline.platform.jobs.queue import enqueue
from loopline.platform.notify import post
from loopline.platform.notify.services import notify_person
from loopline.slices.customers.queries import contacts_by_id
from loopline.slices.surveys.letters import write
from loopline.slices.surveys.models import Answer, Ask, Survey

HELD = "Waits until sending is switched on under Settings."
UNSURE = "Loopline was stopped while sending this. It may have arrived, so it is not sent again."
NO_SERVER = "No mail server is set. Set LOOPLINE_SMTP_URL, then ask again by the link."


class TryAgain(Exception):
    """The mail server does not take it now; the queue tries later."""


def _settle(ask: Ask, state: str, said: str, now: datetime) -> None:
    live = Ask.objects.filter(pk=ask.pk, state__in=("queued", "sending"))
    live.update(state=state, said=said[:500], sent_at=now if state == "sent" else None)


def _reason_not_to(ask: Ask) -> str:
    contact = contacts_by_id([ask.contact_id]).get(ask.contact_id or 0)
    if contact and contact.unsubscribed_at:
        return "They asked for no more messages."
    if ask.survey.state != "open" or ask.survey.archived_at:
        return "The survey was closed before this was sent."
    if Answer.objects.filter(survey_id=ask.survey_id, person=ask.person).exists():
        return "They have answered already."
    return ""


def _claim(ask_id: int, now: datetime) -> Ask | None:
    """The row, now `sending`; None where it is not to be sent. An earlier claim means a crash."""
    with transaction.atomic():
        ask = Ask.objects.select_for_update().filter(pk=ask_id).first()
        if ask is None or ask.state not in ("queued", "sending"):
            return None
        if ask.state == "sending":
            _settle(ask, "failed", UNSURE, now)
            return None
        if reason := _reason_not_to(ask):
            _settle(ask, "suppressed", reason, now)
            return None
        Ask.objects.filter(pk=ask.pk).update(state="sending")
        return ask


def _here(ask: Ask, now: datetime, key: str = "") -> None:
    """A colleague sees it in Loopline too, whether or not a mail can go."""
    notify_person(
        user_id=ask.user_id or 0, text=ask.survey.question, url=f"/survey/{ask.token}", kind="survey",
        key=f"survey:{ask.pk}{key}", now=now,
    )  # fmt: skip


def _message(ask: Ask, again: bool = False) -> Message:
    stops = bool(ask.contact_id)
    letter = write(ask.survey, name=ask.name, token=ask.token, stops=stops, again=again)
    host = urlsplit(post.absolute("/")).hostname or "loopline.invalid"
    stop = post.absolute(f"/survey/{ask.token}/stop") if ask.contact_id else None
    return Message(
        to=ask.address, subject=letter.subject, text=letter.text, html=letter.html,
        message_id=f"<survey-{ask.survey_id}-{ask.pk}{'-again' if again else ''}@{host}>", list_unsubscribe_url=stop,
    )  # fmt: skip


@task(queue_name="io")
def send(ask_id: int) -> None:
    """Send one mail. Refused for good: failed with the sentence. Refused for now: tried again."""
    now, mailer = timezone.now(), post.mailer()
    may_send = post.may_send()
    inside = Ask.objects.filter(pk=ask_id).exclude(user=None).exists()
    if not may_send and not inside:
        Ask.objects.filter(pk=ask_id, state="queued").update(said=HELD)
        return  # it stays queued until sending is switched on; see send_held
    ask = _claim(ask_id, now)
    if ask is None:
        return
    if inside:
        _here(ask, now)
        if mailer is None or not may_send or not ask.address:
            _settle(ask, "sent", "Shown in Loopline", now)
            return
    if mailer is None:
        _settle(ask, "failed", NO_SERVER, now)
        return
    try:
        mailer.send(_message(ask), now=now)
    except MailDeferred as later:
        if later.uncertain:
            _settle(ask, "failed", UNSURE, timezone.now())
            return
        Ask.objects.filter(pk=ask.pk, state="sending").update(
            state="queued", said=later.sentence[:500]
        )
        raise TryAgain(later.sentence) from later
    except MailRefused as refused:
        _settle(ask, "failed", refused.sentence, timezone.now())
        return
    _settle(ask, "sent", f"Taken by the mail server for {ask.address}", timezone.now())


@task()
def send_held() -> None:
    """What waited for sending to be switched on goes its way, each once."""
    if not post.may_send():
        return
    now = timezone.now()
    held = Ask.objects.filter(state="queued", said=HELD)
    for pk in list(held.order_by("pk").values_list("pk", flat=True)[:1000]):
        if held.filter(pk=pk).update(said=""):
            enqueue(send, now=now, ask_id=pk)


LATE = timedelta(days=14)  # a reminder that is later than this is none


@task()
def remind_due() -> None:
    """Those asked so many days ago who have not answered are reminded, each once; while sending is off, nobody."""
    if not post.may_send():
        return
    now = timezone.now()
    for survey in Survey.objects.filter(state="open", archived_at=None).exclude(remind_after=None):
        due = now - timedelta(days=survey.remind_after or 0)
        asks = Ask.objects.filter(
            survey=survey, state="sent", reminder="", sent_at__lte=due, sent_at__gt=due - LATE
        )
        answered = Answer.objects.filter(survey=survey).values("person")
        for pk in list(asks.exclude(person__in=answered).values_list("pk", flat=True)[:1000]):
            with transaction.atomic():
                if Ask.objects.filter(pk=pk, reminder="").update(reminder="queued"):
                    enqueue(remind, now=now, ask_id=pk)


def _claim_reminder(ask_id: int) -> Ask | None:
    """The row, now being reminded; None where it is not to be. An earlier claim means a crash: never a second mail."""
    with transaction.atomic():
        ask = Ask.objects.select_for_update().filter(pk=ask_id).first()
        if ask is None or ask.reminder not in ("queued", "sending"):
            return None
        spared = bool(_reason_not_to(ask)) or not ask.address or ask.survey.remind_after is None
        state = "failed" if ask.reminder == "sending" else "spared" if spared else "sending"
        Ask.objects.filter(pk=ask.pk).update(reminder=state)
        return ask if state == "sending" else None


@task(queue_name="io")
def remind(ask_id: int) -> None:
    """Send the one reminder. Whoever answered, unsubscribed or was erased since is spared."""
    mailer = post.mailer()
    if not post.may_send() or mailer is None:
        Ask.objects.filter(pk=ask_id, reminder="queued").update(reminder="")  # due again later
        return
    ask = _claim_reminder(ask_id)
    if ask is None:
        return
    state = "sent"
    try:
        mailer.send(_message(ask, again=True), now=timezone.now())
    except MailDeferred as later:
        state = "failed" if later.uncertain else "queued"
        if state == "queued":
            Ask.objects.filter(pk=ask.pk, reminder="sending").update(reminder="queued")
            raise TryAgain(later.sentence) from later
    except MailRefused:
        state = "failed"
    now = timezone.now()
    Ask.objects.filter(pk=ask.pk, reminder="sending").update(
        reminder=state, reminded_at=now if state == "sent" else None
    )
    if ask.user_id and state == "sent":
        _here(ask, now, ":again")
