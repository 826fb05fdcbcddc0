"""The arithmetic against independent parts: scipy's intervals, a bootstrap, brute force over cases."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import fmean
from zoneinfo import ZoneInfo

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from loopline.core.surveys.intervals import mean_interval, t_quantile, wilson
from loopline.core.surveys.scores import mean, nps, score, share
from loopline.core.surveys.series import Given, by_group, counted, period_start, trend


@pytest.mark.parametrize("n", [1, 2, 10, 37, 400, 12_345])
def test_wilson_is_scipys(n):
    for hits in {0, 1, n // 3, n // 2, n - 1, n}:
        if not 0 <= hits <= n:
            continue
        ours = wilson(hits, n)
        theirs = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
        assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize("df", [1, 2, 3, 9, 29, 147, 5_000, 200_000])
def test_the_quantile_of_t_is_scipys(df):
    assert t_quantile(df) == pytest.approx(stats.t.ppf(0.975, df), rel=1e-9)


@given(st.lists(st.integers(1, 7), min_size=2, max_size=60))
def test_the_mean_and_its_interval_are_scipys(values):
    found = mean(values, 1, 7)
    assert found.value == pytest.approx(numpy.mean(values))
    if len(set(values)) == 1:
        assert (found.low, found.high) == (values[0], values[0])
        return
    low, high = stats.t.interval(
        0.95, len(values) - 1, loc=numpy.mean(values), scale=stats.sem(values)
    )
    assert mean_interval(tuple(values)) == pytest.approx((low, high))
    assert (found.low, found.high) == pytest.approx((max(1, low), min(7, high)))


@given(st.lists(st.integers(0, 10), min_size=1, max_size=80))
def test_nps_is_the_formula(values):
    n = len(values)
    plus, minus = (
        sum(1 for v in values if v in (9, 10)) / n,
        sum(1 for v in values if v in range(7)) / n,
    )
    found = nps(values)
    assert found.value == pytest.approx(100 * (plus - minus))
    assert sum(found.counts) == found.n == n
    assert -100 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 100
    variance = (plus + minus - (plus - minus) ** 2) / n
    if variance > 1e-12:
        half = stats.norm.ppf(0.975) * 100 * variance**0.5
        assert found.low == pytest.approx(max(-100, found.value - half))
        assert found.high == pytest.approx(min(100, found.value + half))
    # the same variance as of the plain numbers 1, 0 and -1
    marks = [1 if v >= 9 else -1 if v <= 6 else 0 for v in values]
    assert variance == pytest.approx(numpy.var(marks) / n)


def test_the_interval_of_nps_is_what_a_bootstrap_finds():
    rng = numpy.random.default_rng(7)
    values = rng.choice(11, size=148, p=[0.02] * 7 + [0.15, 0.16, 0.25, 0.3])
    found = nps([int(v) for v in values])
    marks = numpy.where(values >= 9, 1, numpy.where(values <= 6, -1, 0))
    means = rng.choice(marks, size=(20_000, marks.size)).mean(axis=1) * 100
    low, high = numpy.percentile(means, [2.5, 97.5])
    assert found.low == pytest.approx(low, abs=1.5)
    assert found.high == pytest.approx(high, abs=1.5)


def test_answers_that_all_agree_are_not_certain():
    happy, sad, flat = nps([10] * 12), nps([0] * 12), nps([8] * 12)
    assert (happy.value, happy.high) == (100, 100)
    assert happy.low < 60
    assert (sad.value, sad.low) == (-100, -100)
    assert sad.high > -60
    assert flat.low < 0 < flat.high
    assert nps([10] * 1200).low > 99


def test_csat_counts_four_and_five():
    found = share([5, 4, 3, 2, 1, 5, 5, 4, 3, 5])
    assert (found.value, found.n, found.counts) == (0.6, 10, (6, 2, 2))
    assert (found.low, found.high) == pytest.approx(wilson(6, 10))


def test_no_answers_are_no_score():
    assert nps([]) is None
    assert share([]) is None
    assert mean([], 1, 7) is None
    assert score("none", [1, 2]) is None
    assert trend("nps", [], interval="week", zone=UTC) == []


@pytest.mark.parametrize(("rule", "wrong"), [("nps", 11), ("nps", -1), ("share", 0), ("share", 6)])
def test_what_is_off_the_scale_is_refused(rule, wrong):
    with pytest.raises(ValueError, match="whole number"):
        score(rule, [wrong])
    with pytest.raises(ValueError, match="whole number"):
        score(rule, [True])


START = datetime(2026, 3, 20, 12, tzinfo=UTC)
ANSWERS = st.lists(
    st.builds(
        Given,
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 60 * 24 * 40).map(lambda m: START + timedelta(minutes=m)),
        st.integers(1, 5),
        st.sampled_from([("", "x"), ("small", "x"), ("large", "y")]),
    ),
    max_size=40,
    unique_by=lambda g: g.at,
)


@settings(deadline=None)
@given(ANSWERS, st.sampled_from(["week", "month"]), st.sampled_from(["UTC", "Europe/Berlin"]))
def test_a_trend_is_what_each_period_says_alone(answers, interval, name):
    zone = ZoneInfo(name)
    points = trend("nps", answers, interval=interval, zone=zone)
    for point in points:
        inside = [
            a
            for a in answers
            if period_start(a.at.astimezone(zone).date(), interval) == point.start
        ]
        last = {}
        for a in sorted(inside, key=lambda a: a.at):
            last[a.person] = a.score
        assert point.score == nps(list(last.values()))
    starts = [p.start for p in points]
    assert starts == sorted(set(starts))
    assert all((b - a).days == 7 for a, b in pairwise(starts)) or (
        interval == "month" and all(s.day == 1 for s in starts)
    )


@given(ANSWERS)
def test_only_nps_takes_one_answer_a_person(answers):
    assert len(counted("share", answers)) == len(answers)
    latest = {a.person: a for a in sorted(answers, key=lambda a: a.at)}
    assert {a.person: a for a in counted("nps", answers)} == latest
    groups = dict(by_group("mean", answers, 0))
    assert "" not in groups
    for name, found in groups.items():
        assert found.value == pytest.approx(
            fmean([a.score for a in answers if a.groups[0] == name])
        )


def test_weeks_begin_on_monday_and_months_on_their_first():
    assert period_start(date(2026, 11, 19), "week") == date(2026, 11, 16)
    assert period_start(date(2026, 11, 16), "week") == date(2026, 11, 16)
    assert period_start(date(2026, 12, 31), "month") == date(2026, 12, 1)
