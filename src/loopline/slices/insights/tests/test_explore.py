"""Asking in the browser, without a browser: the page, its answer, the people behind a cell, reports."""

from datetime import UTC, datetime
from html import unescape
from typing import Literal
from urllib.parse import quote

import pytest

from loopline.slices.insights import forms, queries, services
from loopline.slices.insights.models import Report, ReportVersion

SPAN = {"from": "2026-10-01T00:00:00", "to": "2026-11-01T00:00:00"}
FUNNEL = {
    "steps": [{"event": "signed up"}, {"event": "invited"}], "breakdown": {"property": "channel"}, **SPAN,
}  # fmt: skip


@pytest.fixture
def usage(stored):
    rows = []
    for n in range(80):
        channel = "ads" if n % 2 else "word <of> mouth"
        rows.append(("signed up", f"p{n}", f"2026-10-0{n % 7 + 1}T10:00", {"channel": channel}))
        if n % 2 == 0 or n % 8 == 1:
            rows.append(("invited", f"p{n}", f"2026-10-0{n % 7 + 1}T12:00", {"channel": channel}))
    stored(rows)


def _at(kind, what, body, **more):
    given = "".join(f"&{k}={quote(v)}" for k, v in more.items())
    return f"/insights/{kind}{what}?q={quote(forms.packed(body))}{given}"


@pytest.mark.parametrize("kind", forms.PLAIN)
def test_every_kind_has_a_page_before_anything_was_asked(signed_in, cast, stored, kind):
    assert signed_in(cast.dee).get(f"/insights/{kind}").status_code == 200


def test_an_unknown_kind_is_no_page(signed_in, cast, stored):
    assert signed_in(cast.dee).get("/insights/horoscope").status_code == 404


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("funnel", FUNNEL),
        ("funnel", FUNNEL | {"interval": "week", "ties": "grace_1s"}),
        ("retention", {"start": {"event": "signed up"}, "return": {"event": "invited"}, **SPAN}),
        ("trend", {"event": "invited", "breakdown": {"property": "channel"}, **SPAN}),
        ("actives", SPAN),
        ("lifecycle", SPAN),
        ("stickiness", SPAN),
        ("time-to-value", {"start": {"event": "signed up"}, "value": {"event": "invited"}, **SPAN}),
        ("adoption", {"event": "invited", **SPAN}),
        ("paths", {"start": {"event": "signed up"}, "gap_seconds": 86400, **SPAN}),
    ],
)
def test_every_answer_is_drawn_with_a_sentence_and_a_table(signed_in, cast, usage, kind, body):
    client = signed_in(cast.ann)
    page = client.get(_at(kind, "", body))
    assert page.status_code == 200
    shown = client.get(_at(kind, "/answer", body))
    text = shown.content.decode()
    assert shown.status_code == 200
    assert 'class="h1"' in text
    assert "<table" in text
    assert "word <of> mouth" not in text  # it came from outside


def test_the_funnel_says_where_which_people_stall_and_opens_to_them(signed_in, cast, usage):
    client = signed_in(cast.ann)
    text = unescape(client.get(_at("funnel", "/answer", FUNNEL)).content.decode())
    assert "People stall at “invited”, most of all ads" in text
    assert "75 % stop here" in text
    cell = forms.packed({"step": 2, "dropped": True, "breakdown": "ads"})
    people = unescape(client.get(_at("funnel", "/people", FUNNEL, cell=cell)).content.decode())
    assert "30\xa0people, the same as in the cell" in people
    assert people.count('<li><a class="t"') == 25
    rest = client.get(_at("funnel", "/people", FUNNEL, cell=cell, offset="25")).content.decode()
    assert rest.count('<li><a class="t"') == 5


def test_viewers_see_numbers_and_no_persons(signed_in, cast, usage):
    client = signed_in(cast.dee)
    assert "/people?" not in client.get(_at("funnel", "/answer", FUNNEL)).content.decode()
    assert client.get(_at("funnel", "/people", FUNNEL, cell="{}")).status_code == 403


def test_a_wrong_question_says_why_where_the_answer_would_stand(signed_in, cast, usage):
    body = {"steps": [{"event": "a", "where": [{"property": "x", "op": "regex", "value": "("}]}]}
    assert (
        'role="alert"' in signed_in(cast.dee).get(_at("funnel", "/answer", body)).content.decode()
    )


def test_the_form_leads_to_the_question_it_says(signed_in, cast, stored):
    client = signed_in(cast.dee)
    moved = client.get(
        "/insights/funnel/edit", {"s0.event": "a", "do": "add:step", "last_days": "30"}
    )
    assert moved.status_code == 302
    assert forms.unpacked(_q(moved.url))["steps"] == [{"event": "a"}, {}]


def _q(url):
    from urllib.parse import parse_qs, urlsplit

    return parse_qs(urlsplit(url).query)["q"][0]


def test_a_report_keeps_versions_of_its_definition(signed_in, cast, usage, now):
    client = signed_in(cast.bo)
    client.post("/insights/funnel/save", {"q": forms.packed(FUNNEL), "name": "First invite"})
    made = Report.objects.get()
    assert client.get(f"/reports/{made.pk}").status_code == 200
    other = FUNNEL | {"window_seconds": 86_400}
    changed = client.get(f"/reports/{made.pk}?q={quote(forms.packed(other))}").content.decode()
    assert "Change the definition" in changed
    client.post(
        f"/reports/{made.pk}/definition", {"q": forms.packed(other), "note": "one day is enough"}
    )
    made.refresh_from_db()
    assert made.definition_version == 2
    assert [v.body.get("window_seconds") for v in ReportVersion.objects.order_by("number")] == [
        None,
        86_400,
    ]
    client.post(f"/reports/{made.pk}/definition", {"q": forms.packed(other)})
    assert ReportVersion.objects.count() == 2  # the same again is no version


def test_reports_are_made_by_the_product_team(signed_in, cast, stored):
    sent = {"q": forms.packed(FUNNEL), "name": "x"}
    assert signed_in(cast.ann).post("/insights/funnel/save", sent).status_code == 403
    assert Report.objects.count() == 0


def test_the_list_of_reports_asks_few_queries(
    signed_in, cast, stored, now, django_assert_max_num_queries
):
    for n in range(30):
        services.save_report(
            actor=cast.bo, name=f"Report {n}", kind="trend", body={"event": "a"}, now=now
        )
    client = signed_in(cast.dee)
    client.get("/reports")
    with django_assert_max_num_queries(14):
        assert client.get("/reports").status_code == 200


def test_a_decision_about_a_report_freezes_its_numbers(signed_in, cast, usage, now):
    from loopline.slices.decisions import queries
    from loopline.slices.decisions import services as decisions

    made = services.save_report(
        actor=cast.bo, name="First invite", kind="funnel", body=FUNNEL, now=now
    )
    opened = decisions.open_decision(
        actor=cast.bo, question="Invite by link?", options=[], about=("report", made), now=now
    )
    decisions.decide(
        actor=cast.bo, decision_id=opened, chosen="Yes", rationale="They stall.", now=now
    )
    kept = dict(queries.by_ids([opened])[opened].inputs)
    assert kept["signed up"] == "80"
    assert kept["to invited"] == "62 %"


@pytest.mark.parametrize(
    ("now", "latest"), [("2026-10-08T12:00", "47"), ("2026-10-12T00:00", "63")]
)
def test_a_decision_freezes_the_last_whole_period_only(
    cast, usage, stored, monkeypatch, now, latest
):
    stored([("signed up", f"q{n}", "2026-10-05T10:00") for n in range(30)])
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    monkeypatch.setattr(queries.timezone, "now", lambda: at)
    body = {"event": "signed up", "interval": "week", "last_days": 30}
    made = services.save_report(actor=cast.bo, name="Signups", kind="trend", body=body, now=at)
    assert queries.report_facts(made) == [("latest", latest)]


def _choices():
    """Every word a choice of a question takes, in the question it belongs to."""
    from typing import get_args, get_origin

    from loopline.slices.insights import questions

    for kind, shape in questions.KINDS.items():
        for name, field in shape.model_fields.items():
            options = [
                get_args(a)
                for a in (field.annotation, *get_args(field.annotation))
                if get_origin(a) is Literal
            ]
            for word in sorted({w for found in options for w in found}):
                yield kind, field.alias or name, word


@pytest.mark.parametrize(("kind", "field", "word"), list(_choices()))
def test_a_kept_question_shows_whatever_it_says(signed_in, cast, stored, now, kind, field, word):
    body = {
        "funnel": {"steps": [{"event": "a"}]}, "time-to-value": {"start": {"event": "a"}, "value": {"event": "b"}},
        "adoption": {"event": "a"}, "paths": {"start": {"event": "a"}},
    }.get(kind, {})  # fmt: skip
    made = services.save_report(
        actor=cast.bo, name="x", kind=kind, body=body | {field: word}, now=now
    )
    client = signed_in(cast.bo)
    assert client.get(f"/reports/{made}").status_code == 200
    assert client.get(_at(kind, "/answer", body | {field: word})).status_code == 200
