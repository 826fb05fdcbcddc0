"""Two questions to a squad on day 14 and day 30 of its set-up; read before the set-up is copied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import mean

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.core.problems import Conflict, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.identity.queries import team_members, teams
from loopline.platform.notify.services import notify_person
from loopline.platform.settings.options import today
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.queries import DocView
from loopline.slices.playbook.standup.sheets import SETUP, rows_of
from loopline.slices.surveys import queries as surveys
from loopline.slices.surveys import services as asking
from loopline.slices.surveys.queries import Heard

DAYS = (14, 30)
OPEN_FOR = 10  # days
LEAST = 3  # answers below which nothing is shown, so that nobody is known by theirs
ACTOR = Actor.system("Pulse")
QUESTION = "Would you miss how the squad works now if it were taken away?"
FOLLOW_UP = "What helps most, and what would you drop?"


@dataclass(frozen=True, slots=True)
class Pulse:
    """One round. `heard` None before it was sent; `due` is the day it is sent on."""

    day: int
    due: date
    sent: date | None
    survey_id: int | None
    heard: Heard | None
    row: str
    read_by: str
    read: date | None

    @property
    def answers(self) -> int:
        return self.heard.answers if self.heard else 0

    @property
    def shown(self) -> bool:
        """Whether enough answered for it to be shown."""
        return self.answers >= LEAST

    @property
    def score(self) -> float | None:
        """Mean of 1 to 5; None below the least number of answers."""
        return mean(self.heard.scores) if self.shown and self.heard and self.heard.scores else None

    @property
    def readable(self) -> bool:
        """It can be read when enough answered, or no more can."""
        return self.heard is not None and (self.shown or not self.heard.open)


def began(setup: DocView) -> date:
    said = setup.data.get("starts")
    return date.fromisoformat(said) if said else today(setup.created_at)


def _survey_of(row: Mapping[str, object]) -> int | None:
    tail = str(row.get("survey") or "").rpartition("/")[2]
    return int(tail) if tail.isdecimal() else None


def rounds(setups: Sequence[DocView]) -> dict[int, list[Pulse]]:
    """Set-up -> its rounds, day 14 first; two queries for any number of them."""
    ids = [i for s in setups for r in rows_of(s, "pulses") if (i := _survey_of(r))]
    heard = surveys.heard(ids)
    out: dict[int, list[Pulse]] = {}
    for setup in setups:
        by_day = {int(r["day"]): r for r in rows_of(setup, "pulses") if r.get("day")}
        for day in DAYS:
            row = by_day.get(day, {})
            survey = _survey_of(row)
            sent, read = (
                date.fromisoformat(row[k]) if row.get(k) else None for k in ("sent", "read")
            )
            due = began(setup) + timedelta(days=day)
            out.setdefault(setup.id, []).append(
                Pulse(day, due, sent, survey, heard.get(survey or 0), row.get("id", ""), row.get("read_by") or "", read)
            )  # fmt: skip
    return out


def why_not(setup: DocView, now: datetime) -> str:
    """Why the set-up is not to be copied yet; empty where somebody has read what the squad says."""
    found = rounds([setup])[setup.id]
    sent = [p for p in found if p.sent]
    if not sent:
        return f"The squad is asked on day {DAYS[0]}, {found[0].due:%-d %B}. Read what it says before copying it."
    if sent[-1].read:
        return ""
    if not sent[-1].readable:
        return f"{sent[-1].answers} of at least {LEAST} answers are in. Read them before copying the set-up."
    return f"Read what the squad said on day {sent[-1].day} before copying its set-up."


@transaction.atomic
def mark_read(*, actor: Actor, team_id: int, day: int, now: datetime) -> None:
    """Somebody read what the squad said. Raises Conflict before there is something to read."""
    allow(actor, "rollout.change")
    setup = next(iter(docs.of_template(SETUP, team_id=team_id)), None)
    found = next((p for p in rounds([setup])[setup.id] if p.day == day), None) if setup else None
    if setup is None or found is None or not found.row:
        raise Missing("pulse")
    if not found.readable:
        raise Conflict(f"{found.answers} of at least {LEAST} answers are in; it can be read then.")
    if not found.read:
        values = {"read_by": actor.name or "Somebody", "read": today(now).isoformat()}
        writing.change_row(
            actor=actor, doc_id=setup.id, key="pulses", row_id=found.row, values=values, now=now
        )


def send_due(*, now: datetime) -> int:
    """Ask every squad whose day has come, once a round; a round that was missed is left out. Answers how many."""
    asked = 0
    members, named = team_members(), dict(teams())
    for setup in docs.of_template(SETUP):
        day = (today(now) - began(setup)).days
        sent = {int(r["day"]) for r in rows_of(setup, "pulses") if r.get("day")}
        due = max((d for d in DAYS if d <= day), default=0)
        people = members.get(setup.team_id or 0, frozenset())
        if not due or due in sent or day > DAYS[-1] + OPEN_FOR or not people:
            continue
        send(setup=setup, day=due, team=named.get(setup.team_id or 0, ""), people=people, now=now)
        asked += 1
    return asked


@transaction.atomic
def send(
    *, setup: DocView, day: int, team: str, people: frozenset[int], now: datetime, sample: bool = False
) -> int:  # fmt: skip
    """Open a round and tell the squad. Its link names nobody, so no answer does. Answers the survey's id."""
    values = {
        "name": f"Pulse of {team}, day {day}", "question": QUESTION, "follow_up": FOLLOW_UP, "form": "scale",
        "least": 1, "most": 5, "least_label": "Not at all", "most_label": "Very much", "to_intake": False,
        "anonymous": True,
        "intro": "Two questions, a minute. Your answer carries no name.", "owner_id": setup.owner_id,
        "closes_on": today(now) + timedelta(days=OPEN_FOR),
    }  # fmt: skip
    made = asking.create_survey(actor=ACTOR, kind="custom", values=values, now=now, sample=sample)
    asking.open_survey(actor=ACTOR, survey_id=made, now=now)
    row = {"day": str(day), "survey": f"/surveys/{made}", "sent": today(now).isoformat()}
    writing.add_row(actor=ACTOR, doc_id=setup.id, key="pulses", values=row, now=now)
    key = surveys.heard([made])[made].key
    for user in sorted(people):
        notify_person(
            user_id=user, text=f"Two questions about how {team} works now: a minute, and no name on it",
            url=f"/survey/{key}", kind="pulse", key=f"pulse:{setup.id}:{day}:{user}", now=now,
        )  # fmt: skip
    return made


@task()
def ask_squads() -> None:
    """Once a night; what was asked is not asked again."""
    send_due(now=timezone.now())
