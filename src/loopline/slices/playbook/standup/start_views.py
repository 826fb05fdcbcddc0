"""The first day: one page that leads from nothing to a plan, a tour, a squad and a baseline."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.identity.queries import people_choices
from loopline.platform.settings.options import today
from loopline.platform.ui.pages import go, now_in, render, toast
from loopline.slices.playbook.standup import baselines, plan, squads, tour
from loopline.slices.playbook.standup.frame import day, frame, posting, reading
from loopline.slices.playbook.standup.sheets import PLAN, TOUR, newest
from loopline.slices.playbook.standup.squad_views import team_from

MINUTES = {"plan": 2, "tour": 6, "squad": 6, "baseline": 3}


def _context(request: HttpRequest, actor: Actor, **more: Any) -> dict[str, Any]:
    now = now_in(request)
    doc, setups = newest(TOUR), squads.setups_by_team()
    found = squads.squads(actor=actor, now=now)
    first = baselines.first_of(actor=actor)
    done = {
        "plan": newest(PLAN) is not None,
        "tour": bool(doc and tour.read(doc).people),
        "squad": bool(setups),
        "baseline": first is not None,
    }
    left = [k for k, v in done.items() if not v]
    return frame(
        actor, "", "Stand product operations up", done=done, left=left, minutes=sum(MINUTES[k] for k in left),
        MINUTES=MINUTES, today_=today(now), plan_doc=newest(PLAN), tour=tour.read(doc) if doc else None,
        squads=[s for s in found if s.setup], free=[(s.id, s.name) for s in found if not s.setup],
        people=people_choices(), teams_made=may(actor, "team.change"), baseline=first,
        absent=baselines.absent(), roles=tour.ROLES, errors=more.pop("errors", {}), said=more.pop("said", {}), **more,
    )  # fmt: skip


def start(request: HttpRequest) -> HttpResponse:
    """The guided page; what is done is noticed, nothing needs ticking."""
    actor, _ = reading(request)
    return render(request, "playbook/start.html", _context(request, actor))


def start_step(request: HttpRequest, step: str) -> HttpResponse:
    """Do one step and come back with the next one open."""
    actor, now = posting(request)
    p = request.POST
    try:
        match step:
            case "plan":
                plan.begin(actor=actor, starts=day(request, "starts"), now=now)
                toast(request, "The 90 days have begun")
            case "tour":
                if not p.get("people", "").strip():
                    raise Invalid(
                        people="Write down at least one person, such as “Ruth Holm, Sales”."
                    )
                tour.begin(actor=actor, lines=p.get("people", "")[:10_000], now=now)
                toast(request, "The tour has begun")
            case "squad":
                squads.set_up(
                    actor=actor, team_id=team_from(request), why=p.get("why", ""), now=now
                )
                toast(request, "The squad is set up")
            case "baseline":
                baselines.take(actor=actor, now=now)
                toast(request, "Today's numbers are kept")
            case _:
                raise Missing("step")
    except Invalid as wrong:
        context = _context(request, actor, errors=wrong.errors, said=p, failed=step)
        return render(request, "playbook/start.html", context, 422)
    return go(request, "/rollout/start")
