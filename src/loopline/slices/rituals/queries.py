"""Asking about rituals and their sessions: what is next, how they went, what they cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.actions import queries as actions
from loopline.slices.decisions import queries as decisions
from loopline.slices.rituals import rules
from loopline.slices.rituals.models import Ritual, Seat, Session, Week

LOOKED_BACK = timedelta(days=420)  # four sessions of a quarterly one
SESSION = "session"


@dataclass(frozen=True, slots=True)
class RitualView:
    """A ritual for other slices."""

    id: int
    name: str
    template: str
    cadence: str
    minutes: int
    team_id: int | None
    owner_id: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ritual has been going. `median` of the last four held, of those that three or more rated, None without."""

    people: int
    hours: float
    median: float | None
    reasons: Sequence[rules.Reason]
    offers: Sequence[rules.Offer]
    last: Session | None
    last_decisions: int
    last_actions: int


def rows() -> QuerySet[Ritual]:
    """With owner and team, and `people` that are still here."""
    here = Count("attendees", filter=Q(attendees__is_active=True), distinct=True)
    return Ritual.objects.select_related("owner", "team").annotate(people=here)


def session_rows() -> QuerySet[Session]:
    return Session.objects.select_related("ritual", "ritual__owner", "ritual__team")


def one(*, actor: Actor, ritual_id: int) -> Ritual:
    """Raises Missing."""
    allow(actor, "ritual.read")
    found = rows().filter(pk=ritual_id).first()
    if found is None:
        raise Missing("ritual")
    return found


def session(*, actor: Actor, session_id: int) -> Session:
    """Raises Missing."""
    allow(actor, "ritual.read")
    found = session_rows().filter(pk=session_id).first()
    if found is None:
        raise Missing("session")
    return found


def cadence_of(r: Ritual) -> rules.Cadence:
    return rules.Cadence(r.cadence, r.weekday, r.nth, r.anchor)


def view(r: Ritual) -> RitualView:
    return RitualView(
        r.pk, r.name, r.template, r.cadence, r.minutes, r.team_id, r.owner_id, r.state
    )


def of_team(team_id: int) -> list[RitualView]:
    """Rituals of a team that are held."""
    found = Ritual.objects.filter(team=team_id, state="active", archived_at=None)
    return [view(r) for r in found.order_by("name", "pk")]


def held_by_team(start: datetime, end: datetime) -> dict[int, tuple[int, int]]:
    """(held, due) sessions of [start, end) by team, of teams that had any."""
    found = Session.objects.filter(
        at__gte=start, at__lt=end, ritual__archived_at=None, ritual__team__isnull=False
    )
    counted = found.values_list("ritual__team").annotate(
        held=Count("pk", filter=Q(state="held")), due=Count("pk")
    )
    return {team: (held, due) for team, held, due in counted}


def between(start: datetime, end: datetime, *, user_id: int | None = None) -> list[Session]:
    """Sessions of [start, end) of rituals that go on, or that were held; with a person only theirs."""
    found = session_rows().filter(at__gte=start, at__lt=end, archived_at=None)
    found = found.filter(Q(ritual__state="active") | ~Q(state="scheduled"))
    if user_id is not None:
        found = found.filter(Q(ritual__owner=user_id) | Q(ritual__attendees=user_id)).distinct()
    return list(found.order_by("at", "pk"))


def of_ritual(ritual_id: int, limit: int = 60) -> list[Session]:
    """Its sessions, the newest first."""
    return list(
        session_rows().filter(ritual=ritual_id, archived_at=None).order_by("-at", "-pk")[:limit]
    )


def next_of(ritual_id: int, *, after: datetime) -> Session | None:
    found = Session.objects.filter(ritual=ritual_id, state="scheduled", at__gt=after)
    return found.order_by("at").first()


def before(s: Session) -> Session | None:
    """The held session before this one."""
    found = Session.objects.filter(ritual=s.ritual_id, state="held", at__lt=s.at)
    return found.order_by("-at").first()


def seats(session_id: int) -> list[Seat]:
    return list(
        Seat.objects.select_related("user").filter(session=session_id).order_by("user__name", "pk")
    )


def given(s: Session) -> list[int]:
    """Every rating of a session, sorted; from counts, so nobody knows whose is which."""
    return [value for value, count in enumerate(s.ratings or ()) for _ in range(count)]


def told(s: Session) -> tuple[int, ...]:
    """Its ratings where enough people gave one, else none: four times one person's would be that person's."""
    found = given(s)
    return tuple(found) if len(found) >= rules.LEAST_SHOWN else ()


def shown_median(s: Session) -> float | None:
    """None where so few rated that it would say whose it was."""
    return rules.median(told(s))


def came_of(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(decisions, action items) that came of each session; what was only carried over does not count."""
    out = dict.fromkeys(ids, (0, 0))
    if not ids:
        return out
    made = actions.of_sources([(SESSION, i) for i in ids])
    for i in ids:
        own = [a for a in made.get((SESSION, i), ()) if a.source == (SESSION, i)]
        out[i] = (0, len(own))
    for d in decisions.about([(SESSION, i) for i in ids]):
        i = d.about_id or 0
        out[i] = (out[i][0] + 1, out[i][1])
    return out


def _looked_at(found: Sequence[Session]) -> list[Session]:
    """Newest first, back to the fourth held one."""
    past = [rules.Past(s.state == "held") for s in found]
    return list(found[: len(rules.pruning.window(past))])


def standings(rituals: Sequence[Ritual], *, now: datetime) -> dict[int, Standing]:
    """How each has been going; as many queries for all as for one."""
    by: dict[int, list[Session]] = {r.pk: [] for r in rituals}
    over = Session.objects.filter(
        ritual__in=list(by), state__in=("held", "skipped"), at__gt=now - LOOKED_BACK, at__lte=now
    )
    for s in over.order_by("-at", "-pk"):
        by[s.ritual_id].append(s)
    looked = {i: _looked_at(found) for i, found in by.items()}
    came = came_of([s.pk for found in looked.values() for s in found if s.state == "held"])
    return {r.pk: _standing(r, looked[r.pk], came) for r in rituals}


def _standing(
    r: Ritual, looked: Sequence[Session], came: Mapping[int, tuple[int, int]]
) -> Standing:
    people = getattr(r, "people", 0)
    often = rules.per_month(r.cadence)
    past = [rules.Past(s.state == "held", told(s), *came.get(s.pk, (0, 0))) for s in looked]
    rated = [v for p in past if p.held for v in p.ratings]
    why = rules.reasons(past) if r.state == "active" and not r.reads else []
    minutes = rules.pruning.READING if r.reads else r.minutes
    hours = rules.cost_hours(people, minutes, often) if r.state == "active" else 0.0
    last = next((s for s in looked if s.state == "held"), None)
    return Standing(
        people, hours, rules.median(rated), why,
        rules.offers(why, people=people, minutes=r.minutes, a_month=often), last,
        *(came.get(last.pk, (0, 0)) if last else (0, 0)),
    )  # fmt: skip


def occurrences(r: Ritual, start: date, end: date) -> list[date]:
    return rules.slots(cadence_of(r), start, end)


def attending(user_id: int) -> list[Ritual]:
    """Rituals that go on and that a person attends or owns."""
    mine = Q(owner=user_id) | Q(attendees=user_id)
    found = Ritual.objects.filter(mine, state="active", archived_at=None).distinct()
    return list(found.order_by("pk"))


def slots_taken(ids: Sequence[int], since: date) -> set[tuple[int, object]]:
    """(ritual, slot) of every session there is from a day on."""
    found = Session.objects.filter(ritual__in=list(ids), slot__gte=since)
    return set(found.values_list("ritual_id", "slot"))


def week(user_id: int, monday: date) -> Week | None:
    return Week.objects.filter(user=user_id, monday=monday).first()


def weeks(user_id: int, start: date, end: date) -> list[Week]:
    return list(
        Week.objects.filter(user=user_id, monday__gte=start, monday__lt=end).order_by("monday")
    )


def attended(user_id: int, start: datetime, end: datetime) -> list[Session]:
    """Sessions held in [start, end) where a person was there."""
    there = Seat.objects.filter(user=user_id, there=True).values("session")
    found = session_rows().filter(pk__in=there, state="held", at__gte=start, at__lt=end)
    return list(found.order_by("at", "pk"))


def ritual_cards(ids: set[int]) -> dict[int, Card]:
    words = dict(rules.STATES)
    return {
        r.pk: Card(
            "ritual", r.pk, r.name, f"/rituals/{r.pk}", f"RIT-{r.pk}",
            rules.said(cadence_of(r)) if r.state == "active" else words[r.state], bool(r.archived_at),
        )
        for r in Ritual.objects.filter(pk__in=ids)
    }  # fmt: skip


def session_cards(ids: set[int]) -> dict[int, Card]:
    words = dict(rules.SESSION_STATES)
    return {
        s.pk: Card(
            SESSION, s.pk, f"{s.ritual.name}, {s.slot.day} {s.slot:%b %Y}", f"/rituals/sessions/{s.pk}",
            f"SES-{s.pk}", words[s.state], bool(s.archived_at),
        )
        for s in Session.objects.select_related("ritual").filter(pk__in=ids)
    }  # fmt: skip


def by_ids(ids: Iterable[int]) -> dict[int, Session]:
    return {s.pk: s for s in session_rows().filter(pk__in=set(ids))}
