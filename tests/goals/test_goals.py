"""Objectives, key results, check-ins, the plan and frozen plans through their door."""

from datetime import timedelta

import pytest

from loopline.core.problems import Conflict, Invalid, NotAllowed, Stale
from loopline.platform.undo.steps import undo
from loopline.slices.goals import queries, services
from loopline.slices.goals.computing import freeze
from loopline.slices.goals.figures import standings
from loopline.slices.goals.jobs import freeze_plans
from loopline.slices.goals.models import CheckIn, KeyResult, Objective, PlanSnapshot
from loopline.slices.measures import services as measures
from loopline.slices.roadmap import services as roadmap
from loopline.slices.roadmap.models import Bet

pytestmark = pytest.mark.django_db


def _stand(key, now):
    row = queries.key_result_rows().get(pk=key)
    return standings([row], now)[key]


def test_a_bound_key_result_reads_its_metric_and_takes_no_typed_value(cast, quarter, now):
    assert _stand(quarter.measured, now).value == 31
    with pytest.raises(Invalid, match="takes its value from its metric"):
        services.check_in(
            actor=cast.bo, key_result_id=quarter.measured, confidence=5, value=40, now=now
        )
    services.check_in(
        actor=cast.bo, key_result_id=quarter.measured, confidence=8, note="Good", now=now
    )
    said = CheckIn.objects.get()
    assert (said.value, said.confidence, said.note, said.by_name) == (31, 8, "Good", "Bo Decider")


def test_no_value_says_what_to_connect_and_is_not_zero(cast, quarter, now):
    metric = measures.create_metric(actor=cast.bo, name="Silent", unit="%", target=5, now=now)
    made = services.create_key_result(
        actor=cast.bo,
        objective_id=quarter.objective,
        text="Silence",
        target=5,
        metric_id=metric,
        now=now,
    )
    stand = _stand(made, now)
    assert (stand.value, stand.status) == (None, "unmeasured")
    assert "Silent" in stand.missing
    assert stand.missing_url == f"/measures/{metric}"
    services.check_in(actor=cast.bo, key_result_id=made, confidence=3, now=now)
    assert CheckIn.objects.get().value is None


def test_a_typed_key_result_wants_its_value_and_its_owner(cast, quarter, now):
    with pytest.raises(Invalid, match="Say where"):
        services.check_in(actor=cast.ann, key_result_id=quarter.typed, confidence=6, now=now)
    services.check_in(actor=cast.ann, key_result_id=quarter.typed, confidence=6, value=5.5, now=now)
    assert _stand(quarter.typed, now).value == 5.5
    with pytest.raises(NotAllowed):
        services.check_in(actor=cast.ann, key_result_id=quarter.measured, confidence=6, now=now)
    with pytest.raises(NotAllowed):
        services.check_in(actor=cast.dee, key_result_id=quarter.measured, confidence=6, now=now)


@pytest.mark.parametrize("sure", [-1, 11, 5.5, True])
def test_confidence_is_a_whole_number_to_ten(cast, quarter, now, sure):
    with pytest.raises(Invalid, match="0 to 10"):
        services.check_in(actor=cast.bo, key_result_id=quarter.measured, confidence=sure, now=now)


def test_a_round_of_check_ins_is_all_or_nothing(cast, quarter, now):
    said = [services.Said(quarter.measured, 7), services.Said(quarter.typed, 7)]
    with pytest.raises(Invalid):
        services.check_in_many(actor=cast.bo, said=said, now=now)
    assert not CheckIn.objects.exists()
    assert queries.due_check_ins(owner_id=cast.bo.user_id, period=quarter.period, now=now) == 1
    services.check_in_many(actor=cast.bo, said=said[:1], now=now)
    assert queries.due_check_ins(owner_id=cast.bo.user_id, period=quarter.period, now=now) == 0
    week = now + timedelta(days=8)
    assert queries.due_check_ins(owner_id=cast.bo.user_id, period=quarter.period, now=week) == 1


def test_what_is_over_keeps_what_was_said_last(cast, quarter, now):
    services.check_in(actor=cast.bo, key_result_id=quarter.measured, confidence=9, now=now)
    services.close_objective(
        actor=cast.bo, objective_id=quarter.objective, outcome="partial", now=now
    )
    later = now + timedelta(days=9)
    measures.record_value(actor=cast.bo, metric_id=quarter.metric, value=99, at=later, now=later)
    assert _stand(quarter.measured, later).value == 31
    with pytest.raises(Conflict, match="over"):
        services.check_in(actor=cast.bo, key_result_id=quarter.measured, confidence=9, now=later)


def test_an_objective_starts_with_a_key_result_closes_and_opens_again(cast, quarter, now):
    made = services.create_objective(actor=cast.bo, title="Empty", period=quarter.period, now=now)
    with pytest.raises(Conflict, match="key result first"):
        services.start_objective(actor=cast.bo, objective_id=made, now=now)
    with pytest.raises(Invalid, match="outcome"):
        services.close_objective(
            actor=cast.bo, objective_id=quarter.objective, outcome="great", now=now
        )
    token = services.close_objective(
        actor=cast.bo,
        objective_id=quarter.objective,
        outcome="missed",
        learned="Less is more",
        now=now,
    )
    assert Objective.objects.get(pk=quarter.objective).state == "closed"
    undo(actor=cast.bo, token=token, now=now)
    assert Objective.objects.get(pk=quarter.objective).state == "active"


def test_an_objective_cannot_stand_under_itself(cast, quarter, now):
    child = services.create_objective(
        actor=cast.bo, title="Child", period=quarter.period, parent_id=quarter.objective, now=now
    )
    with pytest.raises(Invalid, match="under itself"):
        services.change_objective(
            actor=cast.bo, id_=quarter.objective, changes={"parent_id": child}, now=now
        )
    shown = [o.pk for o in queries.objectives_of(quarter.period)]
    assert shown == [quarter.objective, child]


def test_changes_are_versioned_and_bad_ones_said(cast, quarter, now):
    with pytest.raises(Stale):
        services.change_key_result(
            actor=cast.bo, id_=quarter.measured, changes={"target": 50}, version=9, now=now
        )
    with pytest.raises(Invalid, match="below where it starts"):
        services.change_key_result(actor=cast.bo, id_=quarter.typed, changes={"target": 9}, now=now)
    with pytest.raises(Invalid, match="no such metric"):
        services.change_key_result(
            actor=cast.bo, id_=quarter.typed, changes={"metric_id": 999}, now=now
        )
    with pytest.raises(NotAllowed):
        services.change_key_result(
            actor=cast.ann, id_=quarter.typed, changes={"target": 3}, now=now
        )
    with pytest.raises(Invalid, match="1 to 200"):
        services.create_objective(actor=cast.bo, title=" ", period=quarter.period, now=now)


def test_taking_out_wants_a_reason_and_can_be_taken_back(cast, quarter, now):
    with pytest.raises(Invalid, match="why"):
        services.drop_key_result(actor=cast.bo, key_result_id=quarter.typed, why=" ", now=now)
    token = services.drop_key_result(
        actor=cast.bo, key_result_id=quarter.typed, why="Moot", now=now
    )
    assert _stand(quarter.typed, now).status == "dropped"
    undo(actor=cast.bo, token=token, now=now)
    assert KeyResult.objects.get(pk=quarter.typed).dropped_at is None


def test_capacity_is_typed_once_and_days_away_belong_to_their_quarter(cast, quarter, now):
    assert queries.rooms("2026-Q4") == {"Platform": 2 * 13 - 2}
    assert queries.rooms("2027-Q1") == {"Platform": 2 * 13}
    assert queries.rooms("2026-Q3") == {}
    with pytest.raises(Invalid):
        services.set_capacity(actor=cast.bo, team="Platform", period="2026-Q4", people=-1, now=now)


def test_pausing_a_bet_takes_it_out_of_the_load_and_goes_back(cast, quarter, now):
    token = roadmap.pause_bet(actor=cast.bo, bet_id=quarter.bets[0], now=now)
    assert Bet.objects.get(pk=quarter.bets[0]).paused_at
    undo(actor=cast.bo, token=token, now=now)
    assert Bet.objects.get(pk=quarter.bets[0]).paused_at is None
    with pytest.raises(Invalid, match="2026-Q4"):
        services.plan_bet(actor=cast.bo, bet_id=quarter.bets[0], quarter="soon", now=now)


def test_a_night_freezes_only_what_changed(cast, quarter, now):
    assert freeze(quarter.period, why="Nightly", now=now, only_changed=True)
    services.check_in(actor=cast.bo, key_result_id=quarter.measured, confidence=2, now=now)
    assert freeze(quarter.period, why="Nightly", now=now, only_changed=True) is None
    services.change_key_result(actor=cast.bo, id_=quarter.measured, changes={"target": 50}, now=now)
    assert freeze(quarter.period, why="Nightly", now=now, only_changed=True)
    assert freeze("2031-Q1", why="Nightly", now=now, only_changed=True) is None
    freeze_plans.func()
    assert PlanSnapshot.objects.filter(period=quarter.period).count() in (2, 3)
