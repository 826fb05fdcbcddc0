"""Metrics computed from real events: their numbers by hand, in the right periods, once, and honest about gaps."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps

from loopline.core.problems import TooMany, Unavailable
from loopline.core.surveys.intervals import wilson
from loopline.platform.events.models import OutboxEvent
from loopline.slices.measures import computing, services
from loopline.slices.measures.models import Metric, MetricValue
from loopline.warehouse.records import Fact
from tests.events import micros

NOW = datetime(
    2026, 2, 10, 9, tzinfo=UTC
)  # a Tuesday; weeks from Mon 5, 12, 19, 26 Jan, 2 Feb, 9 Feb


def made(cast, definition, **more):
    return services.create_metric(
        actor=cast.bo, name="M", definition=definition, unit=more.pop("unit", "%"), now=NOW, **more
    )


def run(metric_id, now=NOW, **more):
    out = computing.compute(metric_id, now=now, **more)
    assert out.left == 0
    return out


def by_start(metric_id):
    found = MetricValue.objects.filter(metric_id=metric_id).order_by("start")
    return {f"{v.start:%m-%d}": v for v in found if v.value is not None}


ACTIVATION = {
    "kind": "activation",
    "query": {
        "signup": {"event": "signup"},
        "rule": [{"event": "invite", "times": 2}, {"event": "publish"}],
        "days": 7,
    },
}


@pytest.fixture
def joined(stored):
    """From 5 Jan: ann does it at the last instant, bea too late, cleo too little. From 2 Feb: dan does, eve not yet."""
    stored(
        [
            ("signup", "ann", "2026-01-05T10:00"), ("publish", "ann", "2026-01-06T10:00"),
            ("invite", "ann", "2026-01-06T11:00"), ("invite", "ann", "2026-01-12T10:00"),
            ("signup", "bea", "2026-01-11T23:00", {"plan": "pro"}), ("invite", "bea", "2026-01-12T10:00"),
            ("invite", "bea", "2026-01-12T11:00"), ("publish", "bea", "2026-01-18T23:00:01"),
            ("signup", "cleo", "2026-01-07T10:00"), ("invite", "cleo", "2026-01-07T11:00"),
            ("publish", "cleo", "2026-01-07T12:00"),
            ("signup", "ann", "2026-02-03T10:00"),
            ("signup", "dan", "2026-02-02T10:00"), ("publish", "dan", "2026-02-02T11:00"),
            ("invite", "dan", "2026-02-02T12:00"), ("invite", "dan", "2026-02-02T13:00"),
            ("signup", "eve", "2026-02-08T10:00"),
        ]
    )  # fmt: skip


def test_an_activation_rate_counts_each_signup_once_within_its_own_window(cast, joined):
    metric = made(cast, ACTIVATION)
    run(metric)
    found = by_start(metric)
    assert set(found) == {"01-05", "02-02"}
    first, second = found["01-05"], found["02-02"]
    assert (first.n, first.value) == (3, pytest.approx(100 / 3))
    assert (first.low, first.high) == pytest.approx([100 * x for x in wilson(1, 3)])
    assert (second.n, second.value) == (2, 50)  # ann signed up before, her second does not count
    assert not first.incomplete
    assert second.incomplete  # eve has until 15 Feb
    assert first.computed_from["events"] == 17
    empty = MetricValue.objects.get(metric_id=metric, start=datetime(2026, 1, 12, tzinfo=UTC))
    assert (empty.value, empty.n) == (None, 0)  # nobody signed up: no number, not zero


def test_accounts_are_active_when_enough_of_their_people_are(cast, stored):
    stored(
        [
            ("signup", "a1", "2026-01-05T10:00", {}, "acme"), ("signup", "a2", "2026-01-06T10:00", {}, "acme"),
            ("publish", "a1", "2026-01-06T10:00", {}, "acme"), ("publish", "a2", "2026-01-07T10:00", {}, "acme"),
            ("signup", "b1", "2026-01-06T10:00", {}, "blue"), ("publish", "b1", "2026-01-06T10:00", {}, "blue"),
            ("publish", "b1", "2026-01-06T11:00", {}, "blue"), ("signup", "nobody", "2026-01-06T10:00"),
        ]
    )  # fmt: skip
    query = {"signup": {"event": "signup"}, "rule": [{"event": "publish"}], "actor": "account"}
    one = made(cast, {"kind": "activation", "query": query})
    two = made(cast, {"kind": "activation", "query": query | {"people": 2}})
    run(one), run(two)
    assert (by_start(one)["01-05"].n, by_start(one)["01-05"].value) == (2, 100)
    assert (by_start(two)["01-05"].n, by_start(two)["01-05"].value) == (2, 50)


def test_filters_on_events_and_persons_hold_for_cohorts(cast, stored):
    facts = [
        Fact("person", p, micros("2026-01-05T10:00"), "", b'{"internal": true, "mail": "o\'neil"}')
        for p in ("own",)
    ]
    stored(
        [
            ("signup", "ann", "2026-01-05T10:00", {"plan": "pro"}), ("publish", "ann", "2026-01-06T10:00"),
            ("signup", "own", "2026-01-05T10:00", {"plan": "pro"}),
            ("signup", "bea", "2026-01-05T10:00", {"plan": "free"}),
        ],
        facts,
    )  # fmt: skip
    staff = {"property": "internal", "op": "ne", "value": True, "on": "person"}
    named = {"property": "mail", "op": "ne", "value": "o'neil", "on": "person"}
    pro = {"property": "plan", "value": "pro"}
    for filters in ([staff], [named]):
        query = {
            "signup": {"event": "signup", "where": [pro]},
            "rule": [{"event": "publish"}],
            "filters": filters,
        }
        metric = made(cast, {"kind": "activation", "query": query})
        run(metric)
        assert (by_start(metric)["01-05"].n, by_start(metric)["01-05"].value) == (1, 100)


def test_time_to_value_follows_each_cohort_past_its_period(cast, stored):
    rows = []
    for at, hours in enumerate([1, 2, 3, 4, 5, 400]):
        start = datetime(2026, 1, 9, 10, tzinfo=UTC)
        rows.append(("signup", f"p{at}", start.isoformat()))
        rows.append(("pay", f"p{at}", (start + timedelta(hours=hours)).isoformat()))
    rows.append(("signup", "late", "2026-01-10T10:00"))
    rows += [("pay", "early", "2026-01-01T10:00"), ("signup", "early", "2026-01-09T10:00")]
    stored(rows)
    query = {"start": {"event": "signup"}, "value": {"event": "pay"}}
    metric = made(cast, {"kind": "time-to-value", "query": query}, unit="h")
    share = made(cast, {"kind": "time-to-value", "query": query | {"number": "reached"}})
    run(metric), run(share)
    found = by_start(metric)["01-05"]
    assert found.value == pytest.approx(3)  # of 0, 1, 2, 3, 4, 5, 400
    assert found.n == 7
    assert found.computed_from["joined"] == 8
    assert found.computed_from["early"] == 1
    assert by_start(share)["01-05"].value == pytest.approx(100 * 7 / 8)


QUESTIONS = [
    ("trend", {"event": "pay", "measure": "people"},
     {"01-05": 1, "01-12": 0, "01-19": 1, "01-26": 0, "02-02": 0, "02-09": 0}),
    ("actives", {}, {"01-05": 2, "01-12": 1, "01-19": 2, "01-26": 0, "02-02": 0, "02-09": 0}),
    ("funnel", {"steps": [{"event": "signup"}, {"event": "invite"}]}, {"01-05": 50, "01-12": 0}),
    ("adoption", {"event": "pay"}, {"01-05": 50, "01-12": 0, "01-19": 50}),
    ("retention", {"start": {"event": "signup"}, "return": {}, "period": 2}, {"01-05": 50, "01-12": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "query", "values"), QUESTIONS, ids=[q[0] for q in QUESTIONS])
def test_questions_give_a_number_a_week(cast, stored, kind, query, values):
    stored(
        [
            ("signup", "ann", "2026-01-05T10:00"), ("invite", "ann", "2026-01-06T10:00"),
            ("pay", "ann", "2026-01-07T10:00", {"amount": 10}), ("signup", "bea", "2026-01-06T10:00"),
            ("signup", "cleo", "2026-01-12T11:00"), ("pay", "dan", "2026-01-20T11:00", {"amount": 30}),
            ("look", "ann", "2026-01-21T11:00"),
        ]
    )  # fmt: skip
    metric = made(cast, {"kind": kind, "query": query})
    run(metric)
    assert {k: v.value for k, v in by_start(metric).items()} == pytest.approx(values)


def test_sql_gives_one_value_a_period_or_rows_of_periods(cast, stored):
    stored(
        [
            ("pay", "ann", "2026-01-07T10:00"),
            ("pay", "bea", "2026-01-20T10:00"),
            ("pay", "bea", "2026-02-09T10:00"),
        ]
    )
    spanned = "select count(*) as value, 7 as n from events where time >= :from and time < :to having count(*) > 0"
    listed = (
        "select date_trunc('week', time)::date as period, count(*) as value from events group by 1"
    )
    for text in (spanned, listed):
        metric = made(cast, {"kind": "sql", "query": text}, unit="")
        run(metric)
        assert {k: v.value for k, v in by_start(metric).items()} == {
            "01-05": 1,
            "01-19": 1,
            "02-09": 1,
        }
        assert by_start(metric)["02-09"].incomplete
    now = made(cast, {"kind": "sql", "query": "select count(*) from events"}, unit="")
    run(now)
    assert {k: v.value for k, v in by_start(now).items()} == {"02-09": 3}
    run(now, NOW + timedelta(days=7))
    assert {k: v.value for k, v in by_start(now).items()} == {"02-09": 3, "02-16": 3}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("select event from events", "a number is needed"),
        ("select 1 union all select 2", "several rows"),
        ("select nonsense from events", "nonsense"),
        ("delete from events", "Only a SELECT"),
        ("select 'x' as period, 1 as value", "a day or a time"),
    ],
)
def test_a_select_that_gives_no_number_leaves_a_sentence(cast, stored, text, says):
    stored([("pay", "ann", "2026-01-07T10:00")])
    metric = made(cast, {"kind": "sql", "query": text})
    run(metric)
    assert says in Metric.objects.get(pk=metric).trouble
    assert not MetricValue.objects.filter(metric_id=metric).exists()


def test_builtins_answer_by_period_and_say_what_is_missing(cast, db):
    calls = []

    def compute(start, end):
        calls.append((start, end))
        return (4.5, 12, 3.0, 6.0) if start.month == 2 else None

    services.builtin("test.days", "Days", "Days it took", "d", compute)
    services.builtin(
        "test.none", "None", "Nothing", "d", lambda _s, _e: None, lambda: "Connect a tracker."
    )
    metric = made(cast, {"kind": "builtin", "query": "test.days"}, unit="d")
    run(metric)
    assert len(calls) == 26
    assert {k: (v.value, v.n) for k, v in by_start(metric).items()} == {
        "02-02": (4.5, 12),
        "02-09": (4.5, 12),
    }
    none = made(cast, {"kind": "builtin", "query": "test.none"})
    run(none)
    assert Metric.objects.get(pk=none).trouble == "Connect a tracker."


def test_computing_again_changes_nothing_and_looks_only_at_what_may_have_changed(cast, db):
    calls = []
    services.builtin(
        "test.count", "C", "C", "", lambda s, _e: calls.append(s) or (1.0, 1, None, None)
    )
    metric = made(cast, {"kind": "builtin", "query": "test.count"})
    assert run(metric).changed == 26
    rows = list(MetricValue.objects.filter(metric_id=metric).values())
    calls.clear()
    assert run(metric).changed == 0
    assert len(calls) == 1 + computing.LATE
    assert list(MetricValue.objects.filter(metric_id=metric).values()) == rows
    calls.clear()
    run(metric, again=True)
    assert len(calls) == 26


def test_a_run_out_of_time_leaves_the_rest_for_the_next(cast, db, monkeypatch):
    services.builtin("test.slow", "S", "S", "", lambda _s, _e: (1.0, 1, None, None))
    monkeypatch.setattr(computing, "SECONDS", -1.0)
    metric = made(cast, {"kind": "builtin", "query": "test.slow"})
    first = computing.compute(metric, now=NOW)
    assert (first.done, first.left) == (1, 25)
    newest = MetricValue.objects.get(metric_id=metric)
    assert newest.start == datetime(2026, 2, 9, tzinfo=UTC)
    monkeypatch.setattr(computing, "SECONDS", 60.0)
    second = computing.compute(metric, now=NOW)
    assert second.left == 0
    assert MetricValue.objects.filter(metric_id=metric).count() == 26


def test_news_is_told_once_for_the_newest_finished_period_and_for_corrections(cast, db, run_jobs):
    value = [1.0]
    services.builtin("test.news", "N", "N", "", lambda _s, _e: (value[0], 1, None, None))
    metric = made(cast, {"kind": "builtin", "query": "test.news"})

    def told():
        found = OutboxEvent.objects.filter(type="metric.value_recorded")
        return [MetricValue.objects.get(pk=e.payload["value_id"]).start.day for e in found]

    run(metric)
    assert told() == [2, 26]  # the last two finished weeks of all 26
    run(metric)
    assert len(told()) == 2
    run(metric, NOW + timedelta(days=7))
    assert told()[2:] == [9]
    value[0] = 2.0
    run(metric, NOW + timedelta(days=7))
    assert sorted(told()[3:]) == [2, 9]


def test_an_unknown_event_is_named_instead_of_a_number(cast, stored):
    stored([("signup", "ann", "2026-01-05T10:00")])
    apps.get_model("insights", "EventName").objects.create(
        name="signup", created_at=NOW, updated_at=NOW
    )
    metric = made(
        cast, {"kind": "adoption", "query": {"event": "pay", "eligible": {"event": "sign_up"}}}
    )
    run(metric)
    assert "No event called pay has come in" in Metric.objects.get(pk=metric).trouble
    rate = made(cast, ACTIVATION)
    run(rate)
    assert by_start(rate)["01-05"].value == 0
    assert "No event called invite has come in" in Metric.objects.get(pk=rate).trouble


def test_without_any_event_the_metric_says_what_to_connect(cast, stored):
    stored()
    metric = made(cast, ACTIVATION)
    run(metric)
    assert "Send some" in Metric.objects.get(pk=metric).trouble
    assert by_start(metric) == {}


def test_retention_counted_from_each_start_has_its_number_when_the_last_had_their_time(
    cast, stored
):
    stored(
        [
            ("signup", "ann", "2026-01-11T22:00"), ("open", "ann", "2026-01-20T10:00"),
            ("signup", "bea", "2026-01-05T10:00"), ("open", "bea", "2026-01-18T10:00"),
            ("signup", "cleo", "2026-01-26T10:00"),
        ]
    )  # fmt: skip
    query = {
        "start": {"event": "signup"},
        "return": {"event": "open"},
        "bounds": "rolling",
        "period": 1,
    }
    metric = made(cast, {"kind": "retention", "query": query})
    run(metric)
    assert by_start(metric)["01-05"].value == 100
    assert not by_start(metric)["01-05"].incomplete
    latest = MetricValue.objects.get(metric_id=metric, start=datetime(2026, 1, 26, tzinfo=UTC))
    assert (latest.value, latest.incomplete) == (
        None,
        True,
    )  # who starts last that week has until 16 Feb


def test_stickiness_counts_days_whatever_interval_its_question_had(cast, stored):
    stored([("open", "ann", f"2026-01-{day:02}T10:00") for day in range(5, 12)])
    metric = made(cast, {"kind": "stickiness", "query": {"event": "open", "interval": "week"}})
    run(metric)
    assert by_start(metric)["01-05"].value == 100


@pytest.mark.parametrize(
    "trouble", [TooMany("Ask again.", retry_after=2), Unavailable("It does not start.")]
)
def test_what_could_not_be_asked_is_asked_again_within_the_hour(cast, db, monkeypatch, trouble):
    metric = made(cast, ACTIVATION)

    def refuses(*_args, **_more):
        raise trouble

    monkeypatch.setattr(computing.figures, "figures", refuses)
    assert computing.compute(metric, now=NOW).trouble == trouble.sentence
    row = Metric.objects.get(pk=metric)
    assert (row.trouble, row.computed_at) == (trouble.sentence, None)
