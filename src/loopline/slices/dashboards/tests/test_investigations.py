"""Investigations: a chart stands beside the finding with the numbers of the day it was written."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from loopline.slices.dashboards import services
from loopline.slices.dashboards.models import Investigation, InvestigationChart
from loopline.slices.insights import services as insights

THEN = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)
WEEK = {"event": "export", "last_days": 7, "interval": "day"}


@pytest.fixture
def inquiry(stored, cast, now):
    """Exports: one a day until the finding, three a day later; then the report counts something else."""
    rows = [("export", f"a{n}", f"2026-10-{n:02}T08:00") for n in range(1, 12)]
    rows += [("export", f"b{n}{m}", f"2026-11-{n:02}T08:00") for n in range(1, 20) for m in "xyz"]
    rows += [("import", "c", "2026-11-18T08:00")]
    stored(rows)
    before = THEN - timedelta(days=30)
    report = insights.save_report(
        actor=cast.bo, name="Exports", kind="trend", body=WEEK, now=before
    )
    made = services.open_investigation(
        actor=cast.bo, question="Who exports?", report_ids=[report], now=before
    )
    services.conclude(actor=cast.bo, investigation_id=made, finding="One a day.", now=THEN)
    insights.change_report(
        actor=cast.bo, id_=report, changes={"body": {**WEEK, "event": "import"}}, now=now
    )
    return made, InvestigationChart.objects.get().pk


def _values(answer):
    return [p["value"] for p in answer["series"][0]["points"]]


def test_the_chart_is_of_the_day_of_the_finding_and_leads_to_todays(inquiry, signed_in, cast):
    made, chart = inquiry
    client = signed_in(cast.dee)
    at = f"/investigations/{made}/charts/{chart}"
    page = client.get(at).content.decode().replace("\xa0", " ")
    assert "As on 12 Oct" in page
    assert f'hx-get="{at}?today=1"' in page
    assert "11 Oct" in page
    assert "18 Nov" not in page
    today = client.get(f"{at}?today=1").content.decode().replace("\xa0", " ")
    assert "Today's numbers" in today
    assert "18 Nov" in today
    assert "as on 12 Oct" in today
    assert "11 Oct" not in today


def test_the_api_says_which_day_its_numbers_are_of(inquiry, client, token, cast):
    made, chart = inquiry
    at = f"/api/v1/investigations/{made}/charts/{chart}"
    then = client.get(at, headers=token("viewer")).json()
    assert then["as_on"] == "2026-10-12T09:00:00Z"
    assert then["query"]["event"] == "export"
    assert max(v for v in _values(then["answer"]) if v is not None) == 1
    today = client.get(f"{at}?numbers=today", headers=token("viewer")).json()
    assert today["as_on"] is None
    assert today["query"]["event"] == "import"
    assert client.get(f"{at}?numbers=x", headers=token("viewer")).status_code == 422
    assert client.get(f"{at}0000", headers=token("viewer")).status_code == 404
    whole = client.get(f"/api/v1/investigations/{made}", headers=token("viewer")).json()
    assert whole["found_at"] == "2026-10-12T09:00:00Z"


def test_the_day_follows_the_words_of_the_finding(inquiry, client, token, cast, now):
    made, chart = inquiry
    at = f"/api/v1/investigations/{made}"
    change = lambda **body: client.patch(  # noqa: E731
        at, json.dumps(body), content_type="application/json", headers=token("product")
    ).json()
    assert change(finding="One a day.")["found_at"] == "2026-10-12T09:00:00Z"
    assert change(question="Who?")["found_at"] == "2026-10-12T09:00:00Z"
    assert change(finding="")["found_at"] is None
    read = client.get(f"{at}/charts/{chart}", headers=token("viewer")).json()
    assert read["as_on"] is None
    again = change(finding="More.")["found_at"]
    assert again > "2026-10-12"


def test_a_question_with_an_end_of_its_own_keeps_it_up_to_the_day(
    inquiry, client, token, cast, now
):
    made, _ = inquiry
    for name, span, ends in (
        ("before", {"from": "2026-10-01T00:00:00Z", "to": "2026-10-05T00:00:00Z"}, "2026-10-05T00:00:00Z"),
        ("across", {"from": "2026-10-01T00:00:00Z", "to": "2026-11-10T00:00:00Z"}, "2026-10-12T09:00:00+00:00"),
        ("after", {"from": "2026-11-01T00:00:00Z", "to": "2026-11-10T00:00:00Z"}, "2026-11-10T00:00:00Z"),
    ):  # fmt: skip
        report = insights.save_report(
            actor=cast.bo, name=name, kind="trend", body={"event": "export", **span}, now=THEN
        )
        chart = services.add_chart(actor=cast.bo, investigation_id=made, report_id=report, now=THEN)
        at = f"/api/v1/investigations/{made}/charts/{chart}"
        read = client.get(at, headers=token("viewer")).json()
        assert read["query"]["to"] == ends, name
        assert (read["as_on"] is None) == (name == "after"), name
    assert Investigation.objects.get().found_at == THEN
