"""Rows that every connector and file translates into: one shape per thing, whatever the source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkItemRow:
    """A work item as its source has it now. `source_updated_at` orders what arrives out of order."""

    source: str
    external_id: str
    title: str
    state: str  # backlog, todo, started, done or cancelled
    source_updated_at: datetime
    number: int | None = None
    body: str = ""
    type: str = ""
    url: str = ""
    labels: tuple[str, ...] = ()
    assignee_name: str = ""
    is_pull: bool = False
    created_at: datetime | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    merged_sha: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release as its source has it; `contains` are external ids of work items it is the first to hold."""

    source: str
    external_id: str
    version: str
    title: str
    shipped_at: datetime | None
    url: str = ""
    notes: str = ""
    tag: str = ""
    commit_sha: str = ""
    prerelease: bool = False
    draft: bool = False
    contains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommitRow:
    sha: str
    parents: tuple[str, ...]
    committed_at: datetime
