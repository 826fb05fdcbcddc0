"""List pages and search with 100,000 feedback items: p95 at 20 concurrent readers, server CPU, against plain SQL."""

import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

from benchmarks._home import ROOT, at, fill, prepare, say

PAGES = (
    "/feedback",
    "/feedback?state=new",
    "/feedback?q=battery+drain",
    "/feedback?tag=tag+7",
    "/feedback?sort=-changed",
    "/inbox",
    "/accounts",
    "/search?q=crash",
)


def _session() -> tuple[str, str]:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from loopline.platform.identity.models import User

    user = User.objects.create(
        email="bench@oakrow.example", name="Bench", role="product", created_at=timezone.now()
    )
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = (
        str(user.pk),
        settings.AUTHENTICATION_BACKENDS[0],
    )
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return settings.SESSION_COOKIE_NAME, str(session.session_key)


def _cpu(pids: list[int]) -> float:
    total = 0.0
    for pid in pids:
        try:
            parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            continue
    return total


def _tree(pid: int) -> list[int]:
    out = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    kids = [int(x) for x in out.split()]
    return [pid, *[p for k in kids for p in _tree(k)]]


def _readers(
    base: str, cookie: str, path: str, readers: int, each: int, every: float = 0.0
) -> list[float]:
    """Seconds each answer took; with `every` each reader opens a page so often, at its own moment."""
    took: list[float] = []
    lock = threading.Lock()

    def read(first: float) -> None:
        time.sleep(first)
        for n in range(each):
            time.sleep(every if n else 0)
            start = time.perf_counter()
            with urllib.request.urlopen(
                urllib.request.Request(base + path, headers={"Cookie": cookie}), timeout=60
            ) as answer:
                answer.read()
            with lock:
                took.append(time.perf_counter() - start)

    threads = [threading.Thread(target=read, args=(every * i / readers,)) for i in range(readers)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return took


def _figures(alone: list[float], paced: list[float], together: list[float], cpu: float) -> str:
    def spread(took: list[float]) -> str:
        return f"p50 {at(took, 0.5) * 1000:.0f} p95 {at(took, 0.95) * 1000:.0f} ms"

    return (
        f"alone {spread(alone)}   20 readers, a page each 2 s, {spread(paced)}   "
        f"20 without pause {spread(together)}   CPU {cpu * 1000:.0f} ms a page"
    )


def main() -> None:
    home = prepare("lists")
    count = int(os.environ.get("LOOPLINE_BENCH_ITEMS", "100000"))
    start = time.perf_counter()
    fill(count)
    print(f"Filled {count:,} items in {time.perf_counter() - start:.0f} s.")
    name, key = _session()
    from django.db import connections

    connections.close_all()
    port = "8231"
    from loopline.entry.supervisor import commands

    # The web processes alone: the worker would embed 100,000 texts beside them for half an hour.
    server = subprocess.Popen(
        commands("127.0.0.1", int(port))["web"],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    base, cookie = f"http://127.0.0.1:{port}", f"{name}={key}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{base}/healthz", timeout=2).read()
                break
            except OSError:
                time.sleep(0.2)
        for path in PAGES:
            _readers(base, cookie, path, 2, 3)
            alone = _readers(base, cookie, path, 1, 20)
            paced = _readers(base, cookie, path, 20, 8, every=2.0)
            pids = _tree(server.pid)
            before = _cpu(pids)
            together = _readers(base, cookie, path, 20, 10)
            cpu = (_cpu(_tree(server.pid)) - before) / len(together)
            say([(path, _figures(alone, paced, together, cpu))])
        static = _readers(base, cookie, "/healthz", 20, 10)
        say(
            [
                (
                    "/healthz, the floor of this machine",
                    f"20 readers p95 {at(static, 0.95) * 1000:.0f} ms",
                )
            ]
        )
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
