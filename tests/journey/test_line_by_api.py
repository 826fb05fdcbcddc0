"""One request from heard to told through the API, with what must hold at each step; everything twice is once."""

import json

import pytest

from loopline.slices.told.models import FollowUp

pytestmark = pytest.mark.django_db


class Api:
    def __init__(self, client, header):
        self.client, self.header = client, header

    def __call__(self, method, path, body=None, status=None, **headers):
        response = (
            getattr(self.client, method)(
                f"/api/v1{path}",
                data=json.dumps(body) if body is not None else None,
                content_type="application/json",
                headers={**self.header, **headers},
            )
            if method != "get"
            else self.client.get(f"/api/v1{path}", headers={**self.header, **headers})
        )
        if status is not None:
            assert response.status_code == status, (
                path,
                response.status_code,
                response.content[:400],
            )
        return response.json() if response.content else {}


@pytest.fixture
def api(client, token):
    return Api(client, token("product"))


def ask(api, n, text, account="Tarn Valley", email=None, status=201):
    return api(
        "post",
        "/feedback",
        {
            "source": "intercom",
            "external_id": f"c-{n}",
            "verbatim": text,
            "account": {"name": account},
            "contact": {
                "email": email or f"p{n}@{account.split()[0].lower()}.example",
                "name": f"Person {n}",
            },
            "persona": "Site manager",
            "tags": ["swaps"],
        },
        status,
    )


def stations(api, type_, id_):
    return {s["name"]: s for s in api("get", f"/line/{type_}/{id_}", status=200)["stations"]}


def built(api):
    """Two accounts ask, three items, one of them a repeat; a bet is committed and its work is done."""
    first = ask(api, 1, "The charge nurse has to walk to the office to accept a swap.")
    again = ask(api, 2, "To accept a swap the charge nurse must walk to the office.")
    other = ask(api, 3, "I cannot approve swaps on my phone.", account="Lindqvist Hotels")
    opp = api(
        "post",
        "/opportunities",
        {"title": "Swaps without a desk", "problem": "Approval waits.", "tags": []},
        201,
    )
    api(
        "post",
        f"/feedback/{first['id']}/link",
        {"opportunity": opp["id"], "quote": "walk to the office"},
        200,
    )
    api("post", f"/feedback/{again['id']}/merge", {"into": first["id"]}, 200)
    api("post", f"/feedback/{other['id']}/link", {"opportunity": opp["id"]}, 200)
    metric = api("post", "/metrics", {"name": "Swaps approved", "unit": "%", "target": 45}, 201)
    bet = api(
        "post",
        "/bets",
        {
            "title": "Approve on the phone",
            "hypothesis": "If she can say yes, it takes minutes.",
            "opportunity": opp["id"],
            "metric": metric["id"],
            "target": 45,
            "horizon": "now",
        },
        201,
    )
    api("post", f"/bets/{bet['id']}/commit", {"rationale": "Most asked"}, 200)
    work = api(
        "post",
        "/work-items",
        {"title": "Buttons on the request", "state": "done", "bet": bet["id"]},
        201,
    )
    release = api("post", "/releases", {"version": "2026.11.2", "work_items": [work["id"]]}, 201)
    return first, again, other, opp, metric, bet, work, release


def test_the_line_runs_from_heard_to_told(api, run_jobs):
    first, again, other, opp, metric, bet, _work, release = built(api)
    run_jobs()
    assert [m["id"] for m in again["duplicates"]] == [first["id"]]
    assert again["duplicates"][0]["reasons"]
    line = stations(api, "opportunity", opp["id"])
    assert [
        line[s]["reached"] for s in ("heard", "understood", "decided", "built", "shipped", "told")
    ] == [True, True, True, True, False, False]
    api("post", f"/releases/{release['id']}/ship", {}, 200)
    run_jobs()
    assert api("get", f"/bets/{bet['id']}")["state"] == "shipped"
    ups = api("get", f"/follow-ups?release={release['id']}")["items"]
    assert len(ups) == 3  # one for each person who asked, the merged one among them
    assert {u["state"] for u in ups} == {"draft"}
    assert "walk to the office" in " ".join(u["text"] for u in ups)
    line = stations(api, "opportunity", opp["id"])
    assert line["shipped"]["reached"]
    assert line["measured"]["state"] == "now"
    assert not line["told"]["reached"]
    api("post", f"/metrics/{metric['id']}/values", {"value": 31}, 201)
    for u in ups:
        FollowUp.objects.filter(pk=u["id"]).update(channel="by_hand")
        api("post", f"/follow-ups/{u['id']}/approve", {}, 200)
        api("post", f"/follow-ups/{u['id']}/told", {}, 200)
    run_jobs()
    line = stations(api, "opportunity", opp["id"])
    assert line["measured"]["reached"]
    assert line["told"]["reached"]
    assert line["told"]["share"] == 1
    for item in (first, again, other):
        assert stations(api, "feedback", item["id"])["told"]["reached"]
    health = api("get", "/line/health", status=200)
    assert health["told"] == 3
    assert health["closed_share"] == 1.0


def test_demand_counts_each_account_once_and_a_merged_item_not_again(api, run_jobs):
    *_, opp, _metric, _bet, _work, _release = built(api)
    tarn = api("get", "/accounts?q=Tarn")["items"][0]
    api(
        "patch",
        f"/accounts/{tarn['id']}",
        {"arr": {"amount": 184000, "currency": "EUR"}, "stage": "customer"},
        200,
    )
    lind = api("get", "/accounts?q=Lindqvist")["items"][0]
    api(
        "post",
        "/deals",
        {"account": lind["id"], "title": "New", "amount": {"amount": 50000, "currency": "EUR"}},
        201,
    )
    d = api("get", f"/opportunities/{opp['id']}/demand", status=200)
    assert d["feedback_count"] == 2
    assert sorted(a["name"] for a in d["accounts"]) == ["Lindqvist Hotels", "Tarn Valley"]
    assert (d["arr"]["won"]["amount"], d["arr"]["open"]["amount"], d["arr"]["lost"]["amount"]) == (
        184000,
        50000,
        0,
    )
    assert d["personas"] == [{"name": "Site manager", "feedback": 2}]
    repeat = next(a for a in d["accounts"] if a["name"] == "Tarn Valley")
    assert repeat["feedback"] == 2


def test_everything_twice_is_once(api, run_jobs):
    first, *_, bet, _work, release = built(api)
    assert ask(api, 1, "said again", status=200)["id"] == first["id"]
    api("post", f"/bets/{bet['id']}/commit", {}, 200)
    for _ in range(2):
        api("post", f"/releases/{release['id']}/ship", {}, 200)
        run_jobs()
    from loopline.platform.events.models import OutboxEvent
    from loopline.platform.jobs.models import Job

    assert OutboxEvent.objects.filter(type="release.shipped").count() == 1
    assert OutboxEvent.objects.filter(type="bet.committed").count() == 1
    shipped = OutboxEvent.objects.get(type="release.shipped")
    Job.objects.filter(kwargs__event_id=shipped.pk).update(state="ready", run_at=shipped.at)
    run_jobs()
    assert FollowUp.objects.filter(occasion="ship").count() == 3


def test_who_unsubscribed_is_not_written_to_and_holds_nothing_back(api, client, run_jobs):
    from loopline.slices.told.jobs import unsubscribe_token

    _first, _again, other, opp, _metric, _bet, _work, release = built(api)
    contact = int(other["contact"]["id"])
    link = f"/unsubscribe/{unsubscribe_token(contact)}"
    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 200
    assert client.get("/unsubscribe/forged:token").status_code == 404
    api("post", f"/releases/{release['id']}/ship", {}, 200)
    run_jobs()
    states = dict(FollowUp.objects.filter(occasion="ship").values_list("contact_id", "state"))
    assert states.pop(contact) == "suppressed"
    assert set(states.values()) == {"draft"}
    for f in FollowUp.objects.filter(state="draft"):
        FollowUp.objects.filter(pk=f.pk).update(channel="by_hand")
        api("post", f"/follow-ups/{f.pk}/told", {}, 200)
    assert stations(api, "opportunity", opp["id"])["told"]["reached"]


def test_a_decision_is_told_to_askers_and_colleagues_with_its_reason(
    api, run_jobs, cast, token, client
):
    built(api)
    run_jobs()
    mine = Api(client, token("member", cast.ann))
    asked = mine(
        "post",
        "/feedback",
        {
            "source": "call",
            "verbatim": "A kiosk at the kitchen door please",
            "account": {"name": "Penhall"},
        },
        201,
    )
    kiosk = api("post", "/opportunities", {"title": "Crews without phones"}, 201)
    api("post", f"/feedback/{asked['id']}/link", {"opportunity": kiosk["id"]}, 200)
    bet = api("post", "/bets", {"title": "Kiosk", "opportunity": kiosk["id"]}, 201)
    api(
        "post",
        f"/bets/{bet['id']}/decline",
        {"reason": "One customer, while 29 ask for swaps", "not_now": True},
        200,
    )
    run_jobs()
    ups = FollowUp.objects.filter(opportunity_id=kiosk["id"])
    assert {(u.channel, u.recipient_id) for u in ups} == {
        ("by_hand", None),
        ("in_app", cast.ann.user_id),
    }
    assert all("One customer, while 29 ask for swaps" in u.text for u in ups)
    decision = api("get", f"/decisions/{ups[0].decision_id}", status=200)
    assert decision["verdict"] == "not_now"
    assert {"name": "Asks", "value": "1"} in decision["inputs"]


def test_stale_changes_show_both_values(api):
    opp = api("post", "/opportunities", {"title": "One"}, 201)
    api("patch", f"/opportunities/{opp['id']}", {"title": "Two"}, 200)
    answer = api(
        "patch", f"/opportunities/{opp['id']}", {"title": "Three"}, 412, **{"If-Match": '"v1"'}
    )
    assert "Two" in json.dumps(answer)
    assert "Three" in json.dumps(answer)


def test_a_repeated_post_with_its_key_answers_the_same(api):
    key = {"Idempotency-Key": "k-1"}
    one = api("post", "/opportunities", {"title": "Kiosk"}, 201, **key)
    two = api("post", "/opportunities", {"title": "Kiosk"}, 201, **key)
    assert one["id"] == two["id"]
    api("post", "/opportunities", {"title": "Other"}, 422, **key)
    assert len(api("get", "/opportunities?q=Kiosk")["items"]) == 1
