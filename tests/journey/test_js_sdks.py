"""The real JavaScript SDKs, changed by host and key alone: in a browser on a page of another origin, and in Node."""

import json
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from loopline.entry.drills.rig import until
from tests.browser.conftest import chromium
from tests.journey import js_sdks

pytestmark = pytest.mark.slow
SOMEBODY = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
PAGE = """<!doctype html><title>Shop</title><button id="buy">Buy</button>
<script src="/posthog.js"></script><script>posthog.init(%s, %s)
posthog.on("eventCaptured", (e) => {
  const log = JSON.parse(localStorage.log || "[]"); log.push([e.uuid, e.event]); localStorage.log = JSON.stringify(log)
})</script>"""


def stored(server, door):
    return [e for _, e in server.tail.read(door.before)]


def once_each(events, names):
    assert Counter(e.event for e in events) == Counter(names)
    assert len({e.id for e in events}) == len(events)


def test_segment_in_node(server, door):
    assert js_sdks.run("segment.mjs", door.url, server.key) == {
        "sent": 300, "failed": 0,
    }  # fmt: skip
    once_each(stored(server, door), ["paid"] * 300 + ["$pageview", "$screen"])
    assert {(p, s) for p, s, _ in door.passed} == {("/v1/batch", 200)}
    assert len(door.passed) == 21, "305 messages, 15 at a time, none twice"
    assert ("member", "u1", "acme") in {(f.kind, f.subject, f.object) for f in server.facts()}


def test_posthog_in_node(server, door):
    said = js_sdks.run("posthog-node.mjs", f"{door.url}/in/posthog", server.key)
    assert said == {"failed": 0, "flag": None}, "a flag nobody made is not there, and no error"
    names = ["$identify", "$create_alias", "$groupidentify", "$feature_flag_called"]
    once_each(stored(server, door), ["paid"] * 300 + names)
    paths = Counter((p, s) for p, s, _ in door.passed)
    assert set(paths) == {("/in/posthog/batch/", 200), ("/in/posthog/flags/?v=2", 200)}
    assert paths["/in/posthog/batch/", 200] <= 25, "20 at a time, none twice"
    assert ("alias", "before", "u1") in {(f.kind, f.subject, f.object) for f in server.facts()}


@contextmanager
def shop(html):
    """A site of another origin that loads posthog-js as its own file."""
    script = (js_sdks.installed() / "node_modules/posthog-js/dist/array.js").read_bytes()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            body = script if self.path == "/posthog.js" else html.encode()
            self.send_response(200)
            kind = "text/javascript" if self.path == "/posthog.js" else "text/html"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    site.daemon_threads = True
    threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://localhost:{site.server_address[1]}/"
    finally:
        site.shutdown()
        site.server_close()


@pytest.fixture(scope="module")
def browser(request):
    if chromium() is None:
        pytest.skip("No chromium here. Debian: apt install chromium.")
    arguments = ["--no-sandbox", "--disable-blink-features=AutomationControlled"]
    play = request.getfixturevalue("playing")
    opened = play.chromium.launch(executable_path=chromium(), args=arguments)
    yield opened
    opened.close()


@contextmanager
def visitor(browser, html):
    with shop(html) as address:
        context = browser.new_context(user_agent=SOMEBODY)
        page = context.new_page()
        page.said = []
        page.on("console", lambda m: page.said.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda e: page.said.append(f"error: {e}"))
        page.goto(address)
        yield page
        context.close()


def test_posthog_js_on_a_page_of_another_origin(server, door, browser):
    """Every event the SDK says it captured is there once, also what it sends while the page goes away."""
    html = PAGE % (json.dumps(server.key), json.dumps({"api_host": f"{door.url}/in/posthog"}))
    with visitor(browser, html) as page:
        page.wait_for_function("posthog.autocapture.isEnabled")
        page.click("#buy")
        page.evaluate("for (let n = 0; n < 60; n++) posthog.capture('looked', {n})")
        page.evaluate("posthog.identify('u-js', {plan: 'pro'})")
        page.evaluate("posthog.group('company', 'acme', {tier: 1}); posthog.capture('paid')")
        until("a batch came", lambda: server.tail.last() - door.before > 60, seconds=20)
        page.evaluate("posthog.capture('last')")
        page.goto(f"{page.url}next")
        page.wait_for_function(
            "JSON.parse(localStorage.log).filter(e => e[1] == '$pageview').length == 2"
        )
        captured = dict(page.evaluate("JSON.parse(localStorage.log)"))
        until("all came", lambda: set(captured) <= {e.id for e in stored(server, door)}, seconds=20)
        assert page.said == [], "nothing failed to load, nothing was refused"
    events = [e for e in stored(server, door) if e.id in captured]
    names = ["$pageview", "$pageview", "$autocapture", *["looked"] * 60]
    once_each(events, [*names, "$identify", "$groupidentify", "paid", "last"])
    assert {e.account for e in events if e.event in ("paid", "last")} == {"acme"}
    assert {e.distinct_id for e in events if e.event == "paid"} == {"u-js"}
    ties = [f for f in server.facts() if f.kind == "identify" and f.object == "u-js"]
    assert len(ties) == 1
    assert {s for _, s, _ in door.passed} == {200}
    assert len(door.passed) <= 9, "batches, not one request for each event, and none twice"
    kinds = {p.rpartition("/")[2] for _, p, s in door.asked if s == 200}
    assert kinds == {"config.js"}, "no script for recordings or surveys"
