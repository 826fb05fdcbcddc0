"""Sending events to webhooks: a row per event and address, tried until it is taken or given up."""

import json
import random
from datetime import timedelta

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.platform.egress import webhook as wire
from loopline.platform.events.outbox import Event, Happened
from loopline.platform.jobs.queue import enqueue
from loopline.platform.notify import post
from loopline.platform.notify.models import Webhook, WebhookDelivery


def wanted(event_type: str) -> bool:
    """Whether any webhook listens; asked at each publish, one indexed query."""
    rows = Webhook.objects.filter(archived_at=None, paused_at=None).values_list("events", flat=True)
    return any("*" in events or event_type in events for events in rows)


def _matches(row: Webhook, happened: Happened) -> bool:
    if "*" not in row.events and happened.type not in row.events:
        return False
    return all(str(happened.payload.get(k)) == str(v) for k, v in row.condition.items())


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
        WebhookDelivery.objects.filter(pk=row.pk).update(
            said="Sending is switched off under Settings."
        )
        return
    got = wire.deliver(
        post.client(), row.webhook.url, row.webhook.secret, row.message_id, row.body.encode(), now
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


def retry(delivery_id: int) -> None:
    """Try a dead delivery again from the start, under its old id."""
    now = timezone.now()
    rows = WebhookDelivery.objects.filter(pk=delivery_id, state="dead")
    if rows.update(state="waiting", attempts=0, next_at=now, done_at=None):
        enqueue(send_webhook, now=now, delivery_id=delivery_id)
