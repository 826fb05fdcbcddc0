"""A real server of a throw-away home on loopback, and a door in front of it that writes down what passes."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from loopline.entry.drills.rig import ThrowAway, kill, throw_away, until
from loopline.entry.drills.server_kill import free_port
from loopline.warehouse.records import Event, Fact
from loopline.warehouse.tail import Tail


@dataclass
class Served:
    """The server's address, its ingest key, and its hot tail."""

    home: ThrowAway
    port: int
    key: str

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
def running(home: ThrowAway, port: int) -> Iterator[None]:
    server = home.start("serve", "--port", str(port))
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5) as http:

            def answers() -> bool:
                try:
                    return http.get("/readyz").status_code == 200
                except httpx.HTTPError:
                    return False

            until("the server is ready", answers, every=0.05)
        yield
    finally:
        kill(server)


@contextmanager
def served() -> Iterator[Served]:
    """A home with a key, served."""
    with throw_away() as home:
        key = home.document("ingest-key", "create", "--name", "test")["ingest_key"]
        port = free_port()
        with running(home, port):
            yield Served(home, port, key)


@dataclass
class Door:
    """Forwards every request and keeps (path, status, answer)."""

    to: int
    passed: list[tuple[str, int, dict]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def open(self) -> Iterator["Door"]:
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                inner = http.client.HTTPConnection("127.0.0.1", door.to, timeout=20)
                inner.request("POST", self.path, body, dict(self.headers))
                answer = inner.getresponse()
                said = answer.read()
                door.passed.append((self.path, answer.status, json.loads(said)))
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
