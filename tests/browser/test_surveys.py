"""Surveys in a real browser: every page in both themes and on a phone, answering without a script, the snippet on
another site under a strict policy."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from loopline.platform.identity.actor import Actor
from loopline.slices.surveys import services
from loopline.slices.surveys.services import Person, Reply

SYSTEM = Actor.system("Survey")


@pytest.fixture
def surveys(cast, now, transactional_db):
    """A full one, one with few answers, a choice among colleagues' and customers', and a draft."""
    from loopline.platform.jobs.worker import run_until_empty
    from loopline.slices.customers import services as customers

    bo, made = cast.bo, {}
    for name, segment in (("Tarn", "Enterprise"), ("Lund", "Small")):
        changes = {"name": name, "domain": f"{name.lower()}.example", "segment": segment}
        customers.save_account(actor=bo, changes=changes, now=now)

    def make(key, kind, opened=True, **values):
        made[key] = services.create_survey(
            actor=bo, kind=kind, values={"name": f"Survey {key}"} | values, now=now
        )
        if opened:
            services.open_survey(actor=bo, survey_id=made[key], now=now)

    def give(key, n, reply, at, who=None):
        email = f"p{n}@{'tarn' if n % 2 else 'lund'}.example"
        services.answer(
            actor=SYSTEM, survey_id=made[key], reply=reply, channel="email", now=at,
            who=who or Person(email=email, name=f"Person {n}", certain=True),
        )  # fmt: skip

    make("full", "nps", intro="We read each answer.")
    for n in range(60):
        words = f"The rota number {n} is cut off on Friday." if n % 9 == 0 else ""
        give(
            "full", n, Reply((10, 9, 8, 7, 3)[n % 5], "", words), now - timedelta(days=28 * (n % 4))
        )
    make("few", "csat")
    for n in range(3):
        give("few", n, Reply(4, "", "Fine."), now)
    make(
        "choice", "custom", question="Where do they look?", form="choice", choices=["Wall", "Phone"]
    )
    for n in range(12):
        give("choice", n, Reply(None, ("Wall", "Phone")[n % 2]), now)
    make("effort", "ces")
    make("staff", "stakeholders")
    make("draft", "nps", opened=False)
    services.send_survey(actor=bo, survey_id=made["few"], audience={"everybody": True}, now=now)
    run_until_empty()
    return made


def _key(pk):
    from loopline.slices.surveys.models import Survey

    return Survey.objects.get(pk=pk).key


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_survey_pages_hold_wcag_and_their_width(visit, axe, surveys, cast, theme, width):
    page, wrong = visit(cast.olu, theme, width), []
    own = [f"/surveys/{pk}" for pk in surveys.values()]
    own += [f"{at}/{part}" for at in own[:2] for part in ("answers", "asked", "send")]
    own += [f"/surveys/{surveys['staff']}/send", "/surveys/new", "/surveys/new?kind=custom"]
    public = [f"/survey/{_key(pk)}" for pk in surveys.values()]
    for path in ["/surveys", *own, *public, f"{public[0]}?score=9", f"{public[0]}/thanks"]:
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


def test_from_a_draft_to_a_question_asked(visit, cast, surveys, axe):
    page = visit(cast.bo)
    page.goto("/surveys")
    page.get_by_role("link", name="Survey", exact=False).filter(has_text="C").first.click()
    page.goto("/surveys/new")
    page.get_by_label("Name", exact=True).fill("Winter")
    page.get_by_role("button", name="Write it down").click()
    page.wait_for_url("**/surveys/*")
    assert page.get_by_role("heading", level=1).inner_text() == "Not open yet"
    page.get_by_role("button", name="Open", exact=True).click()
    page.get_by_role("link", name="Ask by e-mail").click()
    page.get_by_label("Enterprise").check()
    page.get_by_role("button", name="Look who that is").click()
    assert page.get_by_role("heading", name="30 people would be asked").is_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Ask 30 people").click()
    page.get_by_text("30 people are asked").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Asked 30 people").first.wait_for()
    assert page.errors == []


def test_answering_works_by_keyboard_and_without_a_script(browser, live_server, surveys):
    from loopline.slices.surveys.models import Answer

    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    try:
        page = context.new_page()
        page.goto(f"/survey/{_key(surveys['effort'])}")
        page.get_by_role("radio", name="1, Very difficult").focus()
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        page.keyboard.type("The <b>second</b> step")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/thanks")
        assert page.get_by_role("heading", level=1).inner_text() == "Thank you"
        page.get_by_role("link", name="Change your answer").click()
        assert page.get_by_role("radio", name="5", exact=True).is_checked()
        page.get_by_role("radio", name="7, Very easy").check()
        page.get_by_role("button", name="Change my answer").click()
        page.wait_for_url("**/thanks")
    finally:
        context.close()
    row = Answer.objects.get(survey_id=surveys["effort"])
    assert (row.score, row.words, row.corrections) == (7, "The <b>second</b> step", 1)


@pytest.fixture
def other_site():
    """A server of another origin: `serve(html, policy)` answers the address of that page."""
    pages = {}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            html, policy = pages.get(self.path, ("", "default-src 'none'"))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def serve(html, policy):
        path = f"/{len(pages)}"
        pages[path] = (html, policy)
        return f"http://127.0.0.1:{server.server_port}{path}"

    yield serve
    server.shutdown()
    server.server_close()


@pytest.fixture
def customers_page(browser, live_server, other_site):
    """A page of another site with a strict policy and the snippet in it."""
    opened, own = [], live_server.url
    policy = (
        f"default-src 'none'; script-src {own}; connect-src {own}; img-src 'self';"
        " require-trusted-types-for 'script'"
    )

    def go(key, attributes="", width=1280):
        html = (
            '<!doctype html><html lang="en"><title>Shop</title><body><h1>A shop</h1><div id="here"></div>'
            f'<script async src="{own}/survey/embed.js" data-survey="{key}" {attributes}></script>'
        )
        context = browser.new_context(viewport={"width": width, "height": 800})
        opened.append(context)
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda e: page.errors.append(str(e)))
        page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else None)
        page.goto(other_site(html, policy))
        return page

    yield go
    for context in opened:
        context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_snippet_asks_under_a_strict_policy(customers_page, surveys, axe, width):
    from loopline.slices.surveys.models import Answer

    key, signed = _key(surveys["full"]), "p1@tarn.example"
    attributes = (
        f'data-email="{signed}" data-signature="{services.signature(key, f"nps:email:{signed}")}"'
    )
    page = customers_page(key, attributes, width)
    page.get_by_role("radio", name="10, Extremely likely").wait_for()
    box = page.locator("loopline-survey section").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.get_by_role("radio", name="10, Extremely likely").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.get_by_label("What is the main reason").fill("The snippet is small")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    row = Answer.objects.get(survey_id=surveys["full"], words="The snippet is small")
    assert (row.score, row.channel, row.certain, row.contact.email) == (9, "snippet", True, signed)
    assert page.errors == []
    page.reload()
    page.wait_for_timeout(300)
    assert page.locator("loopline-survey").count() == 0  # it asks once
    for round_, asks in ((str(surveys["full"]), 0), ("1234567", 1)):
        page.evaluate(  # as if that round was answered a quarter ago
            """(round) => { for (const key of Object.keys(localStorage)) if (key.startsWith("loopline-survey-"))
            localStorage.setItem(key, `${round} ${Date.now() - 81 * 86400e3}`); }""",
            round_,
        )
        page.reload()
        page.wait_for_timeout(500)
        assert page.locator("loopline-survey").count() == asks


def test_the_snippet_closes_by_escape_and_can_sit_in_the_page(customers_page, surveys):
    from loopline.slices.surveys.models import Answer

    before = Answer.objects.count()
    page = customers_page(_key(surveys["choice"]))
    page.get_by_role("radio", name="Wall").focus()
    page.keyboard.press("Escape")
    assert page.locator("loopline-survey").count() == 0
    inside = customers_page(_key(surveys["choice"]), 'data-target="#here" data-person="u-1"')
    inside.get_by_role("radio", name="Phone").click()
    inside.get_by_role("heading", name="Thank you").wait_for()
    assert inside.locator("#here loopline-survey").count() == 1
    assert Answer.objects.count() == before + 1
    closed = customers_page("no-such-key-at-all-here")
    closed.wait_for_timeout(300)
    assert closed.locator("loopline-survey").count() == 0
