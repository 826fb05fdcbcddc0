"""Who may send events, in memory: read from the database every second and a half, never for each request."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from loopline.platform.identity import secret
from loopline.platform.identity.grants import Grant

EVERY = 1.5  # seconds; how long a revoked key may still let events in
SOONEST = 0.25  # seconds between two readings that unknown keys ask for
log = logging.getLogger("loopline.ingest")


class Unread(Exception):
    """The keys could not be read yet."""


class KeyRing:
    """`load` answers every grant by its digest; it runs on a thread of this object's own."""

    def __init__(self, load: Callable[[], Mapping[str, Grant]], *, every: float = EVERY) -> None:
        self._load, self._every = load, every
        self._grants: Mapping[str, Grant] | None = None
        self._used: set[str] = set()
        self._wanted = threading.Event()
        self._read = threading.Condition()
        self._readings, self._read_at = 0, 0.0
        self._away = self._ended = False
        threading.Thread(target=self._run, name="key-ring", daemon=True).start()

    def find(self, secrets: tuple[str, ...]) -> Grant | None:
        """The grant of the first secret that is known. Raises Unread where the database never answered.

        A key made this moment counts at once: an unknown secret that is well formed has the keys read again.
        """
        found = self._among(secrets)
        if found is None and any(secret.well_formed(s) for s in secrets):
            self._again()
            found = self._among(secrets)
        if found is None and self._grants is None:
            self._again()
            if self._grants is None:
                raise Unread("The keys cannot be read now.")
        return found

    def used(self) -> set[str]:
        """Digests of the tokens that let events in since this was asked last."""
        used, self._used = self._used, set()
        return used

    def close(self) -> None:
        """End the thread."""
        self._ended = True
        self._wanted.set()

    def _among(self, secrets: tuple[str, ...]) -> Grant | None:
        grants = self._grants or {}
        for one in secrets:
            grant = grants.get(hashlib.sha256(one.encode(errors="replace")).hexdigest())
            if grant and (grant.expires_at is None or grant.expires_at > datetime.now(UTC)):
                if grant.token:
                    self._used.add(grant.digest)
                return grant
        return None

    def _again(self) -> None:
        """Wait for a reading that began after now, unless there was one a moment ago."""
        with self._read:
            if time.monotonic() - self._read_at < SOONEST:
                return
            seen = self._readings
            self._wanted.set()
            self._read.wait_for(lambda: self._readings > seen, timeout=2)

    def _run(self) -> None:
        while not self._ended:
            began = time.monotonic()
            try:
                self._grants, self._away = self._load(), False
            except Exception as broken:
                if not self._away:  # said once, not every second
                    log.error("ingest keys cannot be read: %s; the last ones stay good", broken)
                self._away = True
            with self._read:
                self._readings += 1
                self._read_at = began
                self._read.notify_all()
            self._wanted.wait(self._every)
            self._wanted.clear()
