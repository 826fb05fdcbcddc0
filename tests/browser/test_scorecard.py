"""The scorecard, leverage and the impact report in a real browser: begun, changed in place, reviewed, frozen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from loopline.slices.home.weighing import notnow
from loopline.slices.measures import services as measures
from loopline.slices.playbook.scorecard import changing
from tests.browser.conftest import AXE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def outcome(cast, transactional_db):
    """A scorecard begun two months ago with one outcome that a metric measures, and something left for later."""
    now, bo = timezone.now(), cast.bo
    made = measures.create_metric(
        actor=bo, name="Rotas published", unit="%", now=now - timedelta(days=90)
    )
    for days, value in ((70, 40.0), (30, 43.0), (1, 46.0)):
        at = now - timedelta(days=days)
        measures.record_value(actor=bo, metric_id=made, value=value, at=at, now=at)
    changing.begin(actor=bo, now=now - timedelta(days=60))
    values = {
        "outcome": "Rotas out in time",
        "source": f"metric id={made}",
        "six": "48",
        "twelve": "60",
        "owner": bo.name,
    }
    row = changing.add_row(actor=bo, changes=values, now=now - timedelta(days=60))
    changing.take_baseline(actor=bo, now=now - timedelta(days=60))
    notnow.add(
        actor=bo, now=now,
        values={"what": "A second product", "why": "The first is not loved yet", "back": "Half of them stay"},
    )  # fmt: skip
    return row


def test_from_nothing_to_a_reviewed_quarter(visit, cast, transactional_db):
    page = visit(cast.bo)
    page.goto("/scorecard")
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("heading", name="Nothing on it is measured yet").wait_for()
    assert page.get_by_text("not measured", exact=True).count() == 8
    page.get_by_text("Add an outcome").click()
    form = page.locator("#f-new")
    form.get_by_label("Outcome").fill("Decisions that wait")
    form.get_by_label("Measured by").select_option("follow-ups-waiting")
    form.get_by_label("In 6 months").fill("soon")
    form.get_by_role("button", name="Add it").click()
    page.get_by_text("soon is no target").wait_for()
    assert page.locator("#f-new").get_by_label("Outcome").input_value() == "Decisions that wait"
    page.locator("#f-new").get_by_label("In 6 months").fill("5")
    page.locator("#f-new").get_by_role("button", name="Add it").click()
    page.get_by_role("rowheader", name="Decisions that wait").wait_for()
    page.get_by_role("link", name="Change Decisions that wait").click()
    page.get_by_label("In 12 months").first.fill("2")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("rowheader", name="Decisions that wait").wait_for()
    page.get_by_role("button", name="Take Decisions that wait off").click()
    page.get_by_text("It is off the scorecard").wait_for()
    page.keyboard.press("z")
    page.get_by_role("rowheader", name="Decisions that wait").wait_for()
    page.get_by_role("link", name="Review the quarter").click()
    page.get_by_role("button", name="Keep the quarter").click()
    assert page.get_by_text("Say it in one sentence.").count() == 9
    for field in page.locator("input[name^=said-]").all():
        field.fill("Not begun.")
    page.get_by_role("button", name="Keep the quarter").click()
    page.get_by_role("heading", name="Quarter by quarter").wait_for()
    assert page.get_by_role("link", name="Review the quarter").count() == 0
    assert page.errors == []


def test_a_report_is_frozen_and_something_left_for_later(visit, cast, outcome):
    page = visit(cast.bo)
    page.goto("/impact")
    page.get_by_role("article").get_by_text("46 %").first.wait_for()
    page.get_by_role("button", name="Freeze it").click()
    page.get_by_text("These numbers do not change any more").wait_for()
    with page.expect_request(lambda r: r.url.endswith(".pdf")):
        page.evaluate("fetch(document.querySelector('.top .acts a[href$=\".pdf\"]').href)")
    page.goto("/leverage")
    page.get_by_text("Leave something for later").click()
    page.get_by_label("What", exact=True).fill("A kiosk")
    page.get_by_role("button", name="Leave it for later").click()
    page.get_by_text("Say why not now.").wait_for()
    page.get_by_label("Why not now", exact=True).fill("Nobody stands there")
    page.get_by_label("What would bring it back, in words").fill("Three customers ask")
    page.get_by_role("button", name="Leave it for later").click()
    page.get_by_role("rowheader", name="A kiosk").wait_for()
    assert page.errors == []


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_everybody_can_read_them(visit, cast, outcome, theme, width):
    page = visit(cast.bo, theme=theme, width=width)
    for url in (
        "/scorecard",
        f"/scorecard?edit={outcome}",
        "/scorecard/review",
        "/leverage",
        "/impact",
    ):
        page.goto(url)
        page.evaluate(AXE)
        found = page.evaluate(
            "rules => axe.run(document, {runOnly: rules})"
            ".then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].target))",
            RULES,
        )
        assert found == [], (url, found)
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, (url, wide)
