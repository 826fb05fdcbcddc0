"""Jinja2's environment of every product page: strict, escaping, with the kit's filters and macros."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from loopline.platform.ui import (
    charts,
    create,
    formats,
    icons,
    line,
    markdown,
    nav,
    people,
    shortcuts,
    threads,
)

_KIT = ("ui.html", "form_ui.html", "detail_ui.html", "list_ui.html")

type Moment = date | datetime | None


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named page."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def url_or(name: str, fallback: str) -> str:
    """The address of a named page, or the usual one where that page is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return fallback


_MOMENT: ContextVar[tuple[datetime | None, tzinfo]] = ContextVar("moment", default=(None, UTC))


class Page(Template):
    """A template that lets every macro know the page's `now` and `tz`, which Jinja2 hides from them."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        context = dict(*args, **kwargs)
        zone = context.get("tz") or UTC
        token = _MOMENT.set(
            (context.get("now"), zone if isinstance(zone, tzinfo) else ZoneInfo(zone))
        )
        try:
            return super().render(context)
        finally:
            _MOMENT.reset(token)


class PageEnvironment(Environment):
    template_class = Page


def _timed(function: Callable[..., str]) -> Callable[[Moment], str]:
    def filtered(value: Moment) -> str:
        now, zone = _MOMENT.get()
        return function(value, now=now or datetime.now(UTC), zone=zone)

    return filtered


def _clock(value: datetime | None) -> str:
    return formats.clock(value, zone=_MOMENT.get()[1])


def iso(value: Moment) -> str:
    """For `datetime=` attributes."""
    return value.isoformat() if value else ""


def marked(text: str, quotes: list[str] | tuple[str, ...] | str) -> Markup:
    """The text with what was highlighted in it; what is not found in it marks nothing."""
    spans = []
    for quote in [quotes] if isinstance(quotes, str) else quotes:
        at = text.find(quote) if quote else -1
        if at >= 0:
            spans.append((at, at + len(quote)))
    out, done = Markup(""), 0
    for start, end in sorted(spans):
        if start < done:
            continue
        out += Markup("{}<mark>{}</mark>").format(text[done:start], text[start:end])
        done = end
    return out + text[done:]


def found(text: str, query: str) -> Markup:
    """A result's title with the words that were typed in bold, where they begin a word."""
    words = [re.escape(w) for w in query.split()[:8]]
    if not words:
        return escape(text)
    parts = re.split(rf"(\b(?:{'|'.join(words)}))", text, flags=re.IGNORECASE)
    return Markup("").join(
        Markup("<b>{}</b>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts)
    )


_FILTERS: dict[str, Callable[..., Any]] = {
    "money": formats.money,
    "num": formats.num,
    "pct": formats.pct,
    "dur": formats.dur,
    "tie": formats.tie,
    "initials": formats.initials,
    "plural": formats.plural,
    "written": formats.written,
    "md": markdown.render,
    "plain": markdown.plain,
    "marked": marked,
    "found": found,
    "counted": lambda total: "10,000+" if total > 10_000 else formats.num(total),
    "iso": iso,
    "path": lambda address: urlsplit(address).path,
    "query": lambda address: urlsplit(address).query,
    "question": lambda address: f"?{query}" if (query := urlsplit(address).query) else "",
    "clock": _clock,
    "day": _timed(formats.day),
    "stamp": _timed(formats.stamp),
    "when": _timed(formats.when),
    "ago": _timed(formats.ago),
}


_GLOBALS: dict[str, Any] = {
    "url": url,
    "url_or": url_or,
    "static": static,
    "icon": icons.icon,
    "who": people.who,
    "whos": people.whos,
    "line_s": line.line_s,
    "line_m": line.line_m,
    "thread_map": threads.thread_map,
    "STATIONS": line.STATIONS,
    "spark": charts.spark,
    "charts": charts,
    "threads": threads,
    "nav_tree": nav.tree,
    "create_kinds": create.kinds,
    "key_sheet": shortcuts.sheet,
    "key_scopes": shortcuts,
}


def environment(**options: Any) -> Environment:
    """For Django's Jinja2 backend. Every macro of the kit is a global: fragments need no imports."""
    options = {"autoescape": True, **options, "undefined": StrictUndefined}
    env = PageEnvironment(trim_blocks=True, lstrip_blocks=True, **options)
    env.filters.update(_FILTERS)
    env.globals.update(_GLOBALS)
    for name in _KIT:
        module = env.get_template(name).module
        env.globals.update({k: v for k, v in vars(module).items() if not k.startswith("_")})
    return env
