"""Rows that people edit: a version that rises with each change, and changes applied field by field."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from loopline.core.problems import Stale


class Editable(models.Model):
    """Base of everything with a page: version, times, the archive, and whether it is sample data."""

    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)
    sample = models.BooleanField(default=False)

    class Meta:
        abstract = True


def refuse_stale(row: Editable, name: str, mine: Any, theirs: Any, version: int | None) -> None:
    """For what is not a plain field: raises Stale with both values when the row moved on since."""
    if version is not None and version != row.version:
        raise Stale(name, mine=mine, theirs=theirs)


def _put_away(row: Editable, changes: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    values = dict(changes)
    archived = values.pop("archived", None)
    if archived is not None and archived != (row.archived_at is not None):
        values["archived_at"] = now if archived else None
    return values


def apply_changes(
    row: Editable, changes: Mapping[str, Any], *, now: datetime, version: int | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set fields and save; answers (before, after) of what differs, both empty where nothing does.

    `archived` true puts the row away, false brings it back; again changes nothing.
    With the version the caller has read, raises Stale with both values when the row moved on since.
    """
    before, after = {}, {}
    for name, new in _put_away(row, changes, now).items():
        old = getattr(row, name)
        if old != new:
            refuse_stale(row, name, new, old, version)
            before[name], after[name] = old, new
            setattr(row, name, new)
    if after:
        row.version += 1
        row.updated_at = now
        row.save(update_fields=[*after, "version", "updated_at"])
    return before, after
