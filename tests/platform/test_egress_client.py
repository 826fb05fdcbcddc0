"""The HTTP client against real servers on loopback: caps, time, TLS, headers, proxies."""

import socket
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest
import respx

from loopline.core.problems import Invalid
from loopline.platform.egress.client import EgressClient
from loopline.platform.egress.errors import Refused, TooLarge, Unreachable
from loopline.platform.egress.policy import EgressPolicy, policy_from_env
from tests.platform.receivers import Receiver, Seen, always, tls_pair

POLICY = policy_from_env({"LOOPLINE_EGRESS_ALLOW": "127.0.0.1/32"})


@pytest.fixture
def client() -> EgressClient:
    return EgressClient(POLICY)


def test_an_answer_comes_with_status_headers_body_and_time(client: EgressClient) -> None:
    with Receiver(always(201, b'{"id": 1}', Content_Type="application/json")).running() as receiver:
        answer = client.request(
            "POST", receiver.url + "?q=a%20b", headers={"X-Word": "grün"}, content=b"words"
        )
    assert (answer.status, answer.body, answer.truncated) == (201, b'{"id": 1}', False)
    assert answer.headers["content-TYPE"] == "application/json"
    assert 0 <= answer.ms < 5000
    seen = receiver.seen[0]
    assert (seen.method, seen.path, seen.body) == ("POST", "/hook?q=a%20b", b"words")
    assert seen.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert seen.headers["accept-encoding"] == "identity"
    assert seen.headers["user-agent"] == "Loopline"
    assert seen.headers["x-word"].encode("latin-1").decode() == "grün"


def test_an_answer_over_the_cap_is_refused_or_cut(client: EgressClient) -> None:
    with Receiver(always(200, b"x" * 65537)).running() as receiver:
        with pytest.raises(TooLarge, match="more than 65,536 bytes"):
            client.request("GET", receiver.url)
        cut = client.request("GET", receiver.url, cut=True)
    assert (cut.status, len(cut.body), cut.truncated) == (200, 65536, True)
    with Receiver(always(200, b"x" * 65536)).running() as receiver:
        whole = client.request("GET", receiver.url)
    assert (len(whole.body), whole.truncated) == (65536, False)


def test_an_endless_answer_is_not_read_to_its_end(client: EgressClient) -> None:
    written = 0

    def endless(seen: Seen, handler: BaseHTTPRequestHandler) -> None:
        nonlocal written
        handler.send_response(200)
        handler.end_headers()
        handler.close_connection = True
        try:
            while written < 500_000_000:
                written += handler.wfile.write(b"x" * 65536)
        except OSError:
            return

    with Receiver(endless).running() as receiver, pytest.raises(TooLarge):
        client.request("GET", receiver.url)
    assert written < 20_000_000


def test_a_silent_receiver_ends_at_the_time_out(client: EgressClient) -> None:
    start = time.monotonic()
    with (
        Receiver(lambda seen, handler: time.sleep(2)).running() as receiver,
        pytest.raises(Unreachable, match=r"did not answer within 0\.4 s"),
    ):
        client.request("GET", receiver.url, timeout=0.4)
    assert time.monotonic() - start < 3


def test_a_trickling_receiver_ends_at_the_time_out_too(client: EgressClient) -> None:
    def trickle(seen: Seen, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(30):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return
            time.sleep(0.1)

    with Receiver(trickle).running() as receiver:
        start = time.monotonic()
        with pytest.raises(Unreachable, match="did not answer within"):
            client.request("GET", receiver.url, timeout=0.5)
        assert time.monotonic() - start < 1.5


def test_a_slow_look_up_ends_at_the_time_out() -> None:
    def slow(host: str, port: int) -> list[str]:
        time.sleep(1)
        return ["127.0.0.1"]

    start = time.monotonic()
    with pytest.raises(Unreachable, match="could not be looked up in time"):
        EgressClient(POLICY, resolve=slow).request("GET", "http://slow.example.test/", timeout=0.2)
    assert time.monotonic() - start < 0.9


def test_a_closed_port_and_a_broken_line_are_told_apart(client: EgressClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unreachable, match="does not accept connections"):
        client.request("GET", f"http://127.0.0.1:{port}/")

    def hang_up(seen: Seen, handler: BaseHTTPRequestHandler) -> None:
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    with (
        Receiver(hang_up).running() as receiver,
        pytest.raises(Unreachable, match="broke off before answering"),
    ):
        client.request("GET", receiver.url)


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 9999 x\r\n\r\n", b"\x00"])
def test_an_answer_that_is_no_http_is_a_sentence(client: EgressClient, said: bytes) -> None:
    def babble(seen: Seen, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(said)
        handler.close_connection = True

    with Receiver(babble).running() as receiver, pytest.raises(Unreachable, match="broke off"):
        client.request("GET", receiver.url)


def test_endless_headers_end(client: EgressClient) -> None:
    def headers(seen: Seen, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        try:
            for n in range(100_000):
                handler.wfile.write(b"X-%d: " % n + b"y" * 100 + b"\r\n")
        except OSError:
            return

    with Receiver(headers).running() as receiver, pytest.raises(Unreachable):
        client.request("GET", receiver.url, timeout=5)


def test_host_and_server_name_are_kept_while_the_address_is_pinned(tmp_path: Path) -> None:
    server, trusting = tls_pair(tmp_path, "hooks.example.test")
    names: list[str | None] = []
    server.sni_callback = lambda sock, name, context: names.append(name)
    with Receiver(tls=server).running() as receiver:
        client = EgressClient(POLICY, resolve=lambda *_: ["127.0.0.1"], tls=trusting)
        answer = client.request("POST", f"https://hooks.example.test:{receiver.port}/x")
        assert answer.status == 200
        assert names == ["hooks.example.test"]
        assert receiver.seen[0].headers["host"] == f"hooks.example.test:{receiver.port}"
        with pytest.raises(Unreachable, match=r"no valid certificate: .*mismatch"):
            client.request("POST", f"https://other.example.test:{receiver.port}/x")
        untrusting = EgressClient(POLICY, resolve=lambda *_: ["127.0.0.1"])
        with pytest.raises(Unreachable, match=r"no valid certificate: self-signed"):
            untrusting.request("POST", f"https://hooks.example.test:{receiver.port}/x")
    assert len(receiver.seen) == 1


def test_plain_http_behind_https_is_a_sentence(client: EgressClient) -> None:
    with Receiver().running() as receiver, pytest.raises(Unreachable, match="does not speak TLS"):
        client.request("GET", receiver.url.replace("http:", "https:"), timeout=3)


def test_proxies_of_the_environment_are_ignored(
    client: EgressClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver().running() as proxy, Receiver().running() as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert client.request("GET", receiver.url).status == 200
    assert (len(proxy.seen), len(receiver.seen)) == (0, 1)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"X-Bad": "a\r\nHost: evil"}, "characters that cannot be sent"),
        ({"X-Bad": "a\x00"}, "characters that cannot be sent"),
        ({"X Bad": "a"}, "characters that cannot be sent"),
        ({"": "a"}, "characters that cannot be sent"),
        ({"X-Bad": "\ud800"}, "characters that cannot be sent"),
        ({"Host": "evil.example"}, "set by Loopline"),
        ({"transfer-encoding": "chunked"}, "set by Loopline"),
        ({"Proxy-Authorization": "x"}, "set by Loopline"),
    ],
)
def test_headers_cannot_smuggle(client: EgressClient, headers: dict[str, str], said: str) -> None:
    with Receiver().running() as receiver, pytest.raises(Refused, match=said):
        client.request("GET", receiver.url, headers=headers)
    assert receiver.seen == []


def test_odd_methods_are_not_made(client: EgressClient) -> None:
    for method in ("CONNECT", "TRACE", "GET /x HTTP/1.1\r\n", "get"):
        with pytest.raises(Refused, match="not made"):
            client.request(method, "http://127.0.0.1/")


def test_sentences_do_not_hold_the_secret_part_of_an_address() -> None:
    for resolve in (lambda *_: [], lambda *_: ["10.0.0.1"], lambda *_: ["127.0.0.1"]):
        client = EgressClient(POLICY, resolve=resolve)
        with pytest.raises((Refused, Unreachable)) as caught:
            client.request("GET", "http://hooks.example.test:1/services/T0/B0/canary")
        assert "canary" not in caught.value.sentence


def test_other_tests_can_fake_the_network_with_respx() -> None:
    with respx.mock(using="httpcore") as router:
        router.post("https://api.example.test/x").mock(httpx.Response(200, json={"a": 1}))
        answer = EgressClient(EgressPolicy()).request("POST", "https://api.example.test/x")
    assert (answer.status, answer.body) == (200, b'{"a":1}')


@pytest.mark.parametrize("text", ["10.0.0.5/8", "localhost", "10.0.0.0/99", "http://x", "10.0-9"])
def test_a_range_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(Invalid, match="LOOPLINE_EGRESS_ALLOW holds"):
        policy_from_env({"LOOPLINE_EGRESS_ALLOW": f"127.0.0.1/32, {text}"})


def test_no_variable_opens_nothing() -> None:
    assert policy_from_env({}) == EgressPolicy()
    assert policy_from_env({"LOOPLINE_EGRESS_ALLOW": "  , "}).allow == ()
