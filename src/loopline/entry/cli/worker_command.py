"""`loopline worker`: the background jobs; `serve` starts it by itself."""

import argparse
import os
import signal
import threading
from typing import Any

from loopline.entry.terminal import setup

GRACE = 6.0  # seconds a running job gets to end by itself after SIGTERM


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--drain", action="store_true", help="run what is due, then end")


def run(args: argparse.Namespace) -> dict[str, Any]:
    setup()
    import socket
    import time

    from django.utils import timezone

    from loopline.platform.jobs import queue, worker
    from loopline.platform.schedule.every import tick

    if args.drain:
        return {"ran": worker.run_until_empty()}
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    queue.release_leases_of(f"{socket.gethostname()}:", now=timezone.now())
    last = [0.0]

    def every_few_seconds() -> None:
        if time.monotonic() - last[0] > 5:
            last[0] = time.monotonic()
            tick(now=timezone.now())

    threads = [
        threading.Thread(target=worker.loop, args=(name, stop, step), daemon=True)
        for name, step in (("default", every_few_seconds), ("io", None), ("bulk", None))
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(0.5):
        pass
    end = time.monotonic() + GRACE
    for thread in threads:
        thread.join(timeout=max(end - time.monotonic(), 0))
    if any(thread.is_alive() for thread in threads):
        # A job longer than the grace is cut off like a kill would: its lease is given back at the next start.
        os._exit(0)
    return {"stopped": True}
