"""Connects only to addresses that were looked up once and all found allowed, in one deadline."""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

from loopline.platform.egress.errors import Refused, Unreachable
from loopline.platform.egress.policy import EgressPolicy

type Resolve = Callable[[str, int], Sequence[str]]

MOST_ADDRESSES = 4
CONNECT_SECONDS = 5.0


class Deadline:
    """The moment by which a whole exchange must be over, so that a trickling answer ends too."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._start = time.monotonic()

    def spent(self) -> float:
        return time.monotonic() - self._start

    def left(self, exceeded: type[Exception] = httpcore.ReadTimeout) -> float:
        left = self.seconds - self.spent()
        if left <= 0:
            raise exceeded("deadline")
        return left


def system_resolve(host: str, port: int) -> list[str]:
    """Every address the system's resolver knows for the name, numeric spellings included."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def vetted_addresses(
    policy: EgressPolicy,
    resolve: Resolve,
    host: str,
    port: int,
    *,
    ports: frozenset[int] | None,
    deadline: Deadline,
) -> list[str]:
    """The addresses behind a name if every one of them is allowed; one bad address refuses all."""
    addresses = _looked_up(resolve, host, port, deadline)
    if not all(policy.admits(address, port, ports) for address in addresses):
        if all(policy.admits(address, 443, frozenset({443})) for address in addresses):
            open_ports = ", ".join(map(str, sorted(policy.ports if ports is None else ports)))
            raise Refused(f"Port {port} is not open for outgoing requests; {open_ports} are.")
        raise Refused(
            f"{host} leads to an address inside a private or reserved network. Whoever runs this "
            "server can open it with LOOPLINE_EGRESS_ALLOW."
        )
    return addresses[:MOST_ADDRESSES]


def _looked_up(resolve: Resolve, host: str, port: int, deadline: Deadline) -> list[str]:
    # The system's look-up takes no time-out, so it runs in a thread that may be left behind.
    answers: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(list(resolve(host, port)))
        except (OSError, ValueError):
            answers.put(None)

    threading.Thread(target=look_up, daemon=True, name="egress-look-up").start()
    try:
        found = answers.get(timeout=deadline.left(httpcore.ConnectTimeout))
    except queue.Empty:
        raise Unreachable(f"{host} could not be looked up in time.") from None
    if not found:
        raise Unreachable(f"{host} cannot be found. Check the name.")
    return found


class PinnedBackend(httpcore.NetworkBackend):
    """Opens connections for httpcore: looks a name up once, vets it, connects to that address."""

    def __init__(
        self,
        policy: EgressPolicy,
        resolve: Resolve,
        *,
        ports: frozenset[int] | None,
        deadline: Deadline,
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._ports = ports
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = vetted_addresses(
            self._policy, self._resolve, host, port, ports=self._ports, deadline=self._deadline
        )
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            seconds = min(CONNECT_SECONDS, self._deadline.left(httpcore.ConnectTimeout))
            try:
                stream = self._plain.connect_tcp(
                    address, port, timeout=seconds, socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Timed(stream, self._deadline)
        raise failure

    def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise Refused("Requests go to http:// and https:// addresses only.")


class _Timed(httpcore.NetworkStream):
    """A connection whose every step has only what is left of the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = self._deadline.left(httpcore.ConnectTimeout)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
