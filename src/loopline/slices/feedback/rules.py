"""Small rules of feedback: permissions, sources, titles and digests."""

import hashlib

from loopline.core.text.tokens import normal
from loopline.platform.identity.actor import Role

PERMISSIONS = {
    "feedback.read": Role.VIEWER,
    "feedback.receive": Role.MEMBER,
    "feedback.erase": Role.ADMIN,
    "feedback.triage": Role.PRODUCT,
}

SOURCES = (
    ("form", "Form"),
    ("api", "API"),
    ("email", "E-mail"),
    ("call", "Call"),
    ("chat", "Chat"),
    ("support", "Support"),
    ("sales note", "Sales note"),
    ("portal", "Portal"),
    ("interview", "Interview"),
    ("survey", "Survey"),
    ("app review", "App review"),
    ("intercom", "Intercom"),
    ("slack", "Slack"),
    ("github", "GitHub"),
    ("prepare", "Prepare"),
)


def source_label(source: str) -> str:
    return dict(SOURCES).get(source, source[:1].upper() + source[1:])


def title_from(verbatim: str) -> str:
    """A title where none was given: the first sentence, at most 90 characters, cut at a word."""
    first = " ".join(verbatim.split())
    for mark in (". ", "! ", "? "):
        head, found, _ = first.partition(mark)
        if found and 12 <= len(head) <= 90:
            return head + mark.strip() if mark != ". " else head
    return first if len(first) <= 90 else first[:90].rsplit(" ", 1)[0] + "…"


def digest(title: str, verbatim: str) -> str:
    """Equal for items that differ in case, accents and punctuation only."""
    return hashlib.sha256(normal(f"{title} {verbatim}").encode()).hexdigest()
