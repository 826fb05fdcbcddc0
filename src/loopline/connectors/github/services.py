"""Webhooks from GitHub: set up, checked, taken once."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from loopline.connectors.github import translate
from loopline.connectors.github.models import Delivery, Hook
from loopline.core.problems import Invalid, Missing, NotAllowed
from loopline.platform.audit.record import Change, record
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.releases import services as releases
from loopline.slices.work import services as work

SYSTEM = "GitHub"


@dataclass(frozen=True, slots=True)
class NewHook:
    """Shown once: the path to paste and the secret to type into GitHub."""

    id: int
    path: str
    signing_secret: str


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def create_hook(*, actor: Actor, name: str, now: datetime) -> NewHook:
    """A new address for one repository's webhook."""
    allow(actor, "connection.change")
    if not name.strip():
        raise Invalid(name="Name it after its repository.")
    path, signing = secrets.token_urlsafe(24), secrets.token_urlsafe(32)
    row = Hook.objects.create(
        name=name.strip()[:120], path_digest=_digest(path), signing_secret=signing, created_at=now
    )
    record(
        actor=actor,
        now=now,
        change=Change("connection.added", "github", row.pk, {}, {"name": row.name}),
    )
    return NewHook(row.pk, f"/hooks/github/{path}", signing)


@transaction.atomic
def remove_hook(*, actor: Actor, hook_id: int, now: datetime) -> None:
    """Nothing is taken at this address from now on."""
    allow(actor, "connection.change")
    row = Hook.objects.filter(pk=hook_id, removed_at=None).first()
    if row is None:
        raise Missing("webhook")
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    record(
        actor=actor,
        now=now,
        change=Change("connection.removed", "github", row.pk, {"name": row.name}, {}),
    )


def hook_at(secret: str) -> Hook:
    """The webhook whose address this is. Raises Missing."""
    row = Hook.objects.filter(path_digest=_digest(secret), removed_at=None).first()
    if row is None:
        raise Missing("webhook")
    return row


def check(hook: Hook, body: bytes, signature: str) -> None:
    """The body was signed with the secret of this webhook (X-Hub-Signature-256). Raises NotAllowed."""
    expected = "sha256=" + hmac.new(hook.signing_secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise NotAllowed(
            "The signature does not fit. Enter the secret shown when the webhook was made."
        )


def payload_of(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid(
            body="The body is not JSON. Choose application/json as the content type."
        ) from None
    if not isinstance(found, dict):
        raise Invalid(body="The body is not a JSON object.")
    return found


@transaction.atomic
def take(*, hook: Hook, event: str, guid: str, payload: Mapping[str, Any], now: datetime) -> str:
    """Do what one delivery says, once. Answers what happened in a word."""
    if not guid or len(guid) > 80:
        raise Invalid(delivery="X-GitHub-Delivery is missing.")
    try:
        with transaction.atomic():
            Delivery.objects.create(hook=hook, guid=guid, event=event[:60], at=now)
    except IntegrityError:
        return "seen"
    Hook.objects.filter(pk=hook.pk).update(last_at=now)
    return _apply(event, payload, now)


def _apply(event: str, payload: Mapping[str, Any], now: datetime) -> str:
    actor = Actor.system(SYSTEM)
    repository = payload.get("repository")
    repo = str(repository.get("full_name") or "") if isinstance(repository, Mapping) else ""
    if event == "ping":
        return "pong"
    item = payload.get(
        {"issues": "issue", "pull_request": "pull_request", "release": "release"}.get(event, "")
    )
    if not isinstance(item, Mapping) or not repo:
        return "ignored"
    if event == "release":
        if payload.get("action") not in (
            "published",
            "released",
            "prereleased",
            "created",
            "edited",
        ):
            return "ignored"
        releases.draft_releases(actor=actor, rows=[translate.release(item, repo=repo)], now=now)
        return "taken"
    if payload.get("action") in ("deleted", "transferred"):
        item = {
            **item,
            "state": "closed",
            "state_reason": "not_planned",
            "updated_at": item.get("updated_at") or now.isoformat(),
        }
    work.upsert_items(
        actor=actor,
        rows=[translate.work_item(item, repo=repo, pull=event == "pull_request")],
        now=now,
    )
    return "taken"
