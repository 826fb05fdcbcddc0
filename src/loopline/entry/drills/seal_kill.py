"""Whoever seals is killed while events come in; every acknowledged event must be seen, once, at any moment."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from loopline.entry.drills.ingest_kill import judge
from loopline.entry.drills.rig import ThrowAway, kill, share, throw_away, until
from loopline.entry.drills.stored import ids_of
from loopline.warehouse import manifest
from loopline.warehouse.records import Event
from loopline.warehouse.sealing import disk
from loopline.warehouse.tail import Tail, batch
from loopline.warehouse.tail_writer import Writer, now_us

ROUNDS = 100
SIZE = 50  # events a batch
PAUSE = 0.7  # seconds: a kill falls up to so much after a seal began, and a seal with a merge takes about as long
_MODULE = "loopline.entry.drills.sealer"
_FINISHED = ("forgotten", "deleted")  # the last steps of a seal and of a merge


class _Ingest:
    """A writer of this process, as a web worker has one; `kept` holds the ids it acknowledged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept: list[str] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        writer, stop = Writer(Tail(self.folder)), threading.Event()
        thread = threading.Thread(target=self._run, args=(writer, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
            writer.close()

    def _run(self, writer: Writer, stop: threading.Event) -> None:
        while not stop.wait(0.02):
            first, now = len(self.kept), now_us()
            events = [
                Event(f"drill-{n}", f"drilled {n % 7}", f"person-{n % 997}", now + n, now)
                for n in range(first, first + SIZE)
            ]
            writer.submit(batch(events, received_at=now))
            self.kept += [event.id for event in events]


def _steps(home: ThrowAway) -> list[str]:
    file = home.path / "sealing.steps"
    return file.read_text().split() if file.exists() else []


def _life(home: ThrowAway, n: int) -> str:
    """One life of a sealer; the last step it had done when it was killed."""
    before = len(_steps(home))
    sealer = home.start_module(_MODULE, str(home.path))
    try:
        until("it seals", lambda: len(_steps(home)) > before)
        time.sleep(share(n) * PAUSE)
    finally:
        kill(sealer)
    return _steps(home)[-1]


def _seen(folder: Path, kept: list[str]) -> Counter[str]:
    """What a reader misses or meets twice, of all that was acknowledged before it looked."""
    acknowledged = list(kept)
    return Counter(judge(acknowledged, ids_of(folder)))


def drill(rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Kill the sealer this many times. Answers the figures; `ok` says whether they are good."""
    began = time.monotonic()
    with throw_away() as home:
        folder = home.path / "events"
        ingest, found, killed = _Ingest(folder), Counter[str](), Counter[str]()
        with ingest.running():
            for n in range(rounds):
                killed[_life(home, n)] += 1
                found += _seen(folder, ingest.kept)
                if n % 20 == 19:
                    tell(f"seal-kill: {n + 1} of {rounds}, {len(ingest.kept)} acknowledged")
        home.call_module(_MODULE, str(home.path), "--once").check_returncode()
        found += _seen(folder, ingest.kept)
        verified, left = home.call("verify"), disk(folder)
        sealed = manifest.load(folder / "segments")
    judged = {name: found[name] for name in ("lost", "doubled")}
    return {
        "drill": "seal-kill", "rounds": rounds, "acknowledged": len(ingest.kept),
        "in_mid_seal": sum(n for step, n in killed.items() if step not in _FINISHED),
        "last_steps": dict(killed), "files_made": sealed.next - 1, "segments": left.segments,
        "events": left.events, **judged, "verify": verified.returncode == 0,
        "seconds": round(time.monotonic() - began, 1),
        "ok": not (any(judged.values()) or verified.returncode or left.events != len(ingest.kept)),
    }  # fmt: skip
