"""One request from its bytes to its answer: key, translation, rate, disk; every refusal is counted by its reason."""

import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import ModuleType
from typing import Protocol, cast

from loopline.connectors.sdk_ingest import amplitude, mixpanel, native, posthog, segment
from loopline.connectors.sdk_ingest.heads import head_of, samples_of, short
from loopline.connectors.sdk_ingest.rules import Rules
from loopline.connectors.sdk_ingest.wire import Answer, Parcel, Refused, Request
from loopline.warehouse import tail
from loopline.warehouse.dialects.collect import Batch
from loopline.warehouse.records import Outcome
from loopline.warehouse.refusals import Sample
from loopline.warehouse.tail_writer import Busy, Unavailable, Unkept, Writer, now_us

PER_SECOND = 50_000.0  # events a second for one key in one process, over time
MOST_BUCKETS = 20_000
BURST = 200_000.0  # events that may come at once
SENDER_PER_SECOND = 200.0  # the same for one browser's address
SENDER_BURST = 20_000.0
STRANGER = 20  # what a request with an unknown key counts for its address
_LOUD_EVERY = 10.0  # seconds between two lines of the log about the same refusal
log = logging.getLogger("loopline.ingest")


class Dialect(Protocol):
    """What the module of each dialect offers."""

    NAME: str
    BUSY: int  # the status that makes its clients come again later
    MOST: int  # bytes of a body

    def open_request(self, request: Request) -> Parcel: ...
    def translate(self, parcel: Parcel, received_at: int) -> Batch: ...
    def stored(self, parcel: Parcel, batch: Batch, outcome: Outcome) -> Answer: ...
    def refused(self, parcel: Parcel | None, why: Refused) -> Answer: ...


def _dialect(module: ModuleType) -> Dialect:
    return cast(Dialect, module)


DIALECTS = {
    name: _dialect(module)
    for name, module in {
        "posthog": posthog, "segment": segment, "mixpanel": mixpanel, "amplitude": amplitude, "native": native,
    }.items()
}  # fmt: skip


class Key(Protocol):
    """Whoever a secret belongs to."""

    @property
    def digest(self) -> str: ...
    @property
    def allowed(self) -> bool: ...


class Rates:
    """A bucket of events for each key, in this process. Seconds come from `clock`."""

    def __init__(
        self, per_second: float = PER_SECOND, burst: float = BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.per_second, self.burst, self.clock = per_second, burst, clock
        self._left: dict[str, tuple[float, float]] = {}  # key -> events left, when that was
        self._lock = threading.Lock()

    def wait(self, key: str, events: int) -> int:
        """Take so many events; 0, or the seconds to wait where the bucket is empty."""
        with self._lock:
            now = self.clock()
            if len(self._left) > MOST_BUCKETS:  # a full bucket is as good as none
                full = self.burst / self.per_second
                self._left = {k: v for k, v in self._left.items() if now - v[1] < full}
            left, at = self._left.get(key, (self.burst, now))
            left = min(self.burst, left + (now - at) * self.per_second)
            if left <= 0:  # a batch larger than the rest passes once, and is paid for afterwards
                self._left[key] = left, now
                return max(1, math.ceil(-left / self.per_second))
            self._left[key] = left - events, now
            return 0


class Reception:
    """Shared by all threads of a process. `find` answers the key behind the first known secret, or None."""

    def __init__(
        self, writer: Writer, find: Callable[[tuple[str, ...]], Key | None],
        rates: Rates | None = None, clock: Callable[[], int] = now_us,
        rules: Callable[[], Rules] = Rules, senders: Rates | None = None,
    ) -> None:  # fmt: skip
        self.writer, self.find, self.rates, self.clock = writer, find, rates or Rates(), clock
        self.rules, self.senders = rules, senders or Rates(SENDER_PER_SECOND, SENDER_BURST)
        self._said: dict[tuple[str, int], float] = {}

    def receive(self, name: str, request: Request, *, length: int = 0, sender: str = "") -> Answer:
        """The answer to one request. `length` is the announced size of a body that was left unread."""
        dialect, opened = DIALECTS[name], list[Parcel]()
        try:
            return self._receive(dialect, request, length, sender, opened)
        except Refused as refused:
            # Without its traceback: that holds this frame, and so the body until some later collection.
            why = refused.with_traceback(None)
        except Busy as busy:
            why = Refused(dialect.BUSY, str(busy), retry_after=1)
        except Unavailable as closed:
            why = Refused(503, str(closed), retry_after=5)
        except Unkept as spoilt:
            why = Refused(400, str(spoilt))
        except Exception:
            log.exception("an event request broke")
            why = Refused(500, "Something broke here; it was written down.", retry_after=5)
        self._tell(name, why, sender, opened[0].messages if opened else request.body)
        return dialect.refused(opened[0] if opened else None, why)

    def _receive(
        self, dialect: Dialect, request: Request, length: int, sender: str, opened: list[Parcel]
    ) -> Answer:
        large = length > dialect.MOST
        if large and dialect.NAME != "native":
            raise Refused(413, f"The body is larger than {dialect.MOST // 1048576} MiB.")
        parcel = dialect.open_request(request)
        opened.append(parcel)
        key = self._key(parcel, sender)
        if large:
            raise Refused(413, f"The body is larger than {dialect.MOST // 1048576} MiB.")
        batch = dialect.translate(parcel, self.clock())
        size = len(batch.events) + len(batch.facts)
        if wait := self.rates.wait(key.digest, size):
            raise Refused(dialect.BUSY, "This key sends more than it may.", retry_after=wait)
        # A browser's key is public: one visitor may not use up what all of them share.
        if request.header("origin") and (wait := self.senders.wait(sender, size)):
            raise Refused(dialect.BUSY, "This address sends more than it may.", retry_after=wait)
        rules = self.rules()
        plain = None if parcel.facts.get("encoding") else parcel.messages
        insiders = rules.apply(batch, request, plain)
        samples = samples_of(batch, plain, rules) if batch.verdicts else []
        outcome = self._keep(dialect, batch, samples, insiders)
        return dialect.stored(parcel, batch, outcome)

    def _key(self, parcel: Parcel, sender: str) -> Key:
        key = self.find(parcel.keys)
        if key is None and (wait := self.senders.wait(sender, STRANGER)):
            raise Refused(429, "This address sends with too many unknown keys.", retry_after=wait)
        if key is None:
            sent = "is unknown, ended or revoked" if parcel.keys else "is missing"
            raise Refused(
                401, f"The ingest key {sent}. Make one with `loopline ingest-key create`."
            )
        if not key.allowed:
            raise Refused(403, "This token may not send events; it needs the scope events:write.")
        return key

    def _keep(
        self, dialect: Dialect, batch: Batch, samples: list[Sample], insiders: dict[int, str]
    ) -> Outcome:
        reasons = Counter(short(v.reason) for v in batch.verdicts)
        if not (batch.events or batch.facts):
            heads = {one.reason: one.head for one in samples}
            for reason, count in reasons.items():
                self.writer.note(dialect.NAME, reason, count, head=heads.get(reason, ""))
            return Outcome(0, 0)
        refusals = {(dialect.NAME, reason): count for reason, count in reasons.items()}
        try:
            made = tail.batch(
                batch.events, batch.facts, received_at=batch.received_at, refusals=refusals,
                samples=samples, insiders=insiders,
            )  # fmt: skip
        except ValueError as wrong:
            raise Refused(400, f"A text cannot be stored: {wrong}") from None
        outcome = self.writer.submit(made)
        if outcome.conflicts:
            self.writer.note(dialect.NAME, "conflict", len(outcome.conflicts))
        return outcome

    def _tell(self, name: str, why: Refused, sender: str, body: bytes) -> None:
        """Count it, and say it in the log: clients drop what is refused for its key, silently."""
        head = head_of(self.rules(), body, why.reason) if why.status < 429 else ""
        self.writer.note(name, f"request refused {why.status}", head=head)
        now = time.monotonic()
        if now - self._said.get((name, why.status), -_LOUD_EVERY) < _LOUD_EVERY:
            return
        self._said[name, why.status] = now
        log.warning("events refused: %s %s from %s: %s", name, why.status, sender, why.reason)
