"""Usage evidence: counted from events, counted again each day, opened to the people behind it."""

import json
from datetime import timedelta

import pytest

from loopline.slices.roadmap import jobs, services
from loopline.slices.roadmap.models import Evidence

FUNNEL = {"steps": [{"event": "import started"}, {"event": "import finished"}], "last_days": 30}


@pytest.fixture
def opportunity(cast, now):
    return services.create_opportunity(actor=cast.bo, title="Imports stop half-way", now=now)


@pytest.fixture
def clock(monkeypatch, now):
    """Jobs see the test's time."""
    from loopline.slices.roadmap.jobs import timezone

    moment = [now]
    monkeypatch.setattr(timezone, "now", lambda: moment[0])
    return moment


@pytest.fixture
def usage(stored, now):
    at = (now - timedelta(days=3)).isoformat()
    stored(
        [("import started", f"p{n}", at) for n in range(9)]
        + [("import finished", f"p{n}", at) for n in range(4)]
    )


def test_a_step_is_counted_and_opens_to_its_people(
    client, token, opportunity, usage, clock, run_jobs, signed_in, cast
):
    at = f"/api/v1/opportunities/{opportunity}/evidence"
    body = {
        "says": "Stopped at the import",
        "insight": "funnel",
        "query": FUNNEL,
        "cell": {"step": 2, "dropped": True},
    }
    headers = token("product")
    made = client.post(at, json.dumps(body), content_type="application/json", headers=headers)
    assert made.status_code == 201, made.content
    run_jobs()
    said = client.get(at, headers=token("viewer")).json()["items"]
    assert [(e["count"], e["first_count"], e["trouble"]) for e in said] == [(5, 5, "")]
    page = signed_in(cast.dee).get(f"/opportunities/{opportunity}").content.decode()
    assert "Stopped at the import" in page
    assert "/insights/funnel?q=" in page


def test_it_is_counted_again_the_next_day_and_not_before(
    opportunity, usage, stored, clock, run_jobs, cast, now
):
    services.add_evidence(
        actor=cast.bo,
        opportunity_id=opportunity,
        says="Started",
        insight="funnel",
        query=FUNNEL,
        now=now,
    )
    run_jobs()
    stored([("import started", "late", now.isoformat())])
    jobs.recount_due.func()
    run_jobs()
    assert Evidence.objects.get().count == 9
    clock[0] = now + timedelta(days=1)
    jobs.recount_due.func()
    run_jobs(now=clock[0])
    row = Evidence.objects.get()
    assert (row.count, row.first_count) == (10, 9)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"query": {"steps": []}}, "steps"),
        ({"insight": "stars"}, "insight"),
        ({"cell": {"step": 1, "dropped": True}}, "cell"),
        ({"says": " "}, "says"),
        ({"query": FUNNEL | {"cohort": "77"}}, "cohort"),
    ],
)
def test_what_cannot_be_counted_is_refused(client, token, opportunity, usage, change, field):
    body = {"says": "x", "insight": "funnel", "query": FUNNEL, "cell": {"step": 1}} | change
    said = client.post(
        f"/api/v1/opportunities/{opportunity}/evidence", json.dumps(body), content_type="application/json",
        headers=token("product"),
    )  # fmt: skip
    assert said.status_code == 422
    assert field in said.json()["errors"][0]["field"]
    assert not Evidence.objects.exists()


def test_the_form_takes_an_event_and_viewers_add_nothing(signed_in, cast, opportunity, usage):
    at = f"/opportunities/{opportunity}/evidence"
    assert signed_in(cast.ann).post(at, {"says": "x", "event": "import started"}).status_code == 403
    client = signed_in(cast.bo)
    assert client.post(at, {"says": "Started one", "event": "import started"}).status_code == 302
    row = Evidence.objects.get()
    client.post(f"{at}/{row.pk}/remove")
    assert not Evidence.objects.exists()
