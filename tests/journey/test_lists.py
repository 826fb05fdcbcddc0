"""List pages and their API cost the same number of queries with five rows and with fifty."""

from functools import partial

import pytest

from loopline.platform.identity.actor import Actor
from loopline.slices.customers.services import Who
from loopline.slices.feedback.services import NewFeedback, receive_many
from loopline.slices.roadmap import services as roadmap
from loopline.slices.work import services as work

pytestmark = pytest.mark.django_db
PAGES = [
    "/feedback",
    "/inbox",
    "/opportunities",
    "/roadmap",
    "/bets",
    "/priorities",
    "/work",
    "/accounts",
    "/contacts",
    "/decisions",
    "/actions",
    "/releases",
    "/follow-ups",
    "/measures",
    "/",
    "/line/health",
]
API = [
    "feedback",
    "opportunities",
    "bets",
    "work-items",
    "accounts",
    "contacts",
    "deals",
    "decisions",
    "action-items",
    "releases",
    "follow-ups",
    "metrics",
]


def fill(start, count, now):
    actor = Actor.system()
    asks = [
        NewFeedback(
            "call",
            f"Ask number {i} about swaps",
            f"e{i}",
            who=Who(f"Account {i}", "", "", f"p{i}@a{i}.example", f"P {i}"),
            tags=(f"t{i % 3}",),
        )
        for i in range(start, start + count)
    ]
    got = receive_many(actor=actor, asks=asks, now=now)
    for n, g in enumerate(got):
        opp = roadmap.create_opportunity(actor=actor, title=f"Problem {start + n}", now=now)
        roadmap.link_feedback(actor=actor, feedback_id=g.id, opportunity_id=opp, now=now)
        bet = roadmap.create_bet(
            actor=actor, title=f"Bet {start + n}", opportunity_id=opp, horizon="now", now=now
        )
        roadmap.commit_bet(actor=actor, bet_id=bet, now=now)
        work.create_item(
            actor=actor, title=f"Work {start + n}", bet_id=bet, state="started", now=now
        )
    receive_many(
        actor=actor,
        asks=[NewFeedback("chat", f"New one {i}", f"n{i}") for i in range(start, start + count)],
        now=now,
    )


def counted(get, django_assert_max_num_queries):
    with django_assert_max_num_queries(80) as found:
        assert get().status_code == 200
    return len(found)


def test_pages_cost_the_same_with_more_rows(
    signed_in, cast, now, run_jobs, django_assert_max_num_queries
):
    client = signed_in(cast.bo)

    def costs():
        for path in PAGES:
            client.get(path)
        return {p: counted(partial(client.get, p), django_assert_max_num_queries) for p in PAGES}

    fill(0, 5, now)
    few = costs()
    fill(5, 30, now)
    many = costs()
    assert {p: (few[p], many[p]) for p in PAGES if many[p] > few[p] + 3} == {}


def test_api_lists_cost_the_same_with_more_rows(client, token, now, django_assert_max_num_queries):
    header = token("viewer")

    def costs():
        return {
            name: counted(
                partial(client.get, f"/api/v1/{name}", headers=header),
                django_assert_max_num_queries,
            )
            for name in API
        }

    fill(0, 5, now)
    few = costs()
    fill(5, 30, now)
    many = costs()
    assert {n: (few[n], many[n]) for n in API if many[n] > few[n]} == {}
    assert {n: cost for n, cost in few.items() if cost > 9} == {}


def test_a_csv_cannot_attack_a_spreadsheet(signed_in, cast, now):
    receive_many(
        actor=cast.bo,
        asks=[NewFeedback("call", '=HYPERLINK("http://evil","x")', "f1", title="@SUM(A1)")],
        now=now,
    )
    text = b"".join(signed_in(cast.bo).get("/feedback.csv").streaming_content).decode()
    assert "'@SUM(A1)" in text
    assert "'=HYPERLINK" in text
