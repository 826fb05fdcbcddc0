"""Fields edited where they are read, and how a history reads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loopline.platform.audit.queries import Entry
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import people_by_id
from loopline.platform.ui.objects import say
from loopline.platform.ui.rows import Edit, row_fields
from loopline.slices.actions import services
from loopline.slices.actions.models import ActionItem
from loopline.slices.actions.queries import rows
from loopline.slices.actions.rules import STATES, TYPES

REACHED = tuple((k, v) for k, v in STATES if k != "wont_do")  # that one needs a reason, so a form


def states_for(a: ActionItem) -> tuple[tuple[str, str], ...]:
    """The states a row may be edited to in its place."""
    return STATES if a.state == "wont_do" else REACHED


def _change(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None, now: datetime
) -> None:
    services.change(actor=actor, id_=id_, changes=changes, version=version, now=now)


def _short(value: Any) -> str:
    return f"{datetime.fromisoformat(str(value)):%-d %b %Y}" if value else "no day"


def _moved(entry: Entry) -> str:
    return f"moved it from {_short(entry.before.get('due'))} to {_short(entry.after.get('due'))}"


def _dropped(entry: Entry) -> str:
    return f"closed it without doing it: {entry.after.get('reason', '')}"


def _changed(entry: Entry) -> str:
    if "owner_id" in entry.after:
        found = people_by_id({int(entry.after["owner_id"] or 0)})
        return f"gave it to {next((p.name for p in found.values()), 'nobody')}"
    if "archived_at" in entry.after:
        return "put it away" if entry.after["archived_at"] else "brought it back"
    return f"changed the {', '.join(k.removesuffix('_id').replace('_', ' ') for k in entry.after)}"


def registered() -> None:
    """The fields and the sentences."""
    say("action.created", lambda _e: "wrote it down")
    say("action.moved", _moved)
    say("action.started", lambda _e: "started it")
    say("action.finished", lambda _e: "did it")
    say("action.dropped", _dropped)
    say("action.reopened", lambda _e: "reopened it")
    say("action.taken_back", lambda _e: "took the last change back")
    say("action.changed", _changed)
    row_fields(
        "action-item", lambda i: rows().filter(pk=i).first(), "action.change", _change,
        Edit("text", "What"),
        Edit("due", "Due", "date"),
        Edit("state", "State", "choice", lambda: REACHED),
        Edit("type", "Type", "choice", lambda: TYPES),
        Edit("external_ref", "Elsewhere"),
        Edit("owner", "Owner", "person", key="owner_id", value=lambda a: a.owner.name if a.owner else ""),
    )  # fmt: skip
