"""Sending events to webhooks: a row per event and address, tried until it is taken or given up."""

import json
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.platform.cards.registry import cards
from loopline.platform.egress import slack
from loopline.platform.egress import webhook as wire
from loopline.platform.events.outbox import Event, Happened
from loopline.platform.identity.actor import Actor
from loopline.platform.jobs.queue import enqueue
from loopline.platform.notify import post
from loopline.platform.notify.models import Webhook, WebhookDelivery

HELD = "Sending is switched off under Settings."
SLACK = "hooks.slack.com"


def wanted(event_type: str) -> bool:
    """Whether any webhook listens; asked at each publish, one query of a small table."""
    rows = Webhook.objects.filter(archived_at=None, paused_at=None).values_list("events", flat=True)
    return any("*" in events or event_type in events for events in rows)


def _matches(row: Webhook, happened: Happened) -> bool:
    if "*" not in row.events and happened.type not in row.events:
        return False
    return all(str(happened.payload.get(k)) == str(v) for k, v in row.condition.items())


def slack_text(event_type: str, data: Mapping[str, Any]) -> str:
    """An event as a colleague would say it: what happened, to what, and where to look."""
    said = event_type.replace(".", " ").replace("_", " ").capitalize()
    for key, value in data.items():
        kind = key.removesuffix("_id").replace("_", "-")
        if key.endswith("_id") and str(value).isdigit():
            found = cards(actor=Actor.system(), refs=[(kind, int(value))]).get((kind, int(value)))
            if found:
                text = data.get("text")
                lead, words = (
                    (found.title, f"\n{text}\n") if text else (f"{said}: {found.title}", " ")
                )
                return f"{lead}{words}{post.absolute(found.url)}"
    return said


def _slack(row: WebhookDelivery, now: datetime) -> wire.Delivery:
    """The same event as a message to a Slack incoming webhook."""
    body = json.loads(row.body)
    text = slack_text(body["type"], body["data"])
    try:
        slack.post_message(post.client(), row.webhook.url, text=text, now=now)
    except slack.SlackDeferred as later:
        return wire.Delivery(False, None, None, "", later.retry_after, False, later.sentence)
    except slack.SlackRefused as refused:
        return wire.Delivery(False, 410, None, "", None, True, refused.sentence)
    return wire.Delivery(True, 200, None, "ok", None, False, "")


def fan_out(event: Event, happened: Happened) -> None:
    """One delivery per listening webhook, once."""
    data = {
        k: str(v) if k.endswith("_id") else [str(x) for x in v] if k.endswith("_ids") else v
        for k, v in happened.payload.items()
    }
    stamp = happened.at.isoformat().replace("+00:00", "Z")
    body = json.dumps(
        {"type": happened.type, "timestamp": stamp, "data": data}, separators=(",", ":")
    )
    for row in Webhook.objects.filter(archived_at=None, paused_at=None):
        if not _matches(row, happened):
            continue
        made, new = WebhookDelivery.objects.get_or_create(
            webhook=row,
            event_id=happened.id,
            defaults={
                "event_type": happened.type, "message_id": f"msg_{happened.id}_{row.pk}", "body": body,
                "at": happened.at,
            },
        )  # fmt: skip
        if new:
            enqueue(send_webhook, now=timezone.now(), delivery_id=made.pk)


@task(queue_name="io")
def send_webhook(delivery_id: int) -> None:
    """One attempt; the next is put into the queue with what came of this one."""
    row = WebhookDelivery.objects.select_related("webhook").filter(pk=delivery_id).first()
    if row is None or row.state != "waiting" or row.webhook.archived_at:
        return
    now = timezone.now()
    if not post.may_send():
        WebhookDelivery.objects.filter(pk=row.pk).update(said=HELD)
        return  # it waits until sending is switched on; see send_held
    got = (
        _slack(row, now)
        if urlsplit(row.webhook.url).hostname == SLACK
        else wire.deliver(
            post.client(),
            row.webhook.url,
            row.webhook.secret,
            row.message_id,
            row.body.encode(),
            now,
        )
    )
    attempts = row.attempts + 1
    said = got.problem or got.response_excerpt
    kept = WebhookDelivery.objects.filter(pk=row.pk, state="waiting", attempts=row.attempts)
    with transaction.atomic():
        if got.ok:
            kept.update(
                state="sent", attempts=attempts, status=got.status, said=said[:1000], done_at=now
            )
            return
        wait = None if got.gone else wire.next_attempt(attempts, random.random(), got.retry_after)  # noqa: S311
        if wait is None:
            kept.update(
                state="dead", attempts=attempts, status=got.status, said=said[:1000], done_at=now
            )
            if got.gone:
                Webhook.objects.filter(pk=row.webhook.pk).update(
                    paused_at=now, paused_because=said[:300]
                )
            return
        again = now + timedelta(seconds=wait)
        if kept.update(attempts=attempts, status=got.status, said=said[:1000], next_at=again):
            enqueue(send_webhook, now=now, delay=timedelta(seconds=wait), delivery_id=row.pk)


@task()
def send_held() -> None:
    """What waited for sending to be switched on goes its way, each once."""
    if not post.may_send():
        return
    now = timezone.now()
    held = WebhookDelivery.objects.filter(state="waiting", said=HELD)
    for pk in list(held.order_by("pk").values_list("pk", flat=True)[:1000]):
        if held.filter(pk=pk).update(said=""):
            enqueue(send_webhook, now=now, delivery_id=pk)


@transaction.atomic
def retry(delivery_id: int) -> None:
    """Try a dead delivery again from the start, under its old id."""
    now = timezone.now()
    rows = WebhookDelivery.objects.filter(pk=delivery_id, state="dead")
    if rows.update(state="waiting", attempts=0, next_at=now, done_at=None):
        enqueue(send_webhook, now=now, delivery_id=delivery_id)
