"""What people say about events: planned ones, their meaning, their owner."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.jobs.queue import enqueue
from loopline.platform.search import index
from loopline.slices.insights import cataloguing
from loopline.slices.insights.jobs import refresh_catalogue
from loopline.slices.insights.models import EventName, PropertyName

STATES = tuple((s.value, s.label) for s in EventName.State)


@transaction.atomic
def plan_event(
    *, actor: Actor, name: str, description: str = "", owner_id: int | None = None, now: datetime
) -> int:
    """Write an event down before it is sent. Raises Conflict where the catalogue has it."""
    allow(actor, "insight.change")
    name = name.strip()
    if not 0 < len(name) <= 200:
        raise Invalid(name="Name the event in 1 to 200 characters, as the code will send it.")
    if EventName.objects.filter(name=name).exists():
        raise Conflict(f"The catalogue has an event called {name}.")
    row = EventName.objects.create(
        name=name, description=_text(description, 600), state="planned",
        owner_id=owner_id or actor.user_id, broken_rules=cataloguing.breaches_of(name),
        created_at=now, updated_at=now,
    )  # fmt: skip
    change = Change("event-name.planned", "event-name", row.pk, {}, {"name": name})
    record(actor=actor, now=now, change=change)
    index.put([cataloguing.entry(row)])
    return row.pk


@transaction.atomic
def change_event(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Say what an event means, who answers for it, or that it is retired; the name is the code's."""
    allow(actor, "insight.change")
    row = EventName.objects.select_for_update().filter(pk=id_).first()
    if row is None:
        raise Missing("event")
    values = dict(changes)
    if "description" in values:
        values["description"] = _text(values["description"], 600)
    if values.get("state", row.state) not in EventName.State.values:
        raise Invalid(state=f"An event is one of {', '.join(EventName.State.values)}.")
    if values.get("state") == "planned" and row.volume:
        raise Invalid(state="It is sent already, so it is no longer planned.")
    before, after = apply_changes(row, values, now=now, version=version)
    if after:
        change = Change("event-name.changed", "event-name", row.pk, before, after)
        record(actor=actor, now=now, change=change)
        index.put([cataloguing.entry(row)])


@transaction.atomic
def set_owner(
    *, actor: Actor, ids: Sequence[int], owner_id: int | None, now: datetime
) -> int:  # fmt: skip
    """Give many events to one person; how many had another owner."""
    allow(actor, "insight.change")
    rows = list(EventName.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    done = 0
    for row in rows:
        before, after = apply_changes(row, {"owner_id": owner_id}, now=now)
        if after:
            change = Change("event-name.changed", "event-name", row.pk, before, after)
            record(actor=actor, now=now, change=change)
            done += 1
    return done


@transaction.atomic
def describe_property(*, actor: Actor, id_: int, description: str, now: datetime) -> None:
    """Say what a property means."""
    allow(actor, "insight.change")
    row = PropertyName.objects.select_for_update().filter(pk=id_).first()
    if row is None:
        raise Missing("property")
    text = _text(description, 400)
    if text == row.description:
        return
    change = Change(
        "property.described", "event-name", row.event_id or 0, {row.name: row.description}, {row.name: text}
    )  # fmt: skip
    row.description = text
    row.save(update_fields=["description"])
    record(actor=actor, now=now, change=change)


def ask_refresh(*, actor: Actor, now: datetime) -> bool:
    """Read the catalogue again soon; False where that is under way."""
    allow(actor, "insight.read")
    return enqueue(refresh_catalogue, now=now, dedupe_key="refresh-catalogue") is not None


def _text(value: Any, most: int) -> str:
    return str(value or "").strip()[:most]
