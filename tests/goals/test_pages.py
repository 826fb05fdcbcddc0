"""Every page of goals, for every role, with a number of queries that does not grow."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loopline.slices.goals import services
from loopline.slices.roadmap import services as roadmap

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(quarter, cast, now):
    made = services.open_direction(
        actor=cast.bo, title="Proof first", period=quarter.period, now=now
    )
    services.put_row(
        actor=cast.bo,
        direction_id=made,
        kind="bet",
        action="pause",
        ref_id=quarter.bets[1],
        now=now,
    )
    a = services.take_snapshot(actor=cast.bo, period=quarter.period, now=now)
    b = services.take_snapshot(actor=cast.bo, period=quarter.period, now=now)
    services.check_in(
        actor=cast.bo, key_result_id=quarter.measured, confidence=8, note="Well", now=now
    )
    return [
        f"/goals?period={quarter.period}", "/goals?period=2020-Q1", "/goals/check-in", "/goals/objectives",
        "/goals/objectives.csv", "/goals/objectives/new", f"/goals/objectives/{quarter.objective}",
        "/goals/key-results", "/goals/key-results.csv", "/goals/key-results/new",
        f"/goals/key-results/{quarter.measured}", f"/goals/key-results/{quarter.typed}",
        f"/goals/plan?period={quarter.period}", f"/goals/plan/snapshots?period={quarter.period}",
        f"/goals/plan/diff?a={a}&b={b}", "/goals/change", "/goals/change.csv", "/goals/change/new",
        f"/goals/change/{made}", f"/bets/{quarter.bets[0]}", f"/measures/{quarter.metric}", "/bets",
        f"/bets?key_result={quarter.measured}", "/bets?paused=1",
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["dee", "ann", "bo", "ada", "olu"])
def test_pages_open_for_those_who_may(signed_in, cast, pages, who):
    client = signed_in(getattr(cast, who))
    wrong = []
    for path in pages:
        status = client.get(path).status_code
        writes = path.endswith("/new") or path == "/goals/check-in"
        low = who == "dee" or (who == "ann" and path != "/goals/check-in")
        if status != (403 if writes and low else 200):
            wrong.append((path, status))
    assert wrong == []


def test_a_wrong_quarter_is_said_in_a_sentence(signed_in, cast):
    answer = signed_in(cast.bo).get("/goals?period=winter")
    assert answer.status_code == 422
    assert "2026-Q4" in answer.text


def _queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(path).status_code == 200
    return len(found)


@pytest.mark.parametrize(
    "path", ["/goals", "/goals/plan", "/goals/key-results", "/goals/objectives"]
)
def test_more_goals_take_no_more_queries(signed_in, cast, quarter, now, path):
    client = signed_in(cast.bo)
    path = f"{path}?period={quarter.period}"
    _queries(client, path)
    few = _queries(client, path)
    for n in range(6):
        o = services.create_objective(
            actor=cast.bo, title=f"Goal {n}", period=quarter.period, now=now
        )
        for m in range(3):
            k = services.create_key_result(
                actor=cast.bo, objective_id=o, text=f"Result {n} {m}", target=9, baseline=1,
                metric_id=quarter.metric if m else None, now=now,
            )  # fmt: skip
            bet = roadmap.create_bet(
                actor=cast.bo,
                title=f"Bet {n} {m}",
                key_result_id=k,
                quarter=quarter.period,
                now=now,
            )
            roadmap.plan_bet(actor=cast.bo, bet_id=bet, weeks={"Platform": 1}, now=now)
    assert _queries(client, path) <= few + 1


def test_the_tree_says_what_is_measured_and_what_is_not(signed_in, cast, quarter):
    page = signed_in(cast.bo).get(f"/goals?period={quarter.period}").text
    assert "31 %" in page.replace("\u00a0", " ")
    assert "Swap approval" in page
    assert "Say where it stands in the first check-in" in page


def test_the_bet_names_its_key_result(signed_in, cast, quarter):
    page = signed_in(cast.bo).get(f"/bets/{quarter.bets[0]}").text
    assert "In the plan" in page
    assert f"/goals/key-results/{quarter.measured}" in page
