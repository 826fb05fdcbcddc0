"""A product question in a real browser: from the funnel to the people, the finding, the decision and the dashboard."""

from datetime import timedelta

import pytest


@pytest.fixture
def usage(stored, cast, transactional_db):
    """Sixty trials of two channels over eight weeks: those of ads stop at inviting."""
    from django.utils import timezone

    from loopline.slices.insights import services

    now = timezone.now()
    rows = []
    for n in range(120):
        at, channel = now - timedelta(days=2 + n % 56), "ads" if n % 2 else "word of mouth"
        rows.append(("trial started", f"p{n}", at, {"channel": channel}))
        if n % 2 == 0 or n % 8 == 1:
            rows.append(("staff invited", f"p{n}", at + timedelta(hours=3), {"channel": channel}))
            rows += [
                ("rota published", f"p{n}", at + timedelta(days=d))
                for d in range(1, 40, 9)
                if at + timedelta(days=d) < now
            ]
    stored(rows)
    for name in ("trial started", "staff invited", "rota published"):
        services.plan_event(actor=cast.bo, name=name, now=now)
    return now


def test_where_trials_of_one_channel_stall(visit, cast, usage):
    page = visit(cast.bo, "light")
    page.goto("/insights/funnel")
    page.get_by_label("Step 1", exact=True).fill("trial started")
    page.get_by_label("Step 1", exact=True).press("Tab")
    page.wait_for_url("**q=**")
    page.get_by_role("button", name="Step", exact=True).click()
    page.get_by_label("Step 2", exact=True).fill("staff invited")
    page.get_by_label("Step 2", exact=True).press("Tab")
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="90 days").click()
    page.wait_for_url("**last_days%22%3A90**")
    page.get_by_label("By property").fill("channel")
    page.get_by_label("By property").press("Tab")
    page.get_by_role("heading", name="People stall at “staff invited”, most of all ads").wait_for()
    page.locator("a.worst").click()
    page.get_by_role("heading", name="ads, did not do “staff invited”").wait_for()
    assert page.locator("#people-rows > li:not(.more)").count() == 25
    page.get_by_role("button", name="More", exact=True).click()
    page.locator("#people-rows > li:not(.more)").nth(44).wait_for()
    page.get_by_role("button", name="Save report").first.click()
    page.locator("#save-report").get_by_label("Name").fill("First invite by channel")
    page.locator("#save-report").get_by_role("button", name="Save report", exact=True).click()
    page.wait_for_url("**/reports/*")
    page.get_by_role("link", name="Ask a question about it").click()
    page.get_by_label("Question").fill("Where do trials of ads stall?")
    page.get_by_role("button", name="Open").click()
    page.wait_for_url("**/investigations/*")
    page.locator("svg[role=img]").first.wait_for()
    page.get_by_role("textbox", name="Finding").fill("At inviting staff: three of four never do.")
    page.get_by_role("button", name="Write down and open a decision").click()
    page.wait_for_url("**/decisions/new**")
    page.get_by_label("Question").fill("Invite by link?")
    page.get_by_role("button", name="Open").click()
    page.wait_for_url("**/decisions/*")
    assert "Where do trials of ads stall?" in page.content()
    assert page.errors == []


def test_a_dashboard_is_made_arranged_and_taken_along(visit, cast, usage):
    from loopline.slices.insights import services as insights
    from loopline.slices.measures import services as measures

    body = {"steps": [{"event": "trial started"}, {"event": "staff invited"}], "last_days": 90}
    insights.save_report(actor=cast.bo, name="First invite", kind="funnel", body=body, now=usage)
    insights.save_report(
        actor=cast.bo, name="Trials", kind="trend", body={"event": "trial started"}, now=usage
    )
    metric = measures.create_metric(actor=cast.bo, name="Activation", unit="%", now=usage)
    for weeks in range(5, 0, -1):
        measures.record_value(
            actor=cast.bo,
            metric_id=metric,
            value=30 + weeks,
            at=usage - timedelta(weeks=weeks),
            now=usage,
        )
    page = visit(cast.bo, "light")
    page.goto("/dashboards/new")
    page.get_by_label("Name").fill("Is it taking hold?")
    page.get_by_role("button", name="Make dashboard").click()
    page.wait_for_url("**/dashboards/*")
    for name in ("First invite", "Trials", "Activation"):
        page.get_by_role("button", name="Chart", exact=True).click()
        page.get_by_label("Report or metric").select_option(label=name)
        page.get_by_role("button", name="Add", exact=False).last.click()
        page.wait_for_load_state("networkidle")
    page.get_by_role("heading", name="Activation").wait_for()
    titles = "[...document.querySelectorAll('[data-tile] h2')].map((h) => h.textContent)"
    page.locator("[data-tile] h2").nth(2).wait_for()
    assert page.evaluate(titles) == ["First invite", "Trials", "Activation"]
    page.locator("[data-tile]").last.focus()
    with page.expect_response("**/change"):
        page.keyboard.press("Shift+ArrowLeft")
    page.reload()
    page.locator("[data-tile] h2").nth(2).wait_for()
    assert page.evaluate(titles) == ["First invite", "Activation", "Trials"]
    page.get_by_text("Export").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="PNG, every chart").click()
    assert taken.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert taken.value.path().stat().st_size > 10_000
    assert page.errors == []


PAGES = [
    "/insights/funnel", "/insights/funnel?q={funnel}", "/insights/funnel?q={funnel}&cell={cell}",
    "/insights/retention?q={retention}",
    "/insights/trend", "/insights/actives", "/insights/lifecycle", "/insights/stickiness", "/insights/paths?q={paths}",
    "/insights/adoption", "/reports", "/reports/{report}", "/dashboards", "/dashboards/{board}", "/dashboards/new",
    "/investigations", "/investigations/{inquiry}", "/investigations/new",
]  # fmt: skip


@pytest.fixture
def kept(usage, cast):
    import json
    from urllib.parse import quote

    from loopline.slices.dashboards import services as dashboards
    from loopline.slices.insights import services as insights

    body = {
        "steps": [{"event": "trial started"}, {"event": "staff invited"}], "breakdown": {"property": "channel"},
        "last_days": 90, "interval": "week",
    }  # fmt: skip
    report = insights.save_report(
        actor=cast.bo, name="First invite", kind="funnel", body=body, now=usage
    )
    board = dashboards.create_dashboard(
        actor=cast.bo, name="Is it taking hold?", finding="Not yet.", now=usage
    )
    dashboards.add_tile(actor=cast.bo, dashboard_id=board, kind="report", ref_id=report, now=usage)
    inquiry = dashboards.open_investigation(
        actor=cast.bo, question="Where?", report_ids=[report], now=usage
    )
    start = {"event": "trial started"}
    asked = {
        "funnel": body, "cell": {"step": 2, "dropped": True}, "paths": {"start": start, "gap_seconds": 86400},
        "retention": {"start": start, "return": {"event": "rota published"}, "last_days": 60},
    }  # fmt: skip
    return {
        "report": report,
        "board": board,
        "inquiry": inquiry,
        **{k: quote(json.dumps(v)) for k, v in asked.items()},
    }


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_pages_hold_wcag_and_their_width(visit, axe, kept, cast, theme, width):
    page = visit(cast.olu, theme, width)
    wrong = []
    for path in PAGES:
        address = path.format(**kept)
        response = page.goto(address)
        page.wait_for_load_state("networkidle")
        if response.status != 200:
            wrong.append(f"{address}: {response.status}")
            continue
        wrong += [f"{address}: {v}" for v in axe(page)]
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if over > 1:
            wrong.append(f"{address}: {over} px too wide")
    assert wrong + page.errors == [], "\n".join(wrong + page.errors)
