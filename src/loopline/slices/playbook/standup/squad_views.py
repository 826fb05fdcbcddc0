"""Squads: setting one up, what it says, its own playbook, and the next one."""

from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify

from loopline.core.problems import Conflict, Invalid
from loopline.platform.entrance.services import set_team
from loopline.platform.identity.policy import may
from loopline.platform.identity.queries import people_choices, teams
from loopline.platform.ui.pages import go, render, toast
from loopline.slices.playbook.standup import pulse, squads
from loopline.slices.playbook.standup.frame import day, frame, posting, prepared, reading


def squads_page(request: HttpRequest) -> HttpResponse:
    actor, now = reading(request)
    found = squads.squads(actor=actor, now=now)
    context = frame(
        actor, "/rollout/squads", "Squads", found=found, people=people_choices(),
        teams_made=may(actor, "team.change"), free_rows=_free(found),
    )  # fmt: skip
    return render(request, "playbook/squads.html", context)


def _free(found: list[squads.Squad]) -> list[tuple[str, str]]:
    """Teams that are not set up, to choose from."""
    return [(str(s.id), s.name) for s in found if s.setup is None]


def squad_page(request: HttpRequest, team_id: int) -> HttpResponse:
    """One squad: what it has and has not, what it said, and the way to the next."""
    actor, now = reading(request)
    found = squads.squad(actor=actor, team_id=team_id, now=now)
    setup = found.setup
    others = [(i, n) for i, n in teams() if i not in squads.setups_by_team()]
    context = frame(
        actor, "/rollout/squads", found.name, squad=found, others=others,
        pulses=pulse.rounds([setup])[setup.id] if setup else [], held=pulse.why_not(setup, now) if setup else "",
        question=pulse.QUESTION, least=pulse.LEAST, follow_up=pulse.FOLLOW_UP,
        **prepared(actor, setup, now, "starts", "why", "stop"),
    )  # fmt: skip
    return render(request, "playbook/squad.html", context)


def team_from(request: HttpRequest, field: str = "team") -> int:
    """The team of the form: chosen, or made from a name with its people. Raises Invalid."""
    actor, now = posting(request)
    p = request.POST
    chosen, name = p.get(field, "").strip(), " ".join(p.get("name", "").split())
    if chosen.isdecimal() and len(chosen) < 18:
        return int(chosen)
    if not name:
        raise Invalid(name="Choose a team, or write the name of a new one.")
    if any(n.casefold() == name.casefold() for _, n in teams()):
        raise Invalid(name=f"There is a team called {name} already; choose it.")
    known = {i for i, _ in people_choices()}
    members = [int(i) for i in p.getlist("members") if i in known]
    return set_team(actor=actor, name=name, member_ids=members, now=now)


def squad_set_up(request: HttpRequest) -> HttpResponse:
    """Set a team up with its minimum; a new team is made first."""
    actor, now = posting(request)
    try:
        team = team_from(request)
        squads.set_up(
            actor=actor, team_id=team, why=request.POST.get("why", ""), starts=day(request, "starts"), now=now
        )  # fmt: skip
    except Invalid as wrong:
        found = squads.squads(actor=actor, now=now)
        context = frame(
            actor, "/rollout/squads", "Squads", found=found, people=people_choices(), free_rows=_free(found),
            teams_made=may(actor, "team.change"), errors=wrong.errors, said=request.POST,
        )  # fmt: skip
        return render(request, "playbook/squads.html", context, 422)
    toast(request, "The squad is set up")
    return go(request, f"/rollout/squads/{team}")


def squad_copy(request: HttpRequest, team_id: int) -> HttpResponse:
    actor, now = posting(request)
    raw = request.POST.get("team", "")
    if not raw.isdecimal() or len(raw) > 17:
        toast(request, "Choose the next squad first")
        return go(request, f"/rollout/squads/{team_id}")
    try:
        squads.copy(actor=actor, source=team_id, target=int(raw), now=now)
    except Conflict as held:
        toast(request, held.sentence)
        return go(request, f"/rollout/squads/{team_id}#copy")
    toast(request, "The next squad has its own set-up")
    return go(request, f"/rollout/squads/{raw}")


def squad_read(request: HttpRequest, team_id: int, day: int) -> HttpResponse:
    """Somebody has read what the squad said."""
    actor, now = posting(request)
    try:
        pulse.mark_read(actor=actor, team_id=team_id, day=day, now=now)
    except Conflict as held:
        toast(request, held.sentence)
    return go(request, f"/rollout/squads/{team_id}#copy")


def _attached(content: str | bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def squad_text(request: HttpRequest, team_id: int) -> HttpResponse:
    """The squad's own playbook as one text."""
    actor, now = reading(request)
    pages = squads.sheets(actor=actor, team_id=team_id, now=now)
    name = slugify(dict(teams())[team_id]) or "squad"
    return _attached(squads.as_text(pages), "text/markdown; charset=utf-8", f"{name}-playbook.md")


def squad_zip(request: HttpRequest, team_id: int) -> HttpResponse:
    """The same as a folder of pages."""
    actor, now = reading(request)
    pages = squads.sheets(actor=actor, team_id=team_id, now=now)
    name = slugify(dict(teams())[team_id]) or "squad"
    return _attached(squads.as_zip(pages), "application/zip", f"{name}-playbook.zip")
