"""Two real sets of events: published figures, the engine and an independent computation in pandas agree."""

import csv
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from loopline.core.insights import ir
from loopline.warehouse import segments
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.records import Event

DATA = Path(__file__).parents[1] / "data" / "events"
STEPS = ("product_view", "add_to_cart", "shipping_details", "payment_details", "purchase")


def micro(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * ir.MICROSECONDS


def rows(name):
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    home = tmp_path_factory.mktemp("ecom")
    events = [
        Event(f"{n}", row["event"], row["user_id"], micro(row["timestamp"]), n,
              json.dumps({"platform": row["platform"], "channel": row["acquisition_channel"]}).encode())
        for n, row in enumerate(rows("ecom.csv.gz"))
    ]  # fmt: skip
    segments.seal(home, events[:20_000], 20_000)
    with DuckEngine.open(home, lambda mark: events[mark:]) as engine:
        yield engine


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    home = tmp_path_factory.mktemp("cdnow")
    events = (
        Event(f"{n}", "purchase", row["customer_id"], micro(row["date"]), n,
              json.dumps({"dollars": float(row["dollar_value"]), "cds": int(row["number_of_cds"])}).encode())
        for n, row in enumerate(rows("cdnow.csv.gz"))
    )  # fmt: skip
    segments.seal(home, events, 1)
    with DuckEngine.open(home) as engine:
        yield engine


WHOLE = ir.Span(micro("2024-01-01"), micro("2024-07-01"))
LONG = 400 * 86_400 * ir.MICROSECONDS


def test_the_shop_s_funnel_is_the_published_one(shop):
    question = ir.Funnel(WHOLE, steps=tuple(map(ir.Match, STEPS)), window=LONG)
    assert [step.count for step in shop.answer(question).steps] == [598, 517, 401, 281, 146]
    assert len(shop.people(question, ir.Cell(5))) == 146
    views = shop.answer(ir.Trend(WHOLE, match=ir.Match("product_view"), interval=ir.Interval.MONTH))
    assert sum(point.value for point in views.series[0].points) == 6851
    buyers = shop.answer(ir.Adoption(WHOLE, match=ir.Match("purchase")))
    assert (buyers.eligible, buyers.adopters) == (600, 328)


def test_the_shop_s_funnel_by_channel_is_that_of_pandas(shop):
    frame = pd.read_csv(DATA / "ecom.csv.gz", parse_dates=["timestamp"])
    views = frame[frame.event == STEPS[0]].sort_values("timestamp", kind="stable")
    channel = views.groupby("user_id").acquisition_channel.first()
    reached = views.groupby("user_id").timestamp.min()
    expected = {name: [int((channel == name).sum())] for name in channel.unique()}
    for step in STEPS[1:]:
        later = frame[frame.event == step].merge(reached.rename("since"), on="user_id")
        reached = later[later.timestamp >= later.since].groupby("user_id").timestamp.min()
        for name, some in expected.items():
            some.append(int((channel[reached.index] == name).sum()))
    by = ir.Breakdown("channel", ir.Attribution.STEP, step=1)
    first = ir.Funnel(
        WHOLE, steps=tuple(map(ir.Match, STEPS)), window=LONG, breakdown=ir.Breakdown("channel")
    )
    found = {v: [s.count for s in some] for v, some in shop.answer(first).breakdown}
    stepwise = ir.Funnel(WHOLE, steps=first.steps, window=LONG, breakdown=by)
    totals = [sum(column) for column in zip(*found.values(), strict=True)]
    assert totals == [598, 517, 401, 281, 146]
    assert sum(some[0].count for _, some in shop.answer(stepwise).breakdown) == 598
    if frame.groupby("user_id").acquisition_channel.nunique().max() == 1:
        assert found == expected


def test_the_shop_s_daily_and_weekly_actives_are_those_of_pandas(shop):
    frame = pd.read_csv(DATA / "ecom.csv.gz", parse_dates=["timestamp"])
    days = frame.assign(day=frame.timestamp.dt.floor("D")).drop_duplicates(["user_id", "day"])
    for width in (1, 7):
        points = shop.answer(ir.Actives(WHOLE, rolling_days=width)).points
        assert len(points) == 182
        for point in points[::13]:
            end = pd.Timestamp(point.at, unit="us")
            inside = days[(days.day > end - pd.Timedelta(days=width)) & (days.day <= end)]
            assert point.value == inside.user_id.nunique()


def test_cohorts_of_first_purchase_and_their_returns(records):
    buy = ir.Match("purchase")
    question = ir.Retention(
        ir.Span(micro("1997-01-01"), micro("1998-07-01")),
        start=buy,
        back=buy,
        interval=ir.Interval.MONTH,
        periods=18,
        anchor="first_match",
    )
    cohorts = records.answer(question).cohorts
    assert [(c.size, *c.values[1:4]) for c in cohorts[:3]] == [
        (7846, 1157, 964, 810),
        (8476, 1312, 980, 783),
        (7248, 1032, 752, 756),
    ]
    frame = pd.read_csv(DATA / "cdnow.csv.gz", dtype={"customer_id": str}, parse_dates=["date"])
    frame["month"] = frame.date.dt.year * 12 + frame.date.dt.month
    frame["first"] = frame.groupby("customer_id").month.transform("min")
    table = frame.groupby(["first", frame.month - frame["first"]]).customer_id.nunique()
    for place, cohort in enumerate(cohorts):
        for k, value in enumerate(cohort.values):
            expected = table.get((1997 * 12 + 1 + place, k), 0)
            assert value == (None if place + k >= 18 else expected)


def test_revenue_is_to_the_cent(records):
    span = ir.Span(micro("1997-01-01"), micro("1998-07-01"))
    months = {}
    for measure in ("sum:dollars", "sum:cds", "count", "people", "p50:dollars"):
        answer = records.answer(ir.Trend(span, measure=measure, interval=ir.Interval.MONTH))
        months[measure] = [point.value for point in answer.series[0].points]
    assert round(sum(months["sum:dollars"]), 2) == 2_500_315.63
    assert sum(months["sum:cds"]) == 167_881
    assert sum(months["count"]) == 69_659
    frame = pd.read_csv(DATA / "cdnow.csv.gz", parse_dates=["date"])
    by_month = frame.groupby(frame.date.dt.to_period("M"))
    assert months["people"] == by_month.customer_id.nunique().tolist()
    assert months["p50:dollars"] == pytest.approx(by_month.dollar_value.median().tolist())
