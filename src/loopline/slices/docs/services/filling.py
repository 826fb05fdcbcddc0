"""Writing in the places of a prepared page, one at a time, each with its history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing, Stale
from loopline.platform.audit.record import Change, record
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.undo import steps
from loopline.slices.docs import rules
from loopline.slices.docs.events import DocFilled
from loopline.slices.docs.models import Doc
from loopline.slices.docs.services.shared import (
    indexed,
    kept_mentions,
    locked,
    may_write,
)
from loopline.slices.docs.templating import Became, Place, TakenLine, line_action, template


def _place(actor: Actor, row: Doc, key: str, *kinds: str) -> Place:
    may_write(actor, row.template)
    made = template(row.template)
    place = made.places.get(key) if made else None
    if place is None or (kinds and place.kind not in kinds):
        raise Missing("place to write")
    if row.archived_at:
        raise Conflict("This page is archived. Bring it back to write in it.")
    return place


def _filled(actor: Actor, row: Doc, place: Place, value: Any, said: Any, now: datetime) -> None:
    row.data = {k: v for k, v in row.data.items() if k != place.key} | (
        {} if value is None else {place.key: value}
    )
    row.version += 1
    row.updated_at = now
    row.save(update_fields=["data", "version", "updated_at"])
    change = Change(
        "doc.filled", "doc", row.pk, {}, {"place": place.label or place.key, "said": said}
    )
    record(actor=actor, now=now, change=change)
    indexed(row)
    kept_mentions(row)
    publish(DocFilled(row.pk, row.template, place.key), actor=actor, now=now)


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


@transaction.atomic
def fill(
    *, actor: Actor, doc_id: int, key: str, value: str, was: str | None = None, now: datetime
) -> None:
    """Write into a place. With `was`, what the writer saw there, raises Stale where somebody wrote meanwhile."""
    allow(actor, "doc.write")
    row = locked(doc_id)
    place = _place(actor, row, key, "text", "choice", "number", "date", "person")
    new, old = rules.written(place, value), row.data.get(key)
    if new == old:
        return
    if was is not None and was.strip() != ("" if old is None else str(old)).strip():
        raise Stale(place.label or key, mine=value, theirs=old)
    _filled(actor, row, place, new, _short(new), now)


@transaction.atomic
def add_row(
    *, actor: Actor, doc_id: int, key: str, values: Mapping[str, str], now: datetime
) -> str:
    """A new line of a table. Answers its id."""
    allow(actor, "doc.write")
    row = locked(doc_id)
    place = _place(actor, row, key, "table")
    lines = list(row.data.get(key, ()))
    if len(lines) >= rules.MOST_ROWS:
        raise Invalid(value=f"A table here holds at most {rules.MOST_ROWS} lines.")
    line = rules.row(place, values)
    _filled(actor, row, place, [*lines, line], _short(line.get(place.columns[0].key)), now)
    return str(line["id"])


@transaction.atomic
def change_row(
    *, actor: Actor, doc_id: int, key: str, row_id: str, values: Mapping[str, str], now: datetime
) -> None:
    """Change cells of a line; those not named stay."""
    allow(actor, "doc.write")
    row = locked(doc_id)
    place = _place(actor, row, key, "table")
    lines = [dict(line) for line in row.data.get(key, ())]
    line = next((each for each in lines if each["id"] == row_id), None)
    if line is None:
        raise Missing("line")
    columns = {c.key: c for c in place.columns}
    new = {name: rules.cell(columns[name], raw) for name, raw in values.items() if name in columns}
    changed = {k: v for k, v in new.items() if line.get(k) != v}
    if not changed:
        return
    line.update(changed)
    said = f"{_short(line.get(place.columns[0].key))}: {_short(next(iter(changed.values())))}"
    _filled(actor, row, place, lines, said, now)


@transaction.atomic
def remove_row(*, actor: Actor, doc_id: int, key: str, row_id: str, now: datetime) -> str:
    """Take a line away. Answers the token that brings it back."""
    allow(actor, "doc.write")
    row = locked(doc_id)
    place = _place(actor, row, key, "table")
    lines = list(row.data.get(key, ()))
    at = next((n for n, line in enumerate(lines) if line["id"] == row_id), None)
    if at is None:
        raise Missing("line")
    gone = lines.pop(at)
    said = f"took away {_short(gone.get(place.columns[0].key))}"
    _filled(actor, row, place, lines, said, now)
    return steps.offer(
        actor=actor, label="The line is back", inverse="doc.row_back",
        payload={"doc_id": row.pk, "key": key, "line": gone, "at": at}, now=now,
    )  # fmt: skip


@transaction.atomic
def put_row_back(
    *, actor: Actor, doc_id: int, key: str, line: Mapping[str, Any], at: int, now: datetime
) -> None:
    """The inverse of `remove_row`."""
    allow(actor, "doc.write")
    row = locked(doc_id)
    place = _place(actor, row, key, "table")
    lines = list(row.data.get(key, ()))
    if all(each["id"] != line["id"] for each in lines):
        lines.insert(min(at, len(lines)), dict(line))
        _filled(actor, row, place, lines, _short(line.get(place.columns[0].key)), now)


@transaction.atomic
def act_on_line(*, actor: Actor, doc_id: int, key: str, row_id: str, now: datetime) -> Became:
    """Do with a line what its table offers, such as hand it to the intake; done before, it answers what came of it."""
    allow(actor, "doc.write")
    row = locked(doc_id)
    place = _place(actor, row, key, "table")
    action = line_action(place.action)
    if action is None:
        raise Missing("action")
    allow(actor, action.permission)
    lines = [dict(line) for line in row.data.get(key, ())]
    line = next((each for each in lines if each["id"] == row_id), None)
    if line is None:
        raise Missing("line")
    if "became" in line:
        return Became(**line["became"])
    made = action.run(actor, TakenLine(row.pk, row.data, line, row.sample), now)
    line["became"] = {"key": made.key, "url": made.url}
    _filled(actor, row, place, lines, f"{action.label}: {made.key}", now)
    return made


@transaction.atomic
def tick(
    *, actor: Actor, doc_id: int, key: str, item: str, done: bool, note: str = "", now: datetime
) -> None:
    """Tick an item of a checklist or take the tick back; items that check themselves cannot be ticked."""
    allow(actor, "doc.write")
    row = locked(doc_id)
    place = _place(actor, row, key, "checklist")
    found = next((i for i in place.items if i.key == item), None)
    if found is None:
        raise Missing("item")
    if found.check:
        raise Conflict("This one is read from the data; it ticks itself.")
    ticked = dict(row.data.get(key, {}))
    if done == (item in ticked):
        return
    if done:
        ticked[item] = {"at": now.isoformat(), "by": actor.name, "note": note.strip()[:300]}
    else:
        del ticked[item]
    _filled(
        actor, row, place, ticked or None, f"{found.text}{'' if done else ': not yet'}"[:80], now
    )
