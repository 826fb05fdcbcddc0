"""Cohorts: counted from rules, cells and lists, kept fresh, used as a filter, in pages and the API."""

import json

import pytest

from loopline.core.problems import Invalid, NotAllowed
from loopline.platform.audit.models import AuditEntry
from loopline.platform.jobs.queue import enqueue
from loopline.slices.insights import forms, jobs, queries, services
from loopline.slices.insights.models import Cohort, CohortMember, CohortSize
from loopline.warehouse.records import Fact
from tests.events import micros


@pytest.fixture
def people(stored, db):
    """a exports three times, b twice, c once and long ago; d only signs up. a and b are of acme, c of blue."""
    at = micros("2026-11-01T08:00")
    rows = [
        ("signup", p, "2026-11-01T10:00", {"plan": plan}, acc)
        for p, plan, acc in (
            ("a", "pro", "acme"),
            ("b", "free", "acme"),
            ("c", "pro", "blue"),
            ("d", "pro", ""),
        )
    ]
    rows += [("export", "a", f"2026-11-1{n}T10:00", {"as": "csv"}, "acme") for n in range(3)]
    rows += [("export", "b", f"2026-11-1{n}T10:00", {"as": "pdf"}, "acme") for n in range(2)]
    rows += [("export", "c", "2026-01-10T10:00", {"as": "csv"}, "blue")]
    rows += [("page seen", "visitor", "2026-11-02T10:00")]
    facts = [
        Fact("person", p, at, "", json.dumps({"email": f"{p}@x.example"}).encode()) for p in "abcd"
    ]
    facts += [
        Fact("identify", "visitor", at, "a", b"{}"),
        Fact("account", "acme", at, "", b'{"segment": "mid"}'),
    ]
    stored(rows, facts)  # fmt: skip


def _made(cast, now, definition, actor="person"):
    return services.create_cohort(
        actor=cast.bo, name="Some", actor_kind=actor, definition=definition, now=now
    )


def _members(key):
    return sorted(CohortMember.objects.filter(cohort=key).values_list("actor_id", flat=True))


RULES = [
    ({"event": "export"}, "person", ["a", "b"]),
    ({"event": "export", "at_least": 3}, "person", ["a"]),
    ({"event": "export", "last_days": 365}, "person", ["a", "b", "c"]),
    ({"event": "export", "where": [{"property": "as", "value": "csv"}]}, "person", ["a"]),
    ({"event": "export", "did": False}, "person", ["c", "d"]),
    ({"event": "export"}, "account", ["acme"]),
    ({"conditions": [{"property": "segment", "value": "mid", "on": "account"}]}, "person", ["a", "b"]),
    ({"conditions": [{"property": "email", "op": "contains", "value": "d@", "on": "person"}]}, "person", ["d"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "actor", "wanted"), RULES)
def test_a_rule_counts_who_fits(people, cast, now, rule, actor, wanted):
    key = _made(cast, now, {"rule": rule}, actor)
    assert _members(key) == wanted
    row = Cohort.objects.get(pk=key)
    assert (row.size, row.kind, row.computed_at, row.trouble) == (len(wanted), "dynamic", now, "")


def test_a_cell_counts_as_many_as_it_says_and_those_who_dropped_out(people, cast, now):
    query = {"steps": [{"event": "signup"}, {"event": "export"}], "last_days": 30}
    answer = queries.ask(actor=cast.bo, kind="funnel", body=query, now=now)
    key = _made(cast, now, {"insight": "funnel", "query": query, "cell": {"step": 2}})
    assert _members(key) == ["a", "b"]
    assert Cohort.objects.get(pk=key).size == answer["steps"][1]["count"]
    lost = _made(
        cast, now, {"insight": "funnel", "query": query, "cell": {"step": 2, "dropped": True}}
    )
    assert _members(lost) == ["c", "d"]


def test_a_list_finds_ids_joined_ids_and_addresses(people, cast, now):
    key = _made(
        cast,
        now,
        {"ids": ["visitor", "B@X.example", "c", "c", "nobody", "o'neil", "x@none.example"]},
    )
    row = Cohort.objects.get(pk=key)
    assert _members(key) == ["a", "b", "c"], row.trouble
    assert row.kind == "static"
    assert row.trouble.startswith("3 of the list are not known")
    accounts = _made(cast, now, {"ids": ["acme", "none"]}, "account")
    assert _members(accounts) == ["acme"]


def test_a_long_list_is_left_to_the_worker(people, cast, now, run_jobs, monkeypatch):
    monkeypatch.setattr("loopline.slices.insights.services.cohorts.AT_ONCE", 1)
    key = _made(cast, now, {"ids": ["a", "b"]})
    assert Cohort.objects.get(pk=key).size is None
    run_jobs()
    assert _members(key) == ["a", "b"]


WRONG = [
    {}, {"rule": {"event": "x", "at_least": 0}}, {"rule": {"evnt": "x"}}, {"ids": []}, {"ids": "a"},
    {"ids": ["x" * 401]},
    {"insight": "nothing", "query": {}}, {"insight": "funnel", "query": {"steps": []}}, {"rule": []},
    {"rule": {"conditions": [{"property": "as", "value": "csv"}]}},
    {"insight": "trend", "query": {}, "cell": {"dropped": True}}, {"insight": "funnel", "query": 3}, [], None,
]  # fmt: skip


@pytest.mark.parametrize("definition", WRONG)
def test_definitions_that_are_none(people, cast, now, definition):
    with pytest.raises(Invalid):
        _made(cast, now, definition)
    assert not Cohort.objects.exists()


def test_it_is_counted_anew_every_night_and_its_size_is_kept(people, stored, cast, now, run_jobs):
    key = _made(cast, now, {"rule": {"event": "signup", "last_days": 3660}})
    stored([("signup", "e", "2026-11-18T10:00")])
    enqueue(jobs.recount_cohorts, now=now)
    run_jobs()
    assert _members(key) == ["a", "b", "c", "d", "e"]
    assert CohortSize.objects.filter(cohort=key).count() == 2


def test_a_question_looks_at_its_members_only(people, cast, now):
    key = _made(cast, now, {"rule": {"event": "export"}})
    body = {"steps": [{"event": "signup"}], "last_days": 30, "cohort": f"COH-{key}"}
    assert queries.ask(actor=cast.bo, kind="funnel", body=body, now=now)["steps"][0]["count"] == 2
    with pytest.raises(Invalid, match="cohort of persons"):
        queries.ask(actor=cast.bo, kind="funnel", body=body | {"actor": "account"}, now=now)


def test_changing_the_definition_counts_again_and_keeps_no_ids_in_the_audit(people, cast, now):
    from loopline.platform.audit.models import AuditEntry

    key = _made(cast, now, {"ids": ["a"]})
    services.change_cohort(
        actor=cast.bo, id_=key, changes={"definition": {"ids": ["b", "c"]}}, now=now
    )
    assert _members(key) == ["b", "c"]
    assert '"b"' not in str(list(AuditEntry.objects.values_list("content", flat=True)))
    with pytest.raises(NotAllowed):
        services.change_cohort(actor=cast.ann, id_=key, changes={"name": "x"}, now=now)


def test_a_number_of_a_question_is_said_with_its_row_and_days():
    from loopline.slices.insights.cohort_words import said

    query = {
        "steps": [{"event": "signup"}, {"event": "export"}],
        "breakdown": {"property": "channel"},
        "last_days": 90,
    }
    cell = {"step": 2, "dropped": True, "breakdown": "ads"}
    assert said({"insight": "funnel", "query": query, "cell": cell}, "person") == (
        "People who stopped before step 2 of a funnel (signup → export), channel ads, of the last 90 days."
    )
    whole = {"insight": "funnel", "query": {"steps": query["steps"]}, "cell": {"step": 2}}
    assert said(whole, "account") == "Accounts at step 2 of a funnel (signup → export)."


def test_the_pages(people, signed_in, cast, now):
    client = signed_in(cast.bo)
    assert "No cohort yet" in client.get("/cohorts").content.decode()
    assert 'name="c0.property"' in client.get("/cohorts/new").content.decode()
    form = {
        "name": "Exporters", "by": "rule", "event": "export", "did": "1", "at_least": "2", "last_days": "90",
        "w0.property": "as", "w0.op": "in", "w0.value": "csv, pdf", "c0.property": "segment", "c0.on": "account",
        "c0.op": "eq", "c0.value": "mid",
    }  # fmt: skip
    made = client.post("/cohorts/new", form)
    assert made.status_code == 302
    page = client.get(made["Location"]).content.decode()
    for wanted in (
        "Exporters",
        "at least 2 times",
        "is one of csv, pdf",
        "account’s segment is mid",
        "/people/a",
        "/people/b",
    ):
        assert wanted in page, wanted
    wrong = client.post("/cohorts/new", form | {"at_least": "often"})
    assert (wrong.status_code, "whole number" in wrong.content.decode()) == (422, True)
    listed = client.post("/cohorts/new", {"name": "List", "by": "list", "ids": 'a,Ann\n"b"\n'})
    said = b"".join(client.get(listed["Location"] + "/members.csv")).decode()
    assert said.split() == ["person", "a", "b"]
    assert client.post(listed["Location"] + "/archive").status_code == 302
    assert ">List<" not in client.get("/cohorts").content.decode()
    viewer = signed_in(cast.dee)
    assert "/people/a" not in viewer.get(made["Location"]).content.decode()
    assert viewer.get(made["Location"] + "/members.csv").status_code == 403
    assert viewer.get("/cohorts/new").status_code == 403
    assert viewer.get("/cohorts/999").status_code == 404


def test_members_go_on_page_by_page(stored, signed_in, cast, now):
    stored([("seen", f"p{n:03}", "2026-11-18T10:00") for n in range(120)])
    key = _made(cast, now, {"rule": {"event": "seen"}})
    client, seen, at = signed_in(cast.bo), 0, f"/cohorts/{key}?after=%20"
    while at:
        page = client.get(at, headers={"HX-Request": "true"}).content.decode()
        seen += page.count('class="t"')
        at = (
            page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
            if 'hx-get="' in page
            else ""
        )
    assert seen == 120


def test_the_api(people, client, token):
    header = token("product")

    def call(verb, path, body=None, status=200):
        send = getattr(client, verb)
        more = (
            {"data": json.dumps(body), "content_type": "application/json"}
            if body is not None
            else {}
        )
        answer = send(f"/api/v1/cohorts{path}", headers=header, **more)
        assert answer.status_code == status, answer.content
        return answer.json()

    made = call("post", "", {"name": "Exporters", "definition": {"rule": {"event": "export"}}}, 201)
    key = made["id"]
    assert (made["size"], made["words"]) == (2, "People who did “export” in the last 30 days.")
    assert call("get", "")["items"][0]["key"] == f"COH-{key}"
    assert call("get", f"/COH-{key}/members")["items"] == ["a", "b"]
    first = call("get", f"/{key}/members?limit=1")
    assert call("get", f"/{key}/members?limit=1&cursor={first['next_cursor']}")["items"] == ["b"]
    changed = call("patch", f"/{key}", {"definition": {"rule": {"event": "export", "at_least": 3}}})
    assert (changed["size"], changed["version"]) == (1, 2)
    assert call("post", f"/{key}/recount")["size"] == 1
    listed = call("post", "", {"name": "L", "definition": {"ids": ["a"]}}, 201)
    assert listed["definition"] == {"ids": []}
    call("post", "", {"name": "x", "definition": {"rule": {"event": "export", "often": 2}}}, 422)
    call("post", "", {"name": "x", "definition": {}, "actor": "team"}, 422)
    call("get", "/999", status=404)
    call("patch", f"/{key}", {"archived": True})
    assert [c["id"] for c in call("get", "")["items"]] == [listed["id"]]
    assert client.get(f"/api/v1/cohorts/{key}/members", headers=token("viewer")).status_code == 403


def test_the_list_costs_the_same_with_more(
    people, signed_in, cast, now, django_assert_max_num_queries
):
    client, counts = signed_in(cast.bo), []
    for many in (2, 20):
        for n in range(many):
            Cohort.objects.create(
                name=f"C{n}", owner_id=cast.cy.user_id, created_at=now, updated_at=now
            )
        client.get("/cohorts")
        with django_assert_max_num_queries(60) as found:
            client.get("/cohorts")
        counts.append(len(found))
    assert counts[1] <= counts[0]


def test_whoever_reads_a_list_of_people_is_kept_in_the_audit(
    people, signed_in, client, token, cast, now
):
    def last():
        row = AuditEntry.objects.filter(action="people.read").order_by("-id").first()
        return row.actor_name, {k: v for k, v in row.content["after"].items() if k != "digest"}

    made = _made(cast, now, {"rule": {"event": "export"}})
    body = {"steps": [{"event": "signup"}, {"event": "export"}], "last_days": 60}
    report = services.save_report(actor=cast.bo, name="F", kind="funnel", body=body, now=now)
    page = signed_in(cast.ann)
    assert AuditEntry.objects.filter(action="people.read").count() == 0
    ask = f"q={forms.packed(body)}&cell={forms.packed({'step': 2})}"
    assert page.get(f"/insights/funnel/people?{ask}").status_code == 200
    assert last() == (
        "Ann Asker",
        {"question": "funnel", "step": 2, "report": report, "rows": 2, "of": 2},
    )
    page.get("/people?q=a@x.example")
    assert last() == ("Ann Asker", {"question": "people", "by": ["search"], "rows": 1, "of": 1})
    page.get(f"/cohorts/{made}/members.csv")
    assert last() == ("Ann Asker", {"question": "cohort", "cohort": made, "rows": 2, "of": 2})
    count = AuditEntry.objects.filter(action="people.read").count()
    page.get("/people?q=nobody-at-all")
    signed_in(cast.dee).get(f"/cohorts/{made}")
    assert AuditEntry.objects.filter(action="people.read").count() == count
    client.logout()
    client.get(f"/api/v1/cohorts/{made}/members?limit=1", headers=token("member"))
    assert last()[1] == {"question": "cohort", "cohort": made, "rows": 1, "of": 2}
    client.get("/api/v1/people", headers=token("member"))
    assert last()[1]["question"] == "people"
    client.post(
        "/api/v1/insights/people",
        json.dumps({"insight": "funnel", "query": body, "cell": {"step": 1}}),
        content_type="application/json", headers=token("member"),
    )  # fmt: skip
    assert last()[1]["step"] == 1
    said = str(
        list(AuditEntry.objects.filter(action="people.read").values_list("content", flat=True))
    )
    assert "x.example" not in said
