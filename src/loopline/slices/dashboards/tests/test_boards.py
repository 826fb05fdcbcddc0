"""Dashboards and investigations: their pages, who may do what, and effects said with their interval."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from loopline.core.effects.change import of_means, of_shares
from loopline.platform.settings import options
from loopline.platform.ui.drawn import metric
from loopline.platform.undo import steps
from loopline.slices.dashboards import jobs, queries, rules, services
from loopline.slices.dashboards.models import Dashboard, Investigation, Subscription, Tile
from loopline.slices.dashboards.services import inquiries
from loopline.slices.decisions import services as decisions
from loopline.slices.insights import services as insights
from loopline.slices.measures import queries as measures_queries
from loopline.slices.measures import services as measures

SPAN = {"from": "2026-10-01T00:00:00", "to": "2026-11-19T00:00:00"}
FUNNEL = {"steps": [{"event": "signed up"}, {"event": "invited"}], **SPAN}


@pytest.fixture
def usage(stored):
    rows = []
    for n in range(60):
        rows.append(("signed up", f"p{n}", f"2026-11-{n % 18 + 1:02}T10:00", {"channel": "ads"}))
        if n % 3:
            rows.append(("invited", f"p{n}", f"2026-11-{n % 18 + 1:02}T12:00"))
    stored(rows)


@pytest.fixture
def board(cast, usage, now):
    report = insights.save_report(
        actor=cast.bo, name="First invite", kind="funnel", body=FUNNEL, now=now
    )
    metric = measures.create_metric(actor=cast.bo, name="Activation", unit="%", target=50, now=now)
    for days, value in ((21, 30.0), (14, 32.0), (7, 41.0)):
        measures.record_value(
            actor=cast.bo, metric_id=metric, value=value, at=now - timedelta(days=days), now=now
        )
    made = services.create_dashboard(actor=cast.bo, name="Is it taking hold?", now=now)
    for kind, ref in (("report", report), ("metric", metric)):
        services.add_tile(actor=cast.bo, dashboard_id=made, kind=kind, ref_id=ref, now=now)
    services.add_tile(
        actor=cast.bo, dashboard_id=made, kind="text", words="Read from left to right.", now=now
    )
    return made


def test_the_page_shows_each_tile_with_its_finding(signed_in, cast, board):
    client = signed_in(cast.dee)
    page = client.get(f"/dashboards/{board}").content.decode()
    assert "Is it taking hold?" in page
    assert "Read from left to right." in page
    report, measured, _ = queries.tiles(board)
    shown = client.get(f"/dashboards/{board}/tiles/{report.pk}").content.decode()
    assert "People stall at “invited”" in shown
    assert "67 %" in shown.replace("\xa0", " ")
    shown = client.get(f"/dashboards/{board}/tiles/{measured.pk}").content.decode()
    assert "41" in shown
    assert "<svg" in shown


def test_tiles_are_moved_taken_off_and_put_back(signed_in, cast, board, now):
    client = signed_in(cast.bo)
    first, second, third = queries.tiles(board)
    client.post(
        f"/dashboards/{board}/tiles/{third.pk}/change",
        {"place": "0"},
        headers={"HX-Request": "true"},
    )
    assert [t.pk for t in queries.tiles(board)] == [third.pk, first.pk, second.pk]
    client.post(f"/dashboards/{board}/tiles/{first.pk}/remove")
    assert [t.pk for t in queries.tiles(board)] == [third.pk, second.pk]
    steps.undo(actor=cast.bo, token=steps.last_token(actor=cast.bo, now=now) or "", now=now)
    assert [t.ref_id for t in queries.tiles(board)] == [third.ref_id, first.ref_id, second.ref_id]


@given(st.lists(st.integers(0, 50), unique=True, min_size=1), st.integers(-5, 60), st.data())
def test_moving_keeps_every_tile_once(ids, place, data):
    one = data.draw(st.sampled_from(ids))
    after = rules.moved(ids, one, place)
    assert sorted(after) == sorted(ids)
    assert after.index(one) == max(0, min(place, len(ids) - 1))


def test_viewers_look_and_change_nothing(signed_in, cast, board):
    client = signed_in(cast.dee)
    for path in ("tiles", "filters", "archive"):
        assert client.post(f"/dashboards/{board}/{path}", {}).status_code == 403
    assert client.get(f"/dashboards/{board}.csv").status_code == 200
    assert Tile.objects.count() == 3


def test_the_same_chart_twice_and_what_is_not_there_are_refused(client, token, board):
    headers = token("product")
    at = f"/api/v1/dashboards/{board}/tiles"
    tile = queries.tiles(board)[0]
    for body, status in (
        ({"kind": "report", "ref": str(tile.ref_id)}, 409),
        ({"kind": "report", "ref": "999"}, 422),
        ({"kind": "report"}, 422),
        ({"kind": "text", "words": " "}, 422),
        ({"kind": "clock"}, 422),
    ):
        said = client.post(at, json.dumps(body), content_type="application/json", headers=headers)
        assert said.status_code == status, said.content
    assert client.get(f"/api/v1/dashboards/{board}", headers=headers).json()["tile_count"] == 3


def test_filters_narrow_every_report(signed_in, cast, board):
    client = signed_in(cast.bo)
    client.post(
        f"/dashboards/{board}/filters", {"property": "channel", "value": "word", "on": "event"}
    )
    tile = queries.tiles(board)[0]
    assert "Nobody did" in client.get(f"/dashboards/{board}/tiles/{tile.pk}").content.decode()


def test_exported_tables_run_in_no_spreadsheet(signed_in, cast, board, now):
    services.add_tile(
        actor=cast.bo, dashboard_id=board, kind="text", title="=1+1", words="x", now=now
    )
    text = signed_in(cast.dee).get(f"/dashboards/{board}.csv").content.decode()
    assert "First invite" in text
    assert "'=1+1" in text


def test_findings_go_to_subscribers_once_a_day(cast, board, now, run_jobs, settings, monkeypatch):
    sent = []

    class Taking:
        def send(self, message, *, now):
            sent.append(message)

    monkeypatch.setattr(jobs.post, "mailer", Taking)
    monkeypatch.setattr(jobs.post, "may_send", lambda: True)
    monkeypatch.setattr(jobs.timezone, "now", lambda: now)
    services.subscribe(actor=cast.dee, dashboard_id=board, every="day", hour=8, now=now)
    for _ in range(3):
        jobs.send_due.func()
        run_jobs()
    assert [m.to for m in sent] == ["dee@oakrow.example"]
    assert "First invite: People stall at “invited”" in sent[0].text
    assert Subscription.objects.get().said == "Sent to dee@oakrow.example"
    later = now + timedelta(days=1)
    monkeypatch.setattr(jobs.timezone, "now", lambda: later)
    jobs.send_due.func()
    run_jobs(now=later)
    assert len(sent) == 2


def test_a_home_that_sends_nothing_says_so(cast, board, now, run_jobs, monkeypatch):
    monkeypatch.setattr(jobs.timezone, "now", lambda: now)
    monkeypatch.setattr(jobs.post, "may_send", lambda: False)
    services.subscribe(actor=cast.dee, dashboard_id=board, every="day", hour=0, now=now)
    jobs.send_due.func()
    run_jobs()
    assert "sending is switched on" in Subscription.objects.get().said


def test_from_the_question_to_the_effect(signed_in, cast, usage, now, token):
    client = signed_in(cast.bo)
    report = insights.save_report(
        actor=cast.bo, name="First invite", kind="funnel", body=FUNNEL, now=now
    )
    client.post("/investigations/new", {"question": "Where do ads stall?", "report": str(report)})
    row = Investigation.objects.get()
    page = client.get(f"/investigations/{row.pk}")
    chart = queries.charts_of(row.pk)[0]
    assert page.status_code == 200
    assert "stall at" in client.get(f"/investigations/{row.pk}/charts/{chart.pk}").content.decode()
    decision = decisions.open_decision(
        actor=cast.bo, question="Invite by link?", options=[], now=now
    )
    client.post(
        f"/investigations/{row.pk}/conclude", {"finding": "At inviting.", "decision": str(decision)}
    )
    row.refresh_from_db()
    assert (row.state, row.decision_id) == ("found", decision)
    metric = measures.create_metric(actor=cast.bo, name="Activation", unit="d", now=now)
    for days, value in ((40, 10.0), (33, 11.0), (26, 10.5), (19, 10.0), (12, 14.0), (5, 15.0)):
        measures.record_value(
            actor=cast.bo, metric_id=metric, value=value, at=now - timedelta(days=days), now=now
        )
    since = (now - timedelta(days=15)).date().isoformat()
    client.post(f"/investigations/{row.pk}/effect", {"metric": str(metric), "since": since})
    row.refresh_from_db()
    assert row.effect["relative"] == pytest.approx(14.5 / 10.375 - 1)
    assert row.effect["low"] < row.effect["relative"] < row.effect["high"]
    said = client.get(f"/investigations/{row.pk}").content.decode().replace("\xa0", " ")
    assert "+40 %, between" in said
    assert "no experiment" in said
    on_decision = client.get(f"/decisions/{decision}").content.decode()
    assert "Where do ads stall?" in on_decision
    api = client.get(f"/api/v1/investigations/{row.pk}", headers=token("viewer")).json()
    assert api["effect"]["method"] == "welch"


def test_days_are_those_where_the_company_is(signed_in, cast, board, now):
    options.change(actor=cast.ada, values={"zone": "Europe/Berlin"}, now=now)
    late = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)  # the 18th in Berlin
    _, tile, _ = queries.tiles(board)
    measures.record_value(actor=cast.bo, metric_id=tile.ref_id, value=50.0, at=late, now=now)
    client = signed_in(cast.bo)
    shown = client.get(f"/dashboards/{board}/tiles/{tile.pk}").content.decode()
    assert "18 Nov 2026" in shown
    assert "17 Nov 2026" not in shown
    assert "+9 since the value before" in shown
    asked = services.open_investigation(actor=cast.bo, question="Did it help?", now=now)
    client.post(
        f"/investigations/{asked}/effect", {"metric": str(tile.ref_id), "since": "2026-11-09"}
    )
    assert Investigation.objects.get().since == datetime(2026, 11, 8, 23, tzinfo=UTC)
    assert 'value="2026-11-09"' in client.get(f"/investigations/{asked}").content.decode()


@pytest.mark.parametrize(("direction", "good"), [("up", True), ("down", False)])
def test_a_rise_is_good_only_where_up_is_better(signed_in, cast, now, direction, good):
    metric = measures.create_metric(
        actor=cast.bo, name="Time", unit="d", direction=direction, now=now
    )
    for days, value in ((40, 10.0), (33, 11.0), (26, 10.5), (12, 24.0), (9, 24.5), (5, 25.0)):
        measures.record_value(
            actor=cast.bo, metric_id=metric, value=value, at=now - timedelta(days=days), now=now
        )
    asked = services.open_investigation(actor=cast.bo, question="Did it help?", now=now)
    client = signed_in(cast.bo)
    client.post(f"/investigations/{asked}/effect", {"metric": str(metric), "since": "2026-11-04"})
    said = client.get(f"/investigations/{asked}").content.decode()
    assert "verdict" in said
    assert ('class="verdict good"' in said) is good


def test_a_metrics_tile_says_what_it_counts_whose_it_is_and_that_no_filter_reaches_it(
    signed_in, cast, now
):
    metric = measures.create_metric(actor=cast.bo, name="Time", unit="d", now=now)
    for days in (9, 5):
        measures.record_value(
            actor=cast.bo, metric_id=metric, value=2, at=now - timedelta(days=days), now=now
        )
    board = services.create_dashboard(actor=cast.bo, name="Board", now=now)
    tile = services.add_tile(
        actor=cast.bo, dashboard_id=board, kind="metric", ref_id=metric, now=now
    )
    client = signed_in(cast.bo)
    shown = client.get(f"/dashboards/{board}/tiles/{tile}").content.decode()
    assert "owns it." in shown
    assert "filter" not in shown
    Dashboard.objects.update(filters=[{"property": "plan", "op": "eq", "value": "pro"}])
    shown = client.get(f"/dashboards/{board}/tiles/{tile}").content.decode()
    assert "The filter does not reach it." in shown


def test_a_decision_opened_from_an_investigation_stands_on_its_page(signed_in, cast, now):
    asked = services.open_investigation(actor=cast.bo, question="Where do they stall?", now=now)
    made = decisions.open_decision(
        actor=cast.bo, question="Invite by link?", options=[{"title": "Yes"}],
        about=("investigation", asked), now=now,
    )  # fmt: skip
    page = signed_in(cast.bo).get(f"/investigations/{asked}").content.decode()
    assert f'<a class="link" href="/decisions/{made}">Invite by link?</a>' in page
    assert f'<option value="{made}" selected>' in page


def test_a_value_of_the_very_moment_belongs_to_after_alone(cast, now):
    metric = measures.create_metric(actor=cast.bo, name="Time", unit="d", now=now)
    since = now - timedelta(days=10)
    for days, value in ((30, 10.0), (20, 10.0), (10, 20.0), (5, 20.0)):
        measures.record_value(
            actor=cast.bo, metric_id=metric, value=value, at=now - timedelta(days=days), now=now
        )
    found = inquiries.effect_of(cast.bo, metric, since)
    assert (found.before, found.after, found.n_before, found.n_after) == (10.0, 20.0, 2, 2)


def test_no_line_is_drawn_across_a_period_without_a_value(db, now):
    view = measures_queries.MetricView(1, "M", "%", "up", None, None)
    points = tuple(
        measures_queries.Point(
            now + timedelta(weeks=n),
            now + timedelta(weeks=n + 1),
            value,
            9,
            None,
            None,
            n == 5,
            1,
            False,
        )
        for n, value in enumerate((1.0, 2.0, None, 4.0, 5.0, 6.0))
    )
    series = measures_queries.ValueSeries(view, "week", points, (), (), ())
    drawn = str(metric.draw(series, version=1, zone=UTC, w=560).chart)
    runs = re.findall(r'<polyline class="([^"]+)" points="([^"]+)"', drawn)
    assert sorted((cls, len(at.split())) for cls, at in runs) == 4 * [("l1", 2)] + 2 * [
        ("l1 dash", 2)
    ]


def test_lists_ask_few_queries(signed_in, cast, now, stored, django_assert_max_num_queries):
    for n in range(25):
        services.create_dashboard(actor=cast.bo, name=f"Board {n}", now=now)
        services.open_investigation(actor=cast.bo, question=f"Question {n}", now=now)
    client = signed_in(cast.dee)
    for path in ("/dashboards", "/investigations"):
        client.get(path)
        with django_assert_max_num_queries(15):
            assert client.get(path).status_code == 200
    assert Dashboard.objects.count() == 25


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 400), st.integers(1, 400))
def test_shares_agree_with_scipys_relative_risk(a, b, c, d):
    hits0, n0, hits1, n1 = min(a, b), max(a, b), min(c, d), max(c, d)
    ours = of_shares(hits0, n0, hits1, n1)
    theirs = stats.contingency.relative_risk(hits1, n1, hits0, n0)
    interval = theirs.confidence_interval(0.95)
    assert ours.relative == pytest.approx(theirs.relative_risk - 1)
    assert (ours.low, ours.high) == (
        pytest.approx(interval.low - 1),
        pytest.approx(interval.high - 1),
    )


VALUES = st.lists(st.integers(1, 90).map(float), min_size=2, max_size=9)


@given(VALUES, VALUES)
def test_means_agree_with_scipys_welch(before, after):
    assume(len(set(before)) > 1 and len(set(after)) > 1)
    ours, m0 = of_means(before, after), sum(before) / len(before)
    theirs = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
    assert ours.relative == pytest.approx(sum(after) / len(after) / m0 - 1)
    assert (ours.low, ours.high) == (
        pytest.approx(theirs.low / m0),
        pytest.approx(theirs.high / m0),
    )


def test_means_keep_quiet_where_nothing_can_be_said():
    assert of_means([10.0, 10.0], [20.0, 20.0]).low is None  # two equal values are no certainty
    assert not of_means([10.0, 10.0], [20.0, 20.0]).clear
    assert of_means([-10.0, -12.0], [-5.0, -6.0]).relative == pytest.approx(0.5)
    assert of_means([], [1.0]) is None
    assert of_means([1.0], [2.0]).low is None
    assert of_means([0.0, 0.0], [1.0, 2.0]).relative is None
    assert of_shares(0, 10, 5, 10).low is None
    assert of_shares(1, 0, 1, 1) is None
