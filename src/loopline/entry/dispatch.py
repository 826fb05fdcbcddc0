"""The door before Django: event requests are answered here, everything else goes on. Routing only."""

import atexit
import threading
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from loopline.connectors.sdk_ingest.posthog_settings import settings
from loopline.connectors.sdk_ingest.reception import DIALECTS, Reception
from loopline.connectors.sdk_ingest.wire import Answer, Refused, Request
from loopline.entry.ingest_rules import Knowledge, load_grants, load_kept
from loopline.entry.key_ring import KeyRing, Unread
from loopline.entry.proxies import FORWARDED, Networks, settle
from loopline.platform.identity.grants import Grant
from loopline.warehouse.tail import Tail
from loopline.warehouse.tail_writer import Writer

Environ = dict[str, Any]
Start = Callable[..., Any]
Kept = tuple[tuple[str, ...], tuple[str, ...]]
Wsgi = Callable[[Environ, Start], Iterable[bytes]]
NATIVE = "/api/v1/events"
SEGMENT = "/v1/"  # its SDK for Node drops the path of the host it is given
_HEADERS = {
    "CONTENT_TYPE": "content-type", "HTTP_CONTENT_ENCODING": "content-encoding",
    "HTTP_AUTHORIZATION": "authorization", "HTTP_USER_AGENT": "user-agent", "HTTP_ORIGIN": "origin",
    "HTTP_POSTHOG_REQUEST_TIMESTAMP": "posthog-request-timestamp",
}  # fmt: skip
_BY_QUERY = ("posthog", "mixpanel")  # whose browsers may send events by GET
_REASONS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Dispatcher:
    """WSGI: `/in/NAME/...` and POST /api/v1/events are answered here; what is needed for it is made at first use."""

    def __init__(
        self, beyond: Wsgi, folder: Path, load: Callable[[], Mapping[str, Grant]] = load_grants,
        kept: Callable[[], Kept] = load_kept, proxies: Networks = (),
    ) -> None:  # fmt: skip
        self.beyond, self.folder, self.load, self.kept = beyond, folder, load, kept
        self.proxies = proxies
        self._lock = threading.Lock()
        self._reception: Reception | None = None

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path.startswith("/in/"):
            name, _, rest = path[4:].partition("/")
            if name in DIALECTS and name != "native":
                return self._answer(name, "/" + rest, method, environ, start_response)
        elif path.startswith(SEGMENT) and method in ("POST", "OPTIONS"):
            return self._answer("segment", path, method, environ, start_response)
        elif path.rstrip("/") == NATIVE and method in ("POST", "OPTIONS"):
            return self._answer("native", "", method, environ, start_response)
        return self.beyond(environ, start_response)

    def _answer(
        self, name: str, path: str, method: str, environ: Environ, start_response: Start
    ) -> Iterable[bytes]:
        if method == "OPTIONS":
            made = Answer(204, b"")
        elif method == "POST" or (method == "GET" and name in _BY_QUERY):
            made = self._receive(name, path.rstrip("/"), environ)
        else:
            refused = Refused(405, "Events are sent by POST.")
            made = DIALECTS[name].refused(None, refused)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(made.body))}
        headers |= {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        headers |= _cross_origin(environ, preflight=method == "OPTIONS") | dict(made.headers)
        if made.status == 204:
            del headers["Content-Type"]
        start_response(_REASONS[made.status], list(headers.items()))
        return [made.body]  # one list, one write: two segments would wait for a delayed ACK

    def _receive(self, name: str, path: str, environ: Environ) -> Answer:
        body, length = _body(environ, DIALECTS[name].MOST)
        headers = {ours: environ[theirs] for theirs, ours in _HEADERS.items() if theirs in environ}
        request = Request(path, body, headers, environ.get("QUERY_STRING", ""))
        if name == "posthog" and (said := settings(request)):
            return said
        reception = self._reception or self._made()
        sender = self._sender(environ)
        return reception.receive(name, request, length=length, sender=sender)

    def _sender(self, environ: Environ) -> str:
        """The address of whoever sends, behind our own proxies."""
        if not self.proxies:
            return str(environ.get("REMOTE_ADDR", ""))
        seen = {name: environ[name] for name in ("REMOTE_ADDR", *FORWARDED) if name in environ}
        settle(seen, self.proxies)
        return str(seen.get("REMOTE_ADDR", ""))

    def _made(self) -> Reception:
        """The writer and the keys of this process; not before a request, so that no fork inherits threads."""
        with self._lock:
            if self._reception is None:
                knows = Knowledge(self.folder, self.load, self.kept)
                ring, writer = KeyRing(knows.load), Writer(Tail(self.folder))
                knows.used = ring.used
                atexit.register(writer.close)

                def find(secrets: tuple[str, ...]) -> Grant | None:
                    try:
                        return ring.find(secrets)
                    except Unread as closed:
                        raise Refused(503, str(closed), retry_after=5) from None

                self._reception = Reception(writer, find, rules=lambda: knows.rules)
            return self._reception


def _body(environ: Environ, most: int) -> tuple[bytes, int]:
    """The body and its length; one that is announced as too large is not read."""
    announced = environ.get("CONTENT_LENGTH") or ""
    length = int(announced) if announced.isdigit() else 0
    if length > most:
        return b"", length
    body: bytes = environ["wsgi.input"].read(length or most + 1)
    return body, len(body)


def _cross_origin(environ: Environ, *, preflight: bool) -> dict[str, str]:
    """Browsers of any site may send with a key: nothing here looks at cookies, and nothing is read back."""
    origin = environ.get("HTTP_ORIGIN")
    if not origin:
        return {}
    headers = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    headers["Access-Control-Allow-Credentials"] = "true"
    if preflight:
        asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "Content-Type, Authorization")
        headers["Access-Control-Allow-Headers"] = asked
        headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        headers["Access-Control-Max-Age"] = "86400"
    return headers
