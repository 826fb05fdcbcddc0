"""Markdown as people write it, made safe: an allow-list, links that give nothing away, no images."""

import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from loopline.platform.ui.trusted import html as safe

MOST = 100_000  # characters; more is shown as plain text

type Resolve = Callable[[str], str | None]

_TAGS = {
    "p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h3", "h4", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_REFERENCE = re.compile(r"(?<![\w/@#-])(?:[A-Z]{2,5}-\d{1,9}|@[\w.-]{1,64}\w)")
_SPLIT = re.compile(r"(<[^>]*>)")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})
    made.enable(["table", "strikethrough"])
    made.disable("image")
    return made


def _tokens_as_html(text: str) -> str:
    parser = _parser()
    tokens = parser.parse(text)
    top = False  # somebody's text never jumps a level in the page it stands on
    tag = "h3"
    for token in tokens:
        if token.type == "heading_open":
            tag = "h4" if top and token.tag > "h2" else "h3"
            top = True
        if token.type in ("heading_open", "heading_close"):
            token.tag = tag
    return str(parser.renderer.render(tokens, parser.options, {}))


def _linked(html: str, resolve: Resolve) -> str:
    """References and mentions outside links and code become links where `resolve` knows one."""
    out, closed = [], 0
    for part in _SPLIT.split(html):
        if part.startswith("<"):
            name = part.strip("</> ").split(" ")[0]
            if name in {"a", "code", "pre"}:
                closed += -1 if part.startswith("</") else 1
            out.append(part)
        elif closed:
            out.append(part)
        else:
            out.append(_REFERENCE.sub(lambda m: _link(m.group(), resolve), part))
    return "".join(out)


def _link(reference: str, resolve: Resolve) -> str:
    href = resolve(reference)
    return f'<a href="{escape(href)}">{escape(reference)}</a>' if href else reference


def render(text: str | None, resolve: Resolve | None = None) -> Markup:
    """Markdown as HTML. `resolve` turns "FB-12" or "@ann" into an address of ours, or None."""
    if not text:
        return Markup("")
    if len(text) > MOST:
        return Markup("<p>{}</p>").format(text)
    html = _tokens_as_html(text)
    if resolve:
        html = _linked(html, resolve)
    return safe(
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"*": set(), "a": {"href"}, "th": {"align"}, "td": {"align"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="nofollow noopener",
            strip_comments=True,
        )
    )


def plain(text: str | None, most: int = 160) -> str:
    """The words alone, for a row's grey clause."""
    if not text:
        return ""
    words = unescape(nh3.clean(_tokens_as_html(text[:2000]), tags=set()))
    bare = re.sub(r"\s+", " ", words).strip()
    return bare if len(bare) <= most else bare[:most].rsplit(" ", 1)[0].rstrip(",;.") + "…"
