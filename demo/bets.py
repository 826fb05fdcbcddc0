"""What Oakrow meant to do about it: proposed, scored, committed or declined, and how it went."""

from datetime import datetime, timedelta

from demo import work
from demo.context import OWNERS, Context
from demo.oakrow.metrics import BY_NAME
from demo.oakrow.problems import PROBLEMS
from demo.oakrow.story import BETS, SampleBet
from loopline.slices.measures import services as measures
from loopline.slices.roadmap import services as roadmap


def load(w: Context) -> None:
    """Plan every bet's way."""
    for i, bet in enumerate(BETS):
        _plan_bet(w, i, bet)


def _plan_bet(w: Context, i: int, b: SampleBet) -> None:
    owner = OWNERS[PROBLEMS[b.problem].squad]
    w.plan(w.at(b.proposed, 14), lambda: _propose(w, i, b))
    if b.committed is not None:
        when = w.at(b.committed, 15)
        w.plan(when, lambda: _commit(w, i, b, when))
    if b.declined is not None:
        day = w.at(b.declined, 15)
        w.plan(day, lambda: _decline(w, i, b, day))
    _plan_values(w, i, b)
    work.plan_for_bet(w, i, b)
    if b.outcome and b.shipped is not None:
        at = w.at(max(b.shipped - 60, 3), 16)
        w.plan(
            at,
            lambda: roadmap.set_outcome(
                actor=w.actor(owner), bet_id=w.bets[i], state=b.outcome, reason=b.why, now=at
            ),
        )


def _propose(w: Context, i: int, b: SampleBet) -> None:
    squad, now = PROBLEMS[b.problem].squad, w.at(b.proposed, 14)
    who = w.actor(OWNERS[squad])
    if b.metric not in w.metrics:
        w.metrics[b.metric] = measures.create_metric(
            actor=w.actor("Ines Marchetti"), name=b.metric, unit=b.unit, direction=b.better, target=b.target,
            question=f"Does it work: {b.title.lower()}?", now=now, sample=True,
        )  # fmt: skip
    w.bets[i] = roadmap.create_bet(
        actor=who, title=b.title, hypothesis=b.hypothesis, opportunity_id=w.opportunities[b.problem],
        metric_id=w.metrics[b.metric], baseline=b.start, target=b.target, horizon=b.horizon, squad=squad, now=now,
        sample=True,
    )  # fmt: skip
    _score(w, i, now)


def _commit(w: Context, i: int, b: SampleBet, now: datetime) -> None:
    found = PROBLEMS[b.problem]
    why = (
        f"{found.title}: the demand holds, {found.squad} has the people, "
        "and the number can be checked four weeks after shipping."
    )
    roadmap.commit_bet(
        actor=w.actor(OWNERS[found.squad]), bet_id=w.bets[i], rationale=why, horizon=b.horizon, now=now
    )  # fmt: skip


def _decline(w: Context, i: int, b: SampleBet, now: datetime) -> None:
    roadmap.decline_bet(
        actor=w.actor("Maya Okafor"), bet_id=w.bets[i], reason=b.why, not_now=b.not_now,
        revisit_on=(w.now + timedelta(days=1)).date() if b.not_now else None, now=now,
    )  # fmt: skip


def _score(w: Context, i: int, now: datetime) -> None:
    if BETS[i].shipped is not None:
        return
    r = w.rng
    base = (
        r.choice((10, 30, 80)),
        r.choice((0.5, 1, 2)),
        r.choice((0.5, 0.8, 0.8)),
        r.choice((3, 8, 8, 16)),
    )
    for team in ("Product", "Engineering", "Go-to-market"):
        reach, impact, sure, effort = (x * r.choice((1, 1, 1, 1.6, 0.7)) for x in base)
        values = {
            "reach": round(reach),
            "impact": round(impact, 2),
            "confidence": min(round(sure, 2), 1.0),
            "effort": round(effort),
        }
        roadmap.score_bet(
            actor=w.actor("Jonas Weber"),
            bet_id=w.bets[i],
            model="rice",
            team=team,
            values=values,
            now=now,
        )
    ice = {
        "impact": r.choice((3, 5, 8)),
        "confidence": r.choice((3, 5, 8)),
        "ease": r.choice((3, 5, 8)),
    }
    roadmap.score_bet(
        actor=w.actor("Jonas Weber"),
        bet_id=w.bets[i],
        model="ice",
        team="Product",
        values=ice,
        now=now,
    )


def _plan_values(w: Context, i: int, b: SampleBet) -> None:
    """The success metric by week: flat until it ships, then on its way."""
    if b.metric in BY_NAME or b.metric in {x.metric for x in BETS[:i]}:
        return  # computed, or there already
    same = [x for x in BETS if x.metric == b.metric]
    for back in range(b.proposed - 1, 0, -7):
        level = same[0].start
        for x in same:
            if x.shipped is not None and back < x.shipped:
                gone = min((x.shipped - back) / 18, 1.0)
                level = level + (x.reached - level) * gone
            elif x.shipped is None and x.committed and back < x.committed and x.items:
                level = level + (x.reached - level) * min((x.committed - back) / x.committed, 1.0)
        wobble = abs(same[0].start - same[0].target) * 0.04 * (w.rng.random() - 0.5)
        value = round(max(level + wobble, 0.0), 1)
        at = w.at(back, 6)

        def put(value: float = value, at: datetime = at) -> None:
            measures.record_value(
                actor=w.actor("Ines Marchetti"),
                metric_id=w.metrics[b.metric],
                value=value,
                at=at,
                note="weekly query",
                now=at,
            )

        w.plan(at, put)
