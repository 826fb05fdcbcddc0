"""Erased persons, denied properties, old events: gone for readers at once, from the disk after the worker ran."""

import json

import pytest

from loopline.platform.jobs.models import Job
from loopline.platform.jobs.queue import enqueue
from loopline.platform.settings import options
from loopline.slices.insights import asking, cataloguing, jobs, privacy, services
from loopline.slices.insights.models import Cohort, CohortMember, PropertyName
from loopline.warehouse.records import Fact
from tests.events import micros

SECRET = "zora-quist"


@pytest.fixture
def people(stored, db):
    at = micros("2026-11-01T08:00")
    stored(
        [
            ("page seen", "visitor-77", "2026-11-01T07:00"),
            ("signup", SECRET, "2026-11-01T10:00", {"plan": "pro"}),
            ("signup", "other", "2026-11-02T10:00", {"plan": "free", "email": "o@x.example"}),
        ],
        [
            Fact("identify", "visitor-77", at, SECRET, b"{}"),
            Fact(
                "person", SECRET, at, "", b'{"email": "zora@quist.example", "city": "Quistville"}'
            ),
        ],
    )


def _on_disk(folder):
    return b"".join(f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file())


def _erase(client, typed):
    return client.post("/people/erase", {"person": SECRET, "typed": typed})


def test_a_person_is_erased_everywhere(people, signed_in, cast, now, settings, run_jobs):
    cataloguing.refresh(now)
    assert PropertyName.objects.filter(example="Quistville").exists()
    listed = services.create_cohort(
        actor=cast.bo,
        name="L",
        definition={"ids": [SECRET, "zora@quist.example", "other"]},
        now=now,
    )
    ruled = services.create_cohort(
        actor=cast.bo,
        name="R",
        definition={"rule": {"event": "signup", "last_days": 3660}},
        now=now,
    )
    named = services.save_report(
        actor=cast.bo, name="One", kind="sql", body={"sql": f"select 1 where 'x' = '{SECRET}'"}, now=now
    )  # fmt: skip
    services.save_report(
        actor=cast.bo, name="None", kind="sql", body={"sql": f"select '{SECRET}s'"}, now=now
    )
    client = signed_in(cast.ada)
    assert _erase(client, "zora")["Location"] == f"/people/{SECRET}"
    assert asking.look("person", person=SECRET)
    said = _erase(client, SECRET)["Location"]
    assert said.startswith("/people/erased/")
    assert SECRET not in said
    page = client.get(said).content.decode()
    assert "This page goes on by itself" in page
    assert f"REP-{named}" in page
    assert page.count('class="key">') == 1
    assert (
        asking.look("person", person=SECRET) is None or asking.look("timeline", person=SECRET) == []
    )
    for cohort in (listed, ruled):
        assert list(
            CohortMember.objects.filter(cohort=cohort).values_list("actor_id", flat=True)
        ) == ["other"]
        assert Cohort.objects.get(pk=cohort).size == 1
    assert Cohort.objects.get(pk=listed).definition == {"ids": ["other"]}
    assert not PropertyName.objects.filter(example="Quistville").exists()
    run_jobs()
    page = client.get(said).content.decode()
    assert "This page goes on by itself" not in page
    assert "places in cohorts" in page
    left = _on_disk(settings.LOOPLINE_EVENTS)
    for word in (SECRET, "visitor-77", "zora@quist.example", "Quistville"):
        assert word.encode() not in left, word
    assert SECRET not in str(list(Job.objects.values()))
    from loopline.platform.audit.models import AuditEntry

    entries = list(AuditEntry.objects.filter(action="person.erased").values())
    assert len(entries) == 1
    assert SECRET not in str(list(AuditEntry.objects.values()))
    names = {one["event"]: one["count"] for one in asking.look("names")}
    assert names == {"signup": 1}


def test_only_admins_erase(people, signed_in, cast, client, token):
    assert _erase(signed_in(cast.bo), SECRET).status_code == 403
    send = lambda role, typed: client.post(  # noqa: E731
        f"/api/v1/people/{SECRET}/erase", json.dumps({"typed": typed}),
        content_type="application/json", headers=token(role),
    )  # fmt: skip
    assert send("product", SECRET).status_code == 403
    assert send("admin", "x").status_code == 422
    done = send("admin", SECRET).json()
    key = done.pop("erasure")
    assert done == {"ids": 3, "events": 2, "cohorts": 0}
    assert send("admin", SECRET).status_code == 404
    read = lambda role, key: client.get(f"/api/v1/erasures/{key}", headers=token(role))  # noqa: E731
    assert read("product", key).status_code == 403
    assert read("admin", "x").status_code == 404
    found = read("admin", key).json()
    assert found["waiting"]
    assert found["taken"] == {"ids": 3, "events": 2, "cohorts": 0}
    assert found["named_in"] == []


def test_denied_properties_go_from_what_is_stored_and_from_the_catalogue(
    people, cast, now, run_jobs
):
    cataloguing.refresh(now)
    options.change(actor=cast.ada, values={"events.denied": "E*ail\ncity, nothing"}, now=now)
    assert privacy.denied() == ["e*ail", "city", "nothing"]
    assert privacy.denied_names() == ["city", "email", "nothing"]
    enqueue(jobs.keep_private, now=now)
    run_jobs()
    found = asking.look("timeline", person="other")[0]
    assert json.loads(found["properties"]) == {"plan": "free"}
    assert json.loads(asking.look("person", person=SECRET)["properties"]) == {}
    assert not PropertyName.objects.filter(name__in=["email", "city"]).exists()


def test_old_events_go_where_the_workspace_says_so(stored, cast, now, run_jobs):
    from datetime import timedelta

    from django.utils import timezone

    fresh = timezone.now() - timedelta(days=2)
    stored([("old", "a", fresh - timedelta(days=400)), ("new", "a", fresh)])
    enqueue(jobs.keep_private, now=now)
    run_jobs()
    assert len(asking.look("names")) == 2
    options.change(actor=cast.ada, values={"events.retention_days": "30"}, now=now)
    enqueue(jobs.keep_private, now=now)
    run_jobs()
    assert [one["event"] for one in asking.look("names")] == ["new"]


def test_the_settings_page_says_what_they_do(signed_in, cast):
    page = signed_in(cast.ada).get("/settings").content.decode()
    for words in (
        "Properties that are never kept",
        "Days product events are kept",
        "Names of events",
        "Our own people",
    ):
        assert words in page
