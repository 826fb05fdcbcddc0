"""What a viewer is not told: who somebody is, by a split, a condition, a saved report or an odd address."""

import json
from urllib.parse import unquote

import pytest

from loopline.core.naming import private
from loopline.core.problems import NotAllowed
from loopline.platform.audit.models import AuditEntry
from loopline.slices.insights import discretion, queries, services
from loopline.warehouse.records import Fact
from tests.events import micros

SPAN = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
MAIL = "ann@acme.example"
ON_MAIL = {"property": "email", "op": "regex", "value": "^ann", "on": "person"}


@pytest.fixture
def people(stored):
    stored(
        [
            ("signup", "p1", "2026-01-05T10:00", {"plan": "pro", "who": MAIL}, "acme"),
            ("signup", "p2", "2026-01-06T10:00", {"plan": "free", "who": "0171 2345 678"}, "blue"),
        ],
        [
            Fact(
                "person", "p1", micros("2026-01-05T10:00"), "", json.dumps({"email": MAIL}).encode()
            )
        ],
    )


def _ask(client, headers, kind, body):
    return client.post(
        f"/api/v1/insights/{kind}", json.dumps(body | SPAN), content_type="application/json", headers=headers
    )  # fmt: skip


@pytest.mark.parametrize("split", [{"property": "email", "on": "person"}, {"property": "who"}])
def test_a_split_says_nobody_to_a_viewer(client, token, people, db, split):
    for kind, body, parts in (
        ("trend", {"event": "signup", "interval": "month"}, "series"),
        ("funnel", {"steps": [{"event": "signup"}]}, "breakdown"),
    ):
        seen = _ask(client, token("viewer"), kind, body | {"breakdown": split})
        assert MAIL.encode() not in seen.content
        assert b"0171" not in seen.content
        assert "hidden 1" in {p["value"] for p in seen.json()[parts]}
        full = _ask(client, token("member"), kind, body | {"breakdown": split}).json()
        assert MAIL in {p["value"] for p in full[parts]}
        assert len(full[parts]) == len(seen.json()[parts])


def test_plans_and_accounts_are_no_persons(client, token, people, db):
    body = {"event": "signup", "interval": "month", "breakdown": {"property": "plan"}}
    said = _ask(client, token("viewer"), "trend", body).json()
    assert {s["value"] for s in said["series"]} == {"pro", "free"}


def test_a_viewer_cannot_guess_an_address_letter_by_letter(client, token, people, db):
    tries = [
        {"event": "signup", "filters": [ON_MAIL]},
        {"event": "signup", "where": [{"property": "who", "op": "eq", "value": MAIL}]},
        {"event": "signup", "measure": "avg:phone"},
    ]
    for body in tries:
        refused = _ask(client, token("viewer"), "trend", body)
        assert refused.status_code == 403, refused.content
        assert _ask(client, token("member"), "trend", body).status_code == 200
    deep = {"steps": [{"event": "signup", "where": [ON_MAIL | {"on": "event"}]}]}
    assert _ask(client, token("viewer"), "funnel", deep).status_code == 403
    size = {"event": "signup", "where": [{"property": "bytes", "op": "gt", "value": 123456789012}]}
    assert _ask(client, token("viewer"), "trend", size).status_code == 200


def test_a_viewer_reads_a_report_that_leaves_out_addresses(
    client, token, people, cast, signed_in, now
):
    body = {"event": "signup", "filters": [ON_MAIL], **SPAN}
    made = services.save_report(actor=cast.bo, name="Ann", kind="trend", body=body, now=now)
    kept = queries.report(actor=cast.dee, report_id=made).body
    assert queries.ask(actor=cast.dee, kind="trend", body=kept, now=now)["series"]
    drawn, _ = queries.drawn(
        actor=cast.dee, kind="trend", now=now,
        body={**kept, "filters": [], "breakdown": {"property": "email", "on": "person"}},
    )  # fmt: skip
    assert MAIL not in str(drawn.svg) + str(drawn.rows) + drawn.finding
    page = signed_in(cast.dee).get(
        "/insights/trend/answer", {"q": json.dumps({"event": "x", "filters": [ON_MAIL]})}
    )
    assert page.status_code == 200
    assert "for members" in page.content.decode()


def test_what_looks_like_a_person():
    for text in (MAIL, "+49 171 2345678", "10.2.33.4", "018f5e0e7c3a7b0c9d1e2f3a4b5c6d7e"):
        assert private.is_somebody(text), text
    for text in ("pro", "enterprise-annual-2026-eu", "v1.12", "2026-01-05"[:7], "4200"):
        assert not private.is_somebody(text), text


@pytest.mark.parametrize(
    "address",
    [
        "trend/people?offset=²", f"trend/people?offset={'9' * 30}", "trend/answer?q=&report=²", "trend/edit?report=²",
        "trend/edit?last_days=²", "funnel/edit?drop=s²", "funnel/edit?up=s²",
        'trend/people?cell={"at":5}', 'funnel/people?q={"steps":[{"event":"a"}]}&cell={"step":"1"}',
        f"trend/answer?q={{\"event\":\"a\",\"where\":[{{\"property\":\"n\",\"op\":\"gt\",\"value\":1{'0' * 400}}}]}}",
    ],
)  # fmt: skip
def test_odd_numbers_in_an_address_break_nothing(people, cast, signed_in, address):
    assert signed_in(cast.ann).get(f"/insights/{address}").status_code < 500


def test_a_sum_beyond_numbers_is_no_number(client, token, stored, db):
    stored([("pay", f"p{n}", "2026-01-01T10:00", {"amount": 1.7e308}) for n in range(3)])
    said = _ask(
        client, token("viewer"), "trend", {"event": "pay", "measure": "sum:amount", "interval": "month"}
    )  # fmt: skip
    assert b"Infinity" not in said.content
    assert said.json()["series"][0]["points"][0]["value"] is None


def test_odd_numbers_in_a_body_are_named(client, token, people, db):
    body = {"insight": "trend", "query": {"event": "signup", **SPAN}, "offset": 10**30}
    said = client.post(
        "/api/v1/insights/people", json.dumps(body), content_type="application/json", headers=token("member")
    )  # fmt: skip
    assert said.status_code == 422
    text = {"event": "signup", "where": [{"property": "n", "op": "gt", "value": 10**400}]}
    assert _ask(client, token("viewer"), "trend", text).status_code == 422


def test_definitions_hide_addresses_from_a_viewer_only(
    people, client, token, cast, signed_in, stored, now
):
    rule = {"rule": {"event": "signup", "last_days": 3660, "conditions": [
        {"property": "email", "op": "eq", "value": MAIL, "on": "person"},
    ]}}  # fmt: skip
    cohort = services.create_cohort(
        actor=cast.bo, name="C", says=f"For {MAIL}", definition=rule, now=now
    )
    body = {
        "event": "signup",
        "interval": "month",
        "filters": [{"property": "who", "value": MAIL}],
        **SPAN,
    }
    report = services.save_report(actor=cast.bo, name="R", kind="trend", body=body, now=now)
    longer = {
        "conditions": [
            *rule["rule"]["conditions"],
            {"property": "plan", "value": "pro", "on": "person"},
        ]
    }
    services.change_cohort(
        actor=cast.bo, id_=cohort, changes={"definition": {"rule": rule["rule"] | longer}}, now=now
    )
    services.change_report(
        actor=cast.bo, id_=report, changes={"body": {**body, "interval": "week"}}, now=now
    )
    pages = ("/cohorts", "/cohorts.csv", f"/cohorts/{cohort}", f"/reports/{report}")
    api = ("cohorts", f"cohorts/{cohort}")

    def read(response):
        whole = getattr(response, "streaming_content", None) or [response.content]
        return unquote(b"".join(whole).decode())

    for who, role, hidden in ((cast.dee, "viewer", True), (cast.ann, "member", False)):
        seen = [read(signed_in(who).get(path)) for path in pages]
        client.logout()
        seen += [read(client.get(f"/api/v1/{path}", headers=token(role))) for path in api]
        assert [MAIL in text for text in seen] == [not hidden] * 6, who.name
        assert [("hidden-" in text) for text in seen] == [hidden] * 6, who.name
    audit = AuditEntry.objects.filter(action="cohort.changed").get()
    assert MAIL not in str(audit.content)
    assert "signup" in str(audit.content)


def test_a_viewer_still_reads_the_answer_of_a_report_shown_without_its_address(
    people, cast, signed_in, now
):
    def asking(mail):
        return {"event": "signup", "filters": [{"property": "who", "value": mail}], **SPAN}

    for mail in (MAIL, "nobody@acme.example"):
        services.save_report(actor=cast.bo, name=mail, kind="trend", body=asking(mail), now=now)
    shown = discretion.hidden(asking(MAIL))
    found = queries.ask(actor=cast.dee, kind="trend", body=shown, now=now)
    assert sum(p["value"] for p in found["series"][0]["points"]) == 1
    page = signed_in(cast.dee).get("/insights/trend/answer", {"q": json.dumps(shown)})
    assert page.status_code == 200
    assert MAIL not in page.content.decode()
    with pytest.raises(NotAllowed):
        queries.ask(actor=cast.dee, kind="trend", body={**shown, "interval": "week"}, now=now)
