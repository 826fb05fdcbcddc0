"""Names taken apart into words and put together again in a style."""

import re
from enum import StrEnum

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_a-zA-Z]+")
_VERB_LIST = (
    "accepted activated added approved archived assigned began blocked booked cancelled canceled changed checked "
    "clicked closed completed configured confirmed connected converted copied created declined deleted denied "
    "deployed disabled disconnected dismissed downgraded downloaded drafted edited enabled ended entered expired "
    "exported failed filled filtered finished forwarded generated imported installed invited joined launched left "
    "linked loaded locked made merged moved opened paid paused printed promoted published purchased rated received "
    "refunded registered rejected removed renamed renewed reopened replied reported requested reset resolved "
    "resumed reviewed revoked saved scheduled searched selected sent set shared shipped shown signed skipped sorted "
    "started stopped submitted subscribed synced tapped tested toggled transferred undone uninstalled unlocked "
    "unsubscribed updated upgraded uploaded used verified viewed visited voted watched written"
)  # fmt: skip
_VERBS = frozenset(_VERB_LIST.split())


class Style(StrEnum):
    """How names are written: `report exported`, `report_exported`, `Report Exported`, `reportExported`, or any way."""

    LOWER = "object verb"
    SNAKE = "snake_case"
    TITLE = "Title Case"
    CAMEL = "camelCase"
    NONE = "none"


def words(name: str) -> list[str]:
    """The words of a name in lower case, however they are joined."""
    return [found.lower() for found in _WORD.findall(name)]


def joined(parts: list[str], style: Style) -> str:
    """Words as a name in a style; as `object verb` where there is none."""
    if style is Style.SNAKE:
        return "_".join(parts)
    if style is Style.TITLE:
        return " ".join(part.capitalize() for part in parts)
    if style is Style.CAMEL:
        return "".join(part if not at else part.capitalize() for at, part in enumerate(parts))
    return " ".join(parts)


def fits(name: str, style: Style) -> bool:
    """Whether a name is written in a style. Spaces inside are single, none stands around it."""
    return style is Style.NONE or name == joined(words(name), style)


def verb_last(parts: list[str]) -> list[str] | None:
    """The same words with the verb behind its object; None where they stand so, or no verb is known."""
    if len(parts) > 1 and parts[0] in _VERBS and parts[-1] not in _VERBS:
        return [*parts[1:], parts[0]]
    return None


def likeness(name: str) -> str:
    """Equal for names that differ only in case, marks, joins and endings: `signup`, `sign up`, `Signed Up`."""
    return "".join(_stem(part) for part in words(name))


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            word = word.removesuffix(ending)
            break
    return word.removesuffix("e") if len(word) > 3 else word
