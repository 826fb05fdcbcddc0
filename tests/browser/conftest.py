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
def browser(playing):
    opened = playing.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
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


WORDS = (
    "The charge nurse has to walk to the office to accept a swap.",
    "To accept a swap she must walk to the office.",
    "The printed rota is cut off on Friday.",
)


def _heard(bo, now):
    """Three items of one account; answers their ids."""
    from loopline.slices.customers.services import Who
    from loopline.slices.feedback.services import NewFeedback, receive_many

    def who(n):
        domain, mail = "tarn.example", f"p{n}@tarn.example"
        return Who("Tarn Valley", domain, "", mail, f"Greta {n}", "Ward manager")

    asks = [
        NewFeedback("call", words, f"s{n}", who=who(n), tags=("swaps",))
        for n, words in enumerate(WORDS)
    ]
    return [each.id for each in receive_many(actor=bo, now=now, asks=asks)]


def _decided(bo, now, item):
    """An opportunity with these words, a metric with two values, and a bet that was scored and committed."""
    from loopline.slices.measures import services as measures
    from loopline.slices.roadmap import services as roadmap

    opp = roadmap.create_opportunity(
        actor=bo, title="Swaps without a desk", problem="Approval waits for a desk.", squad="Scheduling", now=now
    )  # fmt: skip
    roadmap.link_feedback(
        actor=bo, feedback_id=item, opportunity_id=opp, quote="walk to the office", now=now
    )
    metric = measures.create_metric(actor=bo, name="Swaps approved", unit="%", target=45, now=now)
    for value in (3, 12):
        measures.record_value(
            actor=bo, metric_id=metric, value=value, at=now.replace(hour=value % 9), now=now
        )
    bet = roadmap.create_bet(
        actor=bo, title="Approve on the phone", hypothesis="If she can say yes, it takes minutes.",
        opportunity_id=opp, metric_id=metric, baseline=0, target=45, horizon="now", squad="Scheduling", now=now,
    )  # fmt: skip
    for team, reach, impact, confidence, effort in (("Product", 30, 2, 0.8, 8), ("Sales", 80, 3, 1, 3)):  # fmt: skip
        values = {"reach": reach, "impact": impact, "confidence": confidence, "effort": effort}
        roadmap.score_bet(actor=bo, bet_id=bet, model="rice", team=team, values=values, now=now)
    roadmap.commit_bet(actor=bo, bet_id=bet, rationale="Most asked", now=now)
    return {"opp": opp, "bet": bet, "metric": metric}


def _shipped(bo, now, bet):
    from loopline.slices.releases import services as releases
    from loopline.slices.work import services as work

    item = work.create_item(
        actor=bo, title="Buttons on the request", bet_id=bet, state="done", now=now
    )
    release = releases.create_release(
        actor=bo, version="2026.11.2", title="Swaps", work_items=[item], now=now
    )
    releases.ship_release(actor=bo, release_id=release, now=now)
    return {"item": item, "release": release}


@pytest.fixture
def sample(cast, now, transactional_db):
    """A little of everything, so that no page is empty; ids by what they are."""
    from loopline.platform.jobs.worker import run_until_empty
    from loopline.slices.customers.models import Account, Contact
    from loopline.slices.decisions.models import Decision
    from loopline.slices.told.models import FollowUp

    heard = _heard(cast.bo, now)
    made = _decided(cast.bo, now, heard[0])
    made |= _shipped(cast.bo, now, made["bet"]) | {"feedback": heard[2]}
    run_until_empty()
    first = {
        m.__name__.lower(): m.objects.order_by("pk").values_list("pk", flat=True)[0]
        for m in (Account, Contact, Decision, FollowUp)
    }
    return made | first
