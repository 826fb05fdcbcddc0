"""Small live answers of the stand-up, for plans, reviews and scorecards."""

from datetime import datetime

from loopline.core.problems import Missing
from loopline.platform.blocks.registry import (
    Block,
    Build,
    Param,
    Params,
    Row,
    Shown,
    number,
    register,
)
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import teams
from loopline.platform.settings.options import today, workspace
from loopline.platform.squads.registry import measures
from loopline.platform.ui.formats import day, money, num, plural
from loopline.slices.docs import queries as docs
from loopline.slices.insights import queries as insights
from loopline.slices.playbook.standup import adoption, current, plan, pulse, squads, tools, tour
from loopline.slices.playbook.standup.sheets import (
    BASELINE,
    MAP,
    PLAN,
    TOOLS,
    TOUR,
    TRAINING,
    newest,
)

GROUP = "Stand-up"


def _tour() -> tour.Tour | None:
    doc = newest(TOUR)
    return tour.read(doc) if doc else None


NO_TOUR = Shown(missing="No listening tour has begun.", connect="/rollout/tour")


def heard(actor: Actor, params: Params, now: datetime) -> Shown:
    found = _tour()
    if found is None:
        return NO_TOUR
    rows = tuple(
        Row((r.name, num(r.heard), num(r.booked), num(r.goal) if r.goal else "–"))
        for r in found.roles
    )
    said = (
        f"{plural(found.heard, 'person', 'people')} heard of {num(len(found.people))} on the tour"
    )
    return Shown(
        said, found.heard, "people", "/rollout/tour", ("Role", "Heard", "Booked", "Goal"), rows
    )


def roles(actor: Actor, params: Params, now: datetime) -> Shown:
    found = _tour()
    if found is None:
        return NO_TOUR
    there = sum(r.there for r in found.wanted)
    said = f"{there} of {plural(len(found.wanted), 'role')} heard {num(found.goal)} times or more"
    return Shown(said, round(100 * there / len(found.wanted), 1), "%", "/rollout/tour")


def pains(actor: Actor, params: Params, now: datetime) -> Shown:
    found = _tour()
    if found is None:
        return NO_TOUR
    if not found.heard:
        return Shown(missing="Nobody on the tour has been heard yet.", connect="/rollout/tour")
    top = found.pains[:8]
    rows = tuple(Row((p.tag, num(len(p.voices)), num(p.roles)), "/rollout/tour#pains") for p in top)
    most = f", most often {top[0].tag}" if top else ""
    said = f"{plural(len(found.pains), 'pain')} named{most}"
    return Shown(
        said, len(found.pains), "pains", "/rollout/tour#pains", ("Pain", "People", "Roles"), rows
    )


def steps(actor: Actor, params: Params, now: datetime) -> Shown:
    doc = newest(MAP)
    if doc is None:
        return Shown(missing="Today's way is not drawn yet.", connect="/rollout/map")
    found = current.read(doc)
    total = f", {num(round(found.total, 1))} days of waiting" if found.total is not None else ""
    said = f"{plural(len(found.steps), 'step')} from discovery to release{total}"
    drawn = current.drawn(found.steps)
    rows = tuple(
        Row((s.name, s.owner or "nobody", "–" if s.wait is None else num(round(s.wait, 1))))
        for s in found.steps
    )
    return Shown(
        said,
        len(found.steps),
        "steps",
        "/rollout/map",
        ("Step", "Owner", "Waits, days"),
        rows,
        drawn,
    )


def owned(actor: Actor, params: Params, now: datetime) -> Shown:
    doc = newest(MAP)
    found = current.read(doc) if doc else None
    if found is None or found.longest is None:
        return Shown(missing="No wait is written on the map yet.", connect="/rollout/map")
    step = found.longest
    who = f"owned by {step.owner}" if step.owner else "owned by nobody"
    said = f"The longest wait is {num(round(step.wait or 0, 1))} days at {step.name}, {who}"
    return Shown(said, 100.0 if step.owner else 0.0, "%", "/rollout/map")


def set_up(actor: Actor, params: Params, now: datetime) -> Shown:
    found = squads.setups_by_team()
    if not found:
        return Shown("No squad is set up yet", 0, "squads", "/rollout/squads")
    names = dict(teams())
    said = f"{plural(len(found), 'squad')} set up: {', '.join(names.get(t, 'a team that left') for t in found)}"
    return Shown(said, len(found), "squads", "/rollout/squads")


def _team(params: Params) -> tuple[int, str] | None:
    """The team asked for, else the one that was set up first."""
    if params["team"]:
        id_ = number(params, "team")
        name = dict(teams()).get(id_)
        if name is None:
            raise Missing("team")
        return id_, name
    first = adoption.pilot(squads.setups_by_team())
    return (first, dict(teams()).get(first, "")) if first else None


def pulse_of(actor: Actor, params: Params, now: datetime) -> Shown:
    team = _team(params)
    setup = squads.setups_by_team().get(team[0]) if team else None
    if team is None or setup is None:
        return Shown(missing="No squad is set up yet.", connect="/rollout/squads")
    wanted = number(params, "day")
    found = next((p for p in pulse.rounds([setup])[setup.id] if p.day == wanted), None)
    href = f"/rollout/squads/{team[0]}#pulse"
    if found is None:
        return Shown(missing="A squad is asked on day 14 and on day 30.")
    if not found.sent:
        return Shown(missing=f"{team[1]} is asked on {day(found.due, now=now)}.", connect=href)
    if found.score is None:
        return Shown(
            missing=f"{plural(found.answers, 'answer')} so far; shown from {pulse.LEAST}.",
            connect=href,
        )
    said = f"{team[1]} would miss it: {num(round(found.score, 1))} of 5 from {plural(found.answers, 'answer')}"
    return Shown(said, round(found.score, 2), "of 5", href)


def adopted(actor: Actor, params: Params, now: datetime) -> Shown:
    team = _team(params)
    if team is None:
        return Shown(missing="No squad is set up yet.", connect="/rollout/squads")
    one = next((m for m in measures() if m.key == params["measure"]), None)
    if one is None:
        raise Missing("measure of adoption")
    use = adoption.of(one, now, [team[0]]).teams[0]
    if use.value is None:
        return Shown(missing=f"{team[1]}: {one.missing}", connect=one.href or "/adoption")
    value = round(use.value, 1)
    said = f"{team[1]}: {num(value, 0)} {one.unit} in the mean of the last four weeks"
    href = f"/adoption#{one.key}"
    rows = tuple(
        Row((day(start, now=now), "–" if v is None else f"{num(v, 0)} {one.unit}"))
        for (start, _), v in zip(adoption.weeks(now), use.weeks, strict=True)
    )
    return Shown(said, value, one.unit, href, ("Week of", one.label), rows)


def counted(actor: Actor, params: Params, now: datetime) -> Shown:
    doc = newest(TOOLS)
    found = tools.read(doc) if doc else None
    if found is None or not found.rows:
        return Shown(missing="No tools are listed yet.", connect="/rollout/tools")
    cost = f", {money(found.cost, workspace().currency)} a month" if found.cost is not None else ""
    rows = tuple(
        Row((o.what, ", ".join(o.names)), "/rollout/tools#overlaps") for o in found.overlaps
    )
    more = f", {plural(len(found.overlaps), 'thing')} done by several" if found.overlaps else ""
    said = f"{plural(len(found.rows), 'tool')}{cost}{more}"
    return Shown(said, len(found.rows), "tools", "/rollout/tools", ("What for", "Tools"), rows)


def unowned(actor: Actor, params: Params, now: datetime) -> Shown:
    doc = newest(TOOLS)
    found = tools.read(doc) if doc else None
    if found is None or not found.rows:
        return Shown(missing="No tools are listed yet.", connect="/rollout/tools")
    who = f": {', '.join(found.unowned[:6])}" if found.unowned else ""
    said = f"{plural(len(found.unowned), 'tool')} without an owner{who}"
    return Shown(said, len(found.unowned), "tools", "/rollout/tools#tools")


def trained(actor: Actor, params: Params, now: datetime) -> Shown:
    doc = newest(TRAINING)
    found = tools.training(doc, today(now)) if doc else None
    if found is None or not found.held:
        return Shown(
            missing="No office hours or training have been held.", connect="/rollout/tools#training"
        )
    rated = f", rated {num(round(found.rating, 1))} of 5" if found.rating is not None else ""
    said = f"{plural(found.held, 'session')} held, {plural(found.people, 'seat')} taken{rated}"
    return Shown(said, found.held, "sessions", "/rollout/tools#training")


def named(actor: Actor, params: Params, now: datetime) -> Shown:
    broken, every_ = insights.names_breaking()
    if not every_:
        return Shown(
            missing="No events come in yet, so there are no names to hold to a rule.",
            connect="/events/keys",
        )
    said = f"{num(every_ - broken)} of {plural(every_, 'event name')} keep the rules; {num(broken)} break one"
    href = "/events/catalogue?breaks=1" if broken else "/events/catalogue"
    return Shown(said, round(100 * (every_ - broken) / every_, 1), "%", href)


def baseline(actor: Actor, params: Params, now: datetime) -> Shown:
    found = docs.of_template(BASELINE)
    if not found:
        return Shown("No baseline was taken yet", 0, "baselines", "/rollout/baseline")
    said = f"Baseline taken on {day(found[-1].created_at, now=now)}"
    return Shown(said, len(found), "baselines", "/rollout/baseline")


def progress(actor: Actor, params: Params, now: datetime) -> Shown:
    """The day only, so that a plan may show it without reading its own checks."""
    doc = newest(PLAN)
    if doc is None:
        return Shown(missing="No plan of 90 days is running.", connect="/rollout/start")
    at = plan.day_of(doc, now)
    if at < 1:
        return Shown(f"The plan begins on {day(plan.began(doc), now=now)}", 0, "days", "/rollout")
    said = (
        f"Day {at} of {plan.DAYS}"
        if at <= plan.DAYS
        else f"The 90 days ended {plural(at - plan.DAYS, 'day')} ago"
    )
    return Shown(said, at, "days", "/rollout")


def _team_choices() -> list[tuple[str, str]]:
    return [("", "The first squad set up"), *((str(i), n) for i, n in teams())]


TEAM = Param("team", "Team", _team_choices, "")
DAY = Param("day", "Day", lambda: [(str(d), f"Day {d}") for d in pulse.DAYS], str(pulse.DAYS[-1]))
MEASURE = Param("measure", "Measure", lambda: [(m.key, m.label) for m in measures()], "intake")
EVERY: tuple[tuple[str, str, str, Build, tuple[Param, ...]], ...] = (
    ("rollout-day", "Rollout plan", "Which day of the 90 it is", progress, ()),
    ("tour-heard", "Listening tour", "How many were heard, by role", heard, ()),
    ("tour-roles", "Roles heard", "The share of roles heard often enough", roles, ()),
    ("tour-pains", "What hurts", "Pains by how many named them", pains, ()),
    ("map-steps", "From discovery to release", "The steps with their waits, drawn", steps, ()),
    ("map-owned", "The longest wait", "Where it is and who owns it", owned, ()),
    ("squads-set-up", "Squads set up", "Which squads run on the set-up", set_up, ()),
    ("pulse", "Pulse", "Whether a squad would miss its set-up", pulse_of, (TEAM, DAY)),
    ("adoption", "Adoption", "How much a team uses one thing, over eight weeks", adopted, (TEAM, MEASURE)),
    ("tools-counted", "Tools", "How many, what they cost, what overlaps", counted, ()),
    ("tools-unowned", "Tools without an owner", "Tools nobody answers for", unowned, ()),
    ("training-held", "Office hours and training", "How many were held, and how they were rated", trained, ()),
    ("naming-kept", "Names of events", "The share that keeps the rules of naming", named, ()),
    ("baselines-taken", "Baseline", "Whether one was taken, and when", baseline, ()),
)  # fmt: skip


def register_all() -> None:
    """Offer all of them; each needs what reading the stand-up needs."""
    for name, title, about, build, params in EVERY:
        register(Block(name, title, about, "rollout.read", build, params, GROUP))
