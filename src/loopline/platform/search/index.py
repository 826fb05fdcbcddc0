"""Keeping the rows in step with the objects. Call in the transaction of the change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from loopline.platform.search.models import SearchRow

BODY = 20_000  # characters of text indexed per object


@dataclass(frozen=True, slots=True)
class Entry:
    """What to index of one object. `key` is its spoken name, found exactly."""

    object_type: str
    object_id: int
    title: str
    at: datetime
    key: str = ""
    body: str = ""
    tags: str = ""
    archived: bool = False


@transaction.atomic
def put(entries: Sequence[Entry]) -> None:
    """Insert or replace, in two statements however many."""
    rows = [
        SearchRow(
            object_type=e.object_type,
            object_id=e.object_id,
            key=e.key,
            title=e.title,
            body=e.body[:BODY],
            tags=e.tags,
            archived=e.archived,
            at=e.at,
        )
        for e in entries
    ]
    SearchRow.objects.bulk_create(
        rows,
        batch_size=200,
        update_conflicts=True,
        unique_fields=["object_type", "object_id"],
        update_fields=["key", "title", "body", "tags", "archived", "at"],
    )


def drop(object_type: str, ids: Sequence[int]) -> None:
    SearchRow.objects.filter(object_type=object_type, object_id__in=ids).delete()
