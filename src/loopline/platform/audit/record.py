"""Writing to the chain. Call inside the transaction of the change it records."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from loopline.platform.audit.models import AuditEntry, AuditHead
from loopline.platform.identity.actor import Actor

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Change:
    """One change to record. `before` and `after` hold only the fields that changed."""

    action: str
    object_type: str
    object_id: int | str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def _plain(value: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False))


def content_digest(salt: str, content: object) -> str:
    """SHA-256 of salt and canonical JSON. Kept when the content is erased, so the chain still fits."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def link(previous: str, entry: AuditEntry) -> str:
    """The chain value of an entry: SHA-256 over the previous value and every kept field."""
    fields = [
        previous, entry.at.isoformat(), str(entry.actor_id), entry.actor_name, entry.via,
        entry.action, entry.object_type, entry.object_id, entry.digest,
    ]  # fmt: skip
    return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()


def record_many(*, actor: Actor, changes: Sequence[Change], now: datetime) -> None:
    """Append changes in order; one head update however many there are."""
    if not changes:
        return
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().filter(pk=1).first()
        head = head or AuditHead(pk=1, chain=GENESIS)
        entries = []
        for change in changes:
            content = _plain({"before": change.before, "after": change.after})
            salt = secrets.token_hex(8)
            entry = AuditEntry(
                at=now,
                actor_id=actor.user_id,
                actor_name=actor.name[:160],
                via=actor.via,
                action=change.action,
                object_type=change.object_type,
                object_id=str(change.object_id),
                content=content,
                salt=salt,
                digest=content_digest(salt, content),
            )
            entry.chain = head.chain = link(head.chain, entry)
            entries.append(entry)
        AuditEntry.objects.bulk_create(entries, batch_size=500)
        head.entries += len(entries)
        head.save()


def record(*, actor: Actor, now: datetime, change: Change) -> None:
    """Append one change."""
    record_many(actor=actor, changes=[change], now=now)


def forget(
    object_type: str, ids: Sequence[int], holding: Callable[[str], bool] | None = None
) -> None:
    """Erase what entries of some objects say, all of it or where `holding(text)` is true of it; the chain still fits.

    Call inside the transaction of what is erased.
    """
    rows = AuditEntry.objects.filter(
        object_type=object_type, object_id__in=[str(i) for i in ids]
    ).exclude(content=None)
    if holding is not None:
        said = rows.values_list("pk", "content")
        rows = AuditEntry.objects.filter(
            pk__in=[pk for pk, content in said if holding(json.dumps(content, ensure_ascii=False))]
        )
    rows.update(content=None)
