"""A real server of a throw-away home on loopback, and a door in front of it that writes down what passes."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from loopline.entry.drills.lives import free_port, wait_ready
from loopline.entry.drills.rig import Process, ThrowAway, kill, throw_away
from loopline.warehouse.records import Event, Fact
from loopline.warehouse.tail import Tail
from tests.quick import Quick


@dataclass
class Served:
    """The server's address, its ingest key, and its hot tail."""

    home: ThrowAway
    port: int
    key: str
    process: Process | None = None

    def start(self) -> None:
        """Serve, and wait until it is ready."""
        self.process = self.home.start("serve", "--port", str(self.port))
        wait_ready(self.url)

    def restart(self) -> None:
        """kill -9 for everything, and a new life."""
        self.stop()
        self.start()

    def stop(self) -> None:
        if self.process:
            kill(self.process)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def tail(self) -> Tail:
        return Tail(self.home.path / "events")

    def events(self, after: int = 0) -> list[Event]:
        return [event for _, event in self.tail.read(after)]

    def facts(self) -> list[Fact]:
        return [fact for _, fact in self.tail.facts()]


@contextmanager
def served() -> Iterator[Served]:
    """A home with a key, served."""
    with throw_away() as made:
        home = Quick(made.path)
        key = home.document("ingest-key", "create", "--name", "test")["ingest_key"]
        one = Served(home, free_port(), key)
        try:
            one.start()
            yield one
        finally:
            one.stop()


@dataclass
class Door:
    """Forwards every request and keeps (path, status, answer) of posts, (method, path, status) of the others."""

    to: int
    passed: list[tuple[str, int, dict]] = field(default_factory=list)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    port: int = 0
    before: int = 0  # the last number of the tail when it was opened

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def open(self) -> Iterator["Door"]:
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self._forward()

            def do_GET(self) -> None:
                self._forward()

            def do_OPTIONS(self) -> None:
                self._forward()

            def _forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                inner = http.client.HTTPConnection("127.0.0.1", door.to, timeout=20)
                try:
                    inner.request(self.command, self.path, body, dict(self.headers))
                    answer = inner.getresponse()
                    said = answer.read()
                except (OSError, http.client.HTTPException):
                    self.close_connection = True  # nobody behind the door: the client is cut off
                    return
                if self.command == "POST":
                    door.passed.append((self.path, answer.status, json.loads(said or b"null")))
                else:
                    door.asked.append((self.command, self.path, answer.status))
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("date", "connection"):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)
                inner.close()

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
