"""Permissions, states, and which bet a text names."""

import re

from loopline.platform.identity.actor import Role

PERMISSIONS = {"work.read": Role.VIEWER, "work.change": Role.MEMBER, "work.import": Role.PRODUCT}
STATES = (
    ("backlog", "Backlog"),
    ("todo", "To do"),
    ("started", "Started"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
)
_BET = re.compile(r"\bBET-(\d{1,9})\b", re.IGNORECASE)


def named_bet(*texts: str) -> int | None:
    """The first bet named by its key in title or body."""
    for text in texts:
        found = _BET.search(text[:20_000])
        if found:
            return int(found.group(1))
    return None
