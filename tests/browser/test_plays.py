"""Plays, stage and library in a real browser: both themes, wide and narrow, from an empty workspace to a full one."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from loopline.slices.customers.services import Who
from loopline.slices.docs import services as writing
from loopline.slices.docs.services import NewDoc
from loopline.slices.feedback import services as intake
from loopline.slices.playbook.content import load_content
from loopline.slices.playbook.models import Feed
from loopline.slices.playbook.plays import library, stage, standing

PAGES = (
    "/plays", "/plays/3", "/plays/8", "/stage", "/stage?stage=series_b", "/library", "/library?add",
    "/prepare/questions/3/practise",
)  # fmt: skip
SHOTS = os.environ.get("LOOPLINE_SHOTS", "")


@pytest.fixture
def full(cast, now, transactional_db):
    """Feedback, founders, practices, marks, a share-out, two sources and ten weeks of looks."""
    load_content(now=now)
    bo = cast.bo
    for i in range(30):
        at = now - timedelta(days=2 * i + 1)
        ask = intake.NewFeedback(
            source="form" if i % 6 else "email", external_id=f"x{i}", title=f"Swap shifts on the phone {i}",
            verbatim="I swap by calling five people.", received_at=at,
            submitted_by=(cast.olu if i % 3 else bo).user_id if i % 6 else None, who=Who(account_name="Vitalis Care"),
        )  # fmt: skip
        intake.receive_feedback(actor=bo, ask=ask, now=at)
    sheet = writing.create_doc(actor=bo, new=NewDoc("", "company-sheet"), now=now)
    for name in ("Olu Owner", "Ada Admin"):
        writing.add_row(actor=bo, doc_id=sheet, key="founders", values={"name": name}, now=now)
    tried = (
        ("A reading hour", "Kept"),
        ("Themes by vote", "Given up"),
        ("Written stand-ups", "Still trying"),
    )
    for title, again in tried:
        more = {
            "measured": [
                {"id": "a", "metric": "Wait", "before": 3.0, "after": 1.2, "unit": "d", "how": ""}
            ]
        }
        library.add_practice(
            actor=bo, title=title, again=again, play="feedback-to-roadmap", where="Scheduling", now=now,
            more=more if again == "Kept" else {"came": "Whoever spoke last won."},
        )  # fmt: skip
    stage.mark(actor=bo, item="checklist", says="In place", note="on the wall", now=now)
    stage.mark(actor=bo, item="ops-team", says="In place", note="two hires", now=now)
    writing.fill(
        actor=bo, doc_id=library.prepare_share_out(actor=bo, now=now), key="held", value="2026-10-02", now=now
    )  # fmt: skip
    entry = {
        "title": "How we read feedback",
        "text": "A year of notes.",
        "href": "https://a.example/1",
        "at": "",
    }
    Feed.objects.create(
        url="https://a.example/f",
        title="A blog",
        entries=[entry],
        good_at=now,
        created_at=now,
        updated_at=now,
    )
    Feed.objects.create(
        url="https://b.example/f", title="A silent one", failures=9, trouble="b.example did not answer within 15 s.",
        created_at=now, updated_at=now,
    )  # fmt: skip
    for week in range(10, -1, -1):
        standing.reckon(now=now - timedelta(weeks=week))


def looked_at(page, axe, url, name):
    page.goto(url)
    assert axe(page) == [], url
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0, url
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_sound_when_full(visit, cast, axe, full, theme, width):
    page = visit(cast.ada, theme, width)
    for url in PAGES:
        name = url.strip("/").replace("/", "-").replace("?", "-").replace("=", "-")
        looked_at(page, axe, url, f"{name}-{width}-{theme}")
    assert page.errors == []


def test_every_page_is_sound_when_empty(visit, cast, axe, now, transactional_db):
    load_content(now=now)
    page = visit(cast.bo, "light", 390)
    for url in ("/plays", "/plays/3", "/stage", "/library"):
        looked_at(page, axe, url, f"empty-{url.strip('/').replace('/', '-')}")
    assert page.errors == []


def test_a_lead_reads_a_play_writes_what_was_tried_and_takes_the_next_step(visit, cast, full):
    page = visit(cast.bo)
    page.goto("/plays")
    page.get_by_role("link", name="From feedback to roadmap, and back").click()
    page.get_by_role("heading", name="Here, in your workspace").wait_for()
    page.get_by_role("textbox", name="Notes").fill("Sales notes come by mail.")
    page.get_by_role("button", name="Keep the notes").click()
    page.get_by_text("Sales notes come by mail.").wait_for()
    page.get_by_label("What you tried").fill("One owner for the inbox")
    page.get_by_role("button", name="Put it in the library").click()
    page.get_by_role("heading", name="One owner for the inbox").wait_for()
    page.goto("/plays/3")
    page.get_by_role("link", name="One owner for the inbox").wait_for()
    page.get_by_role("link", name="Open the inbox").first.click()
    page.wait_for_url("**/inbox*")


def test_somebody_who_prepares_uses_the_numbers_of_the_workspace(visit, cast, full):
    page = visit(cast.ann)
    page.goto("/prepare/questions/3/practise")
    page.get_by_label("Your answer").fill("I would begin with one intake.")
    page.get_by_role("button", name="Use my evidence").click()
    page.wait_for_function("document.querySelector('textarea').value.includes('as of')")
    said = page.get_by_label("Your answer").input_value()
    assert said.startswith("I would begin with one intake.")
    assert "came through the intake" in said


def test_the_stage_is_set_and_a_practice_marked_by_hand(visit, cast, full):
    page = visit(cast.bo)
    page.goto("/stage")
    page.get_by_role("button", name="This is Seed").click()
    page.get_by_text("The company sheet says so now").wait_for()
    page.get_by_label("Mark by hand: A decision log of a few lines per choice").click()
    page.locator("#says-decision-log").select_option("Next")
    page.locator("form:has(#says-decision-log) button").click()
    page.get_by_role(
        "heading", name="Add next: A decision log of a few lines per choice"
    ).wait_for()
