"""The desk itself: listens on a Unix socket, runs at most two heavy questions, and ends when nobody asks any more."""

import contextlib
import fcntl
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from multiprocessing.connection import Connection, Listener, wait
from pathlib import Path
from typing import Any

import msgspec

from loopline.core.insights.ir import BadQuestion
from loopline.warehouse.desk import bounds, looking, sql
from loopline.warehouse.desk.abroad import Abroad, NotAnswering
from loopline.warehouse.desk.gate import Full, Gate
from loopline.warehouse.desk.messages import (
    KINDS,
    MOST,
    Actors,
    Ask,
    Computed,
    Look,
    Reply,
    Request,
    Ship,
    Sql,
    Who,
    encoded,
    raw,
)
from loopline.warehouse.desk.shelf import FRESH, Shelf
from loopline.warehouse.store import OutOfMemory, OutOfTime

RUNNING, WAITING = 2, 8
IDLE = 300.0  # seconds without a question after which it ends
KEPT_BYTES = 64 << 20  # of answers remembered
OVERHEAD = 1_000  # bytes an answer takes beside its own
BUSY = "Two questions are being answered and eight wait. Ask again in a moment."


class Desk:
    """Answers requests; one object a process. `tables` gives views of the product's objects to SQL.

    `url` is a database (see warehouse/elsewhere.py) that questions are answered by in the place of this process.
    """

    def __init__(
        self,
        folder: Path,
        *,
        tables: sql.Tables | None = None,
        fresh: float = FRESH,
        url: str = "",
    ) -> None:
        self.shelf = Shelf(folder, fresh=fresh)
        self.abroad = Abroad(url, self.shelf, fresh=fresh) if url else None
        self.heavy = Gate(RUNNING, WAITING)
        self.light = Gate(RUNNING, WAITING)
        self.clock = bounds.Clock()
        self._tables = tables
        self._kept: OrderedDict[tuple[Any, bytes], Reply] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def answer(
        self,
        request: bytes,
        watch: Callable[[Callable[[], None]], contextlib.AbstractContextManager[None]],
    ) -> Reply:
        """The reply to one request. `watch(cancel)` is a context in which a client that hangs up cancels."""
        try:
            asked = msgspec.msgpack.decode(request, type=Request)
        except msgspec.DecodeError as error:
            return Reply(wrong="bad", sentence=f"The question cannot be read: {error}.")
        if isinstance(asked, Ship):
            return self._shipped()
        where = self.abroad if self.abroad and isinstance(asked, Ask | Who) else self.shelf
        kept = self._remembered(where, request) if not isinstance(asked, Sql) else None
        if kept:
            return kept
        gate = self.light if isinstance(asked, Look) else self.heavy
        try:
            with gate.entered(), where.engine() as (place, engine):
                began = time.monotonic()
                engine.limit(asked.seconds)
                with watch(engine.cancel), self.clock.running(asked.seconds):
                    value = self._value(engine, asked)
                spent = round((time.monotonic() - began) * 1000, 1)
                reply = Reply(
                    raw(value), Computed(engine.events, engine.through, engine.name, spent)
                )
        except Full as full:
            return Reply(wrong="busy", sentence=str(full) or BUSY)
        except NotAnswering as error:
            return Reply(wrong="broken", sentence=str(error))
        except (BadQuestion, OutOfTime, OutOfMemory) as error:
            return Reply(wrong=_kind(error), sentence=_sentence(error, asked.seconds))
        if not isinstance(asked, Sql):
            self._remember(place, request, reply)
        return reply

    def _shipped(self) -> Reply:
        try:
            return Reply(raw(self.abroad.ship() if self.abroad else []))
        except Full as full:
            return Reply(wrong="busy", sentence=str(full))
        except NotAnswering as error:
            return Reply(wrong="broken", sentence=str(error))

    def _value(self, engine: Any, asked: Request) -> Any:
        match asked:
            case Ask(kind, question):
                return engine.answer(_question(kind, question))
            case Who(kind, question, cell, less, limit, offset):
                found = engine.people(_question(kind, question), cell)
                if less is not None:
                    gone = set(engine.people(_question(kind, question), less))
                    found = [each for each in found if each not in gone]
                return Actors(len(found), found[offset : offset + limit])
            case Sql(text, limit):
                with engine.store.limited():
                    return sql.select(engine.store, text, limit, self._tables)
            case Look(what, arguments):
                with engine.store.limited():
                    return looking.look(engine.store, what, arguments)

    def _remembered(self, where: Shelf | Abroad, request: bytes) -> Reply | None:
        place = where.current()
        with self._lock:
            return self._kept.get((place, request)) if place else None

    def _remember(self, place: Any, request: bytes, reply: Reply) -> None:
        with self._lock:
            before = self._kept.pop((place, request), None)  # two may have asked the same at once
            self._size += _size(request, reply) - (_size(request, before) if before else 0)
            self._kept[place, request] = reply
            while self._size > KEPT_BYTES and self._kept:
                (_, old), gone = self._kept.popitem(last=False)
                self._size -= _size(old, gone)


def _size(request: bytes, reply: Reply) -> int:
    return OVERHEAD + len(request) + len(bytes(reply.value))


def _question(kind: str, question: msgspec.Raw) -> Any:
    if kind not in KINDS:
        raise BadQuestion(f"there is no question of the kind {kind}")
    return msgspec.msgpack.decode(question, type=KINDS[kind][0])


def _kind(error: Exception) -> str:
    if isinstance(error, BadQuestion):
        return "bad"
    return "late" if isinstance(error, OutOfTime) else "large"


def _sentence(error: Exception, seconds: float) -> str:
    if isinstance(error, OutOfTime):
        return f"This took longer than {seconds:g} seconds and was stopped. Ask about a shorter time or fewer steps."
    if isinstance(error, OutOfMemory):
        return "This needs more memory than a question may take. Ask about a shorter time or fewer values."
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


def serve(
    folder: Path,
    address: str,
    *,
    tables: sql.Tables | None = None,
    idle: float = IDLE,
    parent: int = 0,
    url: str = "",
) -> None:
    """Answer until nobody asked for `idle` seconds, or the process `parent` is gone. At once where another serves."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "desk.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        lock.write(str(os.getpid()))
        lock.flush()
        with contextlib.suppress(FileNotFoundError):
            Path(address).unlink()
        bounds.hold_memory()
        desk = Desk(folder, tables=tables, url=url)
        with Listener(address, "AF_UNIX", backlog=64) as listener:
            _Serving(desk, listener, idle, parent).run()
        desk.shelf.close()


class _Serving:
    def __init__(self, desk: Desk, listener: Listener, idle: float, parent: int) -> None:
        self.desk, self.listener, self.idle, self.parent = desk, listener, idle, parent
        self.last = time.monotonic()
        self.open = 0
        self.lock = threading.Lock()

    def run(self) -> None:
        threading.Thread(target=self._guard, daemon=True).start()
        while True:
            try:
                connection = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _guard(self) -> None:
        """Nothing else would wake a process that waits for a caller, or end a question that cannot be stopped."""
        while True:
            time.sleep(min(self.idle, 1.0))
            orphan = self.parent and not _alive(self.parent)
            quiet = not self.open and time.monotonic() - self.last > self.idle
            if orphan or quiet or self.desk.clock.overdue():
                os._exit(0)

    def _one(self, connection: Connection) -> None:
        with self.lock:
            self.open += 1
        try:
            with connection:
                request = connection.recv_bytes(MOST)
                try:
                    reply = self.desk.answer(request, lambda cancel: _hangs_up(connection, cancel))
                except Exception as error:  # the asker is told; the desk lives on
                    reply = Reply(wrong="broken", sentence=f"{type(error).__name__}: {error}"[:400])
                connection.send_bytes(encoded(reply))
        except (EOFError, OSError):
            return
        finally:
            with self.lock:
                self.open -= 1
            self.last = time.monotonic()


@contextlib.contextmanager
def _hangs_up(connection: Connection, cancel: Callable[[], None]) -> Any:
    """Cancel what runs when the other side goes away: whoever does not wait any more needs no answer."""
    over, done = os.pipe()

    def watch() -> None:
        # Nothing more is ever sent by the other side: readable means closed.
        ready = wait([connection, over])
        if over not in ready:
            cancel()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        os.close(done)
        thread.join()
        os.close(over)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
