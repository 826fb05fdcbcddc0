"""Action items in a real browser: written on the page they come from, done by key, moved together, on a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from loopline.slices.actions import services
from loopline.slices.actions.models import ActionItem


@pytest.fixture
def actions(cast, sample):
    """Five of Bo's: late, due today, two later and one that was moved, from what the sample holds."""
    now, made = timezone.now(), []
    sources = [
        ("decision", sample["decision"]),
        ("release", sample["release"]),
        ("bet", sample["bet"]),
        None,
    ]
    for n, days in enumerate((1, 2, 9, 20, 4)):
        made.append(
            services.create(
                actor=cast.bo, text=f"Promise number {n}", owner_id=cast.bo.user_id if n % 2 else cast.cy.user_id,
                due=(now - timedelta(days=2) + timedelta(days=days)).date(), source=sources[n % 4],
                now=now - timedelta(days=2),
            )
        )  # fmt: skip
    services.move_due(actor=cast.bo, ids=[made[4]], due=(now + timedelta(days=9)).date(), now=now)
    dropped = services.create(
        actor=cast.bo,
        text="A promise taken back",
        owner_id=cast.bo.user_id,
        due=now.date(),
        now=now,
    )
    services.wont_do(actor=cast.bo, ids=[dropped], reason="Tarn left.", now=now)
    return {"late": made[0], "dropped": dropped, "all": made}


def test_from_a_decision_to_done_by_key(visit, cast, sample):
    page = visit(cast.bo)
    page.goto(f"/decisions/{sample['decision']}")
    section = page.locator("section[id^=actions-decision]")
    section.get_by_label("What is to be done").fill("Tell Tarn Valley the week")
    section.get_by_label("Due").fill("someday")
    section.get_by_role("button", name="Add").click()
    section.get_by_text("“someday” is not a day").wait_for()
    assert section.get_by_label("What is to be done").input_value() == "Tell Tarn Valley the week"
    section.get_by_label("Due").fill("in 2 weeks")
    section.get_by_role("button", name="Add").click()
    section.get_by_role("link", name="Tell Tarn Valley the week").wait_for()
    made = ActionItem.objects.get()
    assert (made.source_type, made.source_id) == ("decision", sample["decision"])
    assert made.owner_id == cast.bo.user_id

    page.goto("/actions")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.get_by_text("Done: 1\u00a0action item").wait_for()
    made.refresh_from_db()
    assert made.state == "done"
    page.keyboard.press("z")
    page.locator(f'#rows > li[data-id="{made.pk}"]').wait_for()
    made.refresh_from_db()
    assert made.state == "open"
    assert page.errors == []


def test_several_are_moved_at_once_and_one_in_its_row(visit, cast, actions):
    page = visit(cast.bo)
    page.goto("/actions?sort=owner")
    assert page.locator("#rows > li.strong").all_inner_texts() == ["Bo Decider", "Cy Shipper"]
    page.goto("/actions")
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.keyboard.press("m")
    page.locator("#bulk [data-menu=move] select").select_option("in 2 weeks")
    page.locator("#bulk [data-menu=move] button").click()
    page.get_by_text("2\u00a0action items due").wait_for()
    assert ActionItem.objects.filter(moves=1).count() == 3
    row = page.locator(f'[data-id="{actions["all"][3]}"]')
    row.get_by_role("button", name="edit state").click()
    row.get_by_label("State").select_option("in_progress")
    row.get_by_role("button", name="In progress").wait_for()
    assert ActionItem.objects.get(pk=actions["all"][3]).state == "in_progress"
    assert page.errors == []


def test_created_from_anywhere_and_seen_today(visit, cast, sample):
    page = visit(cast.bo)
    page.goto("/roadmap")
    page.keyboard.press("c")
    page.locator("#create").get_by_role("button", name="Action item").click()
    form = page.locator("#create-form form")
    form.get_by_label("What is to be done").fill("Call Lund")
    form.get_by_label("Due").fill("today")
    form.get_by_role("button", name="Add").click()
    page.wait_for_url("**/actions/*")
    page.goto("/")
    todo = page.locator("section[aria-labelledby=todo]")
    todo.get_by_role("link", name="Call Lund").wait_for()
    todo.get_by_role("button", name="Mark done: Call Lund").click()
    page.get_by_text("It is done").wait_for()
    assert ActionItem.objects.get().state == "done"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
)
def test_pages_hold_wcag_and_their_width(visit, axe, actions, sample, cast, theme, width):
    page, wrong = visit(cast.bo, theme, width), []
    paths = [
        "/actions", "/actions?sort=owner", "/actions?sort=source", "/actions?state=wont_do", "/actions?unowned=1",
        f"/actions/{actions['late']}", f"/actions/{actions['dropped']}", "/actions/new",
        f"/actions/new?about=bet:{sample['bet']}", f"/decisions/{sample['decision']}", f"/work/{sample['item']}",
        f"/releases/{sample['release']}", f"/feedback/{sample['feedback']}", f"/measures/{sample['metric']}", "/",
    ]  # fmt: skip
    for path in paths:
        response = page.goto(path)
        if response.status != 200:
            wrong.append(f"{path}: {response.status}")
            continue
        wrong += [f"{path}: {v}" for v in axe(page)]
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if over > 1:
            wrong.append(f"{path}: {over} px too wide")
    assert wrong + page.errors == [], "\n".join(wrong + page.errors)
