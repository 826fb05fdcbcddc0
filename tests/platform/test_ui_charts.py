"""Charts: round axes, both widths, escaping, and nothing drawn from nothing."""

import re

import pytest

from loopline.platform.ui import charts
from loopline.platform.ui.charts import Note, Series, Span, Zone

BAD = '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([31, 0], (0, 40)),
        ([0.3, 0.9], (0, 1)),
        ([-4, 9], (-5, 10)),
        ([0], (0, 1)),
        ([1e6], (0, 1e6)),
    ],
)
def test_axes_have_round_ends_and_hold_every_value(values, ends):
    lo, hi, step = charts.axis(values, None, None)
    assert lo <= min(values)
    assert hi >= max(values)
    assert (lo, hi) == pytest.approx(ends, rel=0.3)
    assert (hi - lo) / step == pytest.approx(round((hi - lo) / step))


def test_a_chart_is_drawn_wide_and_for_a_phone_with_its_finding_as_name():
    drawn = charts.lines([Series([1, 2, 3], "3")], [(0, "a"), (2, "b")], "Rose from 1 to 3")
    assert re.findall(r'class="([wn])" viewBox', drawn) == ["w", "n"]
    assert drawn.count('aria-label="Rose from 1 to 3"') == 2


@pytest.mark.parametrize(
    "drawn",
    [
        charts.lines([], [], "x"),
        charts.lines([Series([None, None])], [], "x"),
        charts.columns([], [], "x"),
        charts.columns([0, 0], [], "x"),
        charts.scatter([], 0, [], "x"),
        charts.spans([], "x"),
        charts.spark([], "x"),
        charts.spark([1], "x"),
    ],
)
def test_nothing_is_drawn_from_nothing(drawn):
    assert drawn == ""


def test_gaps_and_single_values_draw():
    assert "<polyline" in charts.lines([Series([1, None, 3])], [(0, "a")], "x")
    assert "<polyline" in charts.lines([Series([5])], [(0, "a")], "x")
    assert "<path" in charts.spark([4, None, 4], "flat")


def test_words_in_charts_are_escaped():
    series = Series([1, 2], BAD, cls=BAD, low=[0, 1], high=[2, 3])
    drawn = [
        charts.lines(
            [series], [(0, BAD)], BAD, unit=BAD,
            notes=[Note(1, BAD, BAD)], zones=[Zone(0, 1, BAD, BAD)], rules=[(2, BAD)],
        ),
        charts.columns([1, 2], [(0, BAD)], BAD, marks=[(1, BAD)]),
        charts.scatter([(0, 1, True)], 1, [(0, BAD)], BAD, rules=[(1, BAD)], unit=BAD),
        charts.spans([Span(BAD, 1, 2, 3, BAD)], BAD, unit=BAD),
        charts.spark([1, 2], BAD),
    ]  # fmt: skip
    assert "<script" not in "".join(drawn)


def test_a_goal_is_written_beside_the_label_of_a_run_that_ends_early():
    """Both stand at the right edge: a line's height lies between them."""
    early = Series([38.0, 40.5, None, None], "40.5 %", "l1", edge=True)
    drawn = str(charts.lines([early], [(0, "1 Nov")], "Activated", rules=[(40, "target 40 %")]))
    at = [
        float(re.search(rf'y="([0-9.]+)"[^>]*>{text}<', drawn).group(1))
        for text in ("40.5 %", "target 40 %")
    ]
    assert abs(at[0] - at[1]) >= charts.LEADING
