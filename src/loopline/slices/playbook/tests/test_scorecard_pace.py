"""The pace between a baseline and its targets, held against a plain reckoning day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopline.core.problems import Invalid
from loopline.slices.playbook.scorecard import pace

BEGAN = date(2026, 1, 1)
BRUTE = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is no failure


@pytest.mark.parametrize(
    ("text", "baseline", "value"),
    [
        ("90", None, 90), ("90 %", 40, 90), ("4,5 d", None, 4.5), ("-20 %", 10, 8), ("−20%", 5, 4), ("+50 %", 2, 3),
        ("-20 %", None, None), ("", 3, None), (None, 3, None), ("-5", 40, -5), ("-20 %", 0, 0),
    ],
)  # fmt: skip
def test_a_target_is_a_number_or_a_share_of_the_baseline(text, baseline, value):
    assert pace.target(text, baseline) == value


@pytest.mark.parametrize("text", ["soon", "10 20", "--4", "%", "1e400x1"])
def test_what_is_no_target_is_refused_with_a_sentence(text):
    with pytest.raises(Invalid) as wrong:
        pace.checked(text, "six")
    assert "Write a number" in wrong.value.errors["six"]


def _plain(b, six, twelve, day):
    """Where it should be, by walking there a day at a time."""
    value = b
    first = (six - b) / 182 if six is not None else (twelve - b) / 365
    last = (twelve - six) / 183 if six is not None and twelve is not None else first
    if twelve is None:
        last = 0.0
    for n in range(1, day + 1):
        if n > 365:
            break
        value += first if six is None or n <= 182 else last
    return value


numbers = st.floats(-1000, 1000).map(lambda v: round(v, 2))


@BRUTE
@given(numbers, st.none() | numbers, st.none() | numbers, st.integers(0, 500))
def test_expected_walks_straight_from_one_to_the_next(b, six, twelve, day):
    got = pace.expected(b, BEGAN, six, twelve, BEGAN + timedelta(days=day))
    if six is None and twelve is None:
        assert got is None
    else:
        assert got == pytest.approx(_plain(b, six, twelve, day), abs=1e-6)


@BRUTE
@given(
    st.sampled_from(["higher", "lower"]), st.none() | numbers, st.none() | numbers, st.none() | numbers,
    st.none() | numbers, st.integers(0, 500),
)  # fmt: skip
def test_a_standing_is_what_a_reader_would_say(better, base, six, twelve, value, day):
    on = BEGAN + timedelta(days=day)
    got = pace.judge(
        better=better, baseline=base, began=BEGAN, six=six, twelve=twelve, value=value, on=on
    )
    way = 1 if better == "higher" else -1
    aim = twelve if six is None or (day > 182 and twelve is not None) else six
    assert got.state in pace.WORDS
    if value is None:
        assert (got.state, got.share) == ("unmeasured", None)
    elif aim is None:
        assert got.state == "no_target"
    elif (value - aim) * way >= 0:
        assert (got.state, got.share) == ("there", 1)
    elif base is None:
        assert got.state == "no_baseline"
    elif (value - base) * way < -1e-6:
        assert (got.state, got.share) == ("worse", 0)
    elif (value - base) * way > 1e-6:
        assert got.share == pytest.approx((value - base) / (aim - base), abs=1e-9)
        due = _plain(base, six, twelve, day)
        missing = (due - value) * way - abs(aim - base) / 10
        if abs(missing) > 1e-6:
            assert got.state == ("behind" if missing > 0 else "on_way")


def test_a_baseline_taken_later_is_gone_from_on_its_own_day():
    def on(day):
        return pace.expected(
            20, BEGAN, 60, 80, BEGAN + timedelta(days=day), BEGAN + timedelta(days=100)
        )

    assert on(100) == 20
    assert on(141) == pytest.approx(40)
    assert on(182) == 60
    late = BEGAN + timedelta(days=265)
    halfway = BEGAN + timedelta(days=315)
    assert pace.expected(20, BEGAN, 60, 80, halfway, late) == pytest.approx(50)
    judged = pace.judge(
        better="higher",
        baseline=20,
        began=BEGAN,
        six=60,
        twelve=80,
        value=45,
        on=halfway,
        since=late,
    )
    assert judged.state == "on_way"
    assert pace.expected(20, BEGAN, 60, None, halfway, late) == 60


def test_no_data_is_never_nought():
    got = pace.judge(better="lower", baseline=5, began=BEGAN, six=4, twelve=3, value=None, on=BEGAN)
    assert (got.state, got.share, got.target) == ("unmeasured", None, 4)
    nought = pace.judge(better="lower", baseline=5, began=BEGAN, six=4, twelve=3, value=0, on=BEGAN)
    assert nought.state == "there"


def test_a_quarter_has_a_name():
    assert [pace.quarter(date(2026, m, 1)) for m in (1, 3, 4, 12)] == [
        "Q1 2026",
        "Q1 2026",
        "Q2 2026",
        "Q4 2026",
    ]


def test_a_target_is_a_number_that_can_be_counted_with():
    with pytest.raises(Invalid):
        pace.checked("9" * 400, "six")
    assert pace.target("9" * 400, 1.0) is None
