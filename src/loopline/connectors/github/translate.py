"""From GitHub's REST and webhook objects to our rows. Pure: no database, no clock.

Fields as GitHub documents them for issues, pull requests and releases (REST API 2022-11-28).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from loopline.core.problems import Invalid
from loopline.core.shapes import ReleaseRow, WorkItemRow

SOURCE = "github"
_STARTED = ("in progress", "doing", "started", "wip", "in review")


def time(value: Any, field: str) -> datetime | None:
    """GitHub's times are ISO 8601 with Z. Raises Invalid."""
    if value in (None, ""):
        return None
    try:
        found = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        raise Invalid(**{field: f"{value!r} is not a time."}) from None
    return found if found.tzinfo else None


def _text(value: Any, most: int) -> str:
    return value.replace("\x00", "")[:most] if isinstance(value, str) else ""


def _labels(item: Mapping[str, Any]) -> tuple[str, ...]:
    raw = item.get("labels")
    names = (
        [x.get("name") if isinstance(x, Mapping) else x for x in raw]
        if isinstance(raw, Sequence)
        else []
    )
    return tuple(_text(n, 60) for n in names if isinstance(n, str))[:30]


def _events(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    raw = item.get("events")
    return [e for e in raw if isinstance(e, Mapping)] if isinstance(raw, list) else []


def _began(item: Mapping[str, Any]) -> datetime | None:
    """When work began: the first assignment or commit that the timeline shows."""
    times = [
        t for e in _events(item) if e.get("event") in ("assigned", "committed")
        if (t := time(e.get("created_at") or _commit_time(e), "events"))
    ]  # fmt: skip
    return min(times, default=None)


def _commit_time(event: Mapping[str, Any]) -> Any:
    committer = event.get("committer")
    return committer.get("date") if isinstance(committer, Mapping) else None


def _state(item: Mapping[str, Any], *, pull: bool) -> str:
    """GitHub knows open and closed; labels, drafts and merges say the rest."""
    if pull:
        if item.get("merged") or item.get("merged_at"):
            return "done"
        if item.get("state") == "closed":
            return "cancelled"
        return "todo" if item.get("draft") else "started"
    if item.get("state") == "closed":
        return "cancelled" if item.get("state_reason") in ("not_planned", "duplicate") else "done"
    labels = {n.lower() for n in _labels(item)}
    if labels & set(_STARTED) or item.get("assignees"):
        return "started"
    return "backlog"


def _type(labels: Sequence[str], *, pull: bool) -> str:
    for name in labels:
        low = name.lower()
        for word, kind in (
            ("bug", "bug"),
            ("feature", "feature"),
            ("enhancement", "feature"),
            ("doc", "docs"),
        ):
            if word in low:
                return kind
    return "pull request" if pull else "issue"


def _number(item: Mapping[str, Any]) -> int:
    number = item.get("number")
    if not isinstance(number, int) or not 0 < number < 10**12:
        raise Invalid(number="An issue or pull request needs its number.")
    return number


def work_item(item: Mapping[str, Any], *, repo: str, pull: bool = False) -> WorkItemRow:
    """An issue or pull request, from a REST object or a webhook's. Raises Invalid."""
    number = _number(item)
    pull = pull or "merge_commit_sha" in item or isinstance(item.get("pull_request"), Mapping)
    updated = time(item.get("updated_at") or item.get("created_at"), "updated_at")
    if updated is None:
        raise Invalid(updated_at="The object has no updated_at; it cannot be put in order.")
    title = _text(item.get("title"), 400).strip()
    if not title:
        raise Invalid(title=f"#{number} has no title.")
    state, labels = _state(item, pull=pull), _labels(item)
    closed = time(item.get("merged_at") or item.get("closed_at"), "closed_at")
    opened = time(item.get("created_at"), "created_at")
    began = _began(item)
    if began is None and state in ("started", "done"):
        began = opened
    assignee = item.get("assignee") or item.get("user")
    who = _text(assignee.get("login"), 160) if isinstance(assignee, Mapping) else ""
    return WorkItemRow(
        source=SOURCE, external_id=f"{repo}#{number}", title=title, state=state, source_updated_at=updated,
        number=number, body=_text(item.get("body"), 60_000), type=_type(labels, pull=pull),
        url=_text(item.get("html_url"), 1000), labels=labels, assignee_name=who, is_pull=pull, created_at=opened,
        started_at=began, done_at=(closed or updated) if state == "done" else None,
        merged_sha=_text(item.get("merge_commit_sha"), 64) if state == "done" else "",
    )  # fmt: skip


def release(item: Mapping[str, Any], *, repo: str, contains: Sequence[str] = ()) -> ReleaseRow:
    """A GitHub release. Raises Invalid."""
    tag = _text(item.get("tag_name"), 120).strip()
    if not tag:
        raise Invalid(tag_name="A release needs its tag_name.")
    name = _text(item.get("name"), 200).strip()
    sha = _text(item.get("target_commitish"), 64)
    return ReleaseRow(
        source=SOURCE, external_id=f"{repo}@{tag}", version=tag, title="" if name == tag else name,
        shipped_at=time(item.get("published_at") or item.get("created_at"), "published_at"),
        url=_text(item.get("html_url"), 1000), notes=_text(item.get("body"), 60_000), tag=tag, commit_sha=sha,
        prerelease=bool(item.get("prerelease")), draft=bool(item.get("draft")), contains=tuple(contains),
    )  # fmt: skip
