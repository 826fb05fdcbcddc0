"""Action items on the pages they come from, whatever those are, and on Today."""

from datetime import timedelta

import pytest
from django.utils import timezone

from loopline.slices.actions import services as actions
from loopline.slices.actions.models import ActionItem
from loopline.slices.dashboards import services as boards
from loopline.slices.decisions import services as decisions
from loopline.slices.feedback.services import NewFeedback, receive_many
from loopline.slices.measures import services as measures
from loopline.slices.releases import services as releases
from loopline.slices.roadmap import services as roadmap
from loopline.slices.work import services as work

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(cast, now):
    """One object of each kind that things to do come from: (type, id, address)."""
    bo = cast.bo
    heard = receive_many(actor=bo, asks=[NewFeedback("call", "No swaps", "e1")], now=now)[0].id
    opp = roadmap.create_opportunity(actor=bo, title="Swaps", now=now)
    bet = roadmap.create_bet(actor=bo, title="Check swaps", opportunity_id=opp, now=now)
    item = work.create_item(actor=bo, title="Buttons", bet_id=bet, now=now)
    release = releases.create_release(actor=bo, version="1.0", title="Swaps", now=now)
    metric = measures.create_metric(actor=bo, name="Swaps a week", now=now)
    asked = boards.open_investigation(actor=bo, question="Who swaps?", now=now)
    decision = decisions.open_decision(actor=bo, question="Which first?", now=now)
    return [
        ("feedback", heard, f"/feedback/{heard}"),
        ("opportunity", opp, f"/opportunities/{opp}"),
        ("bet", bet, f"/bets/{bet}"),
        ("work-item", item, f"/work/{item}"),
        ("release", release, f"/releases/{release}"),
        ("metric", metric, f"/measures/{metric}"),
        ("investigation", asked, f"/investigations/{asked}"),
        ("decision", decision, f"/decisions/{decision}"),
    ]


def test_every_page_takes_one_and_shows_it(signed_in, cast, places):
    client = signed_in(cast.ann)
    for type_, id_, at in places:
        page = client.get(at).content.decode()
        assert f'id="actions-{type_}-{id_}"' in page, type_
        given = {"text": f"Do it for {type_}", "due": "in 2 weeks", "about": f"{type_}:{id_}"}
        answer = client.post("/actions/add", given, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert given["text"] in client.get(at).content.decode(), type_
        row = ActionItem.objects.get(text=given["text"])
        own = client.get(f"/actions/{row.pk}").content.decode()
        assert f'href="{at}"' in own, type_
    viewer = signed_in(cast.dee)
    for type_, _, at in places:
        page = viewer.get(at).content.decode()
        assert f"Do it for {type_}" in page
        assert 'action="/actions/add"' not in page


def test_what_belongs_to_work_stands_on_its_page(signed_in, cast, places, client, token):
    item = next(i for t, i, _ in places if t == "work-item")
    due = (timezone.now() + timedelta(days=3)).date().isoformat()
    body = {"text": "Name the buttons", "due": due, "work_item": f"WI-{item}"}
    made = client.post(
        "/api/v1/action-items",
        body,
        content_type="application/json",
        headers=token("member", who=cast.ann),
    )
    assert made.json()["work_item"] == str(item)
    page = signed_in(cast.ann).get(f"/work/{item}").content.decode()
    assert "Name the buttons" in page
    own = signed_in(cast.ann).get(f"/actions/{made.json()['id']}").content.decode()
    assert "Belongs to" in own
    assert f"/work/{item}" in own


def test_a_page_costs_the_same_with_many_of_them(
    signed_in, cast, places, django_assert_max_num_queries
):
    client = signed_in(cast.bo)
    now = timezone.now()
    for type_, id_, at in places:
        costs = []
        for many in (1, 20):
            for n in range(many):
                actions.create(
                    actor=cast.bo,
                    text=f"Number {n}",
                    owner_id=cast.ann.user_id,
                    due=now.date(),
                    source=(type_, id_),
                    now=now,
                )
            client.get(at)
            with django_assert_max_num_queries(110) as found:
                client.get(at)
            costs.append(len(found))
        assert costs[0] == costs[1], type_


def test_today_shows_mine_overdue_first(signed_in, cast, places):
    now = timezone.now()
    for days, owner, text in (
        (5, cast.bo, "Later"),
        (-3, cast.bo, "Late"),
        (0, cast.bo, "Now"),
        (-9, cast.cy, "Cy’s"),
    ):
        at = now - timedelta(days=10)
        actions.create(
            actor=cast.bo,
            text=text,
            owner_id=owner.user_id,
            due=(now + timedelta(days=days)).date(),
            now=at,
            source=places[1][:2],
        )
    page = signed_in(cast.bo).get("/").content.decode()
    section = page[page.index('id="todo"') :].split("</section>")[0]
    order = [section.index(f">{t}</a>") for t in ("Late", "Now", "Later")]
    assert order == sorted(order)
    assert "Cy’s" not in section
    assert "Swaps" in section
    assert "3\u00a0things wait for you" in page  # the late one, today's, and feedback to triage
    assert 'id="todo"' not in signed_in(cast.dee).get("/").content.decode()


def test_a_search_leads_to_its_page(signed_in, cast):
    now = timezone.now()
    pk = actions.create(
        actor=cast.bo, text="Ring Lindqvist", owner_id=cast.bo.user_id, due=now.date(), now=now
    )
    client = signed_in(cast.dee)
    assert f'href="/actions/{pk}"' in client.get("/search?q=Lindqvist").content.decode()
    assert (
        f"/actions/{pk}"
        in client.get("/palette?q=Lindqvist", headers={"HX-Request": "true"}).content.decode()
    )
