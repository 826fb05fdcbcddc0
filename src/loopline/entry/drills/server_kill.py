"""The whole server is killed while programs write; every write it acknowledged must be there, once."""

import socket
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx

from loopline.entry.drills.rig import ThrowAway, kill, share, throw_away, until
from loopline.entry.drills.writers import Writers

ROUNDS = 50
CLIENTS = 4


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def judge(acknowledged: Mapping[str, str], stored: Iterable[tuple[int, str]]) -> dict[str, int]:
    """Compare what was answered (words -> id) with what is there (id, words)."""
    rows = list(stored)
    times = Counter(words for _, words in rows)
    ids = {words: str(number) for number, words in rows}
    return {
        "lost": sum(1 for words in acknowledged if words not in times),
        "doubled": sum(1 for count in times.values() if count > 1),
        "other_id": sum(1 for words, given in acknowledged.items() if ids.get(words, given) != given),
    }  # fmt: skip


def wait_ready(url: str) -> float:
    """Wait until it answers; how long that took."""
    with httpx.Client(base_url=url, timeout=5) as http:

        def answers() -> bool:
            try:
                return http.get("/readyz").status_code == 200
            except httpx.HTTPError:
                return False

        return until("the server is ready", answers, every=0.05)


def _life(home: ThrowAway, port: int, writers: Writers, n: int) -> float:
    """One life of a server under writing; answers the seconds until it was ready."""
    url = f"http://127.0.0.1:{port}"
    server = home.start("serve", "--port", str(port))
    try:
        ready = wait_ready(url)
        with writers.writing(url):
            wanted = len(writers.acknowledged) + 1 + n % 12
            until("writes are acknowledged", lambda: len(writers.acknowledged) >= wanted)
            time.sleep(share(n) * 0.25)
            kill(server)
    finally:
        kill(server)
    return ready


def _repeat(home: ThrowAway, port: int, writers: Writers) -> None:
    """A last life that is not cut short: programs repeat what they had no answer for."""
    url = f"http://127.0.0.1:{port}"
    server = home.start("serve", "--port", str(port))
    try:
        wait_ready(url)
        writers.repeat_all(url)
    finally:
        server.terminate()
        server.wait(60)


def drill(rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Kill the server this many times. Answers the figures; `ok` says whether they are good."""
    began = time.monotonic()
    with throw_away() as home:
        token = home.document("token", "create", "--name", "drill", "--role", "product")["token"]
        writers, port = Writers(token, CLIENTS), free_port()
        ready = []
        for n in range(rounds):
            ready.append(_life(home, port, writers, n))
            if n % 10 == 9:
                tell(f"server-kill: {n + 1} of {rounds}, {len(writers.acknowledged)} acknowledged")
        _repeat(home, port, writers)
        found = judge(writers.acknowledged, home.rows("SELECT id, verbatim FROM feedback_feedback"))
        verified = home.call("verify")
    return {
        "drill": "server-kill", "rounds": rounds, "clients": CLIENTS,
        "acknowledged": len(writers.acknowledged), "repeated_without_answer": writers.repeated,
        "refused": len(writers.refused), **found, "verify": verified.returncode == 0,
        "ready_again_p50_seconds": round(statistics.median(ready), 2),
        "ready_again_max_seconds": round(max(ready), 2),
        "seconds": round(time.monotonic() - began, 1),
        "ok": not (any(found.values()) or verified.returncode or writers.refused),
    }  # fmt: skip
