"""Events, people, cohorts and SQL in a real browser: what scripts add works; pages hold WCAG and their width."""

from contextlib import closing
from datetime import timedelta

import pytest


@pytest.fixture
def filled(stored, cast, now, transactional_db):
    from django.utils import timezone

    from loopline.platform.jobs.worker import run_until_empty
    from loopline.slices.insights import asking, cataloguing, services
    from loopline.slices.insights.models import EventName
    from loopline.warehouse import refusals, tail
    from loopline.warehouse.records import Fact

    fresh = timezone.now()
    rows = [
        ("report exported", f"p{n % 7}", fresh - timedelta(minutes=n), {"plan": "pro", "rows": n}, "acme")
        for n in range(40)
    ] + [("ReportExported", "p1", fresh)]  # fmt: skip
    facts = [
        Fact("person", f"p{n}", asking.micros(fresh), "", f'{{"email": "p{n}@acme.example", "name": "P {n}"}}'.encode())
        for n in range(7)
    ]  # fmt: skip
    stored(rows, facts)
    folder = asking.folder()
    with closing(tail.Tail(folder).connect()) as db:
        refusals.add_up(db, {("posthog", "missing person"): 3}, asking.micros(fresh))
        refusals.keep(
            db,
            [refusals.Sample(asking.micros(fresh), "posthog", "missing person", '{"event": "x"}')],
        )
    cataloguing.refresh(fresh)
    cohort = services.create_cohort(
        actor=cast.bo,
        name="Exporters",
        definition={"rule": {"event": "report exported"}},
        now=fresh,
    )
    query = services.save_report(
        actor=cast.bo, name="Exports", kind="sql", now=fresh,
        body={"sql": "select person, count(*) as n from events group by 1 order by 1", "source": "loopline"},
    )  # fmt: skip
    run_until_empty()
    event = EventName.objects.get(name="report exported").pk
    return {"cohort": cohort, "query": query, "event": event}


PAGES = [
    "/events", "/events?event=none", "/events/catalogue", "/events/catalogue/{event}", "/events/keys",
    "/events/catalogue/new",
    "/people", "/people?q=nobody", "/people/p1", "/cohorts", "/cohorts/new", "/cohorts/{cohort}", "/sql",
    "/sql?report={query}",
    "/sql/sources",
]  # fmt: skip


def _held(page, axe, paths):
    wrong = []
    for path in paths:
        response = page.goto(path)
        page.wait_for_load_state("networkidle")
        if response.status != 200:
            wrong.append(f"{path}: {response.status}")
            continue
        wrong += [f"{path}: {v}" for v in axe(page)]
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if over > 1:
            wrong.append(f"{path}: {over} px too wide")
    return wrong + page.errors


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_pages_hold_wcag_and_their_width(visit, axe, filled, cast, theme, width):
    page = visit(cast.olu, theme, width)
    assert _held(page, axe, [p.format(**filled) for p in PAGES]) == []


@pytest.mark.slow
def test_empty_pages_hold_them_too(visit, axe, stored, cast):
    stored()
    page = visit(cast.olu, "light", 390)
    assert _held(page, axe, ["/events", "/events/catalogue", "/people", "/cohorts", "/sql"]) == []


def test_arriving_events_show_by_themselves_until_paused(visit, filled, stored, cast):
    from django.utils import timezone

    page = visit(cast.bo)
    page.goto("/events")
    stored([("invoice paid", "late", timezone.now())])
    page.get_by_role("rowheader", name="invoice paid").wait_for(timeout=8000)
    page.get_by_role("button", name="Pause").click()
    stored([("never seen", "later", timezone.now())])
    page.wait_for_timeout(2600)
    assert page.get_by_text("never seen").count() == 0
    assert page.errors == []


def test_a_statement_runs_by_keyboard_is_saved_and_downloaded(visit, filled, cast):
    page = visit(cast.bo)
    page.goto("/sql")
    page.fill("#sql", "select event, count(*) as n from events group by 1 order by 1")
    page.focus("#sql")
    page.keyboard.press("Control+Enter")
    page.locator("#result td", has_text="ReportExported").wait_for()
    assert page.locator("#result svg").count()
    page.fill("#sql", "select nothing")
    page.keyboard.press("Control+Enter")
    page.locator("#result .note.bad").wait_for()
    page.fill("#sql", "select 42 as answer")
    with page.expect_download() as got:
        page.get_by_role("button", name="CSV").click()
    assert got.value.path().read_text().split() == ["answer", "42"]
    page.locator("summary", has_text="Save").click()
    page.fill("[name=name]", "The answer")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/sql?report=*")
    page.locator("#result td", has_text="42").wait_for()
    assert page.errors == []


def test_a_cohort_is_made_from_a_rule_and_asked_about(visit, filled, cast):
    page = visit(cast.bo)
    page.goto("/cohorts/new")
    page.fill("[name=name]", "Twice")
    page.fill("[name=event]", "report exported")
    page.fill("[name=at_least]", "6")
    assert not page.locator("[name=ids]").is_visible()
    page.get_by_label("A list").check()
    assert page.locator("[name=ids]").is_visible()
    page.get_by_label("What they did").check()
    page.locator("button.primary", has_text="Make cohort").click()
    page.wait_for_url("**/cohorts/*")
    assert "5 people" in page.locator(".lead").inner_text().replace("\u00a0", " ")
    page.get_by_role("link", name="P 1").click()
    page.get_by_role("heading", name="What they did").wait_for()
    assert page.get_by_role("link", name="Twice").count() == 1
    assert page.errors == []
