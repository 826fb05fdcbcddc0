"""Where feedback stands in the navigation, under C and among the keys."""

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.ui import create, nav
from loopline.platform.ui.shortcuts import Shortcut
from loopline.platform.ui.shortcuts import register as keys
from loopline.slices.feedback.queries import waiting_cached

INBOX = "In the inbox"


def _count(actor: Actor) -> int | None:
    """What waits for this person; who may only read the inbox has nothing waiting there."""
    return waiting_cached() or None if may(actor, "feedback.triage") else None


def register() -> None:
    nav.item("Hear", "Inbox", "inbox", 10, _count, "feedback.read", icon="inbox", key="i")
    nav.item("Hear", "Feedback", "feedback", 20, None, "feedback.read", icon="quote", key="f")
    create.kind(
        "feedback", "Feedback", "feedback-new", 10, permission="feedback.receive", icon="quote"
    )
    keys(
        Shortcut("m", "Merge into the first likely duplicate", INBOX),
        Shortcut("n", "Not the same", INBOX),
        Shortcut("l", "Link to an opportunity", INBOX),
        Shortcut("h", "Highlight the selected words", INBOX),
        Shortcut("y", "Accept", INBOX),
        Shortcut("s", "Snooze for a week", INBOX),
        Shortcut("e", "Archive", INBOX),
    )
