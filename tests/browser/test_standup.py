"""The first day of a product-operations lead, by keyboard on an empty workspace; then every page of it, read by axe."""

import pytest

PAGES = (
    "/rollout",
    "/rollout/start",
    "/rollout/tour",
    "/rollout/map",
    "/rollout/squads",
    "/rollout/tools",
    "/rollout/baseline",
    "/adoption",
)


def tab_to(page, name, most=60):
    """Tab until the element with this name has the focus, as somebody without a mouse would."""
    for _ in range(most):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "(e => (e.labels?.[0]?.innerText || e.getAttribute('aria-label') || e.innerText || '').trim())"
            "(document.activeElement)"
        )
        if said.startswith(name):
            return
    raise AssertionError(f"{name} cannot be reached by Tab")


def test_the_first_day_by_keyboard(visit, cast):
    page = visit(cast.olu)
    page.goto("/")
    page.get_by_role("link", name="Begin the first day").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/rollout/start")
    page.get_by_text("0 of 4 done, about 17").wait_for()
    tab_to(page, "Begin the plan")
    page.keyboard.press("Enter")
    page.get_by_text("1 of 4 done").wait_for()
    page.get_by_label("People", exact=True).focus()
    page.keyboard.type("Ruth Holm, Sales")
    page.keyboard.press("Enter")
    page.keyboard.type("Kim Oduya, Engineering")
    page.keyboard.press("Control+Enter")
    page.get_by_text("2 of 4 done").wait_for()
    page.get_by_label("Team", exact=True).focus()
    page.keyboard.type("Onboarding")
    tab_to(page, "Olu Owner")
    page.keyboard.press("Space")
    tab_to(page, "Set it up")
    page.keyboard.press("Enter")
    page.get_by_text("3 of 4 done").wait_for()
    tab_to(page, "Keep today")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="All four are there").wait_for()
    page.get_by_role("link", name="Open the plan").click()
    page.get_by_role("heading", name="Day 1 of 90").wait_for()
    page.goto("/")
    assert page.get_by_role("link", name="Begin the first day").count() == 0
    assert page.errors == []


def test_somebody_is_heard_and_the_counts_follow(visit, cast, run_jobs):
    from django.utils import timezone

    from loopline.slices.playbook.standup import tour

    tour.begin(actor=cast.bo, lines="Ruth Holm, Sales", now=timezone.now())
    page = visit(cast.bo)
    page.goto("/rollout/tour")
    page.get_by_role("heading", name="Nobody has been heard yet").wait_for()
    page.get_by_role("button", name="Edit this line").click()
    row = page.locator("#place-people tbody tr").first
    row.get_by_label("State").select_option("Heard")
    row.get_by_label("Pains, by comma").fill("no dates, lost asks")
    row.get_by_label("In their words").fill("Nobody tells me.")
    row.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="1 person heard").wait_for()
    page.get_by_text("2 pains named").wait_for()
    run_jobs()
    page.reload()
    page.locator("#pains").wait_for()
    page.get_by_role("link", name="Nobody tells me.").first.click()
    page.wait_for_url("**/feedback/*")
    assert page.errors == []


@pytest.fixture
def full(cast, transactional_db):
    """A stand-up in its third week, with lines everywhere."""
    from datetime import timedelta

    from django.utils import timezone

    from loopline.slices.playbook.standup import pulse
    from loopline.slices.surveys import services as asking
    from loopline.slices.surveys.models import Survey
    from loopline.slices.surveys.services import Person, Reply
    from tests.standup.test_standup_pages import fill

    now = timezone.now()
    teams = fill(cast.bo, now, 2)
    survey = Survey.objects.get(name__startswith="Pulse of Squad 0").pk
    for n, score in enumerate((4, 5, 3)):
        asking.answer(
            actor=pulse.ACTOR, survey_id=survey, reply=Reply(score, "", "Fewer meetings, and I know where things are."),
            who=Person(browser=f"browser-number-{n}"), channel="link", now=now - timedelta(minutes=n),
        )  # fmt: skip
    return teams


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_every_page_reads_well(visit, cast, axe, full, theme, width):
    page = visit(cast.bo, theme, width)
    for url in (*PAGES, f"/rollout/squads/{full[0]}", "/rollout/squads/987654"):
        page.goto(url)
        page.wait_for_load_state("networkidle")
        assert axe(page) == [], url
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (url, wide)
    assert page.errors == []


def test_the_copy_is_offered_once_somebody_has_read(visit, cast, full):
    from loopline.platform.entrance.services import set_team

    page = visit(cast.bo)
    from django.utils import timezone

    set_team(actor=cast.olu, name="Payroll", member_ids=[], now=timezone.now())
    page.goto(f"/rollout/squads/{full[0]}")
    page.get_by_text("4 of 5").wait_for()
    assert page.get_by_role("button", name="Copy the set-up").count() == 0
    page.get_by_role("button", name="I have read it").click()
    page.get_by_label("Copy to").select_option(label="Payroll")
    page.get_by_role("button", name="Copy the set-up").click()
    page.get_by_role("heading", name="Payroll, day 1").wait_for()
    assert page.errors == []
