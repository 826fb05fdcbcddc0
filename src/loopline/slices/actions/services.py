"""Writing action items down, moving their day, closing them, and taking that back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Stale
from loopline.platform.audit.record import Change, record, record_many
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.links.services import link
from loopline.platform.search import index
from loopline.platform.settings.options import today
from loopline.platform.undo import steps
from loopline.slices.actions import changing, rules
from loopline.slices.actions.events import ActionCreated
from loopline.slices.actions.models import ActionItem

UNDO = "actions.put_back"
_SAID = {"done": "Done", "wont_do": "Will not be done", "due": "Moved"}
_FIELD = {"owner_id": "owner", "work_item_id": "work item", "done_at": "state", "moves": "due"}


@transaction.atomic
def create(
    *, actor: Actor, text: str, owner_id: int | None, due: date | None, type: str = "follow_up",
    source: tuple[str, int] | None = None, work_item_id: int | None = None, external_ref: str = "", now: datetime,
    sample: bool = False,
) -> int:  # fmt: skip
    """Write down what one person does by a day, and where it came from. Answers its id."""
    allow(actor, "action.change")
    words = rules.checked_text(text)
    if type not in dict(rules.TYPES):
        raise Invalid(type=f"A type is one of {', '.join(dict(rules.TYPES))}.")
    owner = changing.checked_owner(owner_id)
    day = rules.checked_due(due, today(now))
    changing.checked_ref(actor, "source", source)
    if work_item_id:
        changing.checked_ref(actor, "work_item", (changing.WORK, work_item_id))
    row = ActionItem.objects.create(
        text=words, owner_id=owner, due=day, original_due=day, type=type, source_type=source[0] if source else "",
        source_id=source[1] if source else None, work_item_id=work_item_id,
        external_ref=changing.checked_external(external_ref), created_at=now, updated_at=now, sample=sample,
    )  # fmt: skip
    after = {"text": words, "owner_id": owner, "due": day}
    record(actor=actor, now=now, change=Change("action.created", "action-item", row.pk, {}, after))
    index.put([changing.entry(row)])
    publish(ActionCreated(row.pk, owner, row.source_type, row.source_id or 0), actor=actor, now=now)
    return row.pk


@transaction.atomic
def change(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Change any of text, owner_id, due, type, state, reason, work_item_id, external_ref, archived."""
    allow(actor, "action.change")
    changing.write(
        actor=actor, rows=changing.locked([id_]), changes=changes, version=version, now=now
    )


def _many(
    actor: Actor, rows: Sequence[ActionItem], changes: Mapping[str, Any], said: str, now: datetime
) -> str:
    """The same change on each; answers the token that takes it back, empty where nothing changed."""
    done = [w for w in changing.write(actor=actor, rows=rows, changes=changes, now=now) if w.before]
    if not done:
        return ""
    kept = [
        {
            "id": w.row.pk,
            "version": w.row.version,
            "fields": {k: changing.plain(v) for k, v in w.before.items()},
        }
        for w in done
    ]
    noun = done[0].row.text[:80] if len(done) == 1 else f"{len(done)} action items"
    return steps.offer(
        actor=actor, label=f"{said}: {noun}", inverse=UNDO, payload={"rows": kept}, now=now
    )


@transaction.atomic
def finish(*, actor: Actor, ids: Sequence[int], now: datetime) -> str:
    """Done, each of those still open. Answers the undo token, empty where all were closed already."""
    allow(actor, "action.change")
    rows = [a for a in changing.locked(ids) if a.state in rules.OPEN]
    return _many(actor, rows, {"state": "done"}, _SAID["done"], now)


@transaction.atomic
def wont_do(*, actor: Actor, ids: Sequence[int], reason: str, now: datetime) -> str:
    """Closed without being done, for a reason. Answers the undo token."""
    allow(actor, "action.change")
    changes = {"state": "wont_do", "reason": rules.checked_reason(reason)}
    return _many(actor, changing.locked(ids), changes, _SAID["wont_do"], now)


@transaction.atomic
def start(*, actor: Actor, action_item_id: int, now: datetime) -> None:
    """It is being done; what is closed has to be reopened first."""
    allow(actor, "action.change")
    (row,) = changing.locked([action_item_id])
    if row.state not in rules.OPEN:
        raise Conflict("This is closed. Reopen it first.")
    changing.write(actor=actor, rows=[row], changes={"state": "in_progress"}, now=now)


@transaction.atomic
def reopen(*, actor: Actor, action_item_id: int, now: datetime) -> None:
    """Open again, whatever closed it; what is open stays as it is."""
    allow(actor, "action.change")
    (row,) = changing.locked([action_item_id])
    if row.state not in rules.OPEN:
        changing.write(actor=actor, rows=[row], changes={"state": "open"}, now=now)


@transaction.atomic
def move_due(*, actor: Actor, ids: Sequence[int], due: date | None, now: datetime) -> str:
    """Another day for each of those still open; the day first promised stays. Answers the undo token."""
    allow(actor, "action.change")
    day = rules.checked_due(due, today(now))
    rows = changing.locked(ids)
    closed = [a for a in rows if a.state not in rules.OPEN]
    if closed and len(rows) == 1:
        raise Conflict("This is closed. Reopen it first.")
    moving = [a for a in rows if a.state in rules.OPEN]
    return _many(actor, moving, {"due": day}, _SAID["due"], now)


@transaction.atomic
def assign(*, actor: Actor, ids: Sequence[int], owner_id: int | None, now: datetime) -> str:
    """One other owner for each. Answers the undo token."""
    allow(actor, "action.change")
    owner = changing.checked_owner(owner_id)
    return _many(actor, changing.locked(ids), {"owner_id": owner}, "Given away", now)


@transaction.atomic
def carry(
    *, actor: Actor, ids: Sequence[int], to: tuple[str, int], due: date | None = None, now: datetime
) -> None:
    """Carry what is still open over to another object, such as the next session of a ritual.

    It shows there too and keeps its source and the day first promised; its day moves only where one is given.
    """
    allow(actor, "action.change")
    rows = changing.locked(ids)
    if closed := [a for a in rows if a.state not in rules.OPEN]:
        raise Conflict(f"ACT-{closed[0].pk} is closed; only what is open is carried over.")
    changing.checked_ref(actor, "to", to)
    for a in rows:
        link(actor=actor, first=("action-item", a.pk), second=to, now=now)
    if due is not None:
        changing.write(actor=actor, rows=rows, changes={"due": due}, now=now)


@transaction.atomic
def put_back(*, actor: Actor, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """The inverse of closing, moving and giving away. Raises Stale where somebody changed one since."""
    allow(actor, "action.change")
    found = changing.locked([int(r["id"]) for r in rows])
    audits = []
    for a, kept in zip(found, rows, strict=True):
        old = {k: changing.restored(k, v) for k, v in kept["fields"].items()}
        if a.version != kept["version"]:
            name = "state" if "state" in old else next(iter(old))
            raise Stale(
                _FIELD.get(name, name), mine=changing.plain(old[name]), theirs=changing.plain(getattr(a, name))
            )  # fmt: skip
        before, after = apply_changes(a, old, now=now)
        audits.append(Change("action.taken_back", "action-item", a.pk, before, after))
    record_many(actor=actor, now=now, changes=audits)
    index.put([changing.entry(a) for a in found])
