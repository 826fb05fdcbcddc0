"""Two real sets of events, brought in by the command line: the engine answers what pandas computes from the files."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from loopline.connectors.sdk_ingest import mixpanel
from loopline.connectors.sdk_ingest.wire import Request
from loopline.core.insights import ir
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.tail import Tail, batch
from loopline.warehouse.tail_writer import Writer
from tests.quick import Quick, furnish

DATA = Path(__file__).parents[1] / "data" / "events"
STEPS = ("product_view", "add_to_cart", "shipping_details", "payment_details", "purchase")
WHOLE = ir.Span(
    *(
        int(datetime(*at, tzinfo=UTC).timestamp()) * ir.MICROSECONDS
        for at in ((2024, 1, 1), (2024, 7, 1))
    )
)
YEARS = ir.Span(
    *(
        int(datetime(*at, tzinfo=UTC).timestamp()) * ir.MICROSECONDS
        for at in ((1997, 1, 1), (1998, 7, 1))
    )
)
LONG = 400 * 86_400 * ir.MICROSECONDS


def command(home, *arguments):
    """What `loopline import ... --json` says about its one file."""
    [found] = Quick(home).document("import", *arguments)["files"]
    return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    home = furnish(tmp_path_factory.mktemp("ecom")).path
    tried = command(home, "events-csv", str(DATA / "ecom.csv.gz"), "--dry-run")
    assert not (home / "events").exists()
    found = command(home, "events-csv", str(DATA / "ecom.csv.gz"))
    assert found == tried
    assert (found["created"], found["persons"], found["bad_count"]) == (31_106, 600, 0)
    assert dict(found["names"])["product_view"] == 6_851
    with DuckEngine.open(home / "events" / "segments") as engine:
        yield engine


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    home = tmp_path_factory.mktemp("cdnow")  # without tables: the command makes them
    mapping = home / "map.json"
    mapping.write_text(json.dumps({"event": "=purchase", "properties.dollars": "dollar_value"}))
    arguments = ("events-csv", str(DATA / "cdnow.csv.gz"), "--map", str(mapping))
    found = command(home, *arguments)
    assert (found["created"], found["persons"]) == (69_659, 23_570)
    again = command(home, *arguments)
    assert (again["created"], again["same"]) == (0, 69_659)
    assert not Tail(home / "events").read()
    with DuckEngine.open(home / "events" / "segments") as engine:
        yield engine


@pytest.fixture(scope="module")
def frame():
    return pd.read_csv(DATA / "ecom.csv.gz", parse_dates=["timestamp"])


def test_the_funnel_is_the_published_one(shop):
    question = ir.Funnel(WHOLE, steps=tuple(map(ir.Match, STEPS)), window=LONG)
    assert [step.count for step in shop.answer(question).steps] == [598, 517, 401, 281, 146]
    assert len(shop.people(question, ir.Cell(5))) == 146


def test_the_funnel_by_channel_is_that_of_pandas(shop, frame):
    views = frame[frame.event == STEPS[0]].sort_values("timestamp", kind="stable")
    channel = views.groupby("user_id").acquisition_channel.first()
    reached = views.groupby("user_id").timestamp.min()
    expected = {name: [int((channel == name).sum())] for name in channel.unique()}
    for step in STEPS[1:]:
        later = frame[frame.event == step].merge(reached.rename("since"), on="user_id")
        reached = later[later.timestamp >= later.since].groupby("user_id").timestamp.min()
        for name, counts in expected.items():
            counts.append(int((channel[reached.index] == name).sum()))
    by = ir.Breakdown("acquisition_channel", ir.Attribution.STEP, step=1)
    question = ir.Funnel(WHOLE, steps=tuple(map(ir.Match, STEPS)), window=LONG, breakdown=by)
    found = {value: [s.count for s in some] for value, some in shop.answer(question).breakdown}
    assert sum(counts[0] for counts in found.values()) == 598
    assert {value: counts[0] for value, counts in found.items()} == {
        name: counts[0] for name, counts in expected.items()
    }
    if frame.groupby("user_id").acquisition_channel.nunique().max() == 1:
        assert found == expected


def test_every_event_of_each_name_and_day_is_there(shop, frame):
    for name in frame.event.unique():
        answer = shop.answer(ir.Trend(WHOLE, match=ir.Match(name), interval=ir.Interval.DAY))
        points = {p.at: p.value for p in answer.series[0].points if p.value}
        days = frame[frame.event == name].timestamp.dt.floor("D").value_counts()
        assert points == {day.value // 1000 if day.unit == "ns" else int(day.timestamp()) * 1_000_000: n
                          for day, n in days.items()}  # fmt: skip


def test_revenue_and_cohorts_are_those_of_pandas(records):
    frame = pd.read_csv(DATA / "cdnow.csv.gz", dtype={"customer_id": str}, parse_dates=["date"])
    by_month = frame.groupby(frame.date.dt.to_period("M"))
    months = {}
    for measure in ("sum:dollars", "sum:number_of_cds", "count", "people"):
        answer = records.answer(ir.Trend(YEARS, measure=measure, interval=ir.Interval.MONTH))
        months[measure] = [point.value for point in answer.series[0].points]
    assert round(sum(months["sum:dollars"]), 2) == 2_500_315.63
    assert months["sum:dollars"] == pytest.approx(by_month.dollar_value.sum().tolist())
    assert months["sum:number_of_cds"] == by_month.number_of_cds.sum().tolist()
    assert months["count"] == by_month.size().tolist()
    assert months["people"] == by_month.customer_id.nunique().tolist()
    buy = ir.Match("purchase")
    question = ir.Retention(
        YEARS, start=buy, back=buy, interval=ir.Interval.MONTH, periods=18, anchor="first_match"
    )
    sizes = [cohort.size for cohort in records.answer(question).cohorts[:3]]
    first = frame.groupby("customer_id").date.min().dt.to_period("M").value_counts().sort_index()
    assert sizes == first.tolist()[:3] == [7846, 8476, 7248]


def test_an_export_and_its_live_events_share_their_ids(tmp_path):
    """What an SDK sent before is known when its export comes."""
    furnish(tmp_path)
    message = {
        "event": "Signed up",
        "properties": {"time": 1767323045, "distinct_id": "u1", "$insert_id": "m-1"},
    }
    body = json.dumps([message]).encode()
    parcel = mixpanel.open_request(Request("/import", body, {"content-type": "application/json"}))
    sent = mixpanel.translate(parcel, 1_767_323_045_678_901)
    writer = Writer(Tail(tmp_path / "events"))
    made = batch(sent.events, sent.facts, received_at=sent.received_at)
    assert writer.submit(made).stored == 1
    writer.close()
    path = tmp_path / "export.jsonl"
    path.write_text(json.dumps(message) + "\n")
    found = command(tmp_path, "mixpanel", str(path))
    assert (found["created"], found["same"]) == (0, 1)
