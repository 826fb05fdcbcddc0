"""Goals in a real browser: every page in both themes and on a phone, a round of check-ins by keyboard, a change of
direction from its draft to its end."""

import pytest

from loopline.slices.customers import services as customers
from loopline.slices.customers.services import Who
from loopline.slices.feedback.services import NewFeedback, receive_many
from loopline.slices.goals import services
from loopline.slices.goals.rules import period_of
from loopline.slices.measures import services as measures
from loopline.slices.roadmap import services as roadmap


@pytest.fixture
def quarter(cast, transactional_db):
    """The running quarter with two key results of Bo's, two planned bets and an account that waits."""
    from django.utils import timezone

    now, bo = timezone.now(), cast.bo
    period = period_of(now.date())
    customers.save_account(
        actor=bo, now=now,
        changes={"name": "Tarn Valley", "domain": "tarn.example", "stage": "customer", "arr": 184_000},
    )  # fmt: skip
    asked = [
        NewFeedback(
            "call",
            "Our sheet does not go in.",
            "f1",
            who=Who("", "tarn.example", "", "a@tarn.example", "A", ""),
        )
    ]
    got = receive_many(actor=bo, now=now, asks=asked)
    opp = roadmap.create_opportunity(actor=bo, title="Sheets go in", now=now)
    roadmap.link_feedback(actor=bo, feedback_id=got[0].id, opportunity_id=opp, quote="", now=now)
    metric = measures.create_metric(actor=bo, name="Swapped", unit="%", target=45, now=now)
    measures.record_value(actor=bo, metric_id=metric, value=31, now=now)
    o = services.create_objective(actor=bo, title="Managers trust the rota", period=period, now=now)
    keys = [
        services.create_key_result(
            actor=bo, objective_id=o, text=text, target=45, baseline=0, metric_id=bound, now=now
        )
        for text, bound in (("Sites that swapped", metric), ("Speakers", None))
    ]
    services.start_objective(actor=bo, objective_id=o, now=now)
    bets = []
    for title, on in (("Swap approval", None), ("Sheet import", opp)):
        bet = roadmap.create_bet(
            actor=bo, title=title, opportunity_id=on, key_result_id=keys[0], quarter=period, horizon="now", now=now
        )  # fmt: skip
        roadmap.commit_bet(actor=bo, bet_id=bet, rationale="Yes", horizon="now", now=now)
        roadmap.plan_bet(actor=bo, bet_id=bet, weeks={"Platform": 9}, now=now)
        bets.append(bet)
    services.set_capacity(actor=bo, team="Platform", period=period, people=1, now=now)
    return {"objective": o, "keys": keys, "bets": bets, "period": period, "now": now}


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_goal_pages_hold_wcag_and_their_width(visit, axe, quarter, cast, theme, width):
    bo, now = cast.bo, quarter["now"]
    services.check_in(
        actor=bo, key_result_id=quarter["keys"][0], confidence=7, note="Well", now=now
    )
    made = services.open_direction(actor=bo, title="Proof first", why="A ruling.", now=now)
    services.put_row(
        actor=bo, direction_id=made, kind="bet", action="pause", ref_id=quarter["bets"][1], trade_off="It waits",
        now=now,
    )  # fmt: skip
    a, b = (services.take_snapshot(actor=bo, period=quarter["period"], now=now) for _ in range(2))
    page, wrong = visit(bo, theme, width), []
    for path in (
        "/goals", "/goals?period=2031-Q1", "/goals/check-in", "/goals/objectives", "/goals/objectives/new",
        f"/goals/objectives/{quarter['objective']}", "/goals/key-results", "/goals/key-results/new",
        f"/goals/key-results/{quarter['keys'][0]}", f"/goals/key-results/{quarter['keys'][1]}", "/goals/plan",
        "/goals/plan?period=2031-Q1", "/goals/plan/snapshots", f"/goals/plan/diff?a={a}&b={b}", "/goals/change",
        "/goals/change/new", f"/goals/change/{made}", f"/bets/{quarter['bets'][0]}",
    ):  # fmt: skip
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


def test_a_round_of_check_ins_by_keyboard(visit, cast, quarter):
    page = visit(cast.bo)
    page.goto("/goals")
    page.keyboard.press("i")
    page.wait_for_url("**/goals/check-in")
    assert page.get_by_text("31 %").first.is_visible()
    page.keyboard.type("8")
    page.keyboard.press("Tab")
    page.keyboard.type("Wards ask for it")
    page.keyboard.press("Tab")  # the value of the one without a metric
    page.keyboard.type("2")
    page.keyboard.press("Tab")
    page.keyboard.type("11")
    page.keyboard.press("Control+Enter")
    page.get_by_role("alert").get_by_text("0 to 10").wait_for()
    page.get_by_label("Confidence").nth(1).fill("5")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/goals")
    page.get_by_text("2 key results checked in").wait_for()
    assert page.get_by_text("8 of 10").is_visible()
    assert page.errors == []


def test_a_change_of_direction_from_its_draft_to_its_end(visit, cast, quarter, axe):
    from loopline.slices.roadmap.models import Bet

    page = visit(cast.bo)
    page.goto("/goals/change/new")
    page.get_by_label("What changes, in a few words").fill("Proof of rest first")
    page.get_by_label("Why").fill("A ruling of 9 November.")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/goals/change/*")
    page.get_by_label("Bet", exact=True).select_option(label=_option(page, "Sheet import"))
    page.get_by_label("What becomes of it").first.select_option("pause")
    page.get_by_label("What we give up, or gain").fill("Imports wait")
    page.get_by_role("button", name="Write the row").first.click()
    page.get_by_role("cell", name="Imports wait").wait_for()
    page.get_by_label("Tarn Valley").check()
    page.get_by_role("button", name="Add to the list").click()
    offer = page.get_by_label("Offer to Tarn Valley")
    offer.fill("We load it for you")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Fill it from the rows").click()
    page.get_by_text("do not promise the old date again").wait_for()
    page.get_by_role("button", name="Decide", exact=True).click()
    page.get_by_text("Decided; everything is applied").wait_for()
    assert Bet.objects.get(pk=quarter["bets"][1]).paused_at
    assert axe(page) == []
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_text("Not told yet: Tarn Valley").wait_for()
    page.get_by_role("button", name="Tarn Valley was told").click()
    page.get_by_text("Everybody was told; it can be closed").wait_for()
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_text("Closed on").first.wait_for()
    assert page.errors == []


def _option(page, start):
    found = page.get_by_label("Bet", exact=True).locator("option").all_inner_texts()
    return next(text for text in found if text.startswith(start))
