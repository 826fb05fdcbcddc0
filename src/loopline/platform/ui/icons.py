"""Icons by name: one sprite per page, each use a reference into it."""

from functools import lru_cache

from markupsafe import Markup, escape

from loopline.platform.ui.trusted import html

NAMES = (
    "search",
    "plus",
    "check",
    "x",
    "right",
    "left",
    "down",
    "up",
    "arrow",
    "rise",
    "fall",
    "inbox",
    "today",
    "action",
    "run",
    "person",
    "account",
    "quote",
    "tag",
    "merge",
    "link",
    "clock",
    "calendar",
    "flag",
    "ship",
    "shield",
    "chart",
    "table",
    "funnel",
    "flask",
    "target",
    "tell",
    "doc",
    "warn",
    "info",
    "undo",
    "archive",
    "sliders",
    "more",
    "theme",
    "menu",
    "pause",
    "play",
    "upload",
    "edit",
    "plug",
    "expand",
    "loop",
    "bell",
    "star",
    "lock",
    "mail",
    "comment",
    "download",
    "keyboard",
    "gear",
    "out",
    "drag",
    "list",
    "copy",
    "book",
)


@lru_cache(maxsize=512)
def icon(name: str, cls: str = "") -> Markup:
    """A 16-px mark that says nothing to a screen reader; the words beside it do."""
    extra = f" {escape(cls)}" if cls else ""
    return html(f'<svg class="i{extra}" aria-hidden="true"><use href="#i-{escape(name)}"/></svg>')
