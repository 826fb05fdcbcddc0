"""One session from its start to its summary: what is captured, carried over, rated, skipped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.identity.queries import Person, mentioned, people_by_id
from loopline.platform.search import index
from loopline.platform.settings.options import today, zone
from loopline.platform.undo import steps
from loopline.slices.actions import queries as actions
from loopline.slices.actions import services as action_services
from loopline.slices.decisions import services as decision_services
from loopline.slices.rituals import jobs, rules, settling, wording
from loopline.slices.rituals.events import SessionHeld, SessionSkipped, SessionStarted
from loopline.slices.rituals.models import Ritual, Seat, Session
from loopline.slices.rituals.queries import SESSION, came_of, next_of
from loopline.slices.rituals.rules.lines import action_line, decision_line, named

UNSKIP = "session.unskip"
A_WEEK = timedelta(days=7)
EARLIER = 12  # sessions looked back for what is still open
FARTHEST = timedelta(days=400)


def locked(session_id: int) -> Session:
    found = Session.objects.select_for_update(of=("self",)).select_related("ritual")
    row = found.filter(pk=session_id).first()
    if row is None:
        raise Missing("session")
    return row


def _written(
    actor: Actor, s: Session, name: str, changes: Mapping[str, Any], now: datetime
) -> None:
    before, after = apply_changes(s, changes, now=now)
    plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in after.items()}
    was = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in before.items()}
    record(actor=actor, now=now, change=Change(name, "session", s.pk, was, plain))
    index.put([settling.entry(s)])  # fmt: skip


def _carry(actor: Actor, s: Session, now: datetime) -> None:
    """What earlier sessions left open shows in this one too, with the day first promised."""
    earlier = Session.objects.filter(ritual=s.ritual_id, at__lt=s.at).order_by("-at")[:EARLIER]
    found = actions.of_sources([(SESSION, pk) for pk in earlier.values_list("pk", flat=True)])
    ids = list(dict.fromkeys(a.id for each in found.values() for a in each if a.is_open))
    if ids:
        action_services.carry(actor=actor, ids=ids, to=(SESSION, s.pk), now=now)


@transaction.atomic
def start(*, actor: Actor, session_id: int, now: datetime) -> None:
    """The timer runs from now; the page is frozen, open action items are carried over. Started already: nothing."""
    allow(actor, "ritual.run")
    s = locked(session_id)
    if s.state != "scheduled":
        raise Conflict(f"This session was {s.state}; it cannot be started.")
    if s.started_at:
        return
    if s.at - now > timedelta(days=1):
        raise Conflict("This session is more than a day away. Move it to now first.")
    settling.prepare(s, now=now)
    settling.freeze(s, now=now)
    settling.seat(s)
    _carry(actor, s, now)
    _written(actor, s, "session.started", {"started_at": now}, now)
    publish(SessionStarted(s.pk), actor=actor, now=now)


def _running(session_id: int) -> Session:
    """A session that has begun; what comes of it can still be written down once it is over."""
    s = locked(session_id)
    if s.started_at is None and s.state != "held":
        raise Conflict("Start the session first.")
    return s


@transaction.atomic
def capture_action(*, actor: Actor, session_id: int, line: str, now: datetime) -> int:
    """`@jonas second reader for Payroll by wed`. Without a name the actor's own, without a day due at the next session.

    Answers the action item's id.
    """
    allow(actor, "ritual.run")
    s = _running(session_id)
    on = today(now)
    person = _named(line)
    names = _handles(person) if person else ()
    said = action_line(line, names, on)
    owner = person.id if person else actor.user_id or s.ritual.owner_id
    return action_services.create(
        actor=actor, text=said.text, owner_id=owner, due=said.due or _due(s, on), source=(SESSION, s.pk), now=now,
        sample=s.sample,
    )  # fmt: skip


def _handles(p: Person) -> tuple[str, ...]:
    return p.name, p.email, p.name.split(" ")[0]


def _named(line: str) -> Person | None:
    """Who a line names, by the longest handle that stands in it whole: @Ann is not @Anna."""
    found = [(named(line, _handles(p)), -p.id, p) for p in mentioned(line)]
    best = max((f for f in found if f[0]), default=None)
    return best[2] if best else None


def _due(s: Session, on: date) -> date:
    """The next session's day, or in a week."""
    coming = next_of(s.ritual_id, after=s.at)
    day = coming.at.astimezone(zone()).date() if coming else on + A_WEEK
    return day if day >= on else on + A_WEEK


@transaction.atomic
def capture_decision(*, actor: Actor, session_id: int, line: str, now: datetime) -> int:
    """`Ship it to all, because nobody turned it off`. Answers the decision's id."""
    allow(actor, "ritual.run")
    s = _running(session_id)
    what, why = decision_line(line)
    made = decision_services.open_decision(
        actor=actor, question=what, about=(SESSION, s.pk), now=now, sample=s.sample
    )
    decision_services.decide(
        actor=actor, decision_id=made, chosen=what, now=now,
        rationale=why or f"Decided in {s.ritual.name} on {wording.moment(s.at)}; nobody wrote down why.",
    )  # fmt: skip
    return made


@transaction.atomic
def acknowledge(*, actor: Actor, session_id: int, now: datetime) -> None:
    """The actor has read the page before. Again changes nothing."""
    allow(actor, "ritual.read")
    s = locked(session_id)
    if actor.user_id is None:
        raise Invalid(person="Only a person can have read it.")
    seat, _ = Seat.objects.get_or_create(
        session=s, user_id=actor.user_id, defaults={"there": False}
    )
    if seat.read_at is None:
        seat.read_at = now
        seat.save(update_fields=["read_at"])


@transaction.atomic
def attend(*, actor: Actor, session_id: int, user_ids: Sequence[int], now: datetime) -> None:
    """Who is there: exactly these."""
    allow(actor, "ritual.run")
    s = locked(session_id)
    if s.state == "skipped":
        raise Conflict("This session was skipped; nobody was there.")
    wanted = set(user_ids)
    if gone := wanted - set(people_by_id(wanted)):
        raise Invalid(attendees=f"Person {min(gone)} is not here.")
    Seat.objects.bulk_create(
        [Seat(session=s, user_id=i) for i in sorted(wanted)], ignore_conflicts=True
    )
    Seat.objects.filter(session=s).exclude(user__in=wanted).update(there=False)
    Seat.objects.filter(session=s, user__in=wanted).update(there=True)
    _written(actor, s, "session.attended", {}, now)  # fmt: skip


@transaction.atomic
def rate(*, actor: Actor, session_id: int, value: int, now: datetime) -> None:
    """Was it worth the time, 0 to 4. Kept as a count; who rated is kept apart and only so that nobody does twice."""
    allow(actor, "ritual.run")
    if actor.user_id is None:
        raise Invalid(value="Only a person can rate.")
    if not isinstance(value, int) or isinstance(value, bool) or value not in dict(rules.WORTH):
        raise Invalid(value="A rating lies between 0 and 4.")
    s = _running(session_id)
    seat, _ = Seat.objects.get_or_create(
        session=s, user_id=actor.user_id, defaults={"there": False}
    )
    if seat.rated:
        raise Conflict("You have rated it. Nobody can tell which one is yours, so it stays.")
    counts = list(s.ratings or [0] * len(rules.WORTH))
    counts[value] += 1
    # neither version, time nor history: they would say when, and so who
    Session.objects.filter(pk=s.pk).update(ratings=counts)
    Seat.objects.filter(pk=seat.pk).update(rated=True)


@transaction.atomic
def finish(*, actor: Actor, session_id: int, now: datetime) -> int:
    """It is over: the timer stops, and those who attend get what was decided and who does what. Answers how many.

    Over already: nothing, and nobody is told again.
    """
    allow(actor, "ritual.run")
    s = locked(session_id)
    if s.state == "held":
        return 0
    if s.state == "skipped" or s.started_at is None:
        raise Conflict("Start the session first.")
    _written(actor, s, "session.held", {"stopped_at": now, "state": "held"}, now)
    made, to_do = came_of([s.pk])[s.pk]
    publish(SessionHeld(s.pk, wording.took(s) or 0, made, to_do), actor=actor, now=now)
    settling.make_ready(s.ritual, now=now)
    seats = Seat.objects.filter(session=s, user__is_active=True).select_related("user")
    subject, _ = wording.summary(s, now=now)
    return jobs.tell("summary", list(seats.order_by("pk")), subject, now=now, sample=s.sample)


@transaction.atomic
def skip(*, actor: Actor, session_id: int, reason: str, now: datetime) -> str:
    """It does not take place, for a reason. Answers the undo token."""
    allow(actor, "ritual.run")
    s = locked(session_id)
    why = " ".join((reason or "").split())[:300]
    if not why:
        raise Invalid(reason="Say why, so that those who planned to come know.")
    if s.state != "scheduled" or s.started_at:
        raise Conflict("It has begun or is over; it cannot be skipped any more.")
    _written(actor, s, "session.skipped", {"state": "skipped", "skip_reason": why}, now)
    publish(SessionSkipped(s.pk), actor=actor, now=now)
    return steps.offer(
        actor=actor, label=f"Skipped: {s.ritual.name}"[:200], inverse=UNSKIP, payload={"session_id": s.pk}, now=now
    )  # fmt: skip


@transaction.atomic
def unskip(*, actor: Actor, session_id: int, now: datetime) -> None:
    """The inverse of `skip`."""
    allow(actor, "ritual.run")
    s = locked(session_id)
    if s.state != "skipped":
        raise Conflict("It is not skipped.")
    _written(actor, s, "session.unskipped", {"state": "scheduled", "skip_reason": ""}, now)


@transaction.atomic
def change_session(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Move one session (`at`) or give it more or less time (`minutes`); its slot stays what it was."""
    allow(actor, "ritual.run")
    s = locked(id_)
    values = dict(changes)
    if "minutes" in values and not (
        isinstance(values["minutes"], int) and rules.SHORTEST <= values["minutes"] <= rules.LONGEST
    ):
        raise Invalid(minutes=f"Between {rules.SHORTEST} and {rules.LONGEST} minutes.")
    if "at" in values:
        _movable(s, values["at"], now)
    before, after = apply_changes(s, values, now=now, version=version)
    if after:
        was, new = (
            {k: v.isoformat() if isinstance(v, datetime) else v for k, v in each.items()}
            for each in (before, after)
        )
        record(actor=actor, now=now, change=Change("session.changed", "session", s.pk, was, new))
        index.put([settling.entry(s)])


@transaction.atomic
def add_session(
    *, actor: Actor, ritual_id: int, at: datetime, minutes: int | None = None, now: datetime
) -> int:
    """One more time, outside the rhythm. Answers its id. Raises Conflict on a day that has one."""
    allow(actor, "ritual.run")
    r = Ritual.objects.select_for_update().filter(pk=ritual_id, archived_at=None).first()
    if r is None:
        raise Missing("ritual")
    if r.state != "active":
        raise Conflict("It is not held now. Take it up again first.")
    slot = at.astimezone(zone()).date()
    if Session.objects.filter(ritual=r, slot=slot).exists():
        raise Conflict("There is a session on that day already. Move that one.")
    s = Session(
        ritual=r, slot=slot, at=at, minutes=minutes or r.minutes, ratings=[], created_at=now, updated_at=now,
        sample=r.sample,
    )  # fmt: skip
    _movable(s, at, now)
    s.save()
    settling.prepare(s, now=now)
    _written(actor, s, "session.added", {}, now)
    return s.pk


def _movable(s: Session, at: Any, now: datetime) -> None:
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise Invalid(at="Say when, with its time zone.")
    if s.state != "scheduled" or s.started_at:
        raise Conflict("It has begun or is over; it cannot be moved any more.")
    if at < now - timedelta(hours=1):
        raise Invalid(at="That time is over. Choose one to come.")
    if at > now + FARTHEST:
        raise Invalid(at="That is more than a year away. Choose a nearer time.")


@dataclass(frozen=True, slots=True)
class Held:
    """A session that took place before it was kept here; `minutes` it took, `ratings` as counts of 0 to 4."""

    slot: date
    minutes: int
    there: Sequence[int] = ()
    ratings: Sequence[int] = ()
    skipped: str = ""
    """Why it did not take place; empty where it did."""


@transaction.atomic
def record_past(
    *, actor: Actor, ritual_id: int, held: Sequence[Held], now: datetime, sample: bool = False
) -> list[int]:
    """Write down sessions of before, without pages; nobody is told. Days that are known stay. Answers the ids."""
    allow(actor, "ritual.change")
    r = Ritual.objects.select_for_update().filter(pk=ritual_id).first()
    if r is None:
        raise Missing("ritual")
    known = set(Session.objects.filter(ritual=r).values_list("slot", flat=True))
    made = []
    for h in held:
        at = rules.moment(h.slot, r.at, zone())
        if h.slot in known or at > now:
            continue
        state = {"state": "skipped", "skip_reason": h.skipped[:300]} if h.skipped else {
            "state": "held", "started_at": at, "stopped_at": at + timedelta(minutes=h.minutes),
        }  # fmt: skip
        s = Session.objects.create(
            ritual=r, slot=h.slot, at=at, minutes=r.minutes, ratings=list(h.ratings), created_at=at, updated_at=at,
            sample=sample or r.sample, **state,
        )  # fmt: skip
        Seat.objects.bulk_create([Seat(session=s, user_id=i) for i in h.there])
        made.append(s)
    after = {"sessions": len(made)}
    record(actor=actor, now=now, change=Change("ritual.recorded", "ritual", r.pk, {}, after))
    index.put([settling.entry(s) for s in made])
    return [s.pk for s in made]
