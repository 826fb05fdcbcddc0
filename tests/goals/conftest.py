"""A quarter with goals, bets and people who wait."""

from types import SimpleNamespace

import pytest

from loopline.slices.customers import services as customers
from loopline.slices.customers.services import Who
from loopline.slices.feedback.services import NewFeedback, receive_many
from loopline.slices.goals import services
from loopline.slices.measures import services as measures
from loopline.slices.roadmap import services as roadmap
from loopline.slices.work import services as work

PERIOD = "2026-Q4"


@pytest.fixture
def quarter(cast, now):
    """An active objective with a measured and a typed key result, three bets of the quarter, two accounts waiting."""
    bo = cast.bo
    made = SimpleNamespace(period=PERIOD)
    for name, arr in (("Tarn Valley", 184_000), ("Penhall", 74_000)):
        domain = f"{name.split()[0].lower()}.example"
        customers.save_account(
            actor=bo, now=now,
            changes={"name": name, "domain": domain, "stage": "customer", "arr": arr, "owner_id": cast.ann.user_id},
        )  # fmt: skip
    got = receive_many(
        actor=bo, now=now,
        asks=[
            NewFeedback("call", f"Our sheet does not go in, {n}.", f"f{n}",
                        who=Who("", f"{n}.example", "", f"a@{n}.example", n, ""))
            for n in ("tarn", "penhall")
        ],
    )  # fmt: skip
    made.opp = roadmap.create_opportunity(actor=bo, title="Sheets go in", squad="Platform", now=now)
    for item in got:
        roadmap.link_feedback(
            actor=bo, feedback_id=item.id, opportunity_id=made.opp, quote="", now=now
        )
    made.metric = measures.create_metric(actor=bo, name="Swapped", unit="%", target=45, now=now)
    for hour, value in ((1, 0), (5, 31)):
        measures.record_value(
            actor=bo, metric_id=made.metric, value=value, at=now.replace(hour=hour), now=now
        )
    made.objective = services.create_objective(
        actor=bo, title="Managers trust the rota", period=PERIOD, team="Scheduling", now=now
    )
    made.measured = services.create_key_result(
        actor=bo, objective_id=made.objective, text="Sites that swapped", target=45, baseline=0,
        metric_id=made.metric, now=now,
    )  # fmt: skip
    made.typed = services.create_key_result(
        actor=bo, objective_id=made.objective, text="Days to close", target=4, baseline=6, unit="d",
        owner_id=cast.ann.user_id, now=now,
    )  # fmt: skip
    services.start_objective(actor=bo, objective_id=made.objective, now=now)
    made.bets = []
    for title, opp in (("Swap approval", None), ("Sheet import", made.opp), ("Overtime", None)):
        bet = roadmap.create_bet(
            actor=bo, title=title, opportunity_id=opp, horizon="now", squad="Platform", quarter=PERIOD, now=now
        )  # fmt: skip
        roadmap.commit_bet(actor=bo, bet_id=bet, rationale="Yes", horizon="now", now=now)
        roadmap.plan_bet(actor=bo, bet_id=bet, weeks={"Platform": 9}, now=now)
        made.bets.append(bet)
    roadmap.change_bet(
        actor=bo, id_=made.bets[0], changes={"key_result_id": made.measured}, now=now
    )
    made.work = work.create_item(
        actor=bo, title="Reader for sheets", bet_id=made.bets[1], state="todo", now=now
    )
    services.set_capacity(actor=bo, team="Platform", period=PERIOD, people=2, days_away=10, now=now)
    return made
