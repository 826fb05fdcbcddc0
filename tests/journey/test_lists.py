"""List pages and their API cost the same number of queries with five rows and with fifty."""

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


@pytest.mark.parametrize("path", PAGES)
def test_a_page_costs_the_same_with_more_rows(
    path, signed_in, cast, now, run_jobs, django_assert_max_num_queries
):
    client = signed_in(cast.bo)
    fill(0, 5, now)
    client.get(path)
    few = counted(lambda: client.get(path), django_assert_max_num_queries)
    fill(5, 30, now)
    many = counted(lambda: client.get(path), django_assert_max_num_queries)
    assert many <= few + 3, (path, few, many)


@pytest.mark.parametrize("resource", API)
def test_an_api_list_costs_the_same_with_more_rows(
    resource, client, token, now, django_assert_max_num_queries
):
    header = token("viewer")
    fill(0, 5, now)
    few = counted(
        lambda: client.get(f"/api/v1/{resource}", headers=header), django_assert_max_num_queries
    )
    fill(5, 30, now)
    many = counted(
        lambda: client.get(f"/api/v1/{resource}", headers=header), django_assert_max_num_queries
    )
    assert many <= few, (resource, few, many)
    assert few <= 9


def test_a_csv_cannot_attack_a_spreadsheet(signed_in, cast, now):
    receive_many(
        actor=cast.bo,
        asks=[NewFeedback("call", '=HYPERLINK("http://evil","x")', "f1", title="@SUM(A1)")],
        now=now,
    )
    text = b"".join(signed_in(cast.bo).get("/feedback.csv").streaming_content).decode()
    assert "'@SUM(A1)" in text
    assert "'=HYPERLINK" in text
