"""One writer thread for each process: many waiting batches, one transaction, one fsync, then all are answered."""

import logging
import queue
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late

from loopline.warehouse.imported import Imported
from loopline.warehouse.marks import Marks
from loopline.warehouse.records import Outcome
from loopline.warehouse.refusals import Sample
from loopline.warehouse.room import enough_room
from loopline.warehouse.tail import Batch, Tail, store

GROUP = 256  # batches in one transaction
WAITING = 512  # batches in the queue
PATIENCE = 8.0  # seconds a request waits for the disk
SAMPLES = 20  # of refused requests, for one transaction
STALLED = 4.0  # seconds after which a stuck transaction turns new requests away at once
log = logging.getLogger("loopline.ingest")


class Busy(Exception):
    """The queue is full; come again. HTTP 429."""


class Unavailable(Exception):
    """Nothing can be kept now (disk full, locked, broken), so nothing is acknowledged. HTTP 503."""


class Unkept(Exception):
    """This batch alone cannot be stored, whatever the disk does. HTTP 400."""


def _disk(wrong: Exception) -> bool:
    """Whether it is the file or the disk that failed, and not what was to be written."""
    broken = isinstance(wrong, sqlite3.OperationalError | sqlite3.InternalError | OSError)
    return broken or type(wrong) is sqlite3.DatabaseError


def now_us() -> int:
    return time.time_ns() // 1000


class Writer:
    """`submit` waits until a batch is on disk. Objects are shared by threads; make one for each process."""

    def __init__(
        self, tail: Tail, *, clock: Callable[[], int] = now_us, waiting: int = WAITING,
        patience: float = PATIENCE,
    ) -> None:  # fmt: skip
        self.tail, self.clock, self.patience = tail, clock, patience
        self._queue: queue.Queue[tuple[Batch, Future[Outcome]] | None] = queue.Queue(waiting)
        self._refused: Counter[tuple[str, str]] = Counter()
        self._samples: list[Sample] = []
        self._lock = threading.Lock()
        self._began: float | None = None  # when the transaction under way began
        self._room_at = 0.0
        self._full: str | None = None
        self._db: sqlite3.Connection | None = None
        self._imported = Imported(tail.folder)
        self._index = Marks()
        self._thread = threading.Thread(target=self._run, name="tail-writer", daemon=True)
        self._closed = False
        self._thread.start()

    def submit(self, batch: Batch) -> Outcome:
        """Keep a batch; answers once it is committed. Raises Busy, Unavailable or Unkept.

        After Unavailable a batch may still have been kept: the client repeats it and ids tell it apart.
        """
        if full := self._no_room():
            raise Unavailable(full)
        began = self._began
        if self._closed or (began is not None and time.monotonic() - began > STALLED):
            raise Unavailable("The disk does not answer; events are not taken until it does.")
        waiter: Future[Outcome] = Future()
        try:
            self._queue.put_nowait((batch, waiter))
        except queue.Full:
            raise Busy("More events wait than can be kept at once.") from None
        try:
            return waiter.result(self.patience)
        except Late:
            waiter.cancel()
            raise Unavailable("The disk did not answer in time.") from None

    def note(self, dialect: str, reason: str, count: int = 1, *, head: str = "") -> None:
        """Count a refusal that comes without a batch; written with the next transaction or within seconds.

        `head`: the beginning of what was refused, for whoever looks for the reason.
        """
        with self._lock:
            if len(self._refused) < 1000:  # reasons are ours, but their number stays bounded
                self._refused[dialect, reason] += count
                if head and len(self._samples) < SAMPLES:
                    self._samples.append(Sample(self.clock(), dialect, reason, head))

    def close(self) -> None:
        """Keep what waits, then end."""
        self._closed = True
        self._queue.put(None)
        self._thread.join(self.patience)

    def _no_room(self) -> str | None:
        if time.monotonic() - self._room_at > 1:
            self._room_at = time.monotonic()
            try:
                self._full = enough_room(self.tail.folder)
            except OSError as broken:
                self._full = f"The disk cannot be looked at: {broken}."
        return self._full

    def _run(self) -> None:
        while True:
            group, ended = self._next_group()
            refused = self._take_refused()
            if refused:
                group.append((refused, Future()))
            if group:
                self._keep(group)
            if ended:
                break
        if self._db:
            self._db.close()

    def _next_group(self) -> tuple[list[tuple[Batch, Future[Outcome]]], bool]:
        group: list[tuple[Batch, Future[Outcome]]] = []
        try:
            item = self._queue.get(timeout=2)
            while item is not None:
                if item[1].set_running_or_notify_cancel():  # else its client was told 503 already
                    group.append(item)
                if len(group) >= GROUP:
                    return group, False
                item = self._queue.get_nowait()
        except queue.Empty:
            return group, False
        return group, True

    def _take_refused(self) -> Batch | None:
        with self._lock:
            if not self._refused:
                return None
            counts, self._refused = self._refused, Counter()
            samples, self._samples = self._samples, []
        return Batch([], [], [], [], self.clock(), dict(counts), samples)

    def _keep(self, group: Sequence[tuple[Batch, Future[Outcome]]]) -> None:
        """Store a group and tell each waiter; a batch that spoils the group is tried and refused alone."""
        self._began = time.monotonic()
        try:
            outcomes = self._transaction([batch for batch, _ in group])
        except Exception as wrong:
            self._reconnect()
            if _disk(wrong):
                log.error("events were not kept: %s", wrong)
                for _, waiter in group:
                    waiter.set_exception(Unavailable(f"Events cannot be kept now: {wrong}."))
            elif len(group) == 1:
                log.exception("a batch cannot be stored")
                group[0][1].set_exception(Unkept(f"This batch cannot be stored: {wrong}."))
            else:
                for one in group:
                    self._keep([one])
        else:
            for (_, waiter), outcome in zip(group, outcomes, strict=True):
                waiter.set_result(outcome)
        finally:
            self._began = None

    def _transaction(self, batches: Sequence[Batch]) -> list[Outcome]:
        self._db = self._db or self.tail.connect()
        with self.tail.turn():
            taken = self._imported.known(event for one in batches for event in one.events)
            return store(self._db, batches, self.clock(), self._index, taken)

    def _reconnect(self) -> None:
        db, self._db, self._index = self._db, None, Marks()
        if db:
            try:
                db.close()
            except sqlite3.Error:
                log.warning("the broken connection did not close")
