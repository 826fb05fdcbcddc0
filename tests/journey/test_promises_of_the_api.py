"""What the API promises of every resource: refusals by name, nulls, entity tags, pages, and nothing half done."""

from datetime import timedelta

import pytest

from loopline.core.shapes import WorkItemRow
from loopline.platform.identity.actor import Actor
from loopline.slices.customers.models import Deal
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.services import change_feedback, intake
from loopline.slices.measures import services as measures
from loopline.slices.measures.queries import first_after
from loopline.slices.roadmap.models import Opportunity
from loopline.slices.work.models import WorkItem
from loopline.slices.work.services import upsert_items
from tests.journey.test_line_by_api import Api, ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client, token):
    return Api(client, token("product"))


@pytest.mark.parametrize("name", ["self", "sentence", "errors", "colour"])
def test_an_unknown_field_is_refused_by_its_name_whatever_it_is(api, name):
    said = api("post", "/accounts", {"name": "Tarn", name: 1}, 422)
    assert [e["field"] for e in said["errors"]] == [name]
    said = api("get", f"/accounts?{name}=1", None, 422)
    assert [e["field"] for e in said["errors"]] == [name]


def test_a_digit_that_is_no_number_is_refused(api):
    api("get", "/accounts?limit=²", None, 422)
    made = api("post", "/accounts", {"name": "Tarn"}, 201)
    api("patch", f"/accounts/{made['id']}", {"name": "T"}, 422, **{"If-Match": '"v²"'})
    api("patch", f"/accounts/{made['id']}", {"name": "T"}, 422, **{"If-Match": f'"v{"9" * 5000}"'})


@pytest.mark.parametrize("sort", ["arr", "-arr", "name", "-changed"])
def test_pages_of_accounts_show_each_once(api, sort):
    for i, arr in enumerate([100, None, 20, 9, 1000.5, None]):
        money = None if arr is None else {"amount": arr, "currency": "EUR"}
        api("post", "/accounts", {"name": f"A{i}", "arr": money}, 201)
    seen, cursor = [], ""
    for _ in range(10):
        page = api("get", f"/accounts?limit=2&sort={sort}&cursor={cursor}", None, 200)
        seen += [a["name"] for a in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert sorted(seen) == [f"A{i}" for i in range(6)]


def test_an_item_with_two_of_the_tags_asked_for_is_listed_once(api):
    api("post", "/feedback", {"verbatim": "Swaps fail", "tags": ["swaps", "mobile"]}, 201)
    page = api("get", "/feedback?tag=swaps&tag=mobile", None, 200)
    assert len(page["items"]) == 1


def test_opportunities_with_two_bets_are_listed_once(api):
    opp = api("post", "/opportunities", {"title": "Swaps"}, 201)
    for n in range(2):
        api("post", "/bets", {"title": f"Bet {n}", "opportunity": opp["id"]}, 201)
    assert len(api("get", "/opportunities?without_bet=0", None, 200)["items"]) == 1


def test_asking_for_archived_or_merged_items_shows_them(api):
    one, two = (
        api("post", "/feedback", {"verbatim": f"Swaps fail {n}"}, 201)["id"] for n in range(2)
    )
    api("patch", f"/feedback/{one}", {"state": "archived"}, 200)
    assert [f["id"] for f in api("get", "/feedback?state=archived", None, 200)["items"]] == [one]
    assert [f["id"] for f in api("get", "/feedback", None, 200)["items"]] == [two]


def test_an_archived_account_still_hears_what_its_people_say(api):
    made = api("post", "/accounts", {"name": "Tarn", "domain": "tarn.example"}, 201)
    api("patch", f"/accounts/{made['id']}", {"archived": True}, 200)
    said = api(
        "post", "/feedback", {"verbatim": "Swaps fail", "account": {"domain": "tarn.example"}}, 201
    )
    assert said["account"]["id"] == made["id"]


def test_an_account_without_a_name_is_never_made(api):
    said = api("post", "/feedback", {"verbatim": "Swaps fail", "account": {"domain": " "}}, 201)
    assert said["account"] is None


def test_contacts_and_deals_are_found_by_words(api):
    ask(api, 1, "Swaps fail")
    account = api("get", "/accounts", None, 200)["items"][0]["id"]
    api("post", "/deals", {"account": account, "title": "Renewal for 40 seats"}, 201)
    assert len(api("get", "/contacts?q=Person", None, 200)["items"]) == 1
    assert len(api("get", "/deals?q=seats", None, 200)["items"]) == 1


def test_a_deal_blocked_by_nothing_known_is_not_made(api):
    account = api("post", "/accounts", {"name": "Tarn"}, 201)["id"]
    said = api("post", "/deals", {"account": account, "title": "D", "blocked_by": ["999"]}, 422)
    assert said["errors"][0]["field"] == "blocked_by"
    assert Deal.objects.count() == 0


def test_null_clears_a_deals_amount_and_date(api):
    account = api("post", "/accounts", {"name": "Tarn"}, 201)["id"]
    deal = api(
        "post",
        "/deals",
        {
            "account": account,
            "title": "D",
            "amount": {"amount": 5, "currency": "EUR"},
            "close_on": "2026-12-01",
        },
        201,
    )
    said = api("patch", f"/deals/{deal['id']}", {"amount": None, "close_on": None}, 200)
    assert said["amount"] is None
    assert said["close_on"] is None


def test_work_may_name_a_bet_that_is_not_here(api):
    said = api("post", "/work-items", {"title": "Fix what BET-999 broke"}, 201)
    assert said["bet"] is None


def test_tags_and_state_of_feedback_mind_the_version(api):
    made = api("post", "/feedback", {"verbatim": "Swaps fail", "tags": ["a"]}, 201)
    api("patch", f"/feedback/{made['id']}", {"tags": ["b"]}, 200)
    stale = {"If-Match": f'"v{made["version"]}"'}
    said = api("patch", f"/feedback/{made['id']}", {"tags": ["c"]}, 412, **stale)
    assert said["mine"] == ["c"]
    assert said["theirs"] == ["b"]
    api("patch", f"/feedback/{made['id']}", {"state": "archived"}, 412, **stale)


def test_a_metric_takes_its_owner_and_definition(api, cast):
    owner = str(cast.bo.user_id)
    definition = {"kind": "manual", "query": "by hand"}
    made = api("post", "/metrics", {"name": "Swaps", "owner": owner}, 201)
    assert made["owner"] == owner
    said = api("patch", f"/metrics/{made['id']}", {"definition": definition}, 200)
    assert said["definition"] == definition


def test_demand_on_the_list_follows_an_accounts_arr(api, run_jobs, now):
    said = ask(api, 1, "Swaps fail")
    opp = api("post", "/opportunities", {"title": "Swaps"}, 201)["id"]
    api("post", f"/feedback/{said['id']}/link", {"opportunity": opp}, 200)
    api(
        "patch",
        f"/accounts/{said['account']['id']}",
        {"stage": "customer", "arr": {"amount": 500, "currency": "EUR"}},
        200,
    )
    run_jobs()
    assert Opportunity.objects.get().arr == 500


def test_demand_on_the_list_follows_whose_words_they_are(api, run_jobs):
    said = ask(api, 1, "Swaps fail")
    opp = api("post", "/opportunities", {"title": "Swaps"}, 201)["id"]
    api("post", f"/feedback/{said['id']}/link", {"opportunity": opp}, 200)
    assert Opportunity.objects.get().account_count == 1
    Feedback.objects.update(account=None)
    change_feedback(
        actor=Actor.system(),
        feedback_id=int(said["id"]),
        changes={"account": "Heron"},
        now=Feedback.objects.get().updated_at,
    )
    Opportunity.objects.update(account_count=0)
    run_jobs()
    assert Opportunity.objects.get().account_count == 1


def test_words_that_were_corrected_are_compared_as_they_are_now(api):
    first = api("post", "/feedback", {"verbatim": "Swaps fail at night"}, 201)["id"]
    second = api("post", "/feedback", {"verbatim": "Quite another thing entirely"}, 201)["id"]
    api(
        "patch",
        f"/feedback/{second}",
        {"title": "Swaps fail at night", "verbatim": "Swaps fail at night"},
        200,
    )
    digests = set(Feedback.objects.values_list("text_digest", flat=True))
    assert len(digests) == 1
    found = api("get", f"/feedback/{second}/duplicates", None, 200)["items"]
    assert [d["id"] for d in found] == [first]


def test_two_bets_on_one_metric_are_each_measured_from_their_own_day(now):
    actor = Actor.system()
    metric = measures.create_metric(actor=actor, name="Swaps", now=now)
    early, late = now - timedelta(days=60), now - timedelta(days=20)
    for day, value in ((50, 1.0), (10, 2.0)):
        measures.record_value(
            actor=actor, metric_id=metric, value=value, at=now - timedelta(days=day), now=now
        )
    found = first_after([(metric, late), (metric, early)])
    assert found[metric, early].value == 1.0
    assert found[metric, late].value == 2.0


def test_old_news_stays_old_after_news_that_changed_nothing(now):
    def heard(title, hours):
        row = WorkItemRow(
            source="github",
            external_id="a/b#1",
            title=title,
            state="todo",
            source_updated_at=now + timedelta(hours=hours),
        )
        upsert_items(actor=Actor.system(), rows=[row], now=now)

    heard("First", 1)
    heard("First", 3)
    heard("Between", 2)
    assert WorkItem.objects.get().title == "First"


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_a_year_that_cannot_be_is_refused(api, at):
    said = api("post", "/feedback", {"verbatim": "Swaps fail", "received_at": at}, 422)
    assert said["errors"][0]["field"] == "received_at"


def test_two_at_the_same_moment_are_one(api, monkeypatch):
    body = {"source": "intercom", "external_id": "c-1", "verbatim": "Swaps fail"}
    first = api("post", "/feedback", body, 201)
    known, looks = intake._known, []

    def late(asks):
        """The other's row is not there yet when this one looks first."""
        looks.append(asks)
        return {} if len(looks) == 1 else known(asks)

    monkeypatch.setattr(intake, "_known", late)
    again = api("post", "/feedback", body, 200)
    assert again["id"] == first["id"]
    assert Feedback.objects.count() == 1


def test_what_breaks_in_the_api_answers_as_the_api_does(client, token, monkeypatch, settings):
    settings.TESTING = False
    client.raise_request_exception = False
    monkeypatch.setattr("loopline.slices.customers.queries.account_rows", lambda: 1 / 0)
    said = client.get("/api/v1/accounts", headers=token("viewer"))
    assert said.status_code == 500
    assert said["Content-Type"] == "application/problem+json"
    assert said.json()["status"] == 500


@pytest.mark.parametrize(
    ("resource", "body"),
    [
        ("contacts", {"email": "ann@tarn.example"}),
        ("deals", {"title": "Renewal"}),
        ("bets", {"title": "Phone approval"}),
        ("decisions", {"question": "Do we build it?"}),
        ("metrics", {"name": "Swaps"}),
        ("work-items", {"title": "Build it"}),
        ("releases", {"version": "1.0"}),
        ("opportunities", {"title": "Swaps"}),
        ("accounts", {"name": "Heron"}),
    ],
)
def test_what_is_put_away_leaves_the_list_and_comes_back(api, resource, body):
    if resource == "deals":
        body = {**body, "account": api("post", "/accounts", {"name": "Tarn"}, 201)["id"]}
    made = api("post", f"/{resource}", body, 201)
    there = f"/{resource}/{made['id']}"
    assert api("patch", there, {"archived": True}, 200)["archived"] is True
    assert api("patch", there, {"archived": True}, 200)["archived"] is True
    assert api("get", f"/{resource}", None, 200)["items"] == []
    assert len(api("get", f"/{resource}?archived=1", None, 200)["items"]) == 1
    assert api("patch", there, {"archived": False}, 200)["archived"] is False
    assert len(api("get", f"/{resource}", None, 200)["items"]) == 1
