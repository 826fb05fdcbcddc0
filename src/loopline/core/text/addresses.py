"""Addresses that people and other tools hand over: only those a browser may open without running anything."""

import re

from loopline.core.problems import Invalid

# Browsers drop control characters and blanks inside a scheme, so an address that holds any is refused whole.
_OUTSIDE = re.compile(r"https?://[^\s\x00-\x1f\x7f]+", re.IGNORECASE)
_OWN_PAGE = re.compile(r"/(?![/\\])[^\s\x00-\x1f\x7f\\]*")


def is_link(text: str) -> bool:
    """Whether a link may lead there: http, https, or a page of ours."""
    return bool(_OUTSIDE.fullmatch(text) or _OWN_PAGE.fullmatch(text))


def checked_link(text: str, field: str = "url") -> str:
    """The address, or nothing where none was given. Raises Invalid for `javascript:` and its like."""
    clean = text.strip()
    if clean and not is_link(clean):
        raise Invalid(**{field: "An address starts with https:// or http:// and holds no blanks."})
    return clean


def link_or_nothing(text: str) -> str:
    """For rows of files and other tools: a bad address is left out, the row goes in."""
    clean = text.strip()
    return clean if is_link(clean) else ""
