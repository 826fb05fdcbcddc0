"""One change of an action item: what is checked, what follows from it, and everything that is written with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.core.text.addresses import checked_link
from loopline.platform.audit.record import Change, record_many
from loopline.platform.cards.registry import cards
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import Event, publish_many
from loopline.platform.identity.actor import Actor, Role
from loopline.platform.identity.queries import people_by_id
from loopline.platform.search import index
from loopline.platform.settings.options import today
from loopline.slices.actions import events, rules
from loopline.slices.actions.models import ActionItem
from loopline.slices.actions.queries import key_of, source_of

WORK = "work-item"


def entry(a: ActionItem) -> index.Entry:
    return index.Entry(
        "action-item", a.pk, a.text, a.updated_at, f"ACT-{a.pk}", f"{a.reason} {key_of(source_of(a))}".strip(),
        f"{a.type} {a.external_ref}".strip(), bool(a.archived_at),
    )  # fmt: skip


def locked(ids: Sequence[int]) -> list[ActionItem]:
    """The rows in the order asked, each once. Raises Missing."""
    found = {a.pk: a for a in ActionItem.objects.select_for_update().filter(pk__in=set(ids))}
    if missing := [i for i in ids if i not in found]:
        raise Missing(f"action item {missing[0]}" if len(ids) > 1 else "action item")
    return [found[i] for i in dict.fromkeys(ids)]


def checked_owner(owner_id: int | None) -> int:
    """Exactly one, who is here and may act. Raises Invalid."""
    if owner_id is None:
        raise Invalid(owner="Name one owner. What everybody should do, nobody does.")
    person = people_by_id({owner_id}).get(owner_id)
    if person is None or not person.is_active:
        raise Invalid(owner="That person is not here any more. Choose somebody else.")
    if Role(person.role).rank < Role.MEMBER.rank:
        raise Invalid(owner=f"{person.name} may only read here and could not finish it.")
    return owner_id


def checked_ref(actor: Actor, field: str, ref: tuple[str, int] | None) -> tuple[str, int] | None:
    """An object that is there for the actor. Raises Invalid with the field's sentence."""
    if ref and ref not in cards(actor=actor, refs=[ref]):
        words = ref[0].replace("-", " ").replace("_", " ") or "object"
        raise Invalid(**{field: f"There is no such {words}, or you may not see it."})
    return ref


def checked_external(text: str) -> str:
    """An address, or the key of another tool such as LIN-204. Raises Invalid."""
    clean = (text or "").strip()[:400]
    return checked_link(clean) if "://" in clean else clean


def _checked(
    actor: Actor, a: ActionItem, changes: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    out = dict(changes)
    if "text" in out:
        out["text"] = rules.checked_text(out["text"])
    if "owner_id" in out and out["owner_id"] != a.owner_id:
        out["owner_id"] = checked_owner(out["owner_id"])
    if "due" in out and out["due"] != a.due:
        out["due"] = rules.checked_due(out["due"], today(now))
        out["moves"] = a.moves + 1
    if "type" in out and out["type"] not in dict(rules.TYPES):
        raise Invalid(type=f"A type is one of {', '.join(dict(rules.TYPES))}.")
    if out.get("work_item_id") and out["work_item_id"] != a.work_item_id:
        checked_ref(actor, "work_item", (WORK, out["work_item_id"]))
    if "external_ref" in out:
        out["external_ref"] = checked_external(out["external_ref"])
    return out | _state(a, out, now)


def _state(a: ActionItem, changes: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What follows from a change of state. Raises Invalid and Conflict."""
    new = changes.get("state", a.state)
    if new not in dict(rules.STATES):
        raise Invalid(state=f"A state is one of {', '.join(dict(rules.STATES))}.")
    if new == a.state:
        if "reason" not in changes:
            return {}
        if new != "wont_do":
            raise Invalid(
                reason="A reason belongs to what will not be done; set its state to wont_do."
            )
        return {"reason": rules.checked_reason(changes["reason"])}
    if new not in rules.OPEN and a.state not in rules.OPEN:
        raise Conflict("This is closed. Reopen it first.")
    reason = rules.checked_reason(changes.get("reason", "")) if new == "wont_do" else ""
    return {"reason": reason, "done_at": now if new == "done" else None}


@dataclass(frozen=True, slots=True)
class Written:
    """What one change did: the fields before, empty where nothing changed, and the row as it is now."""

    row: ActionItem
    before: Mapping[str, Any]


_BY_STATE = {"in_progress": "started", "done": "finished", "wont_do": "dropped", "open": "reopened"}


def _named(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if "state" in after:
        back = before["state"] not in rules.OPEN and after["state"] in rules.OPEN
        return "action.reopened" if back else f"action.{_BY_STATE[after['state']]}"
    if "due" in after:
        return "action.moved"
    return "action.changed"


def _events(a: ActionItem, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Event]:
    out: list[Event] = []
    if "state" in after:
        closed = before["state"] not in rules.OPEN
        if after["state"] == "done":
            out.append(events.ActionFinished(a.pk))
        elif after["state"] == "wont_do":
            out.append(events.ActionDropped(a.pk))
        elif closed:
            out.append(events.ActionReopened(a.pk))
        elif after["state"] == "in_progress":
            out.append(events.ActionStarted(a.pk))
    if "due" in after:
        out.append(events.ActionMoved(a.pk, a.due.isoformat()))
    if after.get("owner_id"):
        out.append(events.ActionAssigned(a.pk, after["owner_id"]))
    return out


def write(
    *, actor: Actor, rows: Sequence[ActionItem], changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> list[Written]:  # fmt: skip
    """Check and write the same changes on rows already locked, with audit, search and events."""
    found, audits, said = [], [], []
    for a in rows:
        before, after = apply_changes(a, _checked(actor, a, changes, now), now=now, version=version)
        found.append(Written(a, before))
        if after:
            audits.append(Change(_named(before, after), "action-item", a.pk, before, after))
            said += _events(a, before, after)
    changed = [w.row for w in found if w.before]
    if any("owner_id" in w.before for w in found):
        # whoever gets it hears of its day anew
        ActionItem.objects.filter(
            pk__in=[w.row.pk for w in found if "owner_id" in w.before]
        ).update(reminded_on=None)
    record_many(actor=actor, now=now, changes=audits)
    index.put([entry(a) for a in changed])
    publish_many(said, actor=actor, now=now)
    return found


def plain(value: Any) -> Any:
    """A field's value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def restored(name: str, value: Any) -> Any:
    """A field's value as `plain` kept it."""
    if value is None:
        return None
    if name == "due":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if name.endswith("_at") else value
