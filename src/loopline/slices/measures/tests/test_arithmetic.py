"""The arithmetic of metrics against scipy, pandas, brute force and simulated noise."""

import random
from datetime import UTC, datetime
from statistics import median

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from loopline.core.metrics import early, intervals, periods, unusual, wording
from loopline.core.metrics.early import Group

# --- unusual values -----------------------------------------------------------------------------


def _brute(values, grain):
    """The rule as the guide says it, without any of our code."""
    out = []
    for at, value in enumerate(values):
        if value is None:
            continue
        step = 7 if grain == "day" else 1
        before = [values[i] for i in range(at - step, -1, -step) if values[i] is not None][:26]
        if len(before) < 8:
            continue
        middle = median(before)
        spread = 1.4826 * median([abs(v - middle) for v in before])
        if spread == 0:
            spread = 1.2533 * float(np.mean([abs(v - middle) for v in before]))
        if spread > 0 and abs(value - middle) > unusual.LIMITS[len(before)] * spread:
            out.append(at)
    return out


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.integers(-5, 5), st.integers(0, 400)), max_size=90),
    st.sampled_from(["day", "week", "month"]),
)
def test_the_unusual_are_those_of_the_rule_as_written(values, grain):
    assert [u.position for u in unusual.unusual(values, grain)] == _brute(values, grain)


@pytest.mark.parametrize("n", [8, 12, 19, 26])
def test_steady_noise_is_marked_once_in_a_hundred_values(n):
    rng = np.random.default_rng(n)
    trials = 20_000
    noise = rng.normal(50, 4, (trials, n + 1))
    marked = sum(unusual.judged(float(row[-1]), row[:-1].tolist()) is not None for row in noise)
    assert marked / trials == pytest.approx(unusual.FALSE_ALARMS, abs=0.003)


def test_a_jump_is_marked_with_what_was_usual_and_a_run_that_never_moved_marks_nothing():
    before = [50 + random.Random(at).uniform(-4, 4) for at in range(20)]
    found = unusual.unusual([*before, 72], "week")
    assert [u.position for u in found] == [20]
    assert found[0].low < 50 < found[0].high < 72
    assert found[0].above
    assert unusual.unusual([3.0] * 20 + [9.0], "week") == []
    assert unusual.unusual([None] * 12 + [1, 2, 3, 900], "week") == []


def test_days_are_compared_with_the_same_weekday():
    weeks = [[100 + w % 3, 101, 99, 100 + w % 2, 102, 10 + w % 2, 9 + w % 3] for w in range(12)]
    days = [v for week in weeks for v in week]
    assert unusual.unusual(days, "day") == []
    sunday_like_a_monday = [*days[:-1], 100]
    assert [u.position for u in unusual.unusual(sunday_like_a_monday, "day")] == [len(days) - 1]


# --- intervals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "m", "b", "n", "low", "high"),
    [  # Newcombe 1998, table II, method 10
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
    ],
)
def test_newcombes_published_intervals(a, m, b, n, low, high):
    d, lo, hi = intervals.newcombe(a, m, b, n)
    assert d == pytest.approx(a / m - b / n)
    assert (lo, hi) == pytest.approx((low, high), abs=5e-5)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.floats(0, 1))
def test_percentiles_are_numpys(values, share):
    ordered = sorted(values)
    assert intervals.percentile(ordered, share) == pytest.approx(
        float(np.quantile(ordered, share)), rel=1e-9, abs=1e-6
    )


@pytest.mark.parametrize("share", [0.5, 0.85])
@pytest.mark.parametrize("n", [3, 6, 9, 30, 200, 2500])
def test_order_statistics_hold_the_quantile_as_often_as_they_say(n, share):
    found = intervals.quantile_interval(range(1, n + 1), share)
    below = stats.binom(n, share)
    if found is None:
        assert below.pmf(0) > 0.025 or below.pmf(n) > 0.025
        return
    low, high = found
    covered = below.cdf(high - 1) - below.cdf(low - 1)
    assert covered >= 0.949
    if n <= 2_000:  # exact: no narrower pair of ranks is as safe on both sides
        assert below.cdf(low) > 0.025
        assert below.sf(high - 2) > 0.025


# --- early events -------------------------------------------------------------------------------


def test_ranked_rules_are_pandas_and_scipys():
    rng = np.random.default_rng(11)
    people = pd.DataFrame({"invites": rng.poisson(1.5, 400), "exports": rng.poisson(0.4, 400)})
    people["kept"] = rng.random(400) < 0.2 + 0.12 * people["invites"].clip(0, 4)
    groups = [
        Group(event, times, int((people[event] >= times).sum()), int(people.loc[people[event] >= times, "kept"].sum()))
        for event in ("invites", "exports") for times in early.THRESHOLDS
    ]  # fmt: skip
    found = early.ranked(groups, len(people), int(people["kept"].sum()))
    assert found[0].event == "invites"
    for r in found:
        did = people[r.event] >= r.times
        assert r.share == pytest.approx(did.mean())
        assert r.kept_doers == pytest.approx(people.loc[did, "kept"].mean())
        assert r.kept_others == pytest.approx(people.loc[~did, "kept"].mean())
        assert r.difference == pytest.approx(r.kept_doers - r.kept_others)
        assert r.lift == pytest.approx(r.kept_doers / r.kept_others)
        assert r.phi == pytest.approx(np.corrcoef(did, people["kept"])[0, 1])
        table = pd.crosstab(did, people["kept"])
        assert abs(r.phi) == pytest.approx(stats.contingency.association(table, method="cramer"))
        assert r.small == (min(did.sum(), (~did).sum()) < 30)
        assert r.low <= r.difference <= r.high


def test_what_all_or_nobody_does_says_nothing_and_small_groups_come_last():
    found = early.ranked(
        [Group("all", 1, 100, 40), Group("none", 1, 0, 0), Group("few", 1, 4, 4), Group("half", 1, 50, 25)],
        100, 40,
    )  # fmt: skip
    assert [r.event for r in found] == ["half", "few"]
    assert [r.small for r in found] == [False, True]
    assert early.ranked([Group("half", 1, 50, 50)], 100, 100)[0].phi is None
    assert early.ranked([Group("half", 1, 50, 10)], 100, 10)[0].lift is None


# --- periods and words --------------------------------------------------------------------------


def test_periods_go_back_from_now_and_know_the_change_of_the_clock():
    now = datetime(2026, 10, 28, 12, tzinfo=UTC)
    found = periods.back_from(now, "week", "Europe/Berlin", 3)
    assert [p.start.isoformat() for p in found] == [
        "2026-10-11T22:00:00+00:00", "2026-10-18T22:00:00+00:00", "2026-10-25T23:00:00+00:00",
    ]  # fmt: skip
    assert found[0].end == found[1].start
    assert (found[1].end - found[1].start).total_seconds() == (7 * 24 + 1) * 3600
    assert found[-1].start <= now < found[-1].end
    months = periods.back_from(now, "month", "UTC", 2)
    assert [p.start.month for p in months] == [9, 10]
    whole = periods.following(months[0], "month", "UTC", 2)
    assert (whole.start.month, whole.end.month) == (9, 12)


def test_two_wordings_show_what_went_and_what_came():
    old, new = wording.changes("sites with a rota published", "sites with a rota opened by staff")
    assert old == [("same", "sites with a rota"), ("del", "published")]
    assert new == [("same", "sites with a rota"), ("ins", "opened by staff")]
