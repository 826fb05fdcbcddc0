"""Numbers of the scorecard that no metric holds: the intake, checklists, owners of dashboards, colleagues' content."""

from datetime import datetime

from loopline.core.problems import Missing
from loopline.platform.blocks.registry import Block, Param, Params, Row, Shown, register
from loopline.platform.blocks.shapes import days, last, span
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import team_members, teams
from loopline.platform.ui.formats import num, plural, written
from loopline.slices.dashboards import queries as dashboards
from loopline.slices.feedback import queries as feedback
from loopline.slices.measures import queries as measures
from loopline.slices.playbook.standup.adoption import INTAKE
from loopline.slices.releases import queries as releases
from loopline.slices.surveys import queries as surveys

GROUP = "Scorecard"
COUNTED = "releases"  # the one unit that adds up over time


def _share(part: float, whole: float) -> float:
    return round(100 * part / whole, 1)


def intake(_actor: Actor, params: Params, now: datetime) -> Shown:
    """Of what colleagues brought in, the share that came through the intake itself, by team."""
    since, count = span(params, now)
    members = team_members()
    people = {user for found in members.values() for user in found}
    hits = [
        (who, source in INTAKE)
        for who, source, at in feedback.passed_on(people=people, since=since)
        if at <= now
    ]
    if not hits:
        return Shown(
            missing=f"Nobody of a team passed anything on {last(count)}.", connect="/feedback/new"
        )
    rows = []
    for team, name in teams():
        own = [through for who, through in hits if who in members.get(team, ())]
        said = f"{num(_share(sum(own), len(own)), 0)} %" if own else "nothing passed on"
        rows.append(Row((name, said, num(len(own))), "/adoption#intake"))
    value = _share(sum(through for _, through in hits), len(hits))
    passed = f"{plural(len(hits), 'ask')} that teams passed on {last(count)}"
    text = f"{num(value, 0)} % of {passed} came through the intake."
    return Shown(
        text, value, "%", "/adoption#intake", ("Team", "Through the intake", "Asks"), tuple(rows)
    )


def checklists(_actor: Actor, params: Params, now: datetime) -> Shown:
    """Of the lines on the checklists of what shipped, the share that was done."""
    since, count = span(params, now)
    found = releases.checklist_lines(since, now)
    if not found:
        return Shown(
            missing=f"No release with a checklist shipped {last(count)}.",
            connect="/releases?state=shipped",
        )
    done, lines = sum(d for _, _, d, _ in found), sum(n for _, _, _, n in found)
    value = _share(done, lines)
    rows = tuple(
        Row((version, f"{done_} of {all_}"), f"/releases/{pk}")
        for pk, version, done_, all_ in reversed(found)
    )
    text = f"{num(value, 0)} % of the checklist lines of {plural(len(found), 'release')} {last(count)} were done."
    return Shown(text, value, "%", "/releases?state=shipped", ("Release", "Lines done"), rows)


def owned(_actor: Actor, _params: Params, now: datetime) -> Shown:
    """The share of dashboards somebody answers for, as of now."""
    own, every_ = dashboards.ownership(now)
    if not every_:
        return Shown(missing="There is no dashboard yet.", connect="/dashboards/new")
    text = f"{num(own)} of {plural(every_, 'dashboard')} {'has' if own == 1 else 'have'} an owner."
    return Shown(text, _share(own, every_), "%", "/dashboards")


def over(_actor: Actor, params: Params, now: datetime) -> Shown:
    """A built-in number over a stretch long enough not to jump; a count is said by the week."""
    since, count = span(params, now)
    found = measures.over(params["key"], since, now)
    if found is None:
        raise Missing("number")
    if found.value is None:
        return Shown(missing=found.missing, connect=found.rows or "/measures/start")
    value, unit = found.value, found.unit
    if unit == COUNTED:
        value, unit = value * 7 / count, "a week"
    base = f", from {num(found.n)}" if found.n is not None else ""
    text = f"{found.label} {last(count)}: {written(value, unit)}{base}."
    return Shown(text, round(value, 2), unit, found.rows or "/measures")


def content(_actor: Actor, params: Params, now: datetime) -> Shown:
    """Of colleagues asked how they are served, the share that is satisfied."""
    since, count = span(params, now)
    found = surveys.measured(survey_kind="stakeholders", start=since, end=now)
    if found is None or not found.enough:
        so_far = f" So far {plural(found.n, 'answer')}, too few." if found else ""
        return Shown(
            missing=f"Ask colleagues with a survey for stakeholders.{so_far}", connect="/surveys"
        )
    value = round(100 * found.value, 1)
    text = f"{num(value, 0)} % of {plural(found.n, 'answer')} {last(count)} were satisfied."
    return Shown(text, value, "%", "/surveys")


def register_all() -> None:
    """Offer them; each needs what reading its records needs."""
    for name, title, about, read, build, params in (
        ("intake-share", "Single intake", "Of the asks teams passed on, the share through the intake, by team.",
         "feedback.read", intake, (days(90),)),
        ("checklists-followed", "Release checklist followed", "Of the checklist lines of what shipped, the share done.",
         "release.read", checklists, (days(90),)),
        ("dashboards-owned", "Dashboards with an owner", "The share of dashboards somebody answers for.",
         "dashboard.read", owned, ()),
        ("stakeholders-content", "Stakeholders' satisfaction",
         "Of colleagues who answered, the share that is satisfied: 4 or 5 of 5.", "survey.read", content, (days(183),)),
        ("over-days", "A number over some days", "A number of an area over a stretch that does not jump by the week.",
         "metric.read", over, (Param("key", "Number", measures.over_choices), days(90))),
    ):  # fmt: skip
        register(Block(name, title, about, read, build, params, GROUP))
