"""Scorecard, leverage and impact in the API."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from loopline.core.problems import Missing
from loopline.platform.api.access import actor_of, can
from loopline.platform.api.shapes import Id, Time, answers
from loopline.slices.home.weighing import arithmetic, impact, leverage, notnow
from loopline.slices.playbook import queries as playbook

router = Router(tags=["scorecard"])


class PointOut(Schema):
    at: Time
    value: float


class ScoreOut(Schema):
    id: str
    outcome: str
    source: str
    better: str
    unit: str
    baseline: PointOut | None
    now: PointOut | None
    missing: str
    target: float | None
    target_6_months: float | None
    target_12_months: float | None
    standing: str
    way_gone: float | None
    owner: str
    url: str
    history: list[PointOut]


class ScorecardOut(Schema):
    id: Id
    began: date
    says: str
    rows: list[ScoreOut]


class GapOut(Schema):
    station: int
    name: str
    waiting: int
    stalled: int
    median_wait_seconds: float | None
    p85_wait_seconds: float | None
    passed: int
    passed_last_quarter: int
    accounts: int
    arr: float
    hours_a_quarter: float
    arr_weeks: float
    next_step: str
    url: str


class NotNowOut(Schema):
    id: str
    what: str
    why: str
    brings_back: str
    now: str
    came_back_on: date | None


class LeverageOut(Schema):
    as_of: Time
    currency: str
    minutes_a_week: float
    hours_formula: str
    arr_weeks_formula: str
    gaps: list[GapOut]
    best: list[int]
    asked: int
    never_answered: int
    decisions_open: int
    oldest_decision_days: int | None
    shipped: int
    rolled_back: int
    not_now: list[NotNowOut]


class SentenceOut(Schema):
    text: str
    url: str


class SectionOut(Schema):
    title: str
    points: list[SentenceOut]


class OutcomeOut(Schema):
    outcome: str
    baseline: str
    baseline_on: str
    now: str
    target: str
    standing: str
    owner: str
    definition: str
    url: str


class ImpactOut(Schema):
    title: str
    period: str
    says: str
    sections: list[SectionOut]
    outcomes: list[OutcomeOut]


@router.get("/scorecard", auth=can("scorecard.read"), response=answers(ScorecardOut))
def read_scorecard(request: HttpRequest) -> Any:
    """Every outcome with its baseline, now and targets; `now` is null where it is not measured, with `missing`."""
    card = playbook.scorecard(actor_of(request), timezone.now())
    if card is None:
        raise Missing("scorecard")
    rows = [
        {
            "id": r.id, "outcome": r.outcome, "source": r.source, "better": r.better, "unit": r.said.unit,
            "baseline": {"at": r.baseline.at, "value": r.baseline.value} if r.baseline else None,
            "now": {"at": r.said.at, "value": r.said.value} if r.said.value is not None and r.said.at else None,
            "missing": r.said.missing, "target": r.judged.target, "target_6_months": r.six_value,
            "target_12_months": r.twelve_value, "standing": r.judged.state, "way_gone": r.judged.share,
            "owner": r.owner, "url": r.said.href, "history": [{"at": at, "value": v} for at, v in r.history],
        }
        for r in card.lines
    ]  # fmt: skip
    return {"id": card.doc_id, "began": card.began, "says": playbook.headline(card), "rows": rows}


@router.get("/leverage", auth=can("line.read"), response=answers(LeverageOut))
def read_leverage(request: HttpRequest) -> Any:
    """Where the line loses most, gap by gap, what closing each brings in a quarter, and what is left for later."""
    actor, now = actor_of(request), timezone.now()
    found = leverage.read(actor, now)
    gaps = [
        {
            "station": g.station, "name": g.name, "waiting": g.count, "stalled": g.stalled,
            "median_wait_seconds": g.waits.median, "p85_wait_seconds": g.waits.p85, "passed": g.waits.n,
            "passed_last_quarter": g.left, "accounts": g.accounts, "arr": g.arr, "hours_a_quarter": g.back.hours,
            "arr_weeks": g.back.arr_weeks, "next_step": g.step[0], "url": f"/leverage/waiting/{g.station}",
        }
        for g in found.gaps
    ]  # fmt: skip
    later = [
        {"id": n.id, "what": n.what, "why": n.why, "brings_back": n.back, "now": n.now, "came_back_on": n.met}
        for n in notnow.lines(actor, now)
    ]  # fmt: skip
    return {
        "as_of": found.as_of, "currency": found.currency, "minutes_a_week": found.minutes,
        "hours_formula": arithmetic.FORMULA_HOURS, "arr_weeks_formula": arithmetic.FORMULA_ARR, "gaps": gaps,
        "best": [g.station for g in found.moves], "asked": found.asked, "never_answered": found.unanswered,
        "decisions_open": found.decisions_open, "oldest_decision_days": found.oldest_days, "shipped": found.shipped,
        "rolled_back": found.rolled_back, "not_now": later,
    }  # fmt: skip


@router.get("/impact", auth=can("impact.read"), response=answers(ImpactOut))
def read_impact(request: HttpRequest) -> Any:
    """The impact report as of now, as its page and its PDF say it."""
    r = impact.report(actor_of(request), timezone.now())
    return {
        "title": r.title, "period": r.period, "says": r.headline,
        "sections": [
            {"title": head, "points": [{"text": p.text, "url": p.href} for p in points]} for head, points in r.sections
        ],
        "outcomes": [
            {
                "outcome": o.name, "baseline": o.baseline, "baseline_on": o.baseline_on, "now": o.now,
                "target": o.target, "standing": o.standing, "owner": o.owner, "definition": o.definition, "url": o.href,
            }
            for o in r.outcomes
        ],
    }  # fmt: skip
