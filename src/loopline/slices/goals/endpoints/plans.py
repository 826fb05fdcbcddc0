"""The plan of a quarter and frozen plans in the API."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from loopline.core.problems import Missing
from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import newest_first
from loopline.platform.api.shapes import answers, id_in
from loopline.slices.goals import queries, services
from loopline.slices.goals.comparing import difference
from loopline.slices.goals.models import PlanSnapshot
from loopline.slices.goals.planning import PlannedBet, loads, source, troubles
from loopline.slices.goals.rules import checked_period, weeks_of
from loopline.slices.goals.schemas import (
    BetPlanIn,
    CapacityIn,
    DifferencePage,
    PlannedOut,
    PlanOut,
    SnapshotFull,
    SnapshotIn,
    SnapshotOut,
    SnapshotPage,
)

router = Router(tags=["goals"])


def _bet(b: PlannedBet) -> dict[str, Any]:
    return {
        "bet": b.id, "title": b.title, "state": b.state, "paused": b.paused, "weeks": dict(b.weeks),
        "key_result": str(b.key_result_id) if b.key_result_id else None, "needs": [str(n) for n in b.needs],
    }  # fmt: skip


@router.get("/plan/{period}", auth=can("goal.read"), response=answers(PlanOut))
def read_plan(request: HttpRequest, period: str) -> Any:
    """Capacity and load by team in person-weeks, the bets of the quarter, and what does not fit in their order."""
    period = checked_period(period)
    every = source().bets()
    mine, capacity = [b for b in every if b.quarter == period], queries.capacity_of(period)
    quarter_of = {b.id: b.quarter for b in every}
    return {
        "period": period, "weeks": weeks_of(period),
        "teams": [
            {"team": t.team, "people": c.people if (c := capacity.get(t.team)) else None,
             "days_away": c.days_away if c else None, "room": t.room, "load": t.load, "over": t.over,
             "unestimated": t.unestimated}
            for t in loads(mine, queries.rooms(period))
        ],
        "bets": [_bet(b) for b in mine],
        "troubles": [said for said, bet in troubles(every) if quarter_of[bet] in (period, "")],
    }  # fmt: skip


@router.put("/plan/{period}/capacity/{team}", auth=can("goal.change"), response=answers(PlanOut))
def set_capacity(request: HttpRequest, period: str, team: str, body: CapacityIn) -> Any:
    """How many people a team has from this quarter on, and how many days they are away in it."""
    services.set_capacity(
        actor=actor_of(request), team=team, period=period, people=body.people, days_away=body.days_away,
        now=timezone.now(),
    )  # fmt: skip
    return read_plan(request, period)


@router.put("/bets/{id}/plan", auth=can("goal.change"), response=answers(PlannedOut))
def plan_bet(request: HttpRequest, id: str, body: BetPlanIn) -> Any:
    """Put a bet into a quarter and say how many person-weeks it asks of teams; what is left out stays."""
    key = id_in(id, "bet")
    services.plan_bet(
        actor=actor_of(request), bet_id=key, quarter=body.quarter, weeks=dict(body.weeks), now=timezone.now()
    )  # fmt: skip
    return _bet(source().bets([key])[0])


def _snapshot(s: PlanSnapshot) -> dict[str, Any]:
    return {
        "id": s.pk, "period": s.period, "at": s.at, "why": s.why, "by_name": s.by_name, "digest": s.digest,
    }  # fmt: skip


@router.get("/plan-snapshots", auth=can("goal.read"), response=answers(SnapshotPage))
def list_snapshots(
    request: HttpRequest, period: str = "", limit: int = 50, cursor: str = ""
) -> Any:
    """Frozen plans, the newest first."""
    found = queries.snapshot_rows(checked_period(period) if period else "")
    rows, following = newest_first(found, limit=limit, cursor=cursor)
    return {"items": [_snapshot(s) for s in rows], "next_cursor": following}


@router.post("/plan-snapshots", auth=can("goal.change"), response=answers(SnapshotOut, status=201))
def take_snapshot(request: HttpRequest, body: SnapshotIn) -> Any:
    """Freeze the plan of a quarter as it is now."""
    actor = actor_of(request)
    made = services.take_snapshot(actor=actor, period=body.period, why=body.why, now=timezone.now())
    return Status(201, _snapshot(queries.snapshot(actor=actor, snapshot_id=made)))


def _one(request: HttpRequest, raw: str) -> PlanSnapshot:
    if not (raw.isascii() and raw.isdigit() and len(raw) < 18):
        raise Missing("snapshot")
    return queries.snapshot(actor=actor_of(request), snapshot_id=int(raw))


@router.get("/plan-snapshots/{id}", auth=can("goal.read"), response=answers(SnapshotFull))
def read_snapshot(request: HttpRequest, id: str) -> Any:
    s = _one(request, id)
    return _snapshot(s) | {"content": s.content}


@router.get(
    "/plan-snapshots/{id}/diff/{to}", auth=can("goal.read"), response=answers(DifferencePage)
)
def read_difference(request: HttpRequest, id: str, to: str) -> Any:
    """What lies between two frozen plans: added, removed, moved, rescoped."""
    found = difference(_one(request, id).content, _one(request, to).content)
    return {
        "items": [
            {"kind": d.kind, "section": d.section, "id": d.id, "title": d.title,
             "changes": [{"field": f, "before": a, "after": b} for f, a, b in d.changes]}
            for d in found
        ]
    }  # fmt: skip
