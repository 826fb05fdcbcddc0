"""Making a ritual, moving it, pausing it, and pruning it with the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.identity.queries import people_by_id, teams
from loopline.platform.search import index
from loopline.platform.settings.options import today, zone
from loopline.platform.undo import steps
from loopline.slices.docs.templating import template
from loopline.slices.rituals import rules, settling
from loopline.slices.rituals.events import RitualCreated, RitualPruned
from loopline.slices.rituals.models import Ritual, Session
from loopline.slices.rituals.queries import standings

UNDO = "ritual.put_back"
TIMED = ("cadence", "weekday", "nth", "anchor", "at", "minutes")
PRUNED = {"cancel": "Cancelled", "async": "Read instead of held", "shorten": "Shortened"}


@dataclass(frozen=True, slots=True)
class NewRitual:
    """What a ritual is made of. Without an anchor its first session lies in this week, month or quarter."""

    name: str
    cadence: str
    weekday: int
    at: time
    minutes: int
    template: str = ""
    purpose: str = ""
    nth: int = 1
    anchor: date | None = None
    team_id: int | None = None
    owner_id: int | None = None
    attendee_ids: Sequence[int] = ()
    channel: str = ""
    send_before: int = 18


def entry(r: Ritual) -> index.Entry:
    return index.Entry(
        "ritual", r.pk, r.name, r.updated_at, f"RIT-{r.pk}", f"{r.purpose} {r.channel}".strip(), r.cadence,
        bool(r.archived_at) or r.state == "retired",
    )  # fmt: skip


def locked(ritual_id: int) -> Ritual:
    row = Ritual.objects.select_for_update().filter(pk=ritual_id).first()
    if row is None:
        raise Missing("ritual")
    return row


def _within(
    errors: dict[str, str], name: str, value: Any, least: int, most: int, said: str
) -> None:
    if not isinstance(value, int) or not least <= value <= most:
        errors[name] = said


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are kept; all that is wrong is said at once. Raises Invalid."""
    out, errors = dict(values), {}
    for name, most in (("name", 120), ("purpose", 300), ("channel", 120)):
        if name in out:
            out[name] = " ".join(str(out[name] or "").split())
            if len(out[name]) > most or (name == "name" and not out[name]):
                errors[name] = (
                    f"Write 1 to {most} characters."
                    if name == "name"
                    else f"At most {most} characters."
                )
    if out.get("cadence", "weekly") not in dict(rules.CADENCES):
        errors["cadence"] = f"Choose one of {', '.join(dict(rules.CADENCES))}."
    if "weekday" in out:
        _within(errors, "weekday", out["weekday"], 0, 6, "Choose a day of the week; Monday is 0.")
    if "nth" in out:
        _within(errors, "nth", out["nth"], 1, 5, "Between 1 and 5; 5 is the last of the month.")
    if "minutes" in out:
        said = f"Between {rules.SHORTEST} and {rules.LONGEST} minutes."
        _within(errors, "minutes", out["minutes"], rules.SHORTEST, rules.LONGEST, said)
    if "send_before" in out:
        _within(
            errors,
            "send_before",
            out["send_before"],
            1,
            rules.EARLIEST,
            f"Between 1 and {rules.EARLIEST} hours before.",
        )
    if "at" in out and not isinstance(out["at"], time):
        errors["at"] = "Say when it begins, such as 10:00."
    if out.get("template"):
        made = template(out["template"])
        if made is None:
            errors["template"] = f"There is no template called {out['template']}."
        elif made.group != "Rituals":
            errors["template"] = f"{made.title} is no page of a ritual."
    if out.get("team_id") and out["team_id"] not in dict(teams()):
        errors["team"] = "There is no such team."
    if errors:
        raise Invalid(**errors)
    return out  # fmt: skip


def _people(ids: Sequence[int], name: str = "attendees") -> list[int]:
    """Ids of people who are here, each once. Raises Invalid."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > 200:
        raise Invalid(**{name: "At most 200 people; invite those who have something to say."})
    found = people_by_id(set(wanted))
    gone = [i for i in wanted if i not in found or not found[i].is_active]
    if gone:
        raise Invalid(**{name: f"Person {gone[0]} is not here any more."})
    return wanted


@transaction.atomic
def create_ritual(*, actor: Actor, new: NewRitual, now: datetime, sample: bool = False) -> int:
    """A team meets for something from now on; its next sessions are there at once. Answers its id."""
    allow(actor, "ritual.change")
    values = {
        k: getattr(new, k)
        for k in NewRitual.__dataclass_fields__
        if k not in ("attendee_ids", "anchor")
    }
    values = _checked(values | {"anchor": new.anchor or today(now)})
    owner = values.pop("owner_id") or actor.user_id
    people = _people([*new.attendee_ids, *([owner] if owner else [])])
    row = Ritual.objects.create(
        **values, owner_id=owner, created_at=now, updated_at=now, sample=sample
    )
    row.attendees.set(people)
    after = {
        "name": row.name,
        "cadence": row.cadence,
        "minutes": row.minutes,
        "people": len(people),
    }
    record(actor=actor, now=now, change=Change("ritual.created", "ritual", row.pk, {}, after))
    index.put([entry(row)])
    publish(RitualCreated(row.pk), actor=actor, now=now)
    settling.make_ready(row, now=now)
    return row.pk  # fmt: skip


@transaction.atomic
def change_ritual(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Change what NewRitual names, and `state`, `reads`, `archived`. A new time moves the sessions to come."""
    allow(actor, "ritual.change")
    row = locked(id_)
    values = dict(changes)
    people = values.pop("attendee_ids", None)
    if "state" in values and values["state"] not in dict(rules.STATES):
        raise Invalid(state=f"A state is one of {', '.join(dict(rules.STATES))}.")
    if values.get("owner_id"):
        _people([values["owner_id"]], "owner")
    before, after = apply_changes(row, _checked(values), now=now, version=version)
    if people is not None:
        wanted, old = set(_people(people)), set(row.attendees.values_list("pk", flat=True))
        if wanted != old:
            row.attendees.set(wanted)
            before["people"], after["people"] = len(old), len(wanted)
    if not after:
        return
    record(
        actor=actor, now=now,
        change=Change("ritual.changed", "ritual", row.pk, _plain(before), _plain(after)),
    )  # fmt: skip
    index.put([entry(row)])
    if row.state == "active" and any(name in after for name in TIMED):
        _move(row, now)
    settling.make_ready(row, now=now)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        k: v.isoformat() if isinstance(v, date | time | datetime) else v for k, v in values.items()
    }


def _move(row: Ritual, now: datetime) -> None:
    """Sessions to come take the new days and times in their order, with their pages and comments.

    What was sent or started stays. Those with no new day within sight are taken away.
    """
    coming = list(
        Session.objects.filter(
            ritual=row, state="scheduled", started_at=None, sent_at=None, at__gt=now
        ).order_by("at")
    )
    taken = set(
        Session.objects.filter(ritual=row)
        .exclude(pk__in=[s.pk for s in coming])
        .values_list("slot", flat=True)
    )
    free = [d for d in settling.due_slots(row, now) if d not in taken]
    for place, s in enumerate(coming):  # out of each other's way first: a slot is held once
        Session.objects.filter(pk=s.pk).update(slot=date.max - timedelta(days=place))
    for s, slot in zip(coming, free, strict=False):
        s.slot, s.at, s.minutes = slot, rules.moment(slot, row.at, zone()), row.minutes
        s.updated_at, s.version = now, s.version + 1
        s.save(update_fields=["slot", "at", "minutes", "updated_at", "version"])
    extra = coming[len(free) :]
    Session.objects.filter(pk__in=[s.pk for s in extra]).delete()
    index.put([settling.entry(s) for s in coming[: len(free)]])
    index.drop("session", [s.pk for s in extra])


@transaction.atomic
def set_state(*, actor: Actor, ritual_id: int, state: str, now: datetime) -> str:
    """Pause it, retire it or take it up again. Answers the undo token."""
    allow(actor, "ritual.change")
    was = locked(ritual_id).state
    change_ritual(actor=actor, id_=ritual_id, changes={"state": state}, now=now)
    label = {"active": "Taken up again", "paused": "Paused", "retired": "Retired"}[state]
    return steps.offer(
        actor=actor, label=label, inverse=UNDO, payload={"ritual_id": ritual_id, "fields": {"state": was}}, now=now
    )  # fmt: skip


@transaction.atomic
def accept(*, actor: Actor, ritual_id: int, kind: str, now: datetime) -> str:
    """Follow a proposal: cancel, shorten or async. Answers the undo token. Raises Conflict where none stands."""
    allow(actor, "ritual.change")
    row = locked(ritual_id)
    row.people = row.attendees.filter(is_active=True).count()  # type: ignore[attr-defined]
    offered = {o.kind: o for o in standings([row], now=now)[row.pk].offers}
    if kind not in offered:
        raise Conflict("This is not proposed any more. Look at the ritual again.")
    changes: dict[str, dict[str, Any]] = {
        "cancel": {"state": "retired"},
        "async": {"reads": True},
        "shorten": {"minutes": offered[kind].minutes},
    }
    old = {name: getattr(row, name) for name in changes[kind]}
    change_ritual(actor=actor, id_=row.pk, changes=changes[kind], now=now)
    publish(RitualPruned(row.pk, kind), actor=actor, now=now)
    return steps.offer(
        actor=actor, label=f"{PRUNED[kind]}: {row.name}"[:200], inverse=UNDO,
        payload={"ritual_id": row.pk, "fields": old}, now=now,
    )  # fmt: skip


@transaction.atomic
def put_back(*, actor: Actor, ritual_id: int, fields: Mapping[str, Any], now: datetime) -> None:
    """The inverse of pruning, pausing and retiring: its sessions to come are there again."""
    change_ritual(actor=actor, id_=ritual_id, changes=fields, now=now)
