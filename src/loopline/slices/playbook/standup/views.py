"""The plan, the tour, the map, the tools, the baseline and adoption as pages."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid
from loopline.platform.identity.queries import teams
from loopline.platform.settings.options import today, workspace
from loopline.platform.ui.charts import spark
from loopline.platform.ui.formats import day as said_day
from loopline.platform.ui.formats import num
from loopline.platform.ui.pages import go, render, toast
from loopline.slices.docs import services as writing
from loopline.slices.docs.services import NewDoc
from loopline.slices.insights import queries as insights
from loopline.slices.measures import queries as measures
from loopline.slices.playbook.standup import (
    adoption,
    baselines,
    current,
    plan,
    pulse,
    squads,
    tools,
    tour,
)
from loopline.slices.playbook.standup.frame import day, frame, posting, prepared, reading
from loopline.slices.playbook.standup.sheets import MAP, TOOLS, TOUR, TRAINING, newest


def rollout(request: HttpRequest) -> HttpResponse:
    """The running plan: where it stands, what is next, what has to be true before going on."""
    actor, now = reading(request)
    found = plan.running(actor=actor, now=now)
    own = prepared(actor, found.doc if found else None, now, "stop", "not_now")
    doc = newest(TOUR)
    setups = squads.setups_by_team()
    rounds = pulse.rounds(list(setups.values())[:1])
    context = frame(
        actor, "/rollout", "Rollout plan", plan=found, tour=tour.read(doc) if doc else None, setups=setups,
        names=dict(teams()),
        pulses=next(iter(rounds.values()), []), stage_rows=_stages(found, now) if found else [], **own,
    )  # fmt: skip
    return render(request, "playbook/rollout.html", context)


def _stages(found: plan.Plan, now: datetime) -> list[tuple[str, str, str]]:
    """Rows for the drawing of stages: how far each came, and what holds it."""
    out = []
    for s in found.stages:
        span = f"{said_day(s.first, now=now)} to {said_day(s.last, now=now)}"
        held = s.state == "held"
        text = f"{span}, {s.done} of {len(s.items)} done"
        out.append((s.state, s.name, f"{text}, its days are over" if held else text))
    return out


def rollout_new(request: HttpRequest) -> HttpResponse:
    actor, now = posting(request)
    try:
        plan.begin(actor=actor, starts=day(request, "starts"), now=now)
    except Invalid as wrong:
        toast(request, " ".join(wrong.errors.values()))
        return go(request, "/rollout")
    toast(request, "The 90 days have begun")
    return go(request, "/rollout")


def tour_page(request: HttpRequest) -> HttpResponse:
    """Who was heard, by role, and what hurts, in their words."""
    actor, now = reading(request)
    doc = newest(TOUR)
    found = tour.read(doc, items=True) if doc else None
    context = frame(
        actor, "/rollout/tour", "Listening tour", tour=found, **prepared(actor, doc, now, "people", "goal", "roles")
    )  # fmt: skip
    if request.GET.get("part") == "counts" and found:
        return render(request, "playbook/tour_counts.html", context)
    return render(request, "playbook/tour.html", context)


def tour_new(request: HttpRequest) -> HttpResponse:
    actor, now = posting(request)
    try:
        tour.begin(actor=actor, lines=request.POST.get("people", "")[:10_000], now=now)
    except Invalid as wrong:
        doc = newest(TOUR)
        context = frame(
            actor, "/rollout/tour", "Listening tour", tour=tour.read(doc) if doc else None,
            people_said=request.POST.get("people", ""), people_error=" ".join(wrong.errors.values()),
            **prepared(actor, doc, now, "people", "goal", "roles"),
        )  # fmt: skip
        return render(request, "playbook/tour.html", context, 422)
    toast(request, "They are on the tour")
    return go(request, "/rollout/tour")


def tour_book(request: HttpRequest, doc_id: int, row: str) -> HttpResponse:
    actor, now = posting(request)
    made = tour.book(actor=actor, doc_id=doc_id, row_id=row, now=now)
    return go(request, f"/docs/{made}")


def map_page(request: HttpRequest) -> HttpResponse:
    """Today's way with its waits to scale, as told and as measured."""
    actor, now = reading(request)
    doc = newest(MAP)
    found = current.read(doc, current.measured(now)) if doc else None
    context = frame(
        actor, "/rollout/map", "From discovery to release", map=found,
        drawing=current.drawn(found.steps) if found else "",
        twin_rows=_twin(found.steps) if found else [], **prepared(actor, doc, now, "steps"),
    )  # fmt: skip
    return render(request, "playbook/map.html", context)


def _twin(steps: Sequence[current.Step]) -> list[tuple[str, str, str]]:
    return [
        (s.name, s.owner or "nobody", "–" if s.wait is None else num(round(s.wait, 1)))
        for s in steps
    ]


def tools_page(request: HttpRequest) -> HttpResponse:
    """What is paid for and what overlaps; names; office hours."""
    actor, now = reading(request)
    doc, log = newest(TOOLS), newest(TRAINING)
    own, logged = prepared(actor, doc, now, "tools"), prepared(actor, log, now, "sessions")
    broken, names = insights.names_breaking()
    context = frame(
        actor, "/rollout/tools", "Tools and training", found=tools.read(doc) if doc else None,
        training=tools.training(log, today(now)) if log else None, currency=workspace().currency, broken=broken,
        names=names, doc=own["doc"], log=logged["doc"], places=own["places"] | logged["places"],
    )  # fmt: skip
    return render(request, "playbook/tools.html", context)


BEGUN = {
    MAP: ("/rollout/map", "Write down the first step"),
    TOOLS: ("/rollout/tools", "List the first tool"),
    TRAINING: ("/rollout/tools#training", "Write down the first session"),
}


def begin_page(request: HttpRequest, key: str) -> HttpResponse:
    """Begin the map, the inventory or the log; one that is there stays."""
    actor, now = posting(request)
    url, said = BEGUN.get(key, ("/rollout", ""))
    if said and newest(key) is None:
        writing.create_doc(actor=actor, new=NewDoc("", key), now=now)
        toast(request, said)
    return go(request, url)


def adoption_page(request: HttpRequest) -> HttpResponse:
    """What each team uses, over eight weeks."""
    actor, now = reading(request)
    context = frame(
        actor, "/adoption", "Adoption by team", tables=adoption.tables(now), weeks=adoption.weeks(now), spark=spark,
        setups=squads.setups_by_team(),
    )  # fmt: skip
    return render(request, "playbook/adoption.html", context)


def baseline_page(request: HttpRequest) -> HttpResponse:
    """The first numbers as they were, beside today's."""
    actor, now = reading(request)
    found = baselines.baselines(actor=actor)
    first = found[0] if found else None
    ids = {i for b in found for i in b.values}
    context = frame(
        actor, "/rollout/baseline", "Baseline", first=first, found=found,
        now_=measures.metric_summary(ids, now=now), absent=baselines.absent(),
    )  # fmt: skip
    return render(request, "playbook/baseline.html", context)


def baseline_take(request: HttpRequest) -> HttpResponse:
    actor, now = posting(request)
    baselines.take(actor=actor, now=now)
    toast(request, "Today's numbers are kept")
    return go(
        request,
        "/rollout/start#baseline" if request.POST.get("from") == "start" else "/rollout/baseline",
    )
