"""Permissions, states, the checklist, and notes written from what shipped."""

from collections.abc import Sequence

from loopline.platform.identity.actor import Role

PERMISSIONS = {
    "release.read": Role.VIEWER,
    "release.change": Role.PRODUCT,
    "release.tick": Role.MEMBER,
}
STATES = (
    ("planned", "Planned"),
    ("in_progress", "In progress"),
    ("ready", "Ready"),
    ("rolling_out", "Rolling out"),
    ("shipped", "Shipped"),
    ("rolled_back", "Rolled back"),
    ("cancelled", "Cancelled"),
)
OPEN = ("planned", "in_progress", "ready", "rolling_out")
CHECKLIST = (
    "Every item is reviewed and tested",
    "Somebody who did not build it has used it",
    "The way back is known and tried",
    "Support knows what changes",
    "Release notes are written",
)


def template(text: str) -> list[dict[str, object]]:
    """A checklist from its setting, one line an entry."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or list(CHECKLIST)
    return [{"text": line[:200], "done": False, "by": ""} for line in lines[:30]]


def notes_from(bets: Sequence[tuple[str, str]], loose: Sequence[str]) -> str:
    """Notes as markdown: a paragraph per bet by its title and promise, then the rest as a list."""
    parts = [f"**{title}.** {said}".strip() for title, said in bets]
    if loose:
        head = "Also in this release:" if bets else "In this release:"
        parts.append("\n".join([head, "", *(f"- {t}" for t in loose[:60])]))
        if len(loose) > 60:
            parts.append(f"And {len(loose) - 60} smaller changes.")
    return "\n\n".join(parts)
