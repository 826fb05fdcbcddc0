"""Rituals and sessions as lists, for the API, CSV and saved views."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q

from loopline.platform.identity.queries import people_choices, teams
from loopline.platform.lists.spec import Column, Empty, Filter, ListSpec, View
from loopline.platform.settings.options import zone
from loopline.slices.rituals.queries import cadence_of, shown_median
from loopline.slices.rituals.rules import CADENCES, SESSION_STATES, STATES, said


def _start(value: str) -> datetime:
    return datetime.combine(date.fromisoformat(value), time(), zone())


RITUALS = ListSpec(
    name="rituals",
    title="Rituals",
    singular="ritual",
    object_type="ritual",
    url="/rituals",
    read="ritual.read",
    columns=(
        Column("key", "Key", lambda r: f"RIT-{r.pk}"),
        Column("name", "Name", lambda r: r.name),
        Column("cadence", "When", lambda r: said(cadence_of(r))),
        Column("at", "At", lambda r: f"{r.at:%H:%M}"),
        Column("minutes", "Minutes", lambda r: r.minutes, "number"),
        Column("people", "People", lambda r: r.people, "number"),
        Column("team", "Team", lambda r: r.team.name if r.team else ""),
        Column("owner", "Owner", lambda r: r.owner.name if r.owner else ""),
        Column("state", "State", lambda r: dict(STATES)[r.state]),
    ),
    filters=(
        Filter("state", "State", lambda v: Q(state=v), options=lambda: STATES),
        Filter("cadence", "Rhythm", lambda v: Q(cadence=v), options=lambda: CADENCES),
        Filter("team", "Team", lambda v: Q(team_id=int(v)), options=lambda: [(str(i), n) for i, n in teams()]),
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
    ),
    sorts={"name": ("name", "Name"), "created": ("created_at", "Made")},
    default_sort="name",
    empty=Empty(
        3, "Nobody meets here yet",
        "A ritual has a rhythm, a timebox and a page that fills itself from live data before each session. Those that "
        "bring nothing are proposed for cancelling.", "Make a ritual", "/rituals/new", "ritual.change",
    ),
    create_url="/rituals/new",
    group="Run",
    hide_archived=Q(archived_at=None),
)  # fmt: skip

SESSIONS = ListSpec(
    name="sessions",
    title="Sessions",
    singular="session",
    object_type="session",
    url="/rituals/sessions",
    read="ritual.read",
    columns=(
        Column("key", "Key", lambda s: f"SES-{s.pk}"),
        Column("ritual", "Ritual", lambda s: s.ritual.name),
        Column("at", "At", lambda s: s.at, "date"),
        Column("minutes", "Minutes", lambda s: s.minutes, "number"),
        Column("state", "State", lambda s: dict(SESSION_STATES)[s.state]),
        Column("reason", "Why skipped", lambda s: s.skip_reason),
        Column("worth", "Worth the time", shown_median, "number"),
    ),
    filters=(
        Filter("ritual", "Ritual", lambda v: Q(ritual_id=int(v.upper().removeprefix("RIT-"))), "text"),
        Filter("state", "State", lambda v: Q(state=v), options=lambda: SESSION_STATES),
        Filter("team", "Team", lambda v: Q(ritual__team_id=int(v)), options=lambda: [(str(i), n) for i, n in teams()]),
        Filter("from", "From", lambda v: Q(at__gte=_start(v)), "date"),
        Filter("to", "Until", lambda v: Q(at__lt=_start(v) + timedelta(days=1)), "date"),
    ),
    sorts={"at": ("at", "When"), "created": ("created_at", "Made")},
    default_sort="-at",
    empty=Empty(
        3, "No session yet", "Sessions come from rituals, two weeks ahead.", "Make a ritual", "/rituals/new",
        "ritual.change",
    ),
    views=(
        View("All", ""), View("To come", "state=scheduled"), View("Held", "state=held"),
        View("Skipped", "state=skipped"),
    ),
    here="Rituals",
    group="Run",
    hide_archived=Q(archived_at=None),
)  # fmt: skip
