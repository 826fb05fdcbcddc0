"""What happened meanwhile: real releases and decisions, who may see them, and where they fall on an axis."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from loopline.platform.ui import charts, moments
from loopline.platform.ui.charts import Flag, Series
from loopline.platform.ui.drawn.marks import keyed
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
    assert moments.flags(found, starts) == [Flag(0, "02; 08", "1"), Flag(2, "20", "2")]


def test_flags_are_drawn_on_the_axis_with_their_words_escaped():
    drawn = charts.lines([Series([1, 2], "2")], [(0, "a")], "x", flags=[Flag(1, "<b>4.2</b>")])
    assert drawn.count('class="flag"') == 2
    assert "<title>&lt;b&gt;4.2&lt;/b&gt;</title>" in drawn


def test_each_mark_has_a_number_and_the_key_below_says_and_leads_to_what_it_is():
    starts = [datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=n) for n in range(20)]
    found = [
        Moment(at + timedelta(hours=3), f"Release <{n}>", f"/releases/{n}", "release")
        for n, at in enumerate(starts)
    ]
    found.append(Moment(starts[-1], "Decided & done", "/decisions/7", "decision"))
    flags = moments.flags(sorted(found, key=lambda m: m.at), starts)
    svg = charts.lines([Series([1.0] * 20, "1")], [(0, "a")], "x", flags=flags)
    wide, narrow = (part.count('class="m t2"') for part in svg.split("</svg>")[:2])
    assert wide == 20
    assert 10 <= narrow < 20  # on a phone not every number fits, and none overlaps
    assert "<title>2 Release &lt;1&gt;</title>" in svg
    drawn = str(keyed(svg, sorted(found, key=lambda m: m.at), starts, UTC, 760))
    key = drawn[drawn.index('class="marks"') :]
    assert key.count("<li") == 20
    assert key.index('value="20"') < key.index('value="1"')
    assert '<a class="link" href="/decisions/7">Decided &amp; done</a>' in key
    assert "14 earlier" in key
    assert "17 earlier" in str(keyed(svg, found, starts, UTC, 560))
    assert keyed(svg, [], starts, UTC, 760) == svg
    assert keyed(charts.lines([], [], "x"), found, starts, UTC, 760) == ""
