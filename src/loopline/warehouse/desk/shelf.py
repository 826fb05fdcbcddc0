"""Engines kept open over the events as they are; a new one only when events came since, and not at each of them."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.identity import Identities
from loopline.warehouse.tail import Tail

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
        self._facts: tuple[int, Identities] = (-1, Identities())

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
        found = b""
        for name in ("manifest.json", "erased.json"):
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
            self._identities(),
            memory_limit=self._memory_limit,
        )

    def _identities(self) -> Identities:
        _, last = self.tail.place()
        with self._lock:
            known, identities = self._facts
        if known != last:
            facts = self.tail.facts()
            identities = Identities(fact for _, fact in facts)
            with self._lock:
                self._facts = (last, identities)
        return identities
