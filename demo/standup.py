"""Seventy days of standing product operations up: the plan, who was heard, the pilot and its copy, what is used."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.apps import apps

from demo.context import Context
from demo.learning import ONBOARDING, WEEKLY
from demo.oakrow import standup as oakrow
from demo.oakrow.metrics import ACTIVATION
from demo.oakrow.people import PEOPLE
from loopline.platform.identity.actor import Via
from loopline.platform.identity.models import Team, User
from loopline.platform.identity.queries import actor_for, team_members
from loopline.slices.dashboards import services as boards
from loopline.slices.dashboards.models import Dashboard
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.models import Doc
from loopline.slices.docs.services import NewDoc
from loopline.slices.feedback import services as intake
from loopline.slices.feedback.models import Feedback
from loopline.slices.measures import queries as measures
from loopline.slices.measures.models import Metric
from loopline.slices.playbook.standup import baselines, plan, pulse, squads, tour
from loopline.slices.playbook.standup.sheets import MAP, TOOLS, TRAINING
from loopline.slices.surveys import services as surveys
from loopline.slices.surveys.services import Person, Reply


def load(w: Context) -> None:
    """Plan each step for the day on which it was taken."""
    w.plan(w.at(oakrow.BEGAN, 9), partial(_begin, w))
    w.plan(w.at(oakrow.BEGAN, 10), partial(_tour, w))
    for row, person in enumerate(oakrow.PEOPLE):
        w.plan(w.at(person[2], 15), partial(_heard, w, row))
    w.plan(w.at(58, 16), partial(_map, w))
    w.plan(w.at(54, 16), partial(_tools, w))
    w.plan(w.at(oakrow.SET_UP, 9), partial(_pilot, w))
    for place, item, day in oakrow.TICKS:
        w.plan(w.at(day, 17), partial(_tick, w, place, item, day))
    for session in oakrow.SESSIONS:
        w.plan(w.at(session[2], 16), partial(_session, w, session))
    for day in oakrow.PULSES:
        w.plan(w.at(oakrow.SET_UP - day, 8), partial(_asked, w, day))
    w.plan(w.at(oakrow.COPIED, 11), partial(_copied, w))
    w.plan(w.at(oakrow.COPIED, 17), partial(_not_now, w))
    for day in range(40, 0, -1):
        if w.at(day).weekday() in (0, 3):
            w.plan(w.at(day, 9), partial(_looked, w, day))


def passer(w: Context, back: float, other: int | None) -> tuple[int | None, bool]:
    """Who handed in what a colleague heard `back` days ago, and whether they wrote it down in the intake themselves.

    In the last nine weeks the squads hear more themselves: the pilot writes it down, the others mostly mail it.
    """
    if other is None or back > 63:
        return other, False
    w.passed = w.passed or w.dice("passed on")
    if w.passed.random() > 0.6:
        return other, False
    squad = w.passed.choices(tuple(oakrow.HERE), (5, 3, 2))[0]
    then, lately = oakrow.HERE[squad]
    share = then + (lately - then) * (1 - back / 63)
    name = w.passed.choice([n for n, _, _, s in PEOPLE if s == squad])
    return w.people[name], w.passed.random() < share


def settle(w: Context) -> None:
    """What the tour brought into the intake was read there; the squads' pages belong to the sample."""
    lead = w.actor(oakrow.LEAD)
    for row in Feedback.objects.filter(source=tour.SOURCE, state="new").order_by("pk"):
        intake.accept(actor=lead, feedback_id=row.pk, now=row.received_at + timedelta(hours=20))
    Doc.objects.filter(team__sample=True).update(sample=True)
    if apps.is_installed("loopline.slices.rituals"):
        apps.get_model("rituals.Ritual")._default_manager.filter(team__sample=True).update(
            sample=True
        )


def baseline() -> bool:
    """The first numbers as they were when the plan began; again it changes nothing. False before they are computed."""
    began = docs.of_template("rollout-plan")
    if not began or docs.of_template(baselines.BASELINE):
        return True
    lead = began[0].owner_id
    actor = actor_for(User.objects.get(pk=lead), Via.WEB)
    more = list(Metric.objects.filter(name=ACTIVATION).values_list("pk", flat=True))
    at = began[0].created_at + timedelta(days=3)
    first = measures.installed().get("cycle-time", [])
    if not measures.latest_values(first, before=at):
        return False
    baselines.take(actor=actor, more=more, as_of=at, install=False, now=at, sample=True)
    return True


def _begin(w: Context) -> None:
    lead, now = w.actor(oakrow.LEAD), w.at(oakrow.BEGAN, 9)
    made = plan.begin(actor=lead, now=now, sample=True)
    writing.fill(actor=lead, doc_id=made, key="stop", value=oakrow.STOP, now=now)


def _tick(w: Context, place: str, item: str, day: int) -> None:
    made = docs.of_template("rollout-plan")[0].id
    writing.tick(
        actor=w.actor(oakrow.LEAD), doc_id=made, key=place, item=item, done=True, now=w.at(day, 17)
    )


def _tour(w: Context) -> None:
    lead, now = w.actor(oakrow.LEAD), w.at(oakrow.BEGAN, 10)
    customers = iter([w.contacts[0][0][0], w.contacts[1][0][0]])
    lines = "\n".join(f"{name or next(customers)}, {role}" for name, role, *_ in oakrow.PEOPLE)
    made = tour.begin(actor=lead, lines=lines, now=now, sample=True)
    writing.fill(actor=lead, doc_id=made, key="roles", value=oakrow.ROLES, now=now)


def _heard(w: Context, row: int) -> None:
    _, _, day, pains, words = oakrow.PEOPLE[row]
    doc = docs.of_template("listening-tour")[0]
    values = {"state": "Heard", "on": w.at(day).date().isoformat(), "pains": pains, "words": words}
    writing.change_row(
        actor=w.actor(oakrow.LEAD), doc_id=doc.id, key="people", row_id=doc.data["people"][row]["id"],
        values=values, now=w.at(day, 15),
    )  # fmt: skip


def _lines(
    w: Context, key: str, place: str, columns: tuple[str, ...], rows: Any, day: float
) -> None:
    lead, now = w.actor(oakrow.LEAD), w.at(day, 16)
    made = writing.create_doc(actor=lead, new=NewDoc("", key), now=now, sample=True)
    for row in rows:
        values = {k: str(v) for k, v in zip(columns, row, strict=True)}
        writing.add_row(actor=lead, doc_id=made, key=place, values=values, now=now)


def _map(w: Context) -> None:
    _lines(w, MAP, "steps", ("step", "station", "owner", "wait", "pain"), oakrow.STEPS, 58)
    made = docs.of_template(MAP)[0]
    lead = w.actor(oakrow.LEAD)
    for row in made.data["steps"]:
        if not row.get("owner"):  # what the map showed first, and what came of it
            writing.change_row(
                actor=lead, doc_id=made.id, key="steps", row_id=row["id"], values={"owner": "Jonas Weber"},
                now=w.at(50, 16),
            )  # fmt: skip


def _tools(w: Context) -> None:
    columns = ("name", "owner", "cost", "for", "users", "people", "overlap", "answer")
    _lines(w, TOOLS, "tools", columns, oakrow.TOOLS, 54)


def _session(w: Context, session: tuple[str, str, int, str, int, float]) -> None:
    lead, now = w.actor(oakrow.LEAD), w.at(session[2], 16)
    there = docs.of_template(TRAINING)
    new = NewDoc("", TRAINING)
    made = there[0].id if there else writing.create_doc(actor=lead, new=new, now=now, sample=True)
    topic, kind, _, who, people, rating = session
    values = {
        "topic": topic, "kind": kind, "on": now.date().isoformat(), "who": who, "people": str(people),
        "rating": str(rating),
    }  # fmt: skip
    writing.add_row(actor=lead, doc_id=made, key="sessions", values=values, now=now)


def _team(name: str) -> int:
    return Team.objects.get(name=name).pk


def _pilot(w: Context) -> None:
    lead, now = w.actor(oakrow.LEAD), w.at(oakrow.SET_UP, 9)
    team = _team(oakrow.PILOT)
    squads.set_up(actor=lead, team_id=team, why=oakrow.WHY, starts=now.date(), now=now, sample=True)
    made = docs.of_template("working-agreement", team_id=team)[0].id
    for key, value in oakrow.AGREEMENT.items():
        writing.fill(
            actor=w.actor("Tomas Lindgren"),
            doc_id=made,
            key=key,
            value=value,
            now=w.at(oakrow.SET_UP - 1, 15),
        )


def _asked(w: Context, day: int) -> None:
    """The squad is asked, answers, and Rafael reads it; each on its day."""
    team, (answered, given) = _team(oakrow.PILOT), oakrow.PULSES[day]
    setup = squads.setups_by_team()[team]
    made = pulse.send(
        setup=setup, day=day, team=oakrow.PILOT, people=team_members()[team], now=w.at(oakrow.SET_UP - day, 8),
        sample=True,
    )  # fmt: skip
    for n, (score, words) in enumerate(given):
        surveys.answer(
            actor=pulse.ACTOR, survey_id=made, reply=Reply(score, "", words),
            who=Person(browser=f"a phone of the squad {day} {n}"), channel="link",
            now=w.at(answered, 9 + n), sample=True,
        )  # fmt: skip
    pulse.mark_read(actor=w.actor(oakrow.LEAD), team_id=team, day=day, now=w.at(answered - 1, 9))


def _copied(w: Context) -> None:
    lead, now = w.actor(oakrow.LEAD), w.at(oakrow.COPIED, 11)
    squads.copy(actor=lead, source=_team(oakrow.PILOT), target=_team(oakrow.NEXT), now=now)


def _not_now(w: Context) -> None:
    made = docs.of_template("rollout-plan")[0].id
    for what, why, back in oakrow.NOT_NOW:
        values = {"what": what, "why": why, "back": back}
        writing.add_row(
            actor=w.actor(oakrow.LEAD),
            doc_id=made,
            key="not_now",
            values=values,
            now=w.at(oakrow.COPIED, 17),
        )


def _looked(w: Context, day: int) -> None:
    for name, owner, *_ in (ONBOARDING, WEEKLY):
        board = Dashboard.objects.filter(name=name, created_at__lt=w.at(day, 9)).first()
        if board:
            boards.looked(actor=w.actor(owner), dashboard_id=board.pk, now=w.at(day, 9))
