"""The catalogue: read from the store, held to the conventions, said by people."""

import json

import pytest

from loopline.core.problems import Conflict, Invalid, NotAllowed
from loopline.platform.settings import options
from loopline.slices.insights import cataloguing, queries, services
from loopline.slices.insights.models import EventName, PropertyName
from loopline.warehouse.records import Fact
from tests.events import micros


@pytest.fixture
def sent(stored, db):
    rows = [
        ("signup", f"p{n}", f"2026-11-{n + 1:02}T10:00", {"plan": "pro", "email": f"p{n}@x.example", "rows": n})
        for n in range(10)
    ]  # fmt: skip
    rows += [("sign up", "p1", "2026-11-18T10:00"), ("Exported Report", "p2", "2026-06-01T10:00")]
    stored(rows, [Fact("person", "p1", micros("2026-11-01T10:00"), "", b'{"city": "Bonn"}')])


def test_a_refresh_reads_names_days_and_properties(sent, now):
    said = cataloguing.refresh(now)
    assert (said.events, said.new, said.read) == (3, 3, 3)
    row = EventName.objects.get(name="signup")
    assert (row.volume, row.volume_30d, sum(row.days), len(row.days)) == (10, 10, 10, 30)
    assert row.days[-1] == 0
    assert row.days[-19] == 1  # 1 November, seen from the 19th
    assert row.first_seen.isoformat() == "2026-11-01T10:00:00+00:00"
    old = EventName.objects.get(name="Exported Report")
    assert (old.volume, old.volume_30d) == (1, 0)
    found = {p.name: p for p in row.properties.all()}
    assert (found["plan"].type, found["plan"].share, found["plan"].example) == ("text", 1.0, "pro")
    assert found["email"].example == ""
    assert found["rows"].type == "number"
    person = PropertyName.objects.get(event=None)
    assert (person.name, person.example) == ("city", "Bonn")
    again = cataloguing.refresh(now)
    assert (again.new, again.read) == (0, 2)  # those without properties are looked at again
    assert PropertyName.objects.filter(event=None).count() == 1


def test_names_are_held_to_the_conventions_and_again_when_they_change(sent, cast, now):
    cataloguing.refresh(now)
    broken = {r.name: [b["rule"] for b in r.broken_rules] for r in EventName.objects.all()}
    assert broken == {"signup": [], "sign up": ["near"], "Exported Report": ["style"]}
    wrong = EventName.objects.get(name="Exported Report").broken_rules[0]
    assert wrong["suggests"] == "report exported"
    options.change(actor=cast.ada, values={"naming.events": "Title Case"}, now=now)
    cataloguing.recheck()
    broken = {r.name: [b["rule"] for b in r.broken_rules] for r in EventName.objects.all()}
    assert broken["signup"] == ["style"]
    assert broken["Exported Report"] == ["order"]


def test_a_planned_event_becomes_live_when_it_comes_and_keeps_what_was_said(stored, cast, now):
    key = services.plan_event(actor=cast.bo, name="trial started", description="First day", now=now)
    assert EventName.objects.get(pk=key).state == "planned"
    with pytest.raises(Conflict):
        services.plan_event(actor=cast.bo, name="trial started", now=now)
    stored([("trial started", "ann", "2026-11-18T10:00")])
    cataloguing.refresh(now)
    row = EventName.objects.get(pk=key)
    assert (row.state, row.description, row.owner_id) == ("live", "First day", cast.bo.user_id)
    with pytest.raises(Invalid):
        services.change_event(actor=cast.bo, id_=key, changes={"state": "planned"}, now=now)
    services.change_event(actor=cast.bo, id_=key, changes={"state": "retired"}, now=now)
    assert "trial started" not in queries.event_choices()


def test_who_may_say_what_events_mean(cast, now, db):
    with pytest.raises(NotAllowed):
        services.plan_event(actor=cast.ann, name="x", now=now)


def test_the_page_asks_for_a_refresh_once(stored, cast, now, run_jobs):
    stored([("signup", "ann", "2026-11-18T10:00")])
    assert services.ask_refresh(actor=cast.dee, now=now)
    assert not services.ask_refresh(actor=cast.dee, now=now)
    run_jobs()
    assert EventName.objects.get().name == "signup"


def test_strange_names_are_kept_or_left_but_break_nothing(stored, now, db):
    stored(
        [
            ("x" * 300, "ann", "2026-11-18T10:00"),
            ("'; drop table", "ann", "2026-11-18T10:00", {'a"b': 1, "": 2, "ü/~": json.dumps({})}),
        ],
        [
            Fact(
                "person",
                "ann",
                micros("2026-11-01T10:00"),
                "",
                b'{"$email": "x", "a/b~c": 1, "": 2}',
            )
        ],
    )
    cataloguing.refresh(now)
    persons = PropertyName.objects.filter(event=None).values_list("name", "type")
    assert set(persons) == {("$email", "text"), ("a/b~c", "number")}
    assert EventName.objects.get().name == "'; drop table"
    assert set(PropertyName.objects.exclude(event=None).values_list("name", flat=True)) == {
        'a"b',
        "ü/~",
    }
