"""The plan of a quarter: capacity, bets with their weeks, what needs what; and frozen plans compared."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Problem
from loopline.platform.identity.policy import may
from loopline.platform.identity.queries import teams
from loopline.platform.links import services as links
from loopline.platform.ui.formats import num
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.goals import queries, services
from loopline.slices.goals.comparing import KINDS, NAMES, Difference, difference
from loopline.slices.goals.planning import PlannedBet, loads, source, troubles
from loopline.slices.goals.rules import label, weeks_of
from loopline.slices.goals.views.asking import key_in, number_in, period_in, posted, switcher

MOST_SNAPSHOTS = 60


def plan(request: HttpRequest) -> HttpResponse:
    """`?period=2026-Q4`."""
    actor, period = signed_in(request, "goal.read"), period_in(request)
    every = source().bets()
    known = {b.id: b for b in every}
    mine = [b for b in every if b.quarter == period]
    names = [name for _, name in teams()]
    capacity, rooms = queries.capacity_of(period), queries.rooms(period)
    found = loads(mine, rooms, names)
    keys = queries.key_results_by_id(b.key_result_id for b in mine)
    context: dict[str, Any] = {
        "here": "Plan", "group": "Decide", "title": "Plan", "period": period, "quarter": label(period),
        "seg_rows": switcher(period, "/goals/plan"), "weeks": weeks_of(period), "loads": found, "capacity": capacity,
        "bets": mine, "known": known, "keys": keys, "teams": [t.team for t in found],
        "loose": [b for b in every if b.live and not b.quarter][:60], "quarters": queries.quarter_choices(),
        "troubles": [t for t in troubles(every) if known[t[1]].quarter == period or not known[t[1]].quarter],
        "plans": may(actor, "goal.change"), "links_": may(actor, "link.change"), "num": num,
        "room": sum(r for r in rooms.values() if r is not None) if rooms else None,
        "load": sum(t.load for t in found), "bet_choices": [(b.id, b.title) for b in every if b.live],
        "snaps": list(queries.snapshot_rows(period)[:2]),
    }  # fmt: skip
    return render(request, "goals/plan.html", context)


def _back(period: str) -> str:
    return f"/goals/plan?period={period}"


def capacity_set(request: HttpRequest) -> HttpResponse:
    """All teams at once; a team left empty stays as it is."""
    actor, period, p = posted(request, "goal.change"), period_in(request), request.POST
    try:
        with transaction.atomic():
            for i, team in enumerate(p.getlist("team")[:100]):
                people = number_in("people", p.get(f"people-{i}", ""))
                away = number_in("days_away", p.get(f"away-{i}", "")) or 0.0
                have = queries.capacity_of(period).get(team)
                if people is None or (have and (have.people, have.days_away) == (people, away)):
                    continue
                services.set_capacity(
                    actor=actor,
                    team=team,
                    period=period,
                    people=people,
                    days_away=away,
                    now=now_in(request),
                )
        toast(request, "Capacity saved")
    except Problem as wrong:
        toast(request, wrong.sentence)
    return go(request, _back(period))


def _weeks(request: HttpRequest, bet: PlannedBet, teams_: list[str]) -> dict[str, float | None]:
    """What differs from what is there."""
    out: dict[str, float | None] = {}
    for i, team in enumerate(teams_):
        raw = request.POST.get(f"w-{bet.id}-{i}")
        if raw is not None and (value := number_in("weeks", raw)) != bet.weeks.get(team):
            out[team] = value
    return out


def bets_set(request: HttpRequest) -> HttpResponse:
    """Weeks by team and quarters of the bets shown, all at once; what did not change is left alone."""
    actor, period, p = posted(request, "goal.change"), period_in(request), request.POST
    teams_, n = p.getlist("team")[:100], 0
    try:
        with transaction.atomic():
            for bet in source().bets(i for x in p.getlist("bet")[:500] if (i := key_in(x))):
                to = p.get(f"q-{bet.id}", bet.quarter)
                weeks = _weeks(request, bet, teams_)
                if weeks or to != bet.quarter:
                    quarter = to if to != bet.quarter else None
                    services.plan_bet(
                        actor=actor,
                        bet_id=bet.id,
                        quarter=quarter,
                        weeks=weeks,
                        now=now_in(request),
                    )
                    n += 1
        toast(
            request, f"{n} bet{'s' if n != 1 else ''} planned anew" if n else "Nothing was changed"
        )
    except Problem as wrong:
        toast(request, wrong.sentence)
    return go(request, _back(period))


def needs_add(request: HttpRequest) -> HttpResponse:
    """One bet needs another; a link like any other, so it shows and goes on the bets' pages."""
    actor, period, p = posted(request, "link.change"), period_in(request), request.POST
    first, second = (key_in(p.get(k, "")) for k in ("first", "second"))
    try:
        if first is None or second is None:
            raise Invalid(link="Choose both bets.")
        links.link(
            actor=actor,
            first=("bet", first),
            second=("bet", second),
            relation="needs",
            now=now_in(request),
        )
        toast(request, "Written down")
    except Problem as wrong:
        toast(request, wrong.sentence)
    return go(request, _back(period))


def snapshots(request: HttpRequest) -> HttpResponse:
    """Frozen plans of a quarter; POST freezes it now."""
    if request.method == "POST":
        actor, period = posted(request, "goal.change"), period_in(request)
        services.take_snapshot(
            actor=actor, period=period, why=request.POST.get("why", ""), now=now_in(request)
        )
        toast(request, "The plan is frozen as it is now")
        return go(request, f"/goals/plan/snapshots?period={period}")
    actor, period = signed_in(request, "goal.read"), period_in(request)
    rows = list(queries.snapshot_rows(period)[:MOST_SNAPSHOTS])
    context = {
        "here": "Plan", "group": "Decide", "title": "Frozen plans", "period": period, "quarter": label(period),
        "rows": rows, "plans": may(actor, "goal.change"), "seg_rows": switcher(period, "/goals/plan/snapshots"),
    }  # fmt: skip
    return render(request, "goals/snapshots.html", context)


def _said(field: str, value: Any) -> str:
    if field == "weeks":
        return ", ".join(f"{t} {num(w)} wk" for t, w in (value or {}).items()) or "no estimate"
    if field in ("quarter", "period"):
        return label(value or "") or "no quarter"
    if field == "paused":
        return "paused" if value else "under way"
    return "nothing" if value in (None, "") else str(value).replace("_", " ")


def _words(d: Difference) -> str:
    names = {"key_result": "key result"}
    return "; ".join(
        f"{names.get(f, f)} from {_said(f, a)} to {_said(f, b)}" for f, a, b in d.changes
    )


def diff(request: HttpRequest) -> HttpResponse:
    """`?a=12&b=31`: from one frozen plan to another."""
    actor = signed_in(request, "goal.read")
    a, b = (
        queries.snapshot(actor=actor, snapshot_id=key_in(request.GET.get(k, "")) or 0)
        for k in ("a", "b")
    )
    if a.at > b.at:
        a, b = b, a
    found = difference(a.content, b.content)
    groups = [(key, name, [d for d in found if d.kind == key]) for key, name in KINDS]
    context = {
        "here": "Plan", "group": "Decide", "title": "What changed in the plan", "a": a, "b": b, "groups": groups,
        "words": _words, "names": NAMES, "count": len(found), "period": b.period,
        "changes_": queries.decided_between(a.at, b.at), "quarter": label(b.period),
        "urls": {"bets": "/bets/", "key_results": "/goals/key-results/", "objectives": "/goals/objectives/"},
    }  # fmt: skip
    return render(request, "goals/diff.html", context)
