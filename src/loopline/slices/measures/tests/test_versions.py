"""Definitions have versions: past values keep theirs, people are told, the past may be computed anew beside them."""

from datetime import timedelta

import pytest

from loopline.core.problems import Conflict, Invalid, NotAllowed
from loopline.platform.discuss.services import follow
from loopline.platform.notify.services import for_actor
from loopline.slices.measures import computing, queries, services
from loopline.slices.measures.models import Metric, MetricValue, MetricVersion


@pytest.fixture
def numbers(db):
    """Two built-in numbers: a is 10 in each week, b is 7."""
    services.builtin(
        "test.a", "A", "Sites with a rota published", "", lambda _s, _e: (10.0, 5, None, None)
    )
    services.builtin(
        "test.b", "B", "Sites with a rota opened", "", lambda _s, _e: (7.0, 5, None, None)
    )


@pytest.fixture
def metric(cast, numbers, now):
    made = services.create_metric(
        actor=cast.bo, name="Sites", definition={"kind": "builtin", "query": "test.a"}, now=now
    )
    computing.compute(made, now=now)
    return made


def redefine(cast, metric, now, **more):
    services.change_metric(
        actor=cast.cy, id_=metric, changes={"definition": {"kind": "builtin", "query": "test.b"}},
        why="A published rota may have nobody on it.", now=now, **more,
    )  # fmt: skip


def test_a_new_definition_is_a_new_version_and_the_past_stays_as_reported(cast, metric, now):
    later = now + timedelta(days=14)
    computing.compute(metric, now=later)
    redefine(cast, metric, later, recompute=False)
    computing.compute(metric, now=later + timedelta(days=7))
    series = queries.value_series(actor=cast.dee, metric_id=metric)
    assert [(p.version, p.value) for p in series.points if not p.incomplete][-3:] == [
        (1, 10),
        (1, 10),
        (2, 7),
    ]
    assert series.recomputed == ()
    assert [(c.number, c.why, c.by) for c in series.changes] == [
        (2, "A published rota may have nobody on it.", "Cy Shipper")
    ]
    assert [v.words for v in queries.versions_of(metric)] == [
        "Sites with a rota published",
        "Sites with a rota opened",
    ]
    assert not MetricValue.objects.filter(
        metric_id=metric, version_number=1, incomplete=True
    ).exists()


def test_the_past_is_computed_anew_beside_what_was_reported(cast, metric, now):
    later = now + timedelta(days=8)
    redefine(cast, metric, later)
    computing.compute(metric, now=later)
    series = queries.value_series(actor=cast.dee, metric_id=metric)
    assert {p.value for p in series.points if p.version == 1} == {10}
    assert {p.value for p in series.recomputed} == {7}
    assert max(p.at for p in series.recomputed) <= later
    assert len(series.recomputed) == 25
    latest = queries.latest_values([metric])[metric]
    assert (latest.value, latest.number) == (7, 2)


def test_owner_and_followers_are_told_but_not_who_did_it(cast, metric, now, run_jobs):
    for who in (cast.ann, cast.cy):
        follow(actor=who, object_type="metric", object_id=metric, on=True)
    redefine(cast, metric, now)
    run_jobs()
    run_jobs()
    for who, told in ((cast.bo, 1), (cast.ann, 1), (cast.cy, 0), (cast.dee, 0)):
        found = [n for n in for_actor(actor=who) if n.kind == "metric.redefined"]
        assert len(found) == told, who.name
    assert "Sites is defined anew, version 2: A published" in for_actor(actor=cast.ann)[0].text


def test_a_definition_nobody_has_seen_a_value_of_is_corrected_in_place(cast, numbers, now):
    made = services.create_metric(
        actor=cast.bo, name="Sites", definition={"kind": "builtin", "query": "test.a"}, now=now
    )
    redefine(cast, made, now)
    assert Metric.objects.get(pk=made).definition_version == 1
    assert [v.words for v in queries.versions_of(made)] == ["Sites with a rota opened"]


def test_a_name_or_a_target_makes_no_version_and_a_period_does(cast, metric, now):
    def change(**changes):
        services.change_metric(actor=cast.bo, id_=metric, changes=changes, now=now)
        return MetricVersion.objects.filter(metric_id=metric).count()

    assert change(name="Other", target=4.0, question="Q?") == 1
    assert change(definition={"kind": "builtin", "query": "test.a"}) == 1
    assert change(grain="month") == 2
    computing.compute(metric, now=now)
    assert change(unit="sites") == 3


def test_hand_written_values_stay_with_their_version(cast, numbers, now):
    made = services.create_metric(actor=cast.bo, name="Sites", now=now)
    services.record_value(actor=cast.ann, metric_id=made, value=3, now=now)
    later = now + timedelta(days=1)
    redefine(cast, made, later)
    computing.compute(made, now=later)
    assert queries.latest_values([made])[made].value == 7
    first = queries.value_series(actor=cast.dee, metric_id=made).points[0]
    assert [
        p.value for p in queries.value_series(actor=cast.dee, metric_id=made).points if p.manual
    ] == [3]
    assert first.version == 1
    with pytest.raises(Conflict):
        services.compute_now(
            actor=cast.bo,
            metric_id=services.create_metric(actor=cast.bo, name="X", now=now),
            now=now,
        )


def test_sql_is_for_those_who_may_use_it(cast, now):
    services.create_metric(
        actor=cast.bo, name="S", definition={"kind": "sql", "query": "select 1"}, now=now
    )
    with pytest.raises(NotAllowed):
        services.create_metric(
            actor=cast.ann, name="S", definition={"kind": "sql", "query": "select 1"}, now=now
        )


@pytest.mark.parametrize(
    ("definition", "says"),
    [
        ({"kind": "magic"}, "no definition called magic"),
        ({"kind": "builtin", "query": "x.y"}, "no built-in number"),
        ({"kind": "sql", "query": " "}, "Write a SELECT"),
        ({"kind": "funnel", "query": {"steps": []}}, "steps"),
        ({"kind": "funnel", "query": {"steps": [{"event": "a"}], "number": "median"}}, "gives one of"),
        ({"kind": "funnel", "query": {"steps": [{"event": "a"}], "step": 2}}, "step is a whole number"),
        ({"kind": "insight", "query": {"insight": "paths", "query": {}}}, "can follow one of"),
        ({"kind": "activation", "query": {"rule": []}}, "1 to 5 events"),
        ({"kind": "activation", "query": {"rule": [{"event": "a"}]}}, "signs up"),
        ({"kind": "activation", "query": {"signup": {"event": "s"}, "rule": [{"event": "a", "times": 0}]}}, "times"),
        ({"kind": "activation", "query": {"signup": {"event": "s"}, "rule": [{"event": "a"}], "colour": 1}}, "colour"),
    ],
)  # fmt: skip
def test_a_definition_that_cannot_be_computed_says_why(cast, now, definition, says):
    with pytest.raises(Invalid) as refused:
        services.create_metric(actor=cast.bo, name="M", definition=definition, now=now)
    assert says in refused.value.errors["definition"]
