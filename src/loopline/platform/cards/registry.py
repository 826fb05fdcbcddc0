"""Object types and their cards. A slice registers each of its types once, when its app is ready."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from loopline.core.problems import Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may


@dataclass(frozen=True, slots=True)
class Card:
    """One object in one line. `key` is what people say (`FB-12`), `note` one grey clause."""

    type: str
    id: int
    title: str
    url: str
    key: str = ""
    note: str = ""
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: its words, the prefix of its keys, who may read it, and how cards are loaded."""

    type: str
    label: str
    prefix: str
    read: str
    load: Callable[[set[int]], dict[int, Card]] = field(repr=False)
    icon: str = "doc"
    plural: str = ""


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _KINDS[kind.type] = kind


def kinds() -> Mapping[str, Kind]:
    return dict(_KINDS)


def kind(type_: str) -> Kind:
    found = _KINDS.get(type_)
    if found is None:
        raise Missing(type_.replace("-", " ") or "object")
    return found


def cards(*, actor: Actor, refs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Card]:
    """Cards for many objects, one query per type; what the actor may not read is left out."""
    by_type: dict[str, set[int]] = {}
    for type_, id_ in refs:
        by_type.setdefault(type_, set()).add(id_)
    found: dict[tuple[str, int], Card] = {}
    for type_, ids in by_type.items():
        known = _KINDS.get(type_)
        if known is None or not may(actor, known.read):
            continue
        found.update({(type_, i): c for i, c in known.load(ids).items()})
    return found


def card(*, actor: Actor, type_: str, id_: int) -> Card:
    """One card. Raises Missing where there is none the actor may see."""
    found = cards(actor=actor, refs=[(type_, id_)]).get((type_, id_))
    if found is None:
        raise Missing(type_.replace("-", " "))
    return found


_REFERENCE = re.compile(r"\b([A-Z]{2,4})-(\d{1,9})\b")


def references(text: str) -> list[tuple[str, int]]:
    """Objects named in a text by their keys, such as OPP-34, each once and in order."""
    prefixes = {k.prefix: k.type for k in _KINDS.values()}
    found = [(prefixes[p], int(n)) for p, n in _REFERENCE.findall(text) if p in prefixes]
    return list(dict.fromkeys(found))
