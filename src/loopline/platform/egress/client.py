"""The guarded HTTP client: public addresses only, pinned, capped, timed, no redirects by itself."""

import functools
import re
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import httpcore
import httpx

from loopline.platform.egress.errors import EgressProblem, Refused, TooLarge, Unreachable
from loopline.platform.egress.pinned import (
    Deadline,
    PinnedBackend,
    Resolve,
    system_resolve,
    vetted_addresses,
)
from loopline.platform.egress.policy import EgressPolicy
from loopline.platform.egress.target import parse_target, port_of

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")
OWN_HEADERS = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "transfer-encoding", "upgrade"}
)
# Kept when a redirect leads to another host; tokens and signatures stay behind.
PUBLIC_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent"})


@dataclass(frozen=True)
class Answer:
    """What the other side said. `headers` ignore case; `body` is as sent, never unpacked."""

    status: int
    headers: httpx.Headers
    body: bytes
    ms: int
    truncated: bool = False


@dataclass(frozen=True)
class _Limits:
    ports: frozenset[int] | None
    deadline: Deadline
    max_bytes: int
    cut: bool


class EgressClient:
    """Makes requests under one policy. Safe to share between threads."""

    def __init__(
        self,
        policy: EgressPolicy,
        *,
        resolve: Resolve = system_resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.policy = policy
        self._resolve = resolve
        self._tls = tls

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        timeout: float = 10,
        max_bytes: int = 65536,
        port_allow: Iterable[int] | None = None,
        redirects: int = 0,
        cut: bool = False,
    ) -> Answer:
        """One exchange within `timeout` seconds, look-up and redirects included.

        An answer over `max_bytes` raises `TooLarge`, or with `cut` is returned shortened.
        """
        if method not in METHODS:
            raise Refused(f"Requests with the method {method[:20]} are not made.")
        ports = None if port_allow is None else frozenset(port_allow)
        limits = _Limits(ports, Deadline(timeout), max_bytes, cut)
        target, given = parse_target(url), _checked(headers or {})
        for _ in range(redirects + 1):
            answer = self._exchange(method, target, given, content, limits)
            if not redirects or answer.status not in REDIRECTS or "location" not in answer.headers:
                return answer
            onward = _onward(target, answer.headers["location"])
            if (onward.scheme, onward.netloc) != (target.scheme, target.netloc):
                given = {k: v for k, v in given.items() if k.lower() in PUBLIC_HEADERS}
            if answer.status == 303 or (answer.status in (301, 302) and method == "POST"):
                method, content = ("HEAD" if method == "HEAD" else "GET"), b""
            target = onward
        raise Refused(f"{target.host} redirects more than {redirects} times.")

    def check(self, url: str, *, timeout: float = 5) -> None:
        """Raise what a request to this URL would be refused for, without connecting."""
        target, deadline = parse_target(url), Deadline(timeout)
        host = target.raw_host.decode("ascii")
        vetted_addresses(
            self.policy, self._resolve, host, port_of(target), ports=None, deadline=deadline
        )

    def _exchange(
        self,
        method: str,
        target: httpx.URL,
        headers: Mapping[str, str],
        content: bytes,
        limits: _Limits,
    ) -> Answer:
        backend = PinnedBackend(
            self.policy, self._resolve, ports=limits.ports, deadline=limits.deadline
        )
        address = httpcore.URL(
            scheme=target.raw_scheme,
            host=target.raw_host,
            port=target.port,
            target=target.raw_path,
        )
        sent = {"Host": target.netloc.decode("ascii"), "Accept-Encoding": "identity", **headers}
        if not any(name.lower() == "user-agent" for name in sent):
            sent["User-Agent"] = "Loopline"
        raw = [(name.encode("ascii"), value.encode()) for name, value in sent.items()]
        body = content or (b"" if method in ("POST", "PUT", "PATCH") else None)
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self._tls or default_tls(),
                    network_backend=backend,
                    max_keepalive_connections=0,
                ) as pool,
                pool.stream(method, address, headers=raw, content=body) as response,
            ):
                answered = httpx.Headers(response.headers)
                got, truncated = _capped(response, target.host, limits)
                ms = round(limits.deadline.spent() * 1000)
                return Answer(response.status, answered, got, ms, truncated)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise _explained(error, target.host, limits.deadline) from error


@functools.cache
def default_tls() -> ssl.SSLContext:
    """Certificates are always checked; SSL_CERT_FILE names other authorities than the usual."""
    return httpx.create_ssl_context()


def _checked(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value):
            raise Refused(f"The header {name[:40]!r} holds characters that cannot be sent.")
        if name.lower() in OWN_HEADERS or name.lower().startswith("proxy-"):
            raise Refused(f"The header {name[:40]} is set by Loopline and cannot be given.")
    return dict(headers)


def _onward(target: httpx.URL, location: str) -> httpx.URL:
    try:
        onward = parse_target(str(target.join(location)))
    except (httpx.InvalidURL, ValueError):
        raise Refused(f"{target.host} redirects to an address that cannot be read.") from None
    if target.scheme == "https" and onward.scheme != "https":
        raise Refused(f"{target.host} redirects from https to http.")
    return onward


def _capped(response: httpcore.Response, host: str, limits: _Limits) -> tuple[bytes, bool]:
    got = bytearray()
    for chunk in response.iter_stream():
        got += chunk
        if len(got) > limits.max_bytes:
            if limits.cut:
                return bytes(got[: limits.max_bytes]), True
            raise TooLarge(f"{host} answered more than {limits.max_bytes:,} bytes.")
    return bytes(got), False


def _explained(error: Exception, host: str, deadline: Deadline) -> EgressProblem:
    # httpcore drops the cause on its way up but keeps it as the argument.
    cause = error.args[0] if error.args else None
    if isinstance(error, httpcore.TimeoutException):
        return Unreachable(f"{host} did not answer within {deadline.seconds:g} s.")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Unreachable(f"{host} has no valid certificate: {cause.verify_message}.")
    if isinstance(cause, ssl.SSLError):
        return Unreachable(f"{host} does not speak TLS on this port.")
    if isinstance(error, httpcore.ConnectError):
        return Unreachable(f"{host} does not accept connections.")
    if isinstance(error, httpcore.LocalProtocolError):
        return Refused("The request cannot be sent as it is written. Check its headers.")
    return Unreachable(f"{host} broke off before answering.")
