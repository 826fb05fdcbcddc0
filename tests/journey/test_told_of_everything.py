"""Everybody hears of each thing they asked for, and what waited for sending goes out once it is switched on."""

import pytest

from loopline.platform.identity.actor import Actor
from loopline.platform.jobs.models import Job
from loopline.platform.notify.jobs import send_held as send_held_webhooks
from loopline.platform.notify.models import WebhookDelivery
from loopline.platform.notify.services import create_webhook
from loopline.platform.settings import options
from loopline.slices.told import services
from loopline.slices.told.jobs import send_held
from loopline.slices.told.models import FollowUp
from tests.journey.test_line_by_api import Api, ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client, token):
    return Api(client, token("product"))


def _asked(api, n, opportunity, bet_title):
    said = ask(api, n, f"{opportunity} is missing", email="ann@tarn.example")
    opp = api("post", "/opportunities", {"title": opportunity}, 201)["id"]
    api("post", f"/feedback/{said['id']}/link", {"opportunity": opp}, 200)
    bet = api("post", "/bets", {"title": bet_title, "opportunity": opp}, 201)["id"]
    api("post", f"/bets/{bet}/commit", {}, 200)
    item = {"title": f"Build {bet_title}", "bet": bet, "state": "done"}
    return opp, api("post", "/work-items", item, 201)["id"]


def test_who_asked_for_two_things_hears_of_both_when_one_release_ships_them(api, run_jobs):
    one, first = _asked(api, 1, "Swaps", "Phone approval")
    two, second = _asked(api, 2, "Exports", "Export to a file")
    release = api("post", "/releases", {"version": "1.0", "work_items": [first, second]}, 201)["id"]
    api("post", f"/releases/{release}/ship", None, 200)
    run_jobs()
    drafts = FollowUp.objects.filter(occasion="ship")
    assert sorted(str(f.opportunity_id) for f in drafts) == sorted([one, two])
    assert {f.to_name for f in drafts} == {"Person 1"}
    services.record_sent(
        actor=Actor.system(),
        ids=[f.pk for f in drafts],
        said="By letter",
        now=drafts[0].created_at,
    )
    run_jobs()
    for opp in (one, two):
        stations = api("get", f"/line/opportunity/{opp}", None, 200)["stations"]
        assert stations[-1]["reached"] is True


def test_what_waited_for_sending_goes_out_once_when_it_is_switched_on(api, run_jobs, cast, now):
    options.change(actor=cast.olu, values={"sending": False}, now=now)
    create_webhook(
        actor=cast.ada, url="https://hooks.example/in", events=["bet.committed"], now=now
    )
    _asked(api, 1, "Swaps", "Phone approval")
    run_jobs()
    mail = FollowUp.objects.get(occasion="decision", channel="email")
    services.approve_many(actor=cast.bo, ids=[mail.pk], now=now)
    run_jobs()
    mail.refresh_from_db()
    assert mail.state == "approved"
    assert "switched on" in mail.said
    send_held.func()
    assert run_jobs() == 0

    options.change(actor=cast.olu, values={"sending": True}, now=now)

    for _ in range(2):
        send_held.func()
        send_held_webhooks.func()
    mail.refresh_from_db()
    assert mail.said == ""
    assert WebhookDelivery.objects.get().said == ""
    tasks = list(Job.objects.filter(state="ready").values_list("task", flat=True))
    assert sorted(t.rpartition(".")[2] for t in tasks) == ["send", "send_webhook"]


def test_a_reply_to_the_decision_that_still_waits_is_left_out_once_it_has_shipped(api, run_jobs):
    _, item = _asked(api, 1, "Swaps", "Phone approval")
    run_jobs()
    assert FollowUp.objects.get(occasion="decision", channel="email").state == "draft"
    release = api("post", "/releases", {"version": "1.0", "work_items": [item]}, 201)["id"]
    api("post", f"/releases/{release}/ship", None, 200)
    run_jobs()
    assert FollowUp.objects.get(occasion="ship").state == "draft"
    old = FollowUp.objects.get(occasion="decision", channel="email")
    assert (old.state, old.said) == (
        "suppressed",
        "It has shipped meanwhile; that message says so.",
    )
