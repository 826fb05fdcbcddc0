"""How values read: money, numbers, shares, durations, moments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from loopline.platform.ui import formats as f

NOW = datetime(2026, 11, 19, 9, 40, tzinfo=UTC)


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("amount", "currency", "reads"),
    [
        (184_000, "EUR", "€184k"),
        (Decimal("1810000"), "EUR", "€1.81M"),
        (1_214_000_000, "USD", "$1.21B"),
        (4_200, "EUR", "€4.2k"),
        (999_999, "EUR", "€1M"),
        (58_000, "CHF", "CHF 58k"),
        (12.5, "GBP", "£12.5"),
        (0, "EUR", "€0"),
        (-96_000, "EUR", "−€96k"),
        (None, "EUR", "–"),
        (Decimal("NaN"), "EUR", "–"),
    ],
)
def test_money_is_short_and_carries_its_currency(amount, currency, reads):
    assert spaced(f.money(amount, currency)) == reads


def test_money_takes_anything_with_amount_and_currency():
    @dataclass
    class Arr:
        amount: Decimal | None
        currency: str

    assert f.money(Arr(Decimal(42_500), "USD")) == "$42k"
    assert f.money(Arr(None, "USD")) == "–"


@pytest.mark.parametrize(
    ("value", "reads"),
    [(1140, "1,140"), (-3, "−3"), (2.5, "2.5"), (Decimal("10.00"), "10"), (None, "–"), (0, "0")],
)
def test_numbers_have_separators_and_a_real_minus(value, reads):
    assert f.num(value) == reads


@pytest.mark.parametrize(
    ("share", "reads"),
    [(0.31, "31 %"), (1, "100 %"), (0, "0 %"), (0.001, "< 1 %"), (-0.06, "−6 %"), (None, "–")],
)
def test_a_share_reads_as_percent_and_something_never_as_nothing(share, reads):
    assert spaced(f.pct(share)) == reads


@pytest.mark.parametrize(
    ("seconds", "reads"),
    [
        (38 * 86_400, "38 d"),
        (1.6 * 86_400, "1.6 d"),
        (86_400, "1 d"),
        (7_200, "2 h"),
        (2_400, "40 min"),
        (12, "12 s"),
        (0, "0 s"),
        (None, "–"),
    ],
)
def test_a_duration_has_one_unit(seconds, reads):
    assert spaced(f.dur(seconds)) == reads


def test_a_day_names_its_year_only_when_it_is_another():
    assert spaced(f.day(date(2026, 11, 2), now=NOW)) == "2 Nov"
    assert spaced(f.day(date(2025, 2, 3), now=NOW)) == "3 Feb 2025"
    assert f.day(None, now=NOW) == "–"


def test_moments_are_shown_in_the_workspaces_zone():
    late = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    berlin = ZoneInfo("Europe/Berlin")
    assert f.clock(late, zone=berlin) == "00:30"
    assert spaced(f.day(late, now=NOW, zone=berlin)) == "19 Nov"
    assert spaced(f.stamp(late, now=NOW)) == "18 Nov 23:30"


@pytest.mark.parametrize(
    ("back", "reads"),
    [
        (timedelta(hours=1), "08:40"),
        (timedelta(days=1), "yesterday"),
        (timedelta(days=-1), "tomorrow"),
        (timedelta(days=3), "Mon"),
        (timedelta(days=30), "20 Oct"),
    ],
)
def test_when_reads_as_somebody_would_say_it(back, reads):
    assert spaced(f.when(NOW - back, now=NOW)) == reads


@pytest.mark.parametrize(
    ("back", "reads"),
    [(5, "now"), (720, "12 min"), (3_600, "1 h"), (200_000, "2 d"), (-7_300, "−2 h")],
)
def test_age_has_one_unit(back, reads):
    assert spaced(f.ago(NOW - timedelta(seconds=back), now=NOW)) == reads


def test_a_number_never_parts_from_its_unit():
    assert f.tie("31 % in 38 d, not 5 days") == "31\u00a0% in 38\u00a0d, not 5 days"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Maya Okafor", "MO"), ("ann@oakrow.example", "AO"), ("", "–"), ("  ", "–"), ("Bo", "B")],
)
def test_initials_come_from_any_name(name, letters):
    assert f.initials(name) == letters
