"""The learning library, and sources by feed: hostile, dead and changing ones, from a real server on this machine."""

import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loopline.core.problems import Invalid, NotAllowed
from loopline.platform.blocks import registry
from loopline.platform.egress.client import EgressClient
from loopline.platform.egress.policy import EgressPolicy
from loopline.platform.settings import options
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.playbook.models import Feed
from loopline.slices.playbook.plays import feeds, library
from loopline.slices.playbook.plays.reading import NoFeed, read

pytestmark = pytest.mark.django_db
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{}</channel></rss>"""
ITEM = "<item><title>{}</title><link>{}</link><description>{}</description><pubDate>{}</pubDate></item>"
DAY = "Mon, 16 Nov 2026 10:00:00 GMT"


class Other(BaseHTTPRequestHandler):
    status, body, headers_, asked = 200, b"", {}, []

    def do_GET(self):
        Other.asked.append(dict(self.headers))
        status = (
            304
            if self.headers.get("If-None-Match") == Other.headers_.get("ETag", "-")
            else Other.status
        )
        self.send_response(status)
        for k, v in Other.headers_.items():
            self.send_header(k, v)
        body = b"" if status == 304 else Other.body
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def serving(body=b"", status=200, **headers):
    Other.status, Other.body, Other.headers_, Other.asked = status, body, headers, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/feed"
    finally:
        server.shutdown()
        server.server_close()


OPEN = EgressClient(EgressPolicy(allow=(ip_network("127.0.0.0/8"),)))


def followed(cast, now, url):
    return feeds.follow(actor=cast.ada, url=url, title="Blog", now=now, client=OPEN)


def one(latest, *items):
    return read(
        RSS.format("".join(items)).encode(), "application/rss+xml", "https://a.example/f", latest
    )


def test_entries_become_plain_words(now):
    text = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;Bold&lt;/b&gt; &lt;img src=x onerror=alert(1)&gt; words"
    (e,) = one(now, ITEM.format("A &lt;i&gt;title&lt;/i&gt;", "https://a.example/1", text, DAY))
    assert e == {
        "title": "A title",
        "text": "Bold words",
        "href": "https://a.example/1",
        "at": "2026-11-16T10:00:00+00:00",
    }


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://u:p@a.example/",
        "ftp://a.example/x",
        "vbscript:x",
    ],
)
def test_only_addresses_on_the_web_are_linked(now, link):
    (e,) = one(now, ITEM.format("T", link, "", DAY))
    assert e["href"] == ""


def test_a_relative_address_is_made_whole(now):
    (e,) = one(now, ITEM.format("T", "/posts/1", "", DAY))
    assert e["href"] == "https://a.example/posts/1"


def test_days_to_come_and_days_that_are_none_are_left_out(now):
    got = one(
        now,
        ITEM.format("A", "", "", "Mon, 16 Nov 2099 10:00:00 GMT"),
        ITEM.format("B", "", "", "yesterday"),
    )
    assert [e["at"] for e in got] == ["", ""]


def test_hidden_and_turning_characters_are_taken_out(now):
    (e,) = one(now, ITEM.format("A\u202eevil\u200b", "", "", DAY))
    assert e["title"] == "Aevil"


BOMB = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss version="2.0"><channel><item><title>&b;</title></item></channel></rss>"""
FILE = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rss version="2.0"><channel><item><title>&x;</title></item></channel></rss>"""


@pytest.mark.parametrize(
    "body", [BOMB, FILE, BOMB.decode().encode("utf-16"), FILE.decode().encode("utf-16-be")]
)
def test_entities_of_its_own_are_refused(now, body):
    with pytest.raises(NoFeed, match="entities"):
        read(body, "text/xml", "https://a.example/", now)


NO_FEEDS = (
    b"", b"<html><p>Hello</p></html>", b"/etc/passwd", b"http://127.0.0.1/", b"\x00\xff" * 500, b"<rss" * 2000, b"{}",
)  # fmt: skip


@pytest.mark.parametrize("body", NO_FEEDS)
def test_what_is_no_feed_says_so_and_opens_nothing(now, body):
    with pytest.raises(NoFeed):
        read(body, "text/html", "https://a.example/", now)


DEEP = b'<rss version="2.0"><channel>' + b"<a>" * 300_000
MANY = b'<rss version="2.0"><channel>' + b"<item/>" * 100_000 + b"</channel></rss>"
NAMES = b"<rss>" + b"".join(b'<a%d:x xmlns:a%d="u"/>' % (i, i) for i in range(20_000)) + b"</rss>"
BROKEN = b'<rss version="2.0"><channel>' + b"<" * 900_000


@pytest.mark.parametrize(
    "body", [DEEP, MANY, NAMES, BROKEN], ids=["deep", "many", "names", "broken"]
)
def test_what_is_made_to_be_slow_is_refused_before_it_is_read(now, body):
    with pytest.raises(NoFeed, match=r"too deeply or holds too much|too long to be mended"):
        read(body, "text/xml", "https://a.example/", now)


def test_an_atom_feed_and_one_that_breaks_off(now):
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>One</title><link href="https://a.example/1"/>
    <updated>2026-11-10T08:00:00Z</updated><content type="html">&lt;p&gt;Hi&lt;/p&gt;</content></entry>
    <entry><title>Two"""
    got = read(atom, "application/atom+xml", "https://a.example/", now)
    assert got[0]["title"] == "One"
    assert got[0]["text"] == "Hi"


def test_a_source_is_asked_kept_and_asked_again_with_its_tag(cast, now):
    items = "".join(
        ITEM.format(f"Post {i}", f"https://a.example/{i}", "Words", DAY) for i in range(30)
    )
    with serving(RSS.format(items).encode(), ETag='"v1"') as url:
        id_ = followed(cast, now, url)
        feeds.fetch(feed_id=id_, now=now, client=OPEN)
        (s,) = feeds.sources()
        assert len(s.entries) == 20
        assert (s.trouble, s.good_at) == ("", now)
        feeds.fetch(feed_id=id_, now=now + timedelta(days=1), client=OPEN)
        assert Other.asked[-1]["If-None-Match"] == '"v1"'
        (s,) = feeds.sources()
        assert len(s.entries) == 20
        assert s.good_at == now + timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (404, b"", "is gone"),
        (500, b"", "status 500"),
        (200, b"x" * 1_000_001, "more than 1,000,000 bytes"),
        (200, b"<p>", "no RSS or Atom"),
    ],
)
def test_a_source_in_trouble_says_why_and_keeps_what_it_had(cast, now, status, body, says):
    with serving(RSS.format(ITEM.format("Old", "", "", DAY)).encode()) as url:
        id_ = followed(cast, now, url)
        feeds.fetch(feed_id=id_, now=now, client=OPEN)
        Other.status, Other.body = status, body
        for day in range(1, 8):
            feeds.fetch(feed_id=id_, now=now + timedelta(days=day), client=OPEN)
    (s,) = feeds.sources()
    assert says in s.trouble
    assert s.dead
    assert [e.title for e in s.entries] == ["Old"]
    assert s.good_at == now


def test_one_that_answers_no_more_is_said_on_the_page(signed_in, cast, now):
    with serving() as url:
        id_ = followed(cast, now, url)
    for day in range(8):
        feeds.fetch(feed_id=id_, now=now + timedelta(days=day), client=OPEN)
    page = signed_in(cast.ada).get("/library").content.decode().replace("\xa0", " ")
    assert "Silent from the start: 127.0.0.1 does not accept connections." in page


INSIDE = (
    "http://127.0.0.1:8000/feed", "http://169.254.169.254/latest", "http://[::1]/", "file:///etc/passwd",
    "http://0x7f.1/", "nonsense",
)  # fmt: skip


def test_inside_addresses_are_refused_when_followed_and_when_asked(cast, now):
    for url in INSIDE:
        with pytest.raises(Invalid):
            feeds.follow(actor=cast.ada, url=url, now=now)
    with serving(b"x") as url:
        row = Feed.objects.create(url=url, title="Inside", created_at=now, updated_at=now)
        feeds.fetch(feed_id=row.pk, now=now, client=EgressClient(EgressPolicy()))
        assert Other.asked == []
    row.refresh_from_db()
    assert row.failures == 1
    assert row.trouble


def test_a_redirect_to_the_inside_is_not_followed(cast, now):
    with serving(b"", 302, Location="http://169.254.169.254/latest/meta-data") as url:
        id_ = followed(cast, now, url)
        feeds.fetch(feed_id=id_, now=now, client=OPEN)
    (s,) = feeds.sources()
    assert s.trouble
    assert s.entries == ()


def test_nothing_is_asked_while_sending_is_off(cast, now):
    with serving(b"x") as url:
        id_ = followed(cast, now, url)
        options.change(actor=cast.olu, values={"sending": False}, now=now)
        feeds.fetch(feed_id=id_, now=now, client=OPEN)
        assert Other.asked == []
    assert feeds.sources()[0].trouble == feeds.OFF


def test_who_may_follow_and_leave(signed_in, cast, now):
    with pytest.raises(NotAllowed):
        feeds.follow(actor=cast.bo, url="https://a.example/f", now=now)
    with serving(b"x") as url:
        id_ = followed(cast, now, url)
        with pytest.raises(Invalid, match="followed already"):
            followed(cast, now, url)
        client = signed_in(cast.ada)
        assert client.post(f"/library/feeds/{id_}/leave").status_code == 302
        assert feeds.sources() == []
        assert followed(cast, now, url) == id_
    sent = {"url": "http://10.0.0.1/feed"}
    assert client.post("/library/feeds/follow", sent).status_code == 422


def test_a_practice_shows_what_a_number_did(cast, now):
    more = {
        "measured": [{"id": "a", "metric": "Cycle time", "before": 11.0, "after": 8.0, "unit": "d", "how": "median"}],
        "came": "Reviews no longer wait over night.",
    }  # fmt: skip
    library.add_practice(
        actor=cast.ann, title="Review before lunch", again="Kept", more=more, now=now
    )
    (p,) = library.practices()
    assert p.change.replace("\xa0", " ") == "Cycle time 11 d to 8 d"
    assert library.finding([p]) == "1 tried: 1 kept"
    shown = registry.show(cast.dee, "practices-tried", {}, now)
    assert shown.value == 1
    assert registry.show(cast.dee, "practices-kept", {}, now).value == 1


def test_a_share_out_begins_with_what_the_quarter_tried(cast, now):
    library.add_practice(actor=cast.ann, title="Old", now=now - timedelta(days=200))
    library.add_practice(actor=cast.ann, title="New", now=now - timedelta(days=20))
    made = library.prepare_share_out(actor=cast.ann, now=now)
    assert [r["practice"] for r in docs.by_ids([made])[made].data["shown"]] == ["New"]
    assert registry.show(cast.dee, "share-outs", {}, now).value == 0
    writing.fill(actor=cast.ann, doc_id=made, key="held", value="2026-11-18", now=now)
    assert registry.show(cast.dee, "share-outs", {}, now).value == 1
    assert (
        library.share_out_due(library.share_outs(), now.date()) == (now + timedelta(days=90)).date()
    )


@pytest.mark.parametrize("who", ["dee", "ann", "ada"])
def test_the_page_opens_empty_and_full_and_asks_the_same(signed_in, cast, now, who):
    client = signed_in(getattr(cast, who))
    assert "Nothing is in the library yet" in client.get("/library").content.decode()
    counts = []
    for n in (2, 6):
        for i in range(n):
            library.add_practice(actor=cast.ann, title=f"Practice {n}.{i}", again="Kept", now=now)
        client.get("/library")
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/library?again=Kept").content.decode()
        counts.append(len(asked))
    assert counts[1] <= counts[0] <= 20
    assert "Practice 6.5" in page
    assert ("/library/feeds/follow" in page) == (who == "ada")


def test_adding_by_the_page(signed_in, cast):
    client = signed_in(cast.ann)
    assert "What was tried" in client.get("/library?add").content.decode()
    assert client.post("/library/add", {"title": "A", "play": "nonsense"}).status_code == 422
    sent = {"title": "Written stand-ups", "play": "rituals-worth-their-time", "again": "Changed"}
    assert client.post("/library/add", sent).status_code == 302
    assert client.post("/library/share-outs/prepare").status_code == 302
