"""What the door knows of the company: who may send, what is kept, who was erased. Read on the key ring's thread."""

import logging
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import msgspec

from loopline.connectors.sdk_ingest.rules import Rules
from loopline.platform.identity.grants import Grant
from loopline.warehouse.gone import erased
from loopline.warehouse.tail import Tail

TOLD_EVERY = 600.0  # seconds between two notes that the same token was used
log = logging.getLogger("loopline.ingest")


def load_grants() -> Mapping[str, Grant]:
    """The grants of now, on a connection that is looked after."""
    from django.db import close_old_connections
    from django.utils import timezone

    from loopline.platform.identity.grants import grants

    close_old_connections()
    return grants(now=timezone.now())


def load_kept() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Denied names and the domains of the company's own people."""
    from loopline.platform.settings import ingest

    kept = ingest.kept()
    return kept.denied, kept.domains


def note_used(digests: Collection[str]) -> None:
    from django.utils import timezone

    from loopline.platform.identity.grants import note_use

    note_use(digests, now=timezone.now())


class Knowledge:
    """`rules` are those of the last reading; `load` reads everything again and answers the grants."""

    def __init__(
        self, folder: Path, grants: Callable[[], Mapping[str, Grant]],
        kept: Callable[[], tuple[tuple[str, ...], tuple[str, ...]]] = load_kept,
    ) -> None:  # fmt: skip
        self._folder, self._grants, self._kept = folder, grants, kept
        self._stamp: tuple[object, ...] = ()
        self._told: dict[str, float] = {}
        self.rules = Rules()
        self.used: Callable[[], Collection[str]] = set

    def load(self) -> Mapping[str, Grant]:
        """Rules before keys: whoever is let in meets the rules. Raises what the database raises."""
        denied, domains = self._kept()
        file = self._folder / "segments" / "erased.json"
        stamp = (denied, domains, file.stat().st_mtime_ns if file.exists() else 0)
        insiders = (
            {m for m, d in Tail(self._folder).insiders() if d in domains} if domains else set[int]()
        )
        if (*stamp, insiders) != self._stamp:
            self.rules = Rules(denied, domains, insiders, *_gone(self._folder / "segments"))
            self._stamp = (*stamp, insiders)
        grants = self._grants()
        self._note()
        return grants

    def _note(self) -> None:
        now = time.monotonic()
        fresh = [d for d in self.used() if now - self._told.get(d, -TOLD_EVERY) >= TOLD_EVERY]
        if fresh:
            self._told.update(dict.fromkeys(fresh, now))
            note_used(fresh)


def _gone(folder: Path) -> tuple[Callable[[str, int], bool], int]:
    try:
        return erased(folder)
    except (OSError, msgspec.DecodeError) as broken:
        log.error("the list of erased persons cannot be read: %s", broken)
        raise
