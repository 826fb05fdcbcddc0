"""Telling people here, and keeping the addresses of programs."""

import hashlib
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from loopline.core.problems import Invalid, Missing, Stale
from loopline.platform.audit.record import Change, record
from loopline.platform.events.outbox import known_types
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.notify.models import Notification, Webhook


def notify_person(
    *, user_id: int, text: str, url: str, kind: str, key: str = "", now: datetime
) -> None:
    """Tell somebody here. The same key again tells nothing; call it in the handler's transaction."""
    key = key or hashlib.sha256(f"{user_id}{kind}{url}{text}".encode()).hexdigest()[:40]
    Notification.objects.get_or_create(
        key=key[:120],
        defaults={"user_id": user_id, "kind": kind[:40], "text": text[:400], "url": url[:300], "at": now},
    )  # fmt: skip


@transaction.atomic
def mark_read(*, actor: Actor, ids: Sequence[int] | None = None, now: datetime) -> None:
    """The actor has seen these, or all of theirs."""
    rows = Notification.objects.filter(user_id=actor.user_id or 0, read_at=None)
    (rows if ids is None else rows.filter(pk__in=ids)).update(read_at=now)


@dataclass(frozen=True, slots=True)
class Seen:
    id: int
    text: str
    url: str
    kind: str
    at: datetime
    read: bool


def for_actor(*, actor: Actor, unread: bool = False, limit: int = 30) -> list[Seen]:
    """What the actor was told, newest first."""
    rows = Notification.objects.filter(user_id=actor.user_id or 0)
    if unread:
        rows = rows.filter(read_at=None)
    return [
        Seen(n.pk, n.text, n.url, n.kind, n.at, n.read_at is not None)
        for n in rows.order_by("-at", "-pk")[:limit]
    ]


def _checked_url(url: str) -> str:
    parts = urlsplit(url.strip())
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or len(url) > 1000
        or parts.username
    ):
        raise Invalid(url="Enter an address that starts with https:// and holds no password.")
    return url.strip()


def _checked_events(events: Sequence[str]) -> list[str]:
    known = known_types()
    wrong = [e for e in events if e != "*" and e not in known]
    if wrong:
        raise Invalid(events=f"There is no event {wrong[0]}. Known: {', '.join(known)}.")
    if not events:
        raise Invalid(events="Choose at least one event.")
    return sorted(set(events))


@transaction.atomic
def create_webhook(
    *,
    actor: Actor,
    url: str,
    events: Sequence[str],
    condition: Mapping[str, Any] | None = None,
    now: datetime,
) -> Webhook:
    """A program wants to know; its secret is shown once, in this answer."""
    allow(actor, "webhook.change")
    row = Webhook.objects.create(
        url=_checked_url(url), events=_checked_events(events), condition=dict(condition or {}),
        secret=f"whsec_{b64encode(secrets.token_bytes(24)).decode()}", created_at=now, updated_at=now,
    )  # fmt: skip
    after = {"url": row.url, "events": row.events}
    record(actor=actor, now=now, change=Change("webhook.added", "webhook", row.pk, {}, after))
    return row


@transaction.atomic
def change_webhook(
    *,
    actor: Actor,
    webhook_id: int,
    changes: Mapping[str, Any],
    version: int | None = None,
    now: datetime,
) -> Webhook:
    """Change address, events or condition; `paused` stops or goes on; `archived` removes it."""
    allow(actor, "webhook.change")
    row = Webhook.objects.select_for_update().filter(pk=webhook_id, archived_at=None).first()
    if row is None:
        raise Missing("webhook")
    if version is not None and version != row.version:
        raise Stale("webhook", mine=dict(changes), theirs={"url": row.url, "events": row.events})
    if "url" in changes:
        row.url = _checked_url(changes["url"])
    if "events" in changes:
        row.events = _checked_events(changes["events"])
    if "condition" in changes:
        row.condition = dict(changes["condition"] or {})
    if "paused" in changes:
        row.paused_at = now if changes["paused"] else None
        row.paused_because = "By hand" if changes["paused"] else ""
    if changes.get("archived"):
        row.archived_at = now
    row.version += 1
    row.updated_at = now
    row.save()
    record(
        actor=actor, now=now, change=Change("webhook.changed", "webhook", row.pk, {}, dict(changes))
    )
    return row


def webhook(*, actor: Actor, webhook_id: int) -> Webhook:
    allow(actor, "webhook.read")
    row = Webhook.objects.filter(pk=webhook_id, archived_at=None).first()
    if row is None:
        raise Missing("webhook")
    return row
