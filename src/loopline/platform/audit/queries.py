"""Reading and checking the chain."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from django.db.models.functions import TruncDate

from loopline.platform.audit.models import AuditEntry, AuditHead
from loopline.platform.audit.record import GENESIS, content_digest, link
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    at: datetime
    actor_id: int | None
    actor_name: str
    via: str
    action: str
    object_type: str
    object_id: str
    before: dict[str, Any]
    after: dict[str, Any]


def entry_of(row: AuditEntry) -> Entry:
    content = row.content or {}
    return Entry(
        row.pk, row.at, row.actor_id, row.actor_name, row.via, row.action, row.object_type,
        row.object_id, content.get("before", {}), content.get("after", {}),
    )  # fmt: skip


def history(object_type: str, object_id: int | str, limit: int = 50) -> list[Entry]:
    """The latest changes of one object, newest first; for pages whose object the actor already sees."""
    rows = AuditEntry.objects.filter(object_type=object_type, object_id=str(object_id))
    return [entry_of(r) for r in rows.order_by("-id")[:limit]]


def entries(
    *,
    actor: Actor,
    action: str = "",
    person: int | None = None,
    via: str = "",
    object_type: str = "",
    before_id: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """The chain, newest first, filtered; `before_id` pages on."""
    allow(actor, "audit.read")
    rows = AuditEntry.objects.order_by("-id")
    given = {
        "action__startswith": action,
        "actor_id": person,
        "via": via,
        "object_type": object_type,
    }
    rows = rows.filter(**{k: v for k, v in given.items() if v})
    if before_id:
        rows = rows.filter(pk__lt=before_id)
    return [entry_of(r) for r in rows[:limit]]


def broken_links() -> Iterator[str]:
    """Walk the chain from its start; yield one sentence for each entry that does not fit."""
    previous, count = GENESIS, 0
    for row in AuditEntry.objects.order_by("id").iterator(2000):
        count += 1
        if row.content is not None and content_digest(row.salt, row.content) != row.digest:
            yield f"Audit entry {row.pk} ({row.action}): its content was changed after it was written."
        if link(previous, row) != row.chain:
            yield f"Audit entry {row.pk} ({row.action}): the chain breaks here."
        previous = row.chain
    head = AuditHead.objects.filter(pk=1).first()
    if head and (head.chain != previous or head.entries != count):
        yield f"The audit head names {head.entries} entries, {count} are there: the end was cut off."


def days_of(
    *, people: Iterable[int], since: datetime, zone: tzinfo, object_type: str = ""
) -> set[tuple[int, date]]:
    """(person, day) of every day on which one of these people changed something; one query."""
    rows = AuditEntry.objects.filter(actor_id__in=set(people), at__gte=since)
    if object_type:
        rows = rows.filter(object_type=object_type)
    days = rows.annotate(day=TruncDate("at", tzinfo=zone)).order_by()
    found = days.values_list("actor_id", "day").distinct()
    return {(person, day) for person, day in found if person}
