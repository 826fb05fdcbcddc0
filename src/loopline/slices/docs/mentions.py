"""Which objects a text names: keys such as FB-12, and ids in its blocks."""

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
