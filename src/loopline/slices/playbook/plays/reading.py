"""What a feed holds, as plain words: no mark-up, no scripts, no addresses but web ones. Nothing here reaches out."""

import calendar
import io
import re
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.parsers import expat

import nh3

from loopline.core.problems import Problem

MOST_ENTRIES = 200
TITLE, TEXT, ADDRESS = 200, 280, 1000
NOISE = {"script", "style", "template", "iframe", "noscript"}
DEPTH, ELEMENTS, SPACES = 64, 20_000, 100
MENDED = 200_000  # bytes
ENTITIES = "This feed declares entities of its own, which are not read here."
MILD = {"CharacterEncodingOverride", "NonXMLContentType"}  # read all the same
HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f]")


class NoFeed(Problem):
    """What came is no feed, or brought nothing; with the reason in words."""


def read(body: bytes, kind: str, url: str, latest: datetime) -> list[dict[str, str]]:
    """The entries, newest first: title, text, href, at (ISO, or empty). Dates after `latest` are left out.

    Raises NoFeed where it is none, or declares entities of its own.
    """
    _vetted(body)
    found = _parsed(body, kind, url)
    amiss = found.get("bozo") and type(found.get("bozo_exception")).__name__ not in MILD
    if not found.get("entries") and (amiss or not found.get("version")):
        raise NoFeed("What stands there is no RSS or Atom feed.")
    out = [_entry(e, url, latest) for e in found["entries"][:MOST_ENTRIES]]
    kept = [e for e in out if e["title"]]
    return sorted(kept, key=lambda e: e["at"], reverse=True)


def _vetted(body: bytes) -> None:
    """Refuse what would take the reader minutes: one that forgives everything is slow on what is made to be slow.

    Raises NoFeed. What is broken is mended only where it is short.
    """
    if b"<!entity" in body.replace(b"\0", b"").lower():
        raise NoFeed(ENTITIES)
    depth = count = spaces = 0

    def begins(_name: str, attributes: list[str]) -> None:
        nonlocal depth, count, spaces
        depth, count = depth + 1, count + 1
        spaces += sum(a.startswith("xmlns") for a in attributes[::2])
        if depth > DEPTH or count > ELEMENTS or spaces > SPACES:
            raise NoFeed("This feed is nested too deeply or holds too much to be read here.")

    def ends(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def declares(*_said: object) -> None:
        raise NoFeed(ENTITIES)

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler, parser.EndElementHandler = begins, ends
    parser.EntityDeclHandler = declares
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError) as error:
        if len(body) > MENDED:
            raise NoFeed("This feed is broken, and too long to be mended.") from error


def _parsed(body: bytes, kind: str, url: str) -> Mapping[str, Any]:
    import feedparser  # here: only the worker needs it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # a stream, never the bytes themselves: those would be tried as a path or an address
            found: Mapping[str, Any] = feedparser.parse(
                io.BytesIO(body), response_headers={"content-type": kind, "content-location": url},
                sanitize_html=False, resolve_relative_uris=False,
            )  # fmt: skip
        except (ValueError, LookupError, TypeError, RecursionError, AttributeError) as error:
            raise NoFeed("What stands there cannot be read as a feed.") from error
    return found


def _entry(e: Mapping[str, Any], url: str, latest: datetime) -> dict[str, str]:
    contents = e.get("content") or [{}]
    text = plain(str(e.get("summary") or contents[0].get("value") or ""), TEXT)
    return {
        "title": plain(str(e.get("title") or ""), TITLE) or text[:80],
        "text": text,
        "href": address(str(e.get("link") or ""), url),
        "at": _moment(e.get("published_parsed") or e.get("updated_parsed"), latest),
    }


def plain(html: str, most: int) -> str:
    """Words without mark-up on one line, cut at a word."""
    clean = unescape(nh3.clean(html[:50_000], tags=set(), clean_content_tags=NOISE))
    line = " ".join(HIDDEN.sub("", clean).split())
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]} …"


def address(raw: str, base: str) -> str:
    """An address on the web, or empty."""
    try:
        whole = urljoin(base, raw.strip())
        parts = urlsplit(whole)
    except ValueError:
        return ""
    fine = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    return whole if fine and len(whole) <= ADDRESS and not HIDDEN.search(whole) else ""


def _moment(parsed: Any, latest: datetime) -> str:
    try:
        at = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
    return at.isoformat() if at <= latest else ""
