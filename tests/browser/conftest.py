"""A real Chromium against a live server; skips with one line where there is none."""

import os
import shutil
from pathlib import Path

import pytest

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text()


def chromium() -> str | None:
    return (
        os.environ.get("LOOPLINE_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
    )


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in str(item.fspath):
            item.add_marker(pytest.mark.browser)
            if chromium() is None and not os.environ.get("LOOPLINE_CI"):
                item.add_marker(
                    pytest.mark.skip(reason="No chromium here. Debian: apt install chromium.")
                )


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, live_server, transactional_db):
    """`visit(person)` is a page signed in as them; `theme` and `width` as wanted."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from loopline.platform.identity.models import User

    opened = []

    def go(actor=None, theme="light", width=1280):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, base_url=live_server.url
        )
        opened.append(context)
        if actor is not None:
            user, session = User.objects.get(pk=actor.user_id), SessionStore()
            session[SESSION_KEY] = str(user.pk)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.save()
            context.add_cookies(
                [
                    {
                        "name": settings.SESSION_COOKIE_NAME,
                        "value": session.session_key,
                        "url": live_server.url,
                    }
                ]
            )
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda e: page.errors.append(str(e)))
        page.on(
            "console",
            lambda m: (
                page.errors.append(m.text)
                if m.type == "error" and "Content Security" in m.text
                else None
            ),
        )
        return page

    yield go
    for context in opened:
        context.close()


@pytest.fixture
def axe():
    """Violations of WCAG 2.2 A and AA on a page, as sentences."""

    def check(page):
        page.evaluate(AXE)
        return page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then(r "
            "=> r.violations.map("
            "v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' "
            "' + (n.any[0]?.message ?? '')).join(' | ')))"
        )

    return check


@pytest.fixture
def sample(cast, now, transactional_db):
    """A little of everything, so that no page is empty."""
    from loopline.platform.jobs.worker import run_until_empty
    from loopline.slices.customers.services import Who
    from loopline.slices.feedback.services import NewFeedback, receive_many
    from loopline.slices.measures import services as measures
    from loopline.slices.releases import services as releases
    from loopline.slices.roadmap import services as roadmap
    from loopline.slices.work import services as work

    bo = cast.bo
    words = (
        "The charge nurse has to walk to the office to accept a swap.",
        "To accept a swap she must walk to the office.",
        "The printed rota is cut off on Friday.",
    )
    got = receive_many(
        actor=bo,
        now=now,
        asks=[
            NewFeedback(
                "call",
                w,
                f"s{i}",
                who=Who(
                    "Tarn Valley",
                    "tarn.example",
                    "",
                    f"p{i}@tarn.example",
                    f"Greta {i}",
                    "Ward manager",
                ),
                tags=("swaps",),
            )
            for i, w in enumerate(words)
        ],
    )
    opp = roadmap.create_opportunity(
        actor=bo,
        title="Swaps without a desk",
        problem="Approval waits for a desk.",
        squad="Scheduling",
        now=now,
    )
    roadmap.link_feedback(
        actor=bo, feedback_id=got[0].id, opportunity_id=opp, quote="walk to the office", now=now
    )
    metric = measures.create_metric(actor=bo, name="Swaps approved", unit="%", target=45, now=now)
    for value in (3, 12):
        measures.record_value(
            actor=bo, metric_id=metric, value=value, at=now.replace(hour=value % 9), now=now
        )
    bet = roadmap.create_bet(
        actor=bo,
        title="Approve on the phone",
        hypothesis="If she can say yes, it takes minutes.",
        opportunity_id=opp,
        metric_id=metric,
        baseline=0,
        target=45,
        horizon="now",
        squad="Scheduling",
        now=now,
    )
    roadmap.score_bet(
        actor=bo,
        bet_id=bet,
        model="rice",
        team="Product",
        values={"reach": 30, "impact": 2, "confidence": 0.8, "effort": 8},
        now=now,
    )
    roadmap.score_bet(
        actor=bo,
        bet_id=bet,
        model="rice",
        team="Sales",
        values={"reach": 80, "impact": 3, "confidence": 1, "effort": 3},
        now=now,
    )
    roadmap.commit_bet(actor=bo, bet_id=bet, rationale="Most asked", now=now)
    item = work.create_item(
        actor=bo, title="Buttons on the request", bet_id=bet, state="done", now=now
    )
    release = releases.create_release(
        actor=bo, version="2026.11.2", title="Swaps", work_items=[item], now=now
    )
    releases.ship_release(actor=bo, release_id=release, now=now)
    run_until_empty()
    from loopline.slices.customers.models import Account, Contact
    from loopline.slices.decisions.models import Decision
    from loopline.slices.told.models import FollowUp

    kinds = (Account, Contact, Decision, FollowUp)
    first = {
        m.__name__.lower(): m.objects.order_by("pk").values_list("pk", flat=True)[0] for m in kinds
    }
    made = {
        "opp": opp,
        "bet": bet,
        "metric": metric,
        "release": release,
        "item": item,
        "feedback": got[2].id,
    }
    return made | first
