"""One server after another, each killed while clients write; the last one lives to hear what was cut off."""

import socket
import statistics
import time
from collections.abc import Callable
from typing import Any

import httpx

from loopline.entry.drills.clients import Clients
from loopline.entry.drills.rig import ThrowAway, kill, share, until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_ready(url: str) -> float:
    """Wait until it answers; how long that took."""
    with httpx.Client(base_url=url, timeout=5) as http:

        def answers() -> bool:
            try:
                return http.get("/readyz").status_code == 200
            except httpx.HTTPError:
                return False

        return until("the server is ready", answers, every=0.05)


def lives(
    home: ThrowAway, clients: Clients[Any], rounds: int, *,
    done: Callable[[], int], pause: float, tell: Callable[[int], None],
) -> dict[str, float]:  # fmt: skip
    """Kill that many servers, up to `pause` seconds after the next few of what `done` counts; then repeat the rest.

    Answers how long a server took to be ready again. `tell` is told every tenth round.
    """
    port, ready = free_port(), []
    url = f"http://127.0.0.1:{port}"
    for n in range(rounds):
        server = home.start("serve", "--port", str(port))
        try:
            ready.append(wait_ready(url))
            with clients.working(url):
                wanted = done() + 1 + n % 12
                until("something is acknowledged", lambda wanted=wanted: done() >= wanted)  # type: ignore[misc]
                time.sleep(share(n) * pause)
                kill(server)
        finally:
            kill(server)
        if n % 10 == 9:
            tell(n + 1)
    server = home.start("serve", "--port", str(port))
    try:
        wait_ready(url)
        clients.repeat_all(url)
    finally:
        server.terminate()
        server.wait(60)
    return {
        "ready_again_p50_seconds": round(statistics.median(ready), 2),
        "ready_again_max_seconds": round(max(ready), 2),
    }
