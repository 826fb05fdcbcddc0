"""The whole server is killed while programs post events; every acknowledged event must be there, once."""

import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

from loopline.entry.drills.posting import Posters
from loopline.entry.drills.rig import ThrowAway, kill, share, throw_away, until
from loopline.entry.drills.server_kill import free_port, wait_ready
from loopline.warehouse.tail import Tail

ROUNDS = 50
CLIENTS = 8


def judge(acknowledged: Iterable[str], stored: Iterable[tuple[int, str]]) -> dict[str, int]:
    """Compare the ids that were answered with what is there (place, id)."""
    rows = list(stored)
    times = Counter(event_id for _, event_id in rows)
    places = [place for place, _ in rows]
    return {
        "lost": sum(1 for event_id in acknowledged if event_id not in times),
        "doubled": sum(1 for count in times.values() if count > 1),
        "gaps": (max(places) - len(places)) if places else 0,
    }


def _life(home: ThrowAway, port: int, posters: Posters, n: int) -> float:
    """One life of a server under posting; answers the seconds until it was ready."""
    url = f"http://127.0.0.1:{port}"
    server = home.start("serve", "--port", str(port))
    try:
        ready = wait_ready(url)
        with posters.posting(url):
            wanted = posters.batches + 1 + n % 12
            until("batches are acknowledged", lambda: posters.batches >= wanted)
            time.sleep(share(n) * 0.4)
            kill(server)
    finally:
        kill(server)
    return ready


def _repeat(home: ThrowAway, port: int, posters: Posters) -> None:
    """A last life that is not cut short."""
    url = f"http://127.0.0.1:{port}"
    server = home.start("serve", "--port", str(port))
    try:
        wait_ready(url)
        posters.repeat_all(url)
    finally:
        server.terminate()
        server.wait(60)


def drill(rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Kill the server this many times. Answers the figures; `ok` says whether they are good."""
    began = time.monotonic()
    with throw_away() as home:
        key = home.document("ingest-key", "create", "--name", "drill")["ingest_key"]
        posters, port, tail = Posters(key, CLIENTS), free_port(), Tail(home.path / "events")
        ready = []
        for n in range(rounds):
            ready.append(_life(home, port, posters, n))
            if n % 10 == 9:
                tell(f"ingest-kill: {n + 1} of {rounds}, {len(posters.acknowledged)} acknowledged")
        _repeat(home, port, posters)
        found = judge(posters.acknowledged, ((row[0], row[1]) for row in tail.rows()))
        with closing(sqlite3.connect(tail.file)) as db:
            whole = db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return {
        "drill": "ingest-kill", "rounds": rounds, "clients": CLIENTS,
        "acknowledged": len(posters.acknowledged), "repeated_without_answer": posters.repeated,
        "known_when_repeated": posters.told_again, "refused": len(posters.refused), **found, "integrity": whole,
        "ready_again_p50_seconds": round(statistics.median(ready), 2),
        "ready_again_max_seconds": round(max(ready), 2),
        "seconds": round(time.monotonic() - began, 1),
        "ok": whole and not (any(found.values()) or posters.refused),
    }  # fmt: skip
