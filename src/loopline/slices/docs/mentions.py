"""Which objects a text names: keys such as FB-12, and ids in its blocks."""

import re
from collections.abc import Iterable

from loopline.platform.blocks.text import Mark, parts
from loopline.platform.cards.registry import kinds

Ref = tuple[str, int]


def named(body: str, references: Iterable[Ref]) -> set[Ref]:
    """The references, and what blocks are of: `{{metric id=3}}` names metric 3."""
    found = set(references)
    known = kinds()
    for part in parts(body):
        if isinstance(part, Mark):
            type_ = part.params.get("type", part.name)
            id_ = part.params.get("id", "")
            if type_ in known and id_.isdecimal() and len(id_) < 18:
                found.add((type_, int(id_)))
    return found


_REPLACES = re.compile(
    r"\b(?:replaces|supersedes)\s+((?:DOC-\d{1,9}(?:\s*(?:,|and)\s*)?)+)", re.IGNORECASE
)


def replaces(body: str) -> set[int]:
    """The docs that a text says it replaces: Replaces DOC-12, or Supersedes DOC-3 and DOC-4."""
    found = " ".join(_REPLACES.findall(body))
    return {int(n) for n in re.findall(r"DOC-(\d{1,9})", found, re.IGNORECASE)}
