"""Docs in a real browser: from a template to a filled page, a block by the slash, a line taken away and back."""

import os

import pytest

from loopline.slices.docs import services
from loopline.slices.docs.models import Doc


@pytest.fixture
def written(cast, now, sample, transactional_db):
    """A sprint, an interview with insights, a brief with blocks and an earlier version, one out of date."""
    bo = cast.bo

    def make(title, template="", **more):
        return services.create_doc(actor=bo, new=services.NewDoc(title, template, **more), now=now)

    sprint = make("Swaps on the ward", "discovery-sprint")
    talk = make("Greta, ward manager", "interview", parent_id=sprint)
    services.fill(actor=bo, doc_id=talk, key="notes", value="She *walks* to the office.", now=now)
    for said in ("I walk to the office for every swap.", "On Fridays nobody is there."):
        services.add_row(
            actor=bo, doc_id=talk, key="insights", values={"said": said, "tags": "swaps"}, now=now
        )
    services.tick(actor=bo, doc_id=talk, key="guide", item="last", done=True, now=now)
    body = (
        f"# Why\n\nSee OPP-{sample['opp']} and MET-{sample['metric']}.\n\n{{{{metric id={sample['metric']}}}}}\n\n"
        "{{feedback-new days=30}}\n\n{{opportunities-top}}\n\n{{shipped days=30}}\n\n{{work-blocked}}\n"
    )
    brief = make("Approve on the phone", body="The old words.\n")
    services.change_doc(actor=bo, id_=brief, changes={"body": body}, now=now)
    stale = make("How swaps work", body=f"BET-{sample['bet']}")
    services.mark_stale(
        actor=bo,
        refs=[("bet", sample["bet"])],
        why=f"BET-{sample['bet']} shipped on 19 Nov",
        now=now,
    )
    services.review(actor=bo, doc_id=brief, now=now)
    return {
        "sprint": sprint,
        "talk": talk,
        "brief": brief,
        "stale": stale,
        "metric": sample["metric"],
    }


def look(page, name):
    """Keep a picture where somebody wants to look."""
    if folder := os.environ.get("LOOPLINE_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_docs_hold_wcag_and_their_width(visit, axe, written, cast, theme, width):
    page, wrong = visit(cast.bo, theme, width), []
    paths = {
        "list": "/docs", "new": "/docs/new", "sprint": f"/docs/{written['sprint']}", "talk": f"/docs/{written['talk']}",
        "brief": f"/docs/{written['brief']}", "edit": f"/docs/{written['brief']}/edit",
        "stale": f"/docs/{written['stale']}",
        "versions": f"/docs/{written['brief']}/versions", "prune": "/docs/prune",
        "metric": f"/measures/{written['metric']}",
    }  # fmt: skip
    for name, path in paths.items():
        response = page.goto(path)
        assert response.status == 200, path
        page.wait_for_load_state("networkidle")
        if name == "edit":
            page.locator("[data-block-picker] summary").click()
            page.wait_for_selector("[data-block-find]")
        look(page, f"docs-{name}-{theme}-{width}")
        wrong += [f"{name}: {each}" for each in axe(page)]
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            wrong.append(f"{name}: {over} px too wide")
        wrong += [f"{name}: {each}" for each in page.errors]
        page.errors.clear()
    assert wrong == []


@pytest.mark.slow
def test_a_slash_puts_a_block_and_the_preview_follows(visit, written, cast):
    page = visit(cast.bo)
    page.goto(f"/docs/{written['brief']}/edit")
    page.wait_for_selector(".seen .prose")
    field = page.locator("[data-doc-body]")
    field.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n/")
    page.wait_for_selector("[data-block-find]:focus")
    page.keyboard.type("told")
    page.keyboard.press("Enter")
    page.locator("[data-doc-body]:focus").wait_for()
    assert field.input_value().rstrip().endswith("{{told days=30}}")
    page.wait_for_selector(".seen [data-block=told]")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/docs/{written['brief']}")
    assert "{{told days=30}}" in Doc.objects.get(pk=written["brief"]).body
    assert page.errors == []


@pytest.mark.slow
def test_a_place_is_kept_on_leaving_it_and_a_line_comes_back(visit, written, cast):
    page = visit(cast.bo)
    page.goto(f"/docs/{written['talk']}")
    place = page.locator("#place-surprise")
    place.locator("textarea").fill("She had never seen the **phone** page.")
    place.locator("textarea").blur()
    page.wait_for_selector("#place-surprise strong")
    table = page.locator("#place-insights")
    assert table.locator("tbody tr:not(.new)").count() == 2
    table.get_by_label("Take this line away").first.click()
    page.get_by_role("button", name="Undo").first.wait_for()
    assert table.locator("tbody tr:not(.new)").count() == 1
    table.get_by_role("button", name="Undo").click()
    page.locator("#place-insights tbody tr:not(.new)").nth(1).wait_for()
    table.get_by_role("button", name="Into the intake").first.click()
    page.wait_for_selector("#place-insights a[href^='/feedback/']")
    page.locator("#place-guide button.tickbox").nth(1).click()
    page.get_by_text("2 of 6").wait_for()
    assert page.errors == []
