"""Engines kept open over the events as they are; a new one only when events came since, and not at each of them."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from loopline.warehouse import erasing, tombstones
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.identity import Identities
from loopline.warehouse.tail import Tail
from loopline.warehouse.tail_cuts import about

Place = tuple[bytes, int, int]
FRESH = (
    2.0  # seconds an engine may lag behind the newest event; an event is seen within 5 s of its 200
)
IDLE_ENGINES = 2


class Shelf:
    """Hands out one engine to one asker at a time. `folder` holds the tail, `folder/segments` the segments."""

    def __init__(self, folder: Path, *, fresh: float = FRESH, memory_limit: str = "1GB") -> None:
        self.folder = folder
        self.segments = folder / "segments"
        self.tail = Tail(folder)
        self._fresh = fresh
        self._memory_limit = memory_limit
        self._lock = threading.Lock()
        self._idle: list[tuple[Place, float, DuckEngine]] = []
        self._facts: tuple[int, bytes, Identities] = (-1, b"", Identities())

    @contextmanager
    def engine(self) -> Generator[tuple[Place, DuckEngine]]:
        """An engine over what is stored, at most `fresh` seconds old, and the place it stands for."""
        place, opened, engine = self._taken()
        try:
            yield place, engine
        finally:
            with self._lock:
                keep = len(self._idle) < IDLE_ENGINES
                if keep:
                    self._idle.append((place, opened, engine))
            if not keep:
                engine.close()

    def place(self) -> Place:
        """Where the events stand now: two equal places hold the same events."""
        event, fact = self.tail.place()
        return self._manifest(), event, fact

    def current(self) -> Place | None:
        """The place answers may still be given for without opening anything; None where there is none."""
        with self._lock:
            found = [(opened, place) for place, opened, _ in self._idle]
        if not found:
            return None
        opened, place = max(found)
        return place if time.monotonic() - opened < self._fresh or place == self.place() else None

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for _, _, engine in idle:
            engine.close()

    def _manifest(self) -> bytes:
        # A digest: answers are kept by it, and a manifest grows with its segments.
        return sha256(self._said("manifest.json") + self._cuts()).digest()

    def _cuts(self) -> bytes:
        """Changes with everything that is taken out again, of the tail too."""
        return self._said(tombstones.NAME, erasing.CUT)

    def _said(self, *names: str) -> bytes:
        found = b""
        for name in names:
            try:
                found += (self.segments / name).read_bytes()
            except FileNotFoundError:
                continue
        return found

    def _taken(self) -> tuple[Place, float, DuckEngine]:
        now, place = time.monotonic(), self.place()
        old: list[DuckEngine] = []
        try:
            with self._lock:
                for kept in sorted(self._idle, key=lambda each: -each[1]):
                    if kept[0] == place or now - kept[1] < self._fresh:
                        self._idle.remove(kept)
                        return kept
                old = [engine for _, _, engine in self._idle]
                self._idle.clear()
        finally:
            for engine in old:
                engine.close()
        return place, now, self._opened()

    def _opened(self) -> DuckEngine:
        return DuckEngine.open(
            self.segments,
            lambda mark: [event for _, event in self.tail.read(mark)],
            self.identities(),
            memory_limit=self._memory_limit,
        )

    def identities(self) -> Identities:
        """Who is who now, without what tells of those who are being erased."""
        (_, last), cuts = self.tail.place(), self._cuts()
        with self._lock:
            known, before, identities = self._facts
        if (known, before) != (last, cuts):
            gone = tombstones.load(self.segments).pending  # still in the tail, and nobody's to read
            facts = (fact for _, fact in self.tail.facts())
            identities = Identities(f for f in facts if not (gone and about(f, gone)))
            with self._lock:
                self._facts = (last, cuts, identities)
        return identities
