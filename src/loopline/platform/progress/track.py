"""Starting, moving and reading a progress. Each step is its own small write, outside the work's transaction."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loopline.core.problems import Missing
from loopline.platform.identity.actor import Actor, Role
from loopline.platform.progress.models import Progress


class Stopped(Exception):
    """Somebody asked for the work to stop; what is done stays."""


@dataclass(frozen=True, slots=True)
class Seen:
    token: str
    label: str
    done: int
    total: int
    note: str
    state: str
    result: dict[str, Any]
    result_url: str
    started_at: datetime
    finished_at: datetime | None

    @property
    def share(self) -> float:
        return (
            1.0 if self.state == "done" else min(self.done / self.total, 1.0) if self.total else 0.0
        )


def _seen(row: Progress) -> Seen:
    return Seen(
        row.token, row.label, row.done, row.total, row.note, row.state, row.result, row.result_url,
        row.started_at, row.finished_at,
    )  # fmt: skip


def start(*, actor: Actor, label: str, total: int = 0, now: datetime) -> str:
    """A new progress; answers its token."""
    row = Progress.objects.create(
        token=secrets.token_urlsafe(16),
        label=label[:200],
        user_id=actor.user_id,
        total=total,
        started_at=now,
    )
    return row.token


def move(token: str, *, done: int, total: int | None = None, note: str | None = None) -> None:
    """Say how far. Raises Stopped where somebody asked to stop."""
    changes: dict[str, Any] = {"done": done}
    if total is not None:
        changes["total"] = total
    if note is not None:
        changes["note"] = note[:300]
    Progress.objects.filter(token=token).update(**changes)
    if Progress.objects.filter(token=token, stop_asked=True).exists():
        raise Stopped


def finish(
    token: str, *, state: str = "done", note: str = "", result: dict[str, Any] | None = None,
    result_url: str = "", now: datetime,
) -> None:  # fmt: skip
    Progress.objects.filter(token=token).update(
        state=state, note=note[:300], result=result or {}, result_url=result_url, finished_at=now
    )


def ask_to_stop(*, actor: Actor, token: str) -> None:
    see(actor=actor, token=token)
    Progress.objects.filter(token=token, state="running").update(stop_asked=True)


def see(*, actor: Actor, token: str) -> Seen:
    """One progress; its starter's and the admins' to see."""
    row = Progress.objects.filter(token=token).first()
    if row is None or (row.user_id != actor.user_id and actor.role.rank < Role.ADMIN.rank):
        raise Missing("progress")
    return _seen(row)


def running(*, actor: Actor) -> list[Seen]:
    """What runs now, for the shell to show on every page."""
    rows = Progress.objects.filter(state="running")
    if actor.role.rank < Role.ADMIN.rank:
        rows = rows.filter(user_id=actor.user_id)
    return [_seen(r) for r in rows.order_by("-id")[:5]]
