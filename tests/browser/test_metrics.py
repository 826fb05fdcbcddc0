"""Metrics in a real browser: from the starter set to a chart with its versions, in both themes and on a phone."""

import os
import random
from datetime import timedelta
from types import SimpleNamespace

import pytest

from loopline.slices.insights.models import EventName
from loopline.slices.measures import computing, services
from loopline.slices.measures.models import Metric


@pytest.fixture
def metrics(cast, now, stored, sample, transactional_db):
    """Half a year of signups who publish more often of late, one bad week, one changed definition, one in trouble."""
    dice, rows = random.Random(5), []
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0)
    begin = monday - timedelta(days=25 * 7)
    for at in range(26 * 60):
        start = min(begin + timedelta(days=at / 60 * 7), now - timedelta(minutes=5))
        week = at // 60
        chance = 0.42 + 0.006 * week if week != 20 else 0.05
        rows.append(("site_created", f"p{at}", start.isoformat()))
        if dice.random() < chance:
            rows.append(("rota_published", f"p{at}", (start + timedelta(hours=30)).isoformat()))
            if dice.random() < 0.8:
                rows.append(("rota_opened", f"p{at}", (start + timedelta(days=40)).isoformat()))
    stored(sorted(rows, key=lambda r: r[2]))
    for volume, name in enumerate(("rota_opened", "rota_published", "site_created")):
        EventName.objects.create(name=name, volume_30d=volume, created_at=now, updated_at=now)
    made = services.install_starters(
        actor=cast.bo, now=now,
        mapping={
            "activation": {"signup": "site_created", "value": "rota_published"}, "cycle-time": {},
            "adoption": {"event": "rota_opened"}, "nps": {}, "release-frequency": {},
        },
    )  # fmt: skip
    services.change_metric(
        actor=cast.bo,
        id_=made["activation"],
        changes={"target": 56.0, "question": "Does a new site get going?"},
        now=now,
    )
    for metric in made.values():
        computing.compute(metric, now=now)
    changed = now - timedelta(days=70)
    rule = {"signup": {"event": "site_created"}, "days": 7, "rule": [{"event": "rota_published"}]}
    services.change_metric(
        actor=cast.bo, id_=made["activation"], why="A week is what onboarding promises.",
        changes={"definition": {"kind": "activation", "query": rule}}, now=changed,
    )  # fmt: skip
    computing.compute(made["activation"], now=now)
    Metric.objects.filter(pk=made["nps"]).update(owner=None)
    return SimpleNamespace(
        **{k.replace("-", "_"): v for k, v in made.items()}, manual=sample["metric"]
    )


def look(page, name):
    """Keep a picture where somebody wants to look."""
    if folder := os.environ.get("LOOPLINE_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_metric_pages_hold_wcag_and_their_width(visit, axe, metrics, cast, theme, width):
    page, wrong = visit(cast.olu, theme, width), []
    paths = {
        "list": "/measures", "page": f"/measures/{metrics.activation}", "trouble": f"/measures/{metrics.nps}",
        "manual": f"/measures/{metrics.manual}", "adoption": f"/measures/{metrics.adoption}",
        "frequency": f"/measures/{metrics.release_frequency}",
        "define": f"/measures/{metrics.activation}/define", "start": "/measures/start", "new": "/measures/new",
        "rule": "/measures/activation-rule?signup=site_created&days=7&week=5",
    }  # fmt: skip
    for name, path in paths.items():
        response = page.goto(path)
        assert response.status == 200, path
        look(page, f"{name}-{theme}-{width}")
        wrong += [f"{path}: {v}" for v in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{path} is wider than {width}")
    assert wrong == []
    assert page.errors == []


@pytest.mark.slow
def test_a_starter_is_installed_opened_and_defined_anew(visit, metrics, cast, run_jobs):
    page = visit(cast.bo)
    page.goto("/measures/start")
    page.locator("#f-time-to-value-signup").fill("site_created")
    page.locator("#f-time-to-value-value").fill("rota_published")
    page.get_by_role("button", name="Install time to value").click()
    page.wait_for_url("**/measures/*")
    run_jobs()
    page.reload()
    assert "30 h" in page.locator(".lead .h1").inner_text().replace("\u00a0", " ")
    page.get_by_role("link", name="Open the rows").click()
    assert "people got there" in page.locator(".lead .h1").inner_text().replace("\u00a0", " ")
    page.go_back()
    page.get_by_role("link", name="New version").click()
    page.get_by_label("Which number").select_option("reached")
    page.get_by_label("Unit").fill("%")
    page.get_by_label("Why it changes").fill("The share says more.")
    page.get_by_role("button", name="Keep the definition").click()
    page.wait_for_url("**/measures/*")
    run_jobs()
    page.reload()
    assert page.get_by_text("Why: The share says more.").is_visible()
    assert page.locator(".versions ins").count() >= 1
    assert page.errors == []
