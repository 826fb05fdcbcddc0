"""What can be found beside the indexed objects: slices register where else the palette looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may

LEAST = 3  # characters before anything is looked for


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to go to."""

    title: str
    url: str
    icon: str = "arrow"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """`find(actor, text)` answers at once, with few, or with nothing; it is asked at every key that is pressed."""

    label: str
    action: str  # what its reader has to be allowed
    find: Callable[[Actor, str], Sequence[Found]]


_SOURCES: dict[str, Source] = {}


def offer(source: Source) -> None:
    """Register a source by its label; another of the same label takes its place."""
    _SOURCES[source.label] = source


def elsewhere(*, actor: Actor, text: str) -> list[tuple[str, Sequence[Found]]]:
    """(label, what is found) of each source the actor may read and that has something."""
    text = text.strip()
    if len(text) < LEAST:
        return []
    asked = [(s.label, s.find(actor, text)) for s in _SOURCES.values() if may(actor, s.action)]
    return [(label, found) for label, found in asked if found]
