"""What happened meanwhile: real releases and decisions, who may see them, and where they fall on an axis."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from loopline.platform.ui import charts, moments
from loopline.platform.ui.charts import Flag, Series
from loopline.platform.ui.moments import Moment
from loopline.slices.decisions import services as decisions
from loopline.slices.releases import services as releases


@pytest.fixture
def done(cast, now):
    """One release ten days ago, one decision two days ago."""
    shipped = now - timedelta(days=10)
    release = releases.create_release(
        actor=cast.cy, version="4.2", title="Swaps", notes="n", now=shipped
    )
    releases.ship_release(actor=cast.cy, release_id=release, now=shipped)
    decided = now - timedelta(days=2)
    options = [{"title": "Yes", "cost": "", "risk": "", "learning": ""}, {"title": "No"}]
    decision = decisions.open_decision(
        actor=cast.bo, question="Swap at all?", options=options, now=decided
    )
    decisions.decide(actor=cast.bo, decision_id=decision, chosen="Yes", rationale="r", now=decided)
    return SimpleNamespace(release=release, decision=decision, shipped=shipped, decided=decided)


def test_releases_and_decisions_are_found_between_two_instants_oldest_first(cast, done, now):
    found = moments.between(cast.dee, now - timedelta(days=30), now)
    assert found == [
        Moment(done.shipped, "4.2 shipped: Swaps", f"/releases/{done.release}", "release"),
        Moment(
            done.decided, "Decided: Swap at all? Yes", f"/decisions/{done.decision}", "decision"
        ),
    ]
    assert moments.between(cast.dee, now - timedelta(days=30), now, kinds=["release"]) == found[:1]
    assert moments.between(cast.dee, done.shipped, done.decided) == found[:1]  # the end is open
    assert moments.between(cast.dee, now - timedelta(days=5), now - timedelta(days=3)) == []


def test_who_may_not_read_a_kind_does_not_see_it(cast, done, now):
    from dataclasses import replace

    token = replace(cast.bo, scopes=frozenset({"decision:read"}))
    kinds = [m.kind for m in moments.between(token, now - timedelta(days=30), now)]
    assert kinds == ["decision"]


def test_all_kinds_cost_a_query_each(cast, done, now, django_assert_num_queries):
    with django_assert_num_queries(2):
        moments.between(cast.dee, now - timedelta(days=30), now, kinds=["release", "decision"])


def test_a_moment_falls_into_the_period_that_began_last():
    starts = [datetime(2026, 11, d, tzinfo=UTC) for d in (2, 9, 16)]
    at = [datetime(2026, 11, d, h, tzinfo=UTC) for d, h in ((1, 23), (2, 0), (8, 23), (20, 1))]
    found = [Moment(t, f"{t:%d}", "/", "release") for t in at]
    placed = [(i, [m.label for m in ms]) for i, ms in moments.by_period(found, starts)]
    assert placed == [(0, ["02", "08"]), (2, ["20"])]
    assert moments.flags(found, starts) == [Flag(0, "02; 08"), Flag(2, "20")]


def test_flags_are_drawn_on_the_axis_with_their_words_escaped():
    drawn = charts.lines([Series([1, 2], "2")], [(0, "a")], "x", flags=[Flag(1, "<b>4.2</b>")])
    assert drawn.count('class="flag"') == 2
    assert "<title>&lt;b&gt;4.2&lt;/b&gt;</title>" in drawn
