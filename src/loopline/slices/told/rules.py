"""Permissions, words of states, and the drafts themselves. Pure."""

from dataclasses import dataclass

from loopline.platform.identity.actor import Role

PERMISSIONS = {"follow_up.read": Role.VIEWER, "follow_up.change": Role.PRODUCT}
STATES = (
    ("draft", "To approve"),
    ("approved", "Approved"),
    ("sending", "Sending"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("suppressed", "Not sent"),
)
CHANNELS = (("email", "E-mail"), ("in_app", "In Loopline"), ("by_hand", "By hand"))
QUOTE = 320  # characters of their own words in a message


@dataclass(frozen=True, slots=True)
class Draft:
    subject: str
    text: str


def quoted(text: str) -> str:
    """Their words, cut at a word, on one line."""
    words = " ".join(text.split())
    return words if len(words) <= QUOTE else words[:QUOTE].rsplit(" ", 1)[0] + " …"


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.strip() else ""


def _hello(name: str) -> str:
    return f"Hello {_first(name)}," if _first(name) else "Hello,"


def shipped(
    *,
    name: str,
    said_on: str,
    words: str,
    version: str,
    what: str,
    how: str,
    sender: str,
    company: str,
) -> Draft:
    """To somebody who asked, when it shipped."""
    parts = [
        _hello(name),
        f"on {said_on} you told us: “{quoted(words)}”",
        f"This is in {company} now, since {version}: {what}.{' ' + how if how else ''}",
        "Thank you for saying it. If it does not do what you meant, answer this message; somebody reads it.",
        f"{sender}\n{company}",
    ]
    return Draft(f"You asked, it is here: {what}"[:300], "\n\n".join(parts))


def decided(
    *,
    name: str,
    said_on: str,
    words: str,
    verdict: str,
    what: str,
    why: str,
    sender: str,
    company: str,
) -> Draft:
    """To somebody who asked, when it was decided: committed, declined or not now, with the reason."""
    news = {
        "committed": f"We decided to build this: {what}. You hear from us again when it ships.",
        "declined": f"We looked at it with care and decided not to build it: {what}.",
        "not_now": f"We decided not to build this now: {what}. We kept your words and look at it again.",
    }[verdict]
    subject = {
        "committed": f"We will build what you asked for: {what}",
        "declined": f"About what you asked for: {what}",
        "not_now": f"Not now, and why: {what}",
    }[verdict]
    reason = (
        f"The reason, as we wrote it down: {why}"
        if why and why != "Committed from the roadmap."
        else ""
    )
    parts = [
        _hello(name), f"on {said_on} you told us: “{quoted(words)}”", news, reason,
        "If we understood you wrongly, answer this message.", f"{sender}\n{company}",
    ]  # fmt: skip
    return Draft(subject[:300], "\n\n".join(p for p in parts if p))


def passed_on(*, name: str, account: str, words: str, verdict: str, what: str, why: str) -> Draft:
    """To the colleague who passed an ask on."""
    news = {
        "committed": "We will build it",
        "declined": "We will not build it",
        "not_now": "Not now",
    }[verdict]
    of = f" from {account}" if account else ""
    lines = [
        f"{_first(name) or 'Hello'}, you passed on an ask{of}: “{quoted(words)}”",
        f"{news}: {what}.", f"Why: {why}" if why else "",
        "You can tell them before we do, or add to it." if verdict != "committed" else "",
    ]  # fmt: skip
    return Draft(f"{news}: {what}"[:300], "\n\n".join(x for x in lines if x))
