"""Rituals in a real browser: a session from its page to the summary without a mouse; every page in both themes."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from loopline.slices.actions.models import ActionItem
from loopline.slices.decisions.models import Decision
from loopline.slices.rituals import services
from loopline.slices.rituals.models import Ritual, Session


@pytest.fixture
def rituals(cast, transactional_db):
    """A weekly review about to begin, and one that is not worth its time."""
    now = timezone.now()

    def make(name, template):
        new = services.NewRitual(
            name, "weekly", (now + timedelta(days=1)).weekday(), time(10), 30, template,
            attendee_ids=[cast.ann.user_id, cast.bo.user_id, cast.cy.user_id],
        )  # fmt: skip
        return services.create_ritual(actor=cast.bo, new=new, now=now)

    review, hygiene = (
        make("Weekly review", "ritual-weekly-review"),
        make("Backlog hygiene", "ritual-hygiene"),
    )
    slots = [(now - timedelta(days=7 * n)).date() for n in range(1, 6)]
    held = [
        services.Held(s, 40, [cast.ann.user_id, cast.bo.user_id], (1, 3, 1, 0, 0)) for s in slots
    ]
    services.record_past(actor=cast.bo, ritual_id=hygiene, held=held, now=now)
    s = Session.objects.filter(ritual=review).order_by("at").first()
    Session.objects.filter(pk=s.pk).update(at=now + timedelta(minutes=5))
    return review, s.pk, hygiene


def test_a_session_runs_by_the_keyboard(visit, rituals, cast):
    _, pk, _ = rituals
    page = visit(cast.bo)
    page.goto(f"/rituals/sessions/{pk}")
    page.keyboard.press("r")
    page.get_by_text("1 of 1 read it").or_(page.get_by_text("1 of 3 read it")).wait_for()
    page.keyboard.press("s")
    clock = page.locator("loop-clock")
    clock.wait_for()
    page.wait_for_function("/^\\d+:\\d\\d$/.test(document.querySelector('loop-clock').textContent)")
    page.keyboard.press("n")
    assert page.locator(".agenda [aria-current]").inner_text().startswith("What moved")
    page.keyboard.press("a")
    page.keyboard.type("@ann call Tarn Valley by friday")
    page.keyboard.press("Enter")
    page.locator("#captured").get_by_text("Call Tarn Valley").wait_for()
    page.keyboard.type("Read the ten oldest asks")
    page.keyboard.press("Enter")
    page.locator("#captured").get_by_text("Read the ten oldest asks").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.type("Swaps ship to everybody, because nobody turned them off")
    page.keyboard.press("Enter")
    page.locator("#captured").get_by_text("Swaps ship to everybody").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    page.get_by_text("You rated it.").wait_for()
    page.keyboard.press("Shift+F")
    page.get_by_text("got what came of it").wait_for()
    assert page.errors == []
    assert Session.objects.get(pk=pk).state == "held"
    assert Session.objects.get(pk=pk).ratings == [0, 0, 0, 1, 0]
    assert {a.owner.name for a in ActionItem.objects.select_related("owner")} == {
        "Ann Asker",
        "Bo Decider",
    }
    assert Decision.objects.get().rationale == "Nobody turned them off"


def test_a_refused_line_stays_in_its_field(visit, rituals, cast):
    _, pk, _ = rituals
    services.start(actor=cast.bo, session_id=pk, now=timezone.now())
    page = visit(cast.bo)
    page.goto(f"/rituals/sessions/{pk}")
    page.keyboard.press("a")
    page.keyboard.type("@ann")
    page.keyboard.press("Escape")
    page.locator("#cap-action").press("Enter")
    page.get_by_text("Say what is to be done").wait_for()
    assert page.locator("#cap-action").input_value() == "@ann"


def test_pruning_by_one_click_and_back(visit, rituals, cast):
    *_, hygiene = rituals
    page = visit(cast.bo)
    page.goto("/rituals")
    page.get_by_role("button", name="Cancel it").click()
    page.get_by_text("Not held now").wait_for()
    assert Ritual.objects.get(pk=hygiene).state == "retired"
    page.keyboard.press("z")
    page.get_by_role("button", name="Cancel it").wait_for()


@pytest.mark.parametrize(
    ("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
)
def test_every_page_in_both_themes_and_on_a_phone(visit, rituals, cast, axe, theme, width):
    review, pk, hygiene = rituals
    services.start(actor=cast.bo, session_id=pk, now=timezone.now())
    block = services.Block(1, time(9), 90, "building", "Import")
    today = timezone.now().date()
    services.add_block(
        actor=cast.bo,
        monday=today - timedelta(days=today.weekday()),
        block=block,
        now=timezone.now(),
    )
    page = visit(cast.bo, theme=theme, width=width)
    own = (f"/rituals/{review}", f"/rituals/{hygiene}", f"/rituals/sessions/{pk}")
    for path in ("/rituals", *own, "/rituals/sessions", "/rituals/new", "/week"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert page.errors == []
