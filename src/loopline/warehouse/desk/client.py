"""Asking the desk; it is started by the first who asks and found by everybody else."""

import contextlib
import hashlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

import msgspec

from loopline.core.insights import ir
from loopline.core.insights.answers import Answer
from loopline.warehouse.desk.messages import (
    KINDS,
    NAMES,
    Actors,
    Ask,
    Computed,
    Look,
    Reply,
    Request,
    Ship,
    Sql,
    Table,
    Who,
    encoded,
    raw,
)

START = 30.0  # seconds a desk gets to come up
LONGEST = 100  # bytes of a socket's path that every system takes


class DeskError(Exception):
    """Why there is no answer: `kind` is bad, busy, late, large, broken or closed; the text is for the asker."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class DeskClient:
    """`folder` is the home's events folder; `command` starts a desk over it and is told the socket's address last.

    Safe to share by threads: every question has a connection of its own.
    """

    def __init__(
        self, folder: Path, command: Sequence[str] = (), env: dict[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.address = address_of(folder)
        self._command = list(command)
        self._env = env
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def answer(self, question: ir.Question, seconds: float = 30.0) -> tuple[Answer, Computed]:
        """The answer and what it was computed from. Raises DeskError."""
        kind = NAMES[type(question)]
        reply = self._reply(Ask(kind, raw(question), seconds), seconds)
        return msgspec.msgpack.decode(reply.value, type=KINDS[kind][1]), reply.computed

    def people(
        self,
        question: ir.Question,
        cell: ir.Cell,
        less: ir.Cell | None = None,
        *,
        limit: int = 100,
        offset: int = 0,
    ) -> Actors:
        """A page of those behind a cell and not behind `less`. Raises DeskError."""
        asked = Who(NAMES[type(question)], raw(question), cell, less, limit, offset)
        return msgspec.msgpack.decode(self._reply(asked, asked.seconds).value, type=Actors)

    def sql(
        self, text: str, *, limit: int = 10_000, seconds: float = 30.0
    ) -> tuple[Table, Computed]:
        """Rows of a SELECT. Raises DeskError."""
        reply = self._reply(Sql(text, limit, seconds), seconds)
        return msgspec.msgpack.decode(reply.value, type=Table), reply.computed

    def look(self, what: str, **arguments: Any) -> Any:
        """One of looking.LOOKS. Raises DeskError."""
        asked = Look(what, arguments)
        return msgspec.msgpack.decode(self._reply(asked, asked.seconds).value)

    def ship(self) -> list[str]:
        """Bring the database of LOOPLINE_EVENTS_URL up to the store; the segments shipped. Raises DeskError."""
        asked = Ship()
        return msgspec.msgpack.decode(self._reply(asked, asked.seconds).value, type=list[str])

    def _reply(self, request: Request, seconds: float) -> Reply:
        # Questions wait for one another at the desk: the wait is longer than one answer may take.
        data = self._exchange(encoded(request), patience=3 * seconds + 5)
        reply = msgspec.msgpack.decode(data, type=Reply)
        if reply.wrong:
            raise DeskError(reply.wrong, reply.sentence)
        return reply

    def _exchange(self, data: bytes, patience: float) -> bytes:
        for attempt in (1, 2):
            connection = self._connected()
            try:
                with connection:
                    connection.send_bytes(data)
                    if not connection.poll(patience):
                        raise DeskError("late", "No answer came in time. Ask again.")
                    return connection.recv_bytes()
            except (EOFError, OSError) as error:
                # It ended, idle, between our knock and our question: another is started.
                if attempt == 2:
                    raise DeskError("closed", "The answer was cut off. Ask again.") from error
        raise AssertionError

    def _connected(self) -> Connection:
        end, wait = time.monotonic() + START, 0.01
        started = False
        while True:
            try:
                return Client(self.address, "AF_UNIX")
            except (FileNotFoundError, ConnectionRefusedError):
                if not self._command:
                    raise DeskError("closed", "Nothing answers questions on this home.") from None
            if not started:
                started = True
                self._start()
            if time.monotonic() > end:
                raise DeskError(
                    "closed", "The part that answers questions does not start. See the log."
                )
            time.sleep(wait)
            wait = min(wait * 1.5, 0.2)

    def _start(self) -> None:
        with self._lock:
            if self._child is not None and self._child.poll() is None:
                return
            self._child = subprocess.Popen(  # noqa: S603  our own command
                [*self._command, self.address], stdin=subprocess.DEVNULL, env=self._env
            )

    def stop(self) -> None:
        """End a desk this object started, for tests and one-shot commands."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None and child.poll() is None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(5)


def address_of(folder: Path) -> str:
    """The socket's path: in the folder, or in a folder of our own in the system's, where that is too long for one."""
    plain = str(folder.resolve() / "desk.sock")
    if len(plain.encode()) <= LONGEST:
        return plain
    name = hashlib.sha256(plain.encode()).hexdigest()[:16]
    own = Path(tempfile.gettempdir()) / f"loopline-{os.getuid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    if own.stat().st_uid != os.getuid() or own.is_symlink():
        raise DeskError(
            "closed", f"{own} belongs to somebody else; set TMPDIR to a folder of your own."
        )
    return str(own / f"{name}.sock")
