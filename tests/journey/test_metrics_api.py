"""Metrics through the API, and a bet that is measured because its metric was computed."""

import json
from datetime import timedelta

import pytest

from loopline.platform.jobs.worker import run_until_empty
from loopline.platform.thread.queries import lines
from loopline.slices.measures import computing, services
from loopline.slices.roadmap import services as roadmap


@pytest.fixture
def ask(client, token):
    def call(method, path, body=None, status=200, role="product"):
        answer = getattr(client, method)(
            f"/api/v1{path}", None if body is None else json.dumps(body), content_type="application/json",
            headers=token(role),
        )  # fmt: skip
        assert answer.status_code == status, answer.content
        return answer.json()

    return call


FUNNEL = {"kind": "funnel", "query": {"steps": [{"event": "signup"}, {"event": "pay"}]}}


def test_a_metric_is_defined_computed_and_read_with_its_versions(ask, stored, now, run_jobs):
    at = now - timedelta(days=9)
    rows = [("signup", p, at.isoformat()) for p in ("a", "b", "c", "d")]
    stored([*rows, ("pay", "a", (at + timedelta(hours=1)).isoformat())])
    made = ask(
        "post",
        "/metrics",
        {"name": "Conversion", "unit": "%", "definition": FUNNEL, "target": 30},
        201,
    )
    assert made["definition"] == FUNNEL
    assert (made["grain"], made["definition_version"], made["latest"]) == ("week", 1, None)
    run_jobs()
    read = ask("get", f"/metrics/{made['id']}", role="viewer")
    assert (read["latest"]["value"], read["trouble"]) == (25, "")
    values = ask("get", f"/metrics/{made['id']}/values?limit=1000")
    known = [v for v in values["items"] if v["value"] is not None]
    assert [(v["value"], v["n"], v["incomplete"], v["version"]) for v in known] == [
        (25, 4, False, 1)
    ]
    assert known[0]["low"] < 25 < known[0]["high"]
    changed = {
        "definition": {**FUNNEL, "query": {**FUNNEL["query"], "number": "count"}},
        "why": "People say more.",
    }
    assert ask("patch", f"/metrics/{made['id']}", changed)["definition_version"] == 2
    versions = ask("get", f"/metrics/{made['id']}/versions")["items"]
    assert [(v["number"], v["why"]) for v in versions] == [(1, ""), (2, "People say more.")]
    assert "signup, then pay, in this order within 14 d, any entry" in versions[0]["words"]
    token = ask("post", f"/metrics/{made['id']}/compute", status=202)["progress"]
    assert token
    run_jobs()
    both = [
        (v["version"], v["value"])
        for v in ask("get", f"/metrics/{made['id']}/values?limit=1000")["items"]
        if v["value"]
    ]
    assert sorted(both) == [(1, 25), (2, 1)]
    first = ask("get", f"/metrics/{made['id']}/values?limit=2")
    assert len(first["items"]) == 2
    assert first["next_cursor"] == "2"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"definition": {"kind": "nothing"}}, "definition"),
        (
            {"definition": {"kind": "funnel", "query": {"steps": [{"event": "a"}], "colour": 1}}},
            "definition",
        ),
        ({"grain": "year"}, "grain"),
        ({"target": "much"}, "target"),
    ],
)
def test_what_cannot_be_a_metric_is_refused_by_field(ask, db, body, field):
    said = ask("post", "/metrics", {"name": "M"} | body, 422)
    assert any(field in e["field"] for e in said["errors"]), said


def test_who_may_do_what_with_metrics(ask, db):
    made = ask("post", "/metrics", {"name": "M"}, 201)
    ask("post", "/metrics", {"name": "M"}, 403, role="member")
    ask("post", f"/metrics/{made['id']}/values", {"value": 1}, 403, role="viewer")
    ask("post", f"/metrics/{made['id']}/compute", {}, 403, role="viewer")
    ask("post", f"/metrics/{made['id']}/compute", {}, 409)
    ask("get", "/metrics/999/versions", status=404)


def test_a_bet_is_measured_by_the_first_whole_period_after_it_shipped(cast, now, db):
    value = [5.0]
    services.builtin("test.line", "L", "L", "d", lambda _s, _e: (value[0], 9, None, None))
    metric = services.create_metric(
        actor=cast.bo,
        name="Days",
        unit="d",
        definition={"kind": "builtin", "query": "test.line"},
        now=now,
    )
    computing.compute(metric, now=now)
    bet = roadmap.create_bet(actor=cast.bo, title="Faster", metric_id=metric, now=now)
    roadmap.commit_bet(actor=cast.bo, bet_id=bet, rationale="r", now=now)
    from django.apps import apps

    apps.get_model("roadmap", "Bet").objects.filter(pk=bet).update(shipped_at=now, state="shipped")

    def measured(at):
        computing.compute(metric, now=at)
        run_until_empty(now=at + timedelta(seconds=1))
        return lines("bet", [bet], now=at)[bet].marks[5]

    assert not measured(now + timedelta(days=5)).reached  # the week it shipped in
    mark = measured(now + timedelta(days=12))
    assert mark.reached
    assert mark.note == "5 d"
    value[0] = 4.0
    assert measured(now + timedelta(days=12)).note == "4 d"  # corrected: the line follows


def test_who_owns_a_bet_hears_that_its_metric_is_defined_anew(cast, now, db, run_jobs):
    from loopline.platform.notify.services import for_actor

    services.builtin("test.told", "T", "T", "d", lambda _s, _e: (1.0, 9, None, None))
    metric = services.create_metric(actor=cast.bo, name="Days", unit="d", now=now)
    services.record_value(actor=cast.bo, metric_id=metric, value=3, now=now)
    roadmap.create_bet(actor=cast.cy, title="Faster", metric_id=metric, now=now)
    services.change_metric(
        actor=cast.bo,
        id_=metric,
        changes={"definition": {"kind": "builtin", "query": "test.told"}},
        now=now,
    )
    run_jobs()
    assert [n.kind for n in for_actor(actor=cast.cy)] == ["metric.redefined"]
    assert for_actor(actor=cast.bo) == []
