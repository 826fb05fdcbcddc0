"""The agenda of a prepared page: its headings that end in minutes. `## What moved (8 min)`"""

import re
from dataclasses import dataclass

_HEAD = re.compile(r"^#{2,3} +(?P<title>\S.*?) *\((?P<minutes>\d{1,3}) ?min\) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Item:
    title: str
    minutes: int


def agenda(body: str) -> list[Item]:
    """The items in order."""
    return [Item(m["title"], int(m["minutes"])) for m in _HEAD.finditer(body)]


def cut(words: str) -> list[tuple[Item | None, str]]:
    """A stretch of words by its agenda headings: (heading, what stands below it); None before the first."""
    out: list[tuple[Item | None, str]] = []
    at, head = 0, None
    for m in _HEAD.finditer(words):
        if words[at : m.start()].strip() or head:
            out.append((head, words[at : m.start()].strip()))
        head, at = Item(m["title"], int(m["minutes"])), m.end()
    out.append((head, words[at:].strip()))
    return out
