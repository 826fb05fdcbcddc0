"""Where rituals stand in the navigation, what C makes, which keys do what, and a squad's first two rituals."""

from collections.abc import Sequence
from datetime import datetime, time

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import team_members, teams
from loopline.platform.squads import registry as squads
from loopline.platform.ui import create, nav, shortcuts
from loopline.slices.rituals import queries, rules, services
from loopline.slices.rituals.models import Ritual

IN_SESSION = "In a session"
FIRST = (  # what a squad starts with: template, name, day, time, minutes
    ("ritual-weekly-planning", "planning", 0, time(10), 45),
    ("ritual-weekly-review", "review", 4, time(11), 30),
)


def _of_team(team: int) -> list[Ritual]:
    found = Ritual.objects.filter(team=team, archived_at=None).exclude(state="retired")
    return list(found.order_by("weekday", "pk"))


def _made(team: int) -> Sequence[squads.Made]:
    return [
        squads.Made(f"{r.name}, {rules.said(queries.cadence_of(r)).lower()} at {r.at:%H:%M}", f"/rituals/{r.pk}")
        for r in _of_team(team)
    ]  # fmt: skip


def _make(actor: Actor, team: int, now: datetime) -> None:
    known = {r.template for r in _of_team(team)}
    name, people = dict(teams()).get(team, ""), sorted(team_members().get(team, ()))
    for template, what, weekday, at, minutes in FIRST:
        if template not in known:
            new = services.NewRitual(
                f"{name} weekly {what}".strip(), "weekly", weekday, at, minutes, template, team_id=team,
                attendee_ids=people,
            )  # fmt: skip
            services.create_ritual(actor=actor, new=new, now=now)


def _copy(actor: Actor, source: int, target: int, now: datetime) -> None:
    known = {(r.template, r.cadence) for r in _of_team(target)}
    names, people = dict(teams()), sorted(team_members().get(target, ()))
    for r in _of_team(source):
        if (r.template, r.cadence) in known:
            continue
        renamed = r.name.replace(names.get(source, "\0"), names.get(target, ""))
        title = (
            renamed
            if renamed != r.name
            else f"{names.get(target, '')} {r.name[:1].lower()}{r.name[1:]}"
        )
        new = services.NewRitual(
            title[:120], r.cadence, r.weekday, r.at, r.minutes, r.template, r.purpose, r.nth, r.anchor, target,
            attendee_ids=people, send_before=r.send_before,
        )  # fmt: skip
        services.create_ritual(actor=actor, new=new, now=now)


def _sheets(actor: Actor, team: int) -> Sequence[squads.Sheet]:
    found = _of_team(team)
    if not found:
        return []
    lines = ["# Rituals", ""]
    for r in found:
        when = f"{rules.said(queries.cadence_of(r))} at {r.at:%H:%M}, {r.minutes} minutes."
        lines += [f"## {r.name}", "", f"{when} {r.purpose}".strip(), ""]
    return [squads.Sheet("rituals", "\n".join(lines))]


def _weeks(found: Sequence[int], weeks: Sequence[squads.Week], now: datetime) -> squads.Values:
    counted = [queries.held_by_team(start, min(end, now)) for start, end in weeks]
    return {
        team: [
            round(100 * each[team][0] / each[team][1]) if team in each and each[team][1] else None
            for each in counted
        ]
        for team in found
    }


def registered() -> None:
    """All of it."""
    nav.item("Run", "Rituals", "rituals", 12, None, "ritual.read", icon="calendar", key="l")
    nav.item("Today", "My week", "week", 20, None, "week.read", icon="calendar")
    create.kind("ritual", "Ritual", "ritual-new", 58, permission="ritual.change", icon="calendar")
    shortcuts.register(
        shortcuts.Shortcut("a", "Write an action item", IN_SESSION, "capture"),
        shortcuts.Shortcut("d", "Write a decision", IN_SESSION, "capture"),
        shortcuts.Shortcut("n", "Next item of the agenda", IN_SESSION, "next"),
        shortcuts.Shortcut("s", "Start", IN_SESSION, "start"),
        shortcuts.Shortcut("Shift F", "Finish, and send what came of it", IN_SESSION, "finish"),
        shortcuts.Shortcut("0 - 4", "Rate it", IN_SESSION, "rate"),
    )
    squads.part(
        squads.Part(
            "rituals", "Weekly planning and review", "Two sessions a week whose pages fill themselves", 20, _made,
            _make, _copy, _sheets,
        )
    )  # fmt: skip
    squads.measure(
        squads.Measure(
            "rituals", "Rituals held", "Sessions held, of those that were due in the week", "%", 20, _weeks,
            "The team needs a ritual.", "/rituals",
        )
    )  # fmt: skip
