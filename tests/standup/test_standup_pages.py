"""Every page of the stand-up: empty and full, for who reads and who runs it, with a bounded number of queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loopline.platform.entrance.services import set_team
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.services import NewDoc
from loopline.slices.playbook.standup import baselines, plan, pulse, squads, tour
from loopline.slices.playbook.standup.sheets import MAP, TOOLS, TRAINING

pytestmark = pytest.mark.django_db
PAGES = (
    "/rollout",
    "/rollout/start",
    "/rollout/tour",
    "/rollout/map",
    "/rollout/squads",
    "/rollout/tools",
    "/rollout/baseline",
    "/adoption",
)


def fill(bo, now, n=3):
    """A stand-up in the middle of things, with `n` squads and lines everywhere."""
    plan.begin(actor=bo, now=now - timedelta(days=40))
    people = "\n".join(f"Person {i}, Sales" for i in range(4 * n))
    doc = tour.begin(actor=bo, lines=people, now=now)
    for row in docs.by_ids([doc])[doc].data["people"]:
        values = {"state": "Heard", "pains": "no dates, lost asks", "words": "Nobody tells me."}
        writing.change_row(
            actor=bo, doc_id=doc, key="people", row_id=row["id"], values=values, now=now
        )
    lines = {
        MAP: ("steps", {"step": "Review", "wait": "3", "owner": "Bo", "station": "Built"}),
        TOOLS: ("tools", {"name": "Linear", "cost": "10", "for": "issues"}),
        TRAINING: (
            "sessions",
            {"topic": "Intake", "on": "2026-11-01", "people": "4", "rating": "4"},
        ),
    }
    for key, (place, values) in lines.items():
        made = writing.create_doc(actor=bo, new=NewDoc("", key), now=now)
        for _ in range(n):
            writing.add_row(actor=bo, doc_id=made, key=place, values=values, now=now)
    teams = []
    for i in range(n):
        team = set_team(actor=bo, name=f"Squad {i}", member_ids=[bo.user_id], now=now)
        squads.set_up(actor=bo, team_id=team, starts=(now - timedelta(days=15)).date(), now=now)
        teams.append(team)
    pulse.send_due(now=now)
    baselines.take(actor=bo, now=now)
    return teams


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("who", ["dee", "ann", "bo"])
def test_a_page_opens_empty_and_full(signed_in, cast, now, who, url):
    client = signed_in(getattr(cast, who))
    assert client.get(url).status_code == 200
    fill(cast.bo, now)
    page = client.get(url)
    assert page.status_code == 200
    assert ('method="post" action="/rollout' in page.content.decode()) <= (who == "bo")


@pytest.mark.parametrize(
    ("url", "most"),
    [
        ("/rollout", 45),
        ("/rollout/start", 35),
        ("/rollout/tour", 20),
        ("/rollout/map", 25),
        ("/rollout/squads", 30),
        ("/rollout/tools", 25),
        ("/rollout/baseline", 25),
        ("/adoption", 40),
    ],
)
def test_more_lines_ask_no_more(signed_in, cast, now, url, most):
    client = signed_in(cast.bo)
    counts = []
    for n in (2, 5):
        fill(cast.bo, now, n)
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 3
    assert counts[1] <= most


def test_a_squad_of_its_own_and_one_that_is_not_there(signed_in, cast, now):
    client = signed_in(cast.bo)
    team = fill(cast.bo, now, 1)[0]
    page = client.get(f"/rollout/squads/{team}").content.decode().replace("\xa0", " ")
    assert "Squad 0, day " in page
    assert "Copy the set-up" not in page
    assert client.get("/rollout/squads/987654").status_code == 404
    assert client.get("/rollout/squads/987654/playbook.md").status_code == 404
    text = client.get(f"/rollout/squads/{team}/playbook.md")
    assert text["Content-Type"].startswith("text/markdown")
    assert client.get(f"/rollout/squads/{team}/playbook.zip").content[:2] == b"PK"


def test_the_first_day_from_nothing(signed_in, cast, now):
    client = signed_in(cast.olu)
    assert "0 of 4 done, about 17 minutes left" in client.get("/rollout/start").content.decode()
    assert client.post("/rollout/start/plan", {"starts": "2026-11-19"}).status_code == 302
    assert client.post("/rollout/start/tour", {"people": "Ruth Holm, Sales"}).status_code == 302
    sent = {"name": "Onboarding", "members": [cast.olu.user_id]}
    assert client.post("/rollout/start/squad", sent).status_code == 302
    assert client.post("/rollout/start/baseline").status_code == 302
    page = client.get("/rollout/start").content.decode()
    assert "All four are there" in page
    assert "To connect: Activation rate, Time to value" in page


@pytest.mark.parametrize(
    ("url", "sent", "says"),
    [
        ("/rollout/start/plan", {"starts": "soon"}, "soon is not a day"),
        ("/rollout/start/tour", {"people": ""}, "Write down at least one person"),
        ("/rollout/start/tour", {"people": "Ruth, Wizard"}, "“Ruth, Wizard”: Choose one of"),
        ("/rollout/start/squad", {}, "write the name of a new one"),
        ("/rollout/squads/set-up", {"name": " "}, "write the name of a new one"),
        ("/rollout/tour/new", {"people": "Ruth, Wizard"}, "Choose one of"),
    ],
)
def test_what_cannot_be_taken_is_said_where_it_was_typed(signed_in, cast, url, sent, says):
    answer = signed_in(cast.bo).post(url, sent)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_who_only_reads_is_refused(signed_in, cast, now):
    for who in (cast.dee, cast.ann):
        client = signed_in(who)
        for url in (
            "/rollout/new",
            "/rollout/start/plan",
            "/rollout/squads/set-up",
            "/rollout/baseline/take",
        ):
            assert client.post(url).status_code == 403
    assert docs.of_template("rollout-plan") == []


def test_a_team_of_that_name_is_not_made_twice(signed_in, cast, now):
    client = signed_in(cast.bo)
    set_team(actor=cast.bo, name="Onboarding", member_ids=[], now=now)
    answer = client.post("/rollout/squads/set-up", {"name": "onboarding"})
    assert answer.status_code == 422
    assert "There is a team called onboarding already" in answer.content.decode()


def test_today_of_an_empty_workspace_leads_to_the_first_day(signed_in, cast, now):
    assert 'href="/rollout/start"' in signed_in(cast.bo).get("/").content.decode()
    assert 'href="/rollout/start"' not in signed_in(cast.dee).get("/").content.decode()
    plan.begin(actor=cast.bo, now=now)
    assert 'href="/rollout/start"' not in signed_in(cast.bo).get("/").content.decode()
