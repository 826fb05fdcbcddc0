"""Questions answered by the database of LOOPLINE_EVENTS_URL, which is brought up to the store before it answers."""

import contextlib
import re
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from loopline.core.insights import ir
from loopline.core.insights.answers import Answer
from loopline.warehouse import elsewhere, manifest, standing
from loopline.warehouse.desk.gate import Full
from loopline.warehouse.desk.shelf import Place, Shelf
from loopline.warehouse.elsewhere import Elsewhere
from loopline.warehouse.lock import Busy, held
from loopline.warehouse.store import OutOfTime

STATE = "elsewhere.json"
WAIT = 10.0  # seconds one asks for a turn before being told to come back
BUSY = "Events are being sent to the database of LOOPLINE_EVENTS_URL. Ask again in a moment."


class NotAnswering(Exception):
    """The database is not there, refuses, or is none we know; the text is for the asker."""


class State(msgspec.Struct, frozen=True):
    """What became of the last try to bring the database up: `trouble` is empty where it went well."""

    url: str = ""
    trouble: str = ""


class _Shipped(NamedTuple):
    """What the database holds: the place it stands for, when that was so, and how long shipping it took (seconds)."""

    place: Place
    at: float
    spent: float
    events: int
    through: int | None


class There:
    """The engine as the desk takes one: what an answer is computed from stands beside it."""

    def __init__(self, engine: Elsewhere, shipped: _Shipped) -> None:
        self._engine = engine
        self.name = engine.name
        self.events, self.through = shipped.events, shipped.through

    def limit(self, seconds: float) -> None:
        self._engine.limit(seconds)

    def cancel(self) -> None:
        self._engine.cancel()

    def answer(self, question: ir.Question) -> Answer:
        """See Engine.answer."""
        return self._engine.answer(question)

    def people(self, question: ir.Question, cell: ir.Cell) -> list[tuple[str, str]]:
        """See Engine.people."""
        return self._engine.people(question, cell)


class Abroad:
    """Hands the database out to one asker at a time.

    Nobody ships while somebody asks, in this process or another on this home: an answer of several statements sees
    one state. What is not sealed is shipped anew at most each `fresh` seconds, or twice the time that it took last.
    """

    def __init__(self, url: str, shelf: Shelf, *, fresh: float) -> None:
        self._url, self._shelf, self._fresh = url, shelf, fresh
        self._turn = threading.Lock()
        self._engine: Elsewhere | None = None
        self._shipped: _Shipped | None = None

    def current(self) -> Place | None:
        """The place answers may still be given for; None where that takes a look at the database."""
        there = self._shipped
        return there.place if there and self._still(there, self._shelf.place()) else None

    @contextmanager
    def engine(self) -> Generator[tuple[Place, There]]:
        """The database, brought up to the store. Raises Full or NotAnswering."""
        with self._alone(), self._saying():
            shipped, place = self._shipped, self._shelf.place()
            engine = self._connected()
            if shipped is None or not self._still(shipped, place):
                shipped, _ = self._bring_up(engine, place)
            yield shipped.place, There(engine, shipped)

    def ship(self) -> list[str]:
        """Bring the database up now; the segments shipped. Raises Full or NotAnswering."""
        with self._alone(), self._saying():
            _, files = self._bring_up(self._connected(), self._shelf.place())
            return files

    def _still(self, there: _Shipped, place: Place) -> bool:
        if there.place == place:
            return True
        lag = max(self._fresh, 2 * there.spent) if self._fresh else 0.0
        # What is taken out is taken out at once: only the tail may be behind.
        return there.place[0] == place[0] and time.monotonic() - there.at < lag

    def _connected(self) -> Elsewhere:
        if self._engine is not None and not self._engine.alive():
            self.close()  # it was restarted, or closed a connection nobody used
        if self._engine is None:
            self._engine = elsewhere.connect(self._url)
        return self._engine

    def _bring_up(self, engine: Elsewhere, place: Place) -> tuple[_Shipped, list[str]]:
        began = time.monotonic()
        engine.limit(None)
        files = elsewhere.bring_up(engine, self._shelf.folder, self._shelf.identities())
        now = standing.look(
            self._shelf.segments, lambda mark: [e for _, e in self._shelf.tail.read(mark)]
        )
        lasts = [e.ts for e in now.behind] + [each.last for each in now.manifest.segments]
        events = len(now.behind) + sum(each.events for each in now.manifest.segments)
        spent = time.monotonic() - began
        shipped = _Shipped(place, began, spent, events, max(lasts, default=None))
        self._shipped = shipped
        self._keep("")
        return shipped, files

    @contextmanager
    def _alone(self) -> Generator[None]:
        if not self._turn.acquire(timeout=WAIT):
            raise Full(BUSY)
        try:
            with held(self._shelf.folder, elsewhere.LOCK, WAIT):
                yield
        except Busy:
            raise Full(BUSY) from None
        finally:
            self._turn.release()

    @contextmanager
    def _saying(self) -> Generator[None]:
        """Whatever the database raises becomes a sentence, and the next asker connects anew."""
        try:
            yield
        except (ir.BadQuestion, OutOfTime):
            raise
        except Exception as error:  # each database has its own
            self.close()
            said = trouble(error)
            self._keep(said)
            raise NotAnswering(said) from error

    def _keep(self, said: str) -> None:
        now = State(shown(self._url), said)
        if state(self._shelf.folder) != now:
            manifest.replace(self._shelf.folder, STATE, msgspec.json.encode(now))

    def close(self) -> None:
        """Give the connection back."""
        engine, self._engine, self._shipped = self._engine, None, None
        if engine is not None:
            with contextlib.suppress(Exception):
                engine.close()


def state(folder: Path) -> State:
    """How the last try to bring the database up ended, in the home's folder of events."""
    try:
        return msgspec.json.decode((folder / STATE).read_bytes(), type=State)
    except (FileNotFoundError, msgspec.DecodeError):
        return State()


def shown(url: str) -> str:
    """A URL without its password."""
    return re.sub(r"://[^@/\s]*@", "://", url)


def trouble(error: Exception) -> str:
    """A sentence on why the database does not answer."""
    if isinstance(error, ValueError):
        return f"{str(error)[:1].upper()}{str(error)[1:]}."
    text = " ".join(shown(str(error)).split())[:300] or type(error).__name__
    return f"The database of {elsewhere.VARIABLE} does not answer: {text}"
