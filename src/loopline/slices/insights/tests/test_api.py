"""Questions through the API: the contract's shapes, their numbers by hand, and who may ask."""

import json

import pytest

from loopline.warehouse.records import Fact
from tests.events import micros

BASE = "/api/v1/insights/"
SPAN = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}


def _ask(client, token, path, body, role="viewer", status=200):
    answer = client.post(
        BASE + path, json.dumps(body), content_type="application/json", headers=token(role)
    )
    assert answer.status_code == status, answer.content
    return answer.json()


@pytest.fixture
def people(stored):
    """Ann goes all the way, Bea signs up and invites too late, Cleo only signs up; Dan never signs up."""
    stored(
        [
            ("signup", "ann", "2026-01-05T10:00", {"plan": "pro", "channel": "ads"}, "acme"),
            ("invite", "ann", "2026-01-06T10:00", {}, "acme"),
            ("pay", "ann", "2026-01-07T10:00", {"amount": 10}, "acme"),
            ("signup", "bea", "2026-01-05T11:00", {"plan": "free", "channel": "ads"}, "acme"),
            ("invite", "bea", "2026-01-25T10:00"),
            ("signup", "cleo", "2026-01-12T11:00", {"plan": "pro", "channel": "word"}, "blue"),
            ("pay", "dan", "2026-01-20T11:00", {"amount": 30}, "blue"),
        ],
        [
            Fact("person", "ann", micros("2026-01-05T10:00"), "", b'{"email": "ann@acme.example"}'),
            Fact("account", "acme", micros("2026-01-05T10:00"), "", b'{"segment": "mid"}'),
            Fact("member", "ann", micros("2026-01-05T10:00"), "acme", b"{}"),
        ],
    )


FUNNEL = {"steps": [{"event": "signup"}, {"event": "invite"}, {"event": "pay"}], **SPAN}


def test_a_funnel_and_the_people_behind_each_of_its_cells(client, token, people, db):
    body = FUNNEL | {"breakdown": {"property": "channel"}}
    said = _ask(client, token, "funnel", body)
    assert [s["count"] for s in said["steps"]] == [3, 1, 1]
    assert said["steps"][1]["conversion_from_start"] == pytest.approx(1 / 3)
    assert said["steps"][1]["median_seconds_from_previous"] == 86_400
    assert {b["value"]: [s["count"] for s in b["steps"]] for b in said["breakdown"]} == {
        "ads": [2, 1, 1],
        "word": [1, 0, 0],
    }
    assert said["computed_from"]["events"] == 7
    for split in said["breakdown"]:
        for number, step in enumerate(split["steps"], start=1):
            cell = {"step": number, "breakdown": split["value"]}
            found = _ask(
                client,
                token,
                "people",
                {"insight": "funnel", "query": body, "cell": cell},
                "member",
            )
            assert found["count"] == len(found["items"]) == step["count"]
    dropped = _ask(
        client, token, "people",
        {"insight": "funnel", "query": body, "cell": {"step": 2, "dropped": True, "breakdown": "ads"}},
        "member",
    )  # fmt: skip
    assert dropped == {"items": [{"person": "bea", "account": None}], "count": 1}


def test_filters_on_events_persons_and_accounts(client, token, people, db):
    pro = {"property": "plan", "op": "eq", "value": "pro"}
    body = {"steps": [{"event": "signup", "where": [pro]}], **SPAN}
    assert _ask(client, token, "funnel", body)["steps"][0]["count"] == 2
    mail = {"property": "email", "op": "contains", "value": "acme", "on": "person"}
    body = {"steps": [{"event": "signup"}], "filters": [mail], **SPAN}
    assert _ask(client, token, "funnel", body, "member")["steps"][0]["count"] == 1
    mid = {"property": "segment", "value": "mid", "on": "account"}
    body = {"steps": [{"event": "signup"}], "filters": [mid], **SPAN}
    assert _ask(client, token, "funnel", body)["steps"][0]["count"] == 2


def test_every_other_question_answers_in_its_shape(client, token, people, db):
    trend = _ask(
        client,
        token,
        "trend",
        {"event": "pay", "measure": "sum:amount", "interval": "month", **SPAN},
    )
    assert trend["series"][0]["points"][0]["value"] == 40
    actives = _ask(client, token, "actives", {"interval": "day", **SPAN})
    on = {p["at"]: p["value"] for p in actives["points"]}
    assert on["2026-01-05T00:00:00Z"] == 2
    assert len(on) == 31
    kept = _ask(
        client, token, "retention",
        {"start": {"event": "signup"}, "return": {}, "interval": "week", "periods": 3, **SPAN},
    )  # fmt: skip
    assert kept["cohorts"][0]["size"] >= 0
    value = _ask(
        client,
        token,
        "time-to-value",
        {"start": {"event": "signup"}, "value": {"event": "pay"}, **SPAN},
    )
    assert (value["people"], value["reached"], value["p50_seconds"]) == (3, 1, 172_800)
    used = _ask(client, token, "adoption", {"event": "pay", **SPAN})
    assert (used["eligible"], used["adopters"], used["share"]) == (4, 2, 0.5)
    assert _ask(client, token, "stickiness", SPAN)["counts"]
    assert _ask(client, token, "lifecycle", SPAN)["points"]
    assert _ask(client, token, "paths", {"start": {"event": "signup"}, **SPAN})["edges"] is not None


def test_accounts_are_actors_too(client, token, people, db):
    said = _ask(client, token, "funnel", FUNNEL | {"actor": "account"})
    assert [s["count"] for s in said["steps"]] == [2, 1, 1]


def test_without_events_there_is_no_number(client, token, stored, db):
    said = _ask(client, token, "funnel", FUNNEL)
    assert [s["count"] for s in said["steps"]] == [0, 0, 0]
    assert said["steps"][1]["conversion_from_start"] is None
    assert said["steps"][1]["median_seconds_from_previous"] is None
    assert _ask(client, token, "adoption", {"event": "pay", **SPAN})["share"] is None


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("funnel", {"steps": []}, "steps"),
        ("funnel", {"steps": [{"event": "a"}], "colour": 1}, "colour"),
        ("funnel", {"steps": [{"event": "a", "where": [{"property": "x", "op": "like"}]}]}, "op"),
        ("funnel", {"steps": [{"event": "a", "where": [{"property": "x", "op": "in", "value": 1}]}]}, "where"),
        ("funnel", FUNNEL | {"to": "2025-01-01T00:00:00Z"}, "to"),
        ("funnel", FUNNEL | {"exclude": [{"event": "x", "after_step": 2, "before_step": 2}]}, "exclude"),
        ("funnel", FUNNEL | {"window_seconds": -1}, "window_seconds"),
        ("trend", {"event": "a", "measure": "median:x"}, "measure"),
        ("trend", {"event": "a", "where": [{"property": "x", "op": "regex", "value": "("}]}, "question"),
        ("retention", {"cohort": "99"}, "cohort"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_asked_says_why(client, token, people, db, path, body, field):
    said = _ask(client, token, path, body, status=422)
    assert any(field in error["field"] for error in said["errors"]), said


def test_persons_and_sql_are_for_those_who_work_with_them(client, token, people, db):
    body = {"insight": "funnel", "query": FUNNEL}
    _ask(client, token, "people", body, "viewer", 403)
    _ask(client, token, "people", body, "member", 200)
    _ask(client, token, "sql", {"sql": "select 1"}, "member", 403)
    said = _ask(
        client,
        token,
        "sql",
        {"sql": "select event, count(*) as n from events group by 1 order by 1"},
        "product",
    )
    assert said["rows"] == [["invite", 2], ["pay", 2], ["signup", 3]]
    assert [c["name"] for c in said["columns"]] == ["event", "n"]


def test_numbers_follow_a_new_event_at_once(client, token, people, stored, db):
    before = _ask(client, token, "funnel", FUNNEL)["steps"][2]["count"]
    stored(
        [
            ("signup", "eve", "2026-01-20T10:00"),
            ("invite", "eve", "2026-01-20T11:00"),
            ("pay", "eve", "2026-01-20T12:00"),
        ]
    )
    assert _ask(client, token, "funnel", FUNNEL)["steps"][2]["count"] == before + 1
