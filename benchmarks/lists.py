"""List pages and search with 100,000 feedback items: p95 at 20 concurrent readers, server CPU, against plain SQL."""

import os
import shutil
import signal
import subprocess
import sys
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


def _readers(base: str, cookie: str, path: str, readers: int, each: int) -> list[float]:
    took: list[float] = []
    lock = threading.Lock()

    def read() -> None:
        for _ in range(each):
            start = time.perf_counter()
            with urllib.request.urlopen(
                urllib.request.Request(base + path, headers={"Cookie": cookie}), timeout=60
            ) as answer:
                answer.read()
            with lock:
                took.append(time.perf_counter() - start)

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return took


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
    server = subprocess.Popen(
        [sys.executable, "-m", "loopline.entry.cli.main", "serve", "--port", port],
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
            pids = _tree(server.pid)
            before = _cpu(pids)
            together = _readers(base, cookie, path, 20, 10)
            cpu = (_cpu(_tree(server.pid)) - before) / len(together)
            say(
                [
                    (
                        path,
                        (
                            f"alone p50 {at(alone, 0.5) * 1000:.0f} p95 {at(alone, 0.95) * 1000:.0f} "
                            f"ms   20 readers p50 {at(together, 0.5) * 1000:.0f} p95 {at(together, 0.95) * 1000:.0f} "
                            f"ms   CPU {cpu * 1000:.0f} ms a page"
                        ),
                    )
                ]
            )
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
