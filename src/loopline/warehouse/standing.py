"""What is stored at one moment: sealed segments, who was erased, and the events behind the mark."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from loopline.warehouse import manifest, tombstones
from loopline.warehouse.manifest import Manifest
from loopline.warehouse.records import Event
from loopline.warehouse.tombstones import Tombstones

TRIES = 5
Behind = Callable[[int], Iterable[Event]]  # the events behind a mark of the tail


class Standing(NamedTuple):
    """Each event is in one of the manifest's segments or in `behind`, and never in both."""

    manifest: Manifest
    erased: Tombstones
    behind: list[Event]


def nothing(mark: int) -> Iterable[Event]:
    """No tail: what is sealed alone."""
    return ()


def look(home: Path, tail: Behind) -> Standing:
    """What a folder of segments and the tail beside it hold now.

    The tail is read before the manifest is looked at again: where a seal or merge came in between, everything is read
    anew, so that no event is missed or met twice. Raises RuntimeError where that never ends.
    """
    for _ in range(TRIES):
        now, erased = manifest.load(home), tombstones.load(home)
        behind = left(tail(now.mark), erased)
        if (manifest.load(home), tombstones.load(home)) == (now, erased):
            return Standing(now, erased, behind)
    raise RuntimeError("segments changed faster than they could be read")


def left(tail: Iterable[Event], erased: Tombstones) -> list[Event]:
    """The events of the tail but for those of erased persons."""
    if not erased:
        return list(tail)
    gone = tombstones.gone(erased)
    return [e for e in tail if not gone(e.distinct_id, min(e.ts, e.received_at))]
