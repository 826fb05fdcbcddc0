"""A newcomer takes one request from the intake to told, and one improvement from the box to its author."""

from datetime import timedelta

from django.utils import timezone

from loopline.platform.jobs.worker import run_until_empty
from loopline.slices.told.models import FollowUp


def _heard_and_understood(page):
    page.goto("/")
    page.get_by_role("link", name="Write one down").click()
    page.get_by_label("What was said").fill(
        "The charge nurse still has to walk to the office to accept a swap."
    )
    page.get_by_label("Account", exact=True).fill("Tarn Valley Hospitals")
    page.get_by_label("Who said it").fill("Greta Halvorsen")
    page.get_by_label("Their e-mail").fill("greta@tarn.example")
    page.get_by_role("button", name="Add Ctrl Enter").click()
    page.wait_for_url("**/feedback/*")

    page.get_by_role("link", name="Inbox").first.click()
    page.get_by_role("link", name="New opportunity").click()
    page.get_by_label("The problem, as one sentence").fill("Swaps wait for a desk")
    page.get_by_label("The words that say it best").fill("walk to the office to accept a swap")
    page.get_by_role("button", name="Add Ctrl Enter").click()
    page.wait_for_url("**/inbox*")


def _decided_and_built(page):
    page.goto("/opportunities")
    page.get_by_role("link", name="Swaps wait for a desk").click()
    page.get_by_role("link", name="New bet").click()
    page.get_by_label("What we would build").fill("Approve swaps on the phone")
    page.get_by_label("Hypothesis").fill("If she can say yes where she stands, it takes minutes.")
    page.get_by_role("button", name="Add Ctrl Enter").click()
    page.wait_for_url("**/bets/*")
    page.get_by_role("button", name="Commit").first.click()
    page.get_by_text("Committed; those who asked can be told").wait_for()
    page.get_by_role("link", name="Add work").click()
    page.get_by_label("What is to be done").fill("Buttons on the request")
    page.get_by_label("State").select_option("done")
    page.get_by_role("button", name="Add Ctrl Enter").click()
    page.wait_for_url("**/work/*")
    assert page.url.rsplit("/", 1)[1]
    run_until_empty(("default",))


def _shipped(page):
    page.goto("/releases/new")
    page.get_by_label("Version").fill("2026.11.3")
    page.get_by_role("button", name="Plan Ctrl Enter").click()
    page.wait_for_url("**/releases/*")
    page.locator("#add-work").fill("Buttons")
    page.get_by_role("option", name="Buttons on the request").click()
    adding = page.locator("form").filter(has=page.locator("#add-work"))
    adding.get_by_role("button", name="Add", exact=True).click()
    page.locator("#holds").get_by_text("What it holds").wait_for()
    page.get_by_role("link", name="Buttons on the request").wait_for()
    page.get_by_role("button", name="Ship").click()
    page.get_by_text("follow-ups to those who asked are being drafted").wait_for()
    run_until_empty(("default",))


def _told(page):
    page.goto("/follow-ups?state=draft")
    page.get_by_role("link", name="Greta Halvorsen").first.click()
    assert "walk to the office" in page.content()
    page.get_by_role("button", name="Approve Y").click()
    page.get_by_text("Approved; it leaves in 20 seconds").wait_for()
    run_until_empty(now=timezone.now() + timedelta(minutes=1))


def test_one_request_travels_from_intake_to_told(visit, cast, monkeypatch, tmp_path):
    monkeypatch.setenv("LOOPLINE_SMTP_URL", f"file://{tmp_path}")
    page = visit(cast.bo)
    for station in (_heard_and_understood, _decided_and_built, _shipped, _told):
        station(page)
    assert FollowUp.objects.filter(state="sent").count() == 1
    mails = list(tmp_path.glob("*.eml"))
    assert len(mails) == 1
    page.goto("/line/feedback/1")
    assert page.errors == []


def test_an_improvement_reaches_its_author(visit, cast):
    page = visit(cast.ann)
    page.goto("/prepare/questions/3")
    page.get_by_role("link", name="Practise P").click()
    page.get_by_label("Your answer").fill("At Oakrow I built one intake and told those who asked.")
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("Score yourself").wait_for()
    page.get_by_label("Your score for Whole path").select_option("4")
    page.get_by_role("button", name="Keep the scores").click()
    page.get_by_text("The sample answer").wait_for()
    page.goto("/prepare/questions/3")
    page.get_by_label("A comment, or the whole answer as you would give it").fill(
        "Say how many were told, and how fast."
    )
    page.get_by_label("This is a rewrite of the whole answer").check()
    page.get_by_role("button", name="Send it to the intake").click()
    page.get_by_text("It is in the intake").wait_for()

    lead = visit(cast.bo)
    lead.goto("/inbox")
    assert "Say how many were told" in lead.content()
    lead.goto("/prepare/questions/3")
    lead.get_by_role("button", name="Accept, with credit").click()
    lead.get_by_text("A new answer with credit").wait_for()
    run_until_empty(("default",))
    page.goto("/notifications")
    assert "Your improvement is in" in page.content()
    page.goto("/prepare/questions/3")
    assert "by Ann Asker" in page.content()
    assert page.errors + lead.errors == []


def test_the_inbox_works_by_keyboard(visit, cast, sample):
    from loopline.slices.feedback.models import Feedback

    page = visit(cast.bo)
    page.goto("/inbox")
    before = Feedback.objects.filter(state="new").count()
    page.keyboard.press("e")
    page.get_by_text("Archived FB-").wait_for()
    assert Feedback.objects.filter(state="new").count() == before - 1
    page.keyboard.press("z")
    page.get_by_text("Undone").wait_for()
    assert Feedback.objects.filter(state="new").count() == before
    page.keyboard.press("?")
    assert page.get_by_role("dialog").first.is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("swaps")
    page.get_by_role("option", name="Swaps without a desk").first.wait_for()
    assert page.errors == []
