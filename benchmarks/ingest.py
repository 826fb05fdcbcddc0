"""Durable events a second: 32 connections, batches of 100 authenticated events, each answered after its commit."""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from itertools import cycle
from pathlib import Path

from benchmarks._home import ROOT, at, prepare, say

BATCH = 100
_MARK = b"@@@@@@@@@@"


def body() -> bytes:
    """100 events of about 350 bytes, their ids completed by each request."""
    events = [
        {
            "id": f"{_MARK.decode()}-{i:03}-4f5b-9c1e-7d2a", "event": f"event {i % 12}",
            "person": f"person-{i * 7919 % 5000}",
            "time": "2026-11-25T10:00:00Z",
            "properties": {"plan": "pro", "$browser": "Firefox", "path": f"/reports/{i}", "seconds": i * 1.5,
                           "$os": "Linux", "referrer": "https://shop.example/search?q=reports", "beta": True,
                           "team": f"team {i % 40}", "words": "a short note about what was done here"},
        }
        for i in range(BATCH)
    ]  # fmt: skip
    return json.dumps({"events": events}).encode()


class Client(threading.Thread):
    """One connection that sends one batch after the other; `took` holds the seconds of each answer."""

    def __init__(
        self, number: int, port: int, key: str, template: bytes, until: float, every: float = 0.0
    ) -> None:
        super().__init__()
        self.number, self.port, self.until, self.template = number, port, until, template
        self.every = every  # seconds from one batch to the next; 0: as fast as answers come
        self.head = (
            f"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(template)}\r\n\r\n"
        ).encode()
        self.took: list[float] = []
        self.failed: list[str] = []

    def run(self) -> None:
        wire = socket.create_connection(("127.0.0.1", self.port))
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        expected, n, due = f'"stored":{BATCH},'.encode(), 0, time.monotonic()
        while time.monotonic() < self.until:
            n += 1
            due += self.every
            time.sleep(max(0.0, due - time.monotonic()) if self.every else 0)
            sent = self.head + self.template.replace(_MARK, b"%03d-%06d" % (self.number, n))
            began = time.perf_counter()
            wire.sendall(sent)
            answer = wire.recv(4096)
            while b"}" not in answer:
                answer += wire.recv(4096)
            self.took.append(time.perf_counter() - began)
            if expected not in answer:
                self.failed.append(answer.decode(errors="replace")[-200:])
        wire.close()


class Reader(threading.Thread):
    """A signed-in person who opens one page after the other, with half a second to look at each."""

    PAGES = ("/", "/feedback", "/accounts", "/roadmap", "/work", "/events")

    def __init__(self, port: int, cookie: str, until: float) -> None:
        super().__init__()
        self.port, self.cookie, self.until, self.rest = port, cookie, until, 0.5
        self.took: list[float] = []
        self.by_page: dict[str, list[float]] = {}
        self.failed: list[str] = []

    def run(self) -> None:
        for path in cycle(self.PAGES):
            if time.monotonic() >= self.until:
                return
            asked = urllib.request.Request(
                f"http://127.0.0.1:{self.port}{path}", headers={"Cookie": self.cookie}
            )
            began = time.perf_counter()
            try:
                with urllib.request.urlopen(asked, timeout=30) as answer:
                    answer.read()
                    if "/sign-in" in answer.url or "/login" in answer.url:
                        self.failed.append(f"{path} asks to sign in")
            except OSError as wrong:
                self.failed.append(f"{path} {wrong}")
            self.took.append(time.perf_counter() - began)
            self.by_page.setdefault(path, []).append(self.took[-1])
            time.sleep(self.rest)


def _signed_in() -> str:
    """A session cookie of an owner."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from loopline.platform.identity.models import User

    user = User(
        email="reader@bench.example", name="Reader", role="owner", created_at=timezone.now()
    )
    user.set_unusable_password()
    user.save()
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _cpu(pid: int) -> float:
    """CPU seconds of a process and all below it."""
    total, pids = 0.0, [pid]
    while pids:
        one = pids.pop()
        try:
            parts = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            total += (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
            for children in Path(f"/proc/{one}/task").glob("*/children"):
                pids += [int(p) for p in children.read_text().split()]
        except OSError:
            continue
    return total


def _served(port: int) -> subprocess.Popen[bytes]:
    from loopline.entry.supervisor import commands

    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "LOOPLINE_LOG": "ERROR"}
    server = subprocess.Popen(commands("127.0.0.1", port)["web"], env=env)
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
            return server
        except OSError:
            time.sleep(0.1)
    server.kill()
    raise SystemExit("The server did not start.")


def _fsync(folder: Path) -> float:
    """Milliseconds of one write of 4 KiB with fdatasync, the median of 100: what the disk costs."""
    took = []
    handle = os.open(folder / "probe", os.O_WRONLY | os.O_CREAT)
    for _ in range(100):
        began = time.perf_counter()
        os.write(handle, b"x" * 4096)
        os.fdatasync(handle)
        took.append(time.perf_counter() - began)
    os.close(handle)
    return statistics.median(took) * 1000


def _pages(readers: list[Reader]) -> list[tuple[str, str]]:
    took = [s for reader in readers for s in reader.took]
    failed = [f for reader in readers for f in reader.failed]
    if not took:
        return []
    times = " / ".join(f"{at(took, s) * 1000:.0f} ms" for s in (0.5, 0.95, 0.99))
    slowest = ", ".join(
        f"{path} {max(s for r in readers for s in r.by_page.get(path, [0.0])) * 1000:.0f} ms"
        for path in Reader.PAGES
    )
    return [
        ("the slowest of each page", slowest),
        (f"pages meanwhile, {len(readers)} people, p50 / p95 / p99", times),
        ("pages opened, failed", f"{len(took)}, {len(failed)} {failed[:1] or ''}"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rate", type=int, default=0, help="events a second; 0: as many as go")
    parser.add_argument("--readers", type=int, default=0, help="people who open pages meanwhile")
    args = parser.parse_args()
    home = prepare("ingest")
    from django.utils import timezone

    from loopline.entry.drills.lives import free_port
    from loopline.platform.entrance.ingest_keys import create_ingest_key
    from loopline.platform.identity.actor import Actor
    from loopline.warehouse.tail import Tail

    key = create_ingest_key(actor=Actor.system(), name="bench", now=timezone.now()).value
    cookie = _signed_in()
    port, template = free_port(), body()
    server = _served(port)
    try:
        warm = Client(999, port, key, template, time.monotonic() + 1)
        warm.run()
        if args.readers:  # both workers have met every page before
            looking = Reader(port, cookie, time.monotonic() + 6)
            looking.rest = 0.0
            looking.run()
        spent, began = _cpu(server.pid), time.monotonic()
        every = args.connections * BATCH / args.rate if args.rate else 0.0
        until = began + args.seconds
        clients = [Client(n, port, key, template, until, every) for n in range(args.connections)]
        readers = [Reader(port, cookie, until) for _ in range(args.readers)]
        for client in (*clients, *readers):
            client.start()
        for client in (*clients, *readers):
            client.join()
        took, spent = time.monotonic() - began, _cpu(server.pid) - spent
        all_took = [s for client in clients for s in client.took]
        failed = [f for client in clients for f in client.failed]
        sent = (len(all_took) + len(warm.took)) * BATCH
        say([
            ("events a second, durable", f"{len(all_took) * BATCH / took:,.0f}"),
            ("batches", f"{len(all_took)} of {BATCH} events, {len(template) / BATCH:.0f} bytes an event"),
            ("connections, seconds", f"{args.connections}, {took:.1f}"),
            ("answer p50 / p95 / p99", " / ".join(f"{at(all_took, s) * 1000:.0f} ms" for s in (0.5, 0.95, 0.99))),
            ("server CPU", f"{spent / len(all_took) / BATCH * 1e6:.1f} s a million events; {spent / took:.2f} cores"),
            *_pages(readers),
            ("fdatasync of 4 KiB, p50", f"{_fsync(home):.1f} ms"),
            ("load of the machine", f"{os.getloadavg()[0]:.1f}"),
            ("refused", f"{len(failed)} {failed[:1] or ''}"),
            ("there afterwards", f"{Tail(home / 'events').last():,} of {sent:,} sent"),
        ])  # fmt: skip
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
