"""Pages of metrics: list, one metric, its form, the starter set, the rule helper, and the people behind a value."""

import re
from datetime import timedelta

import pytest
from django.apps import apps

from loopline.slices.measures import computing, forms, queries, services
from loopline.slices.measures.models import Metric


@pytest.fixture
def used(stored, now):
    """Forty signups over ten weeks before now; those with an even number publish twice, stay and pay."""
    rows = []
    for at in range(40):
        start = now - timedelta(days=84 - 2 * at % 60, hours=at % 5)
        rows.append(("signup", f"p{at}", start.isoformat()))
        if at % 2 == 0:
            rows += [
                ("publish", f"p{at}", (start + timedelta(hours=h)).isoformat()) for h in (1, 2)
            ]
            rows.append(("pay", f"p{at}", (start + timedelta(days=16)).isoformat()))
    stored(rows)
    for volume, name in enumerate(("pay", "publish", "signup")):
        apps.get_model("insights", "EventName").objects.create(
            name=name, volume_30d=volume, created_at=now, updated_at=now
        )


def page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.content[-3000:]
    return answer.content.decode()


def test_the_starter_set_says_what_it_needs_and_installs_with_the_events_it_found(
    signed_in, cast, used, now
):
    client = signed_in(cast.bo)
    text = page(client, "/measures/start")
    assert "0 of 8 in place" in text
    assert 'value="signup"' in text
    assert "Label them found-in-production" in text
    assert "No release has shipped yet" in text
    done = client.post("/measures/start/activation", {"signup": "signup", "value": "publish"})
    metric = Metric.objects.get(starter="activation")
    assert done.headers["Location"] == f"/measures/{metric.pk}"
    client.post("/measures/start/activation", {"signup": "signup", "value": "pay"})
    assert Metric.objects.filter(starter="activation").count() == 1
    for feature in ("pay", "publish"):
        client.post("/measures/start/adoption", {"event": feature})
    assert sorted(Metric.objects.filter(starter__startswith="adoption").values_list("name", flat=True)) == [
        "Adoption of pay", "Adoption of publish",
    ]  # fmt: skip
    refused = client.post("/measures/start/activation", {"signup": ""})
    assert refused.status_code in (302, 422)
    assert "2 of 8 in place" in page(client, "/measures/start")


def test_all_starters_install_by_their_door(cast, used, now):
    events = {"signup": "signup", "value": "publish", "event": "pay"}
    mapping = {
        key: {k: events[k] for k in names}
        for key, names in {
            "activation": ("signup", "value"), "time-to-value": ("signup", "value"), "cycle-time": (),
            "release-frequency": (), "defect-escape-rate": (), "nps": (), "csat": (), "adoption": ("event",),
        }.items()
    }  # fmt: skip
    made = services.install_starters(actor=cast.bo, mapping=mapping, now=now)
    assert len(set(made.values())) == 8
    assert services.install_starters(actor=cast.bo, mapping=mapping, now=now) == made
    for metric in Metric.objects.all():
        assert (metric.owner_id, bool(metric.review_on)) == (cast.bo.user_id, True)
        assert queries.versions_of(metric.pk)[0].words


def test_the_metric_page_says_its_value_range_and_definition_and_opens_as_many_rows_as_it_counts(
    signed_in, cast, used, now
):
    made = services.install_starters(
        actor=cast.bo, mapping={"activation": {"signup": "signup", "value": "publish"}}, now=now
    )["activation"]
    computing.compute(made, now=now)
    client = signed_in(cast.ann)
    text = page(client, f"/measures/{made}")
    assert "Likely between" in text
    assert (
        "Of the people with signup for the first time in the week, the share with publish within 14 d."
        in text
    )
    assert "is open until 14 d after its end" in text
    point = [
        p
        for p in queries.value_series(actor=cast.ann, metric_id=made).points
        if p.n and not p.incomplete
    ][-1]
    rows = page(
        client, f"/measures/{made}/rows?start={point.start.isoformat().replace('+', '%2B')}"
    )
    assert f"{round(point.value / 100 * point.n)} of {point.n} people" in rows
    assert rows.count('<th scope="row"><a href="/people/') == point.n
    page(client, f"/measures/{made}/rows?start=2020-01-01T00:00:00%2B00:00", 404)
    page(client, f"/measures/{made}/rows?start=x", 404)
    page(signed_in(cast.dee), f"/measures/{made}/rows?start=x", 403)


def test_a_definition_changed_in_its_form_shows_both_wordings(signed_in, cast, used, now):
    made = services.install_starters(
        actor=cast.bo, mapping={"activation": {"signup": "signup", "value": "publish"}}, now=now
    )["activation"]
    computing.compute(made, now=now)
    client = signed_in(cast.bo)
    form = page(client, f"/measures/{made}/define")
    assert 'name="signup" type="text" value="signup"' in form
    answer = client.post(
        f"/measures/{made}/define",
        {
            "kind": "activation", "signup": "signup", "event_1": "publish", "times_1": "2", "days": "7",
            "grain": "week",
            "unit": "%", "why": "Once is a try.", "recompute": "1",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    text = page(client, f"/measures/{made}")
    assert "<ins>2 times</ins>" in text
    assert "<del>14</del>" in text
    assert "Why: Once is a try." in text
    wrong = client.post(
        f"/measures/{made}/define", {"kind": "funnel", "step_1": "a", "grain": "week", "unit": "%"}
    )
    assert wrong.status_code == 422
    assert "at least two steps" in wrong.content.decode()


@pytest.mark.parametrize("kind", [k for k, _ in forms.KINDS])
def test_every_kind_of_definition_has_its_fields(signed_in, cast, used, now, kind):
    made = services.create_metric(actor=cast.bo, name="M", now=now)
    assert "Keep the definition" in page(signed_in(cast.bo), f"/measures/{made}/define?kind={kind}")


DEFINITIONS = [
    {"kind": "activation", "query": {"signup": {"event": "s"}, "rule": [{"event": "a", "times": 2}], "days": 7,
     "filters": [{"property": "internal", "op": "ne", "value": True, "on": "person"}], "actor": "account"}},
    {"kind": "funnel", "query": {"steps": [{"event": "a"}, {"event": "b"}], "window_seconds": 172_800,
     "number": "count"}},
    {"kind": "trend", "query": {"event": "a", "measure": "p90:ms",
     "filters": [{"property": "v", "op": "eq", "value": "12"}]}},
    {"kind": "retention", "query": {"start": {"event": "a"}, "return": {}, "period": 4}},
    {"kind": "adoption", "query": {"event": "a", "uses": 3, "eligible": {"event": "b"}}},
    {"kind": "sql", "query": "select 1"},
]  # fmt: skip


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_a_definition_goes_into_fields_and_back(definition):
    kind, fields = forms.fields_of(definition)
    assert kind == definition["kind"]
    assert forms.definition_of(kind, fields) == definition


def test_what_the_fields_cannot_say_is_shown_as_json():
    where = {"kind": "adoption", "query": {"event": "a", "where": [{"property": "x", "value": 1}]}}
    kind, fields = forms.fields_of(where)
    assert kind == "json"
    assert forms.definition_of("json", fields) == where


def test_the_rule_helper_ranks_what_goes_with_staying(signed_in, cast, used, now):
    services.install_starters(
        actor=cast.bo, mapping={"activation": {"signup": "signup", "value": "pay"}}, now=now
    )
    text = page(signed_in(cast.bo), "/measures/activation-rule?signup=signup&days=7&week=2")
    assert "This is correlation, not cause" in text
    first = text.index('<span class="mono">publish</span>')
    assert "100\u00a0%" in text[first : first + 400]
    assert "small n" in text
    assert "define?kind=activation&amp;signup=signup&amp;event_1=publish" in text
    page(signed_in(cast.bo), "/measures/activation-rule?signup=signup&days=30&week=2", 422)
    assert "Nobody signed up" in page(
        signed_in(cast.dee), "/measures/activation-rule?signup=nothing"
    )


def test_the_list_costs_the_same_with_more_metrics(signed_in, cast, now, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(cast.bo)

    def add(count):
        for at in range(count):
            made = services.create_metric(actor=cast.bo, name=f"M{at}", unit="%", target=4, now=now)
            for day in range(3):
                services.record_value(
                    actor=cast.bo, metric_id=made, value=day, at=now - timedelta(days=day), now=now
                )

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as found:
            page(client, "/measures")
        return len(found)

    add(2)
    page(client, "/measures")
    few = cost()
    add(12)
    assert cost() == few


def test_the_list_says_a_number_its_unit_and_a_signed_change_apart(signed_in, cast, now):
    for name, unit, direction, values in (
        ("Share", "%", "up", (30.0, 31.5)), ("Hours", "h", "up", (5.0, 3.0)), ("Same", "h", "up", (2.0, 2.0)),
        ("Nothing", "h", "up", ()),
    ):  # fmt: skip
        made = services.create_metric(
            actor=cast.bo, name=name, unit=unit, direction=direction, now=now
        )
        for days, value in zip((14, 7), values, strict=False):
            services.record_value(
                actor=cast.bo, metric_id=made, value=value, at=now - timedelta(days=days), now=now
            )
    text = page(signed_in(cast.dee), "/measures")
    cells = re.findall(r'<span class="(?:v|u|c)(?: ([a-z]*))?\s*"[^>]*>([^<]*)', text)
    assert [cells[i : i + 3] for i in range(0, 12, 3)] == [
        [("strong", "3"), ("", "h"), ("bad", "−2")],
        [("faint", "–"), ("", ""), ("", "")],
        [("strong", "2"), ("", "h"), ("", "±0")],
        [("strong", "31.5"), ("", "%"), ("good", "+1.5")],
    ]
    assert " points on the value before, better" in text
    assert " h on the value before, worse" not in text  # the unit stands beside the value already


def test_what_is_wrong_with_a_metric_is_flagged(signed_in, cast, now):
    made = services.create_metric(
        actor=cast.bo, name="M", review_on=(now - timedelta(days=2)).date(), now=now
    )
    Metric.objects.update(owner=None, trouble="Nothing came in.")
    assert queries.metric_summary([made], now=now)[made].flags == (
        "no owner",
        "review overdue",
        "trouble",
    )
    text = page(signed_in(cast.dee), f"/measures/{made}")
    assert "Nobody owns this metric" in text
    assert "review is overdue" in text
    assert "Nothing came in." in text
    assert "no owner" in page(signed_in(cast.dee), "/measures")
