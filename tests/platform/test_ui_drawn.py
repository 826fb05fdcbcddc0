"""What is said above charts: only whole periods are compared, and a cohort stands out only far below all others."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from loopline.platform.ui.drawn import draw

BERLIN = ZoneInfo("Europe/Berlin")


def _trend(*values, cut=()):
    """A weekly answer; the periods at `cut` are not held whole by the time asked about."""
    at = [f"2026-0{8 + n // 31}-{n % 31 + 1:02}T22:00:00Z" for n in range(1, 7 * len(values), 7)]
    points = [
        {"at": a, "value": v, "incomplete": n in cut}
        for n, (a, v) in enumerate(zip(at, values, strict=True))
    ]
    return {"series": [{"value": None, "points": points}]}


def _said(answer, interval="week", now=datetime(2026, 12, 1, tzinfo=UTC)):
    return draw("trend", {"event": "signed up", "interval": interval}, answer, zone=BERLIN, now=now)


def test_a_period_that_is_cut_by_either_end_is_compared_with_nothing():
    told = _said(_trend(10, 100, 100, 100, 100, 10, cut=(0, 5)))
    assert told.finding == "Signed up held steady"
    dashed = re.findall(r'class="l1 dash" points="([^"]+)"', str(told.svg))
    assert [len(points.split()) for points in dashed] == [2, 2, 2, 2]  # wide, and narrow
    assert _said(_trend(50, 100, 100, 100)).finding.startswith("Signed up rose by 33 %")


def test_what_was_not_there_before_began_and_did_not_hold_steady():
    began = _said(_trend(0, 0, 0, 0, 20, 60)).finding
    assert began == "Signed up began in the second half of this time"


@pytest.mark.parametrize(("at", "open_"), [("2026-09-30T22:00:00", False), ("2026-09-29", True)])
def test_a_short_month_is_whole_from_its_last_day_on(at, open_):
    points = [
        {"at": f"2026-{month:02}-{day}T22:00:00Z", "value": 5, "incomplete": False}
        for month, day in ((5, 31), (6, 30), (7, 31), (8, 31))
    ]
    points[-1]["incomplete"] = open_
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    told = _said({"series": [{"value": None, "points": points}]}, "month", now)
    assert ("dash" in told.svg) is open_


def _cohorts(*groups):
    starts = [f"2026-09-{day:02}T22:00:00Z" for day in (6, 13, 20, 27)]
    cohorts = [
        {"start": start, "size": size, "values": values, "incomplete": False}
        for start, (size, values) in zip(starts, groups, strict=False)
    ]
    return draw(
        "retention", {"interval": "week"}, {"cohorts": cohorts}, zone=BERLIN,
        now=datetime(2026, 12, 1, tzinfo=UTC),
    )  # fmt: skip


def test_the_share_of_all_counts_each_person_once_and_leaves_open_periods_out():
    told = _cohorts((100, [100, 50]), (300, [300, 60]), (1000, [1000, None]))
    assert told.extra["usual"] == [1.0, 110 / 400]


def test_only_more_than_three_standard_errors_below_all_stands_out():
    far = _cohorts((1000, [1000, 500]), (100, [100, 30]))
    assert far.extra["worst"] == {"row": 1, "period": 1}
    assert "30 came back in week 1, where 48 would be usual" in far.detail
    assert _cohorts((1000, [1000, 500]), (100, [100, 38])).extra["worst"] is None
    assert _cohorts((1000, [1000, 500]), (29, [29, 0])).extra["worst"] is None


def _steps(*counts):
    return [
        {
            "name": "", "count": n, "conversion_from_start": n / counts[0],
            "conversion_from_previous": n / counts[at - 1] if at else None, "median_seconds_from_previous": None,
        }
        for at, n in enumerate(counts)
    ]  # fmt: skip


def test_a_breakdown_without_a_difference_says_nothing_of_it():
    from loopline.platform.ui.drawn.funnel import worst_of
    from loopline.platform.ui.drawn.shape import Worst

    whole = _steps(200, 180, 60)
    alone = [(None, _steps(200, 180, 60))]
    alike = [("a", _steps(100, 90, 30)), ("b", _steps(100, 90, 30))]
    apart = [("a", _steps(100, 90, 45)), ("b", _steps(100, 90, 15))]
    assert (
        worst_of(whole, [])
        == worst_of(whole, alone)
        == worst_of(whole, alike)
        == Worst(None, 3, of_split=False)
    )
    assert worst_of(whole, apart) == Worst("b", 3, of_split=True)
    assert worst_of(_steps(20, 1), []) is None
