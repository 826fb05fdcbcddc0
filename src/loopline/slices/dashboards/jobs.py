"""Sending findings to those who subscribed: once for each day or week, never twice."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.platform.egress import slack
from loopline.platform.egress.letter import MailRefused, Message
from loopline.platform.egress.mail import MailDeferred
from loopline.platform.identity.actor import Via
from loopline.platform.identity.queries import actor_for
from loopline.platform.jobs.queue import enqueue
from loopline.platform.notify import post
from loopline.platform.schedule.every import every
from loopline.platform.settings.options import zone
from loopline.slices.dashboards import queries, tiles
from loopline.slices.dashboards.models import Dashboard, Subscription


class TryAgain(Exception):
    """The mail server or Slack does not take it now."""


def due_for(row: Subscription, now: datetime) -> str:
    """The day (or the week's Monday) findings are due for; empty before its hour."""
    local = now.astimezone(zone())
    if local.hour < row.hour:
        return ""
    day = local.date()
    if row.every == "week":
        day -= timedelta(days=day.weekday())
    return day.isoformat()


@task()
def send_due() -> None:
    """Every few minutes: put what is due into the queue, once for its day."""
    now = timezone.now()
    for row in Subscription.objects.filter(dashboard__archived_at=None):
        due = due_for(row, now)
        if due and due != row.sent_for:
            enqueue(
                send_findings,
                now=now,
                dedupe_key=f"findings:{row.pk}:{due}",
                subscription_id=row.pk,
                due=due,
            )


@task(queue_name="io")
def send_findings(subscription_id: int, due: str) -> None:
    """One message; marked as sent before it leaves, so that a crash never sends it a second time."""
    now = timezone.now()
    if not post.may_send():
        Subscription.objects.filter(pk=subscription_id).update(
            said="Waits until sending is switched on."
        )
        return
    row = (
        Subscription.objects.select_related("dashboard", "user").filter(pk=subscription_id).first()
    )
    if row is None or row.sent_for == due or not row.user.is_active:
        return
    subject, text = _words(row, now)
    with transaction.atomic():
        if not Subscription.objects.filter(pk=row.pk).exclude(sent_for=due).update(sent_for=due):
            return
    said = _send(row, subject, text, due, now)
    Subscription.objects.filter(pk=row.pk).update(said=said[:300])


def _send(row: Subscription, subject: str, text: str, due: str, now: datetime) -> str:
    try:
        if row.channel == "slack":
            slack.post_message(post.client(), row.address, text=f"{subject}\n{text}", now=now)
            return "Taken by Slack"
        mailer = post.mailer()
        if mailer is None:
            return "No mail server is set. Set LOOPLINE_SMTP_URL."
        mailer.send(
            Message(
                to=row.user.email, subject=subject, text=text, message_id=_message_id(row, due)
            ),
            now=now,
        )
        return f"Sent to {row.user.email}"
    except (MailDeferred, slack.SlackDeferred) as later:
        if not getattr(later, "uncertain", False):
            Subscription.objects.filter(pk=row.pk).update(sent_for="")
            raise TryAgain(later.sentence) from later
        return later.sentence
    except (MailRefused, slack.SlackRefused) as refused:
        return refused.sentence


def _message_id(row: Subscription, due: str) -> str:
    host = (
        post.absolute("/").split("//", 1)[-1].split("/", 1)[0].split(":")[0] or "loopline.invalid"
    )
    return f"<dashboard-{row.dashboard_id}-{row.pk}-{due}@{host}>"


def _words(row: Subscription, now: datetime) -> tuple[str, str]:
    """The findings as lines. They are asked for as the subscriber, so nobody is sent more than they may see."""
    board: Dashboard = row.dashboard
    actor = actor_for(row.user, Via.SYSTEM)
    lines = [board.finding] if board.finding else []
    for tile in queries.tiles(board.pk):
        shown = tiles.patiently(partial(tiles.show, actor, board, tile, board.days, now))
        if shown.finding or shown.trouble:
            lines.append(f"{shown.title}: {shown.finding or shown.trouble}")
    lines += [
        "",
        post.absolute(f"/dashboards/{board.pk}"),
        "Stop these on the dashboard, under Subscribe.",
    ]
    return board.name, "\n".join(lines)


every(timedelta(minutes=5), send_due)
