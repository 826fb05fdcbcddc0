"""No URL of the corpus, no rebinding name and no redirect reaches an address inside."""

import re
import socket
from collections.abc import Callable
from pathlib import Path

import httpcore
import pytest

from loopline.platform.egress.client import EgressClient
from loopline.platform.egress.errors import EgressProblem, Refused, Unreachable
from loopline.platform.egress.pinned import system_resolve
from loopline.platform.egress.policy import WEB_PORTS, EgressPolicy, policy_from_env
from tests.platform.receivers import Receiver, always, listening

CORPUS = Path(__file__).parent.parent / "data" / "ssrf_urls.txt"
LOCAL_NAMES = {"localhost", "localhost."}


def corpus() -> list[tuple[str, list[str] | None]]:
    cases: list[tuple[str, list[str] | None]] = []
    for line in CORPUS.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            url, _, addresses = line.partition(" ")
            cases.append((url, addresses.split(",") if addresses else None))
    return cases


def resolver(addresses: list[str] | None) -> Callable[[str, int], list[str]]:
    """The case's own answer; numbers and localhost by the system; other names lead inside."""

    def resolve(host: str, port: int) -> list[str]:
        if addresses is not None:
            return [] if addresses == ["-"] else addresses
        if re.fullmatch(r"[0-9a-fx.:]+", host, re.IGNORECASE) or host.lower() in LOCAL_NAMES:
            return system_resolve(host, port)
        return ["127.0.0.1"]

    return resolve


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Every address a connection is tried to; nothing is stopped."""
    tried: list[tuple[str, int]] = []
    connect = socket.create_connection

    def recorded(address: tuple[str, int], *args: object, **kwargs: object) -> socket.socket:
        tried.append(address)
        return connect(address, *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", recorded)
    return tried


def test_the_corpus_has_at_least_150_urls() -> None:
    assert len({(url, str(addresses)) for url, addresses in corpus()}) >= 150


def test_no_url_of_the_corpus_opens_a_connection(attempts: list[tuple[str, int]]) -> None:
    with listening("127.0.0.1", "::1") as listener:
        ports = WEB_PORTS | {listener.port}
        for url, addresses in corpus():
            client = EgressClient(EgressPolicy(), resolve=resolver(addresses))
            target = url.replace("{port}", str(listener.port))
            with pytest.raises(EgressProblem, match=r"^.{10,200}\.$"):
                client.request("POST", target, content=b"{}", port_allow=ports, timeout=5)
    assert attempts == []
    assert listener.connections == 0


def test_the_listener_counts_a_connection_when_one_comes() -> None:
    with listening("127.0.0.1") as listener:
        client = EgressClient(policy_from_env({"LOOPLINE_EGRESS_ALLOW": "127.0.0.1/32"}))
        with pytest.raises(Unreachable, match="broke off"):
            client.request("GET", f"http://127.0.0.1:{listener.port}/")
    assert listener.connections == 1


def test_a_name_is_looked_up_once_so_a_second_answer_changes_nothing(
    attempts: list[tuple[str, int]],
) -> None:
    answers = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2"]]
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    policy = policy_from_env({"LOOPLINE_EGRESS_ALLOW": "127.0.0.1/32"})
    with Receiver().running() as good:
        client = EgressClient(policy, resolve=rebinding)
        answer = client.request("GET", f"http://rebind.example.test:{good.port}/")
        assert answer.status == 200
        assert asked == ["rebind.example.test"]
        assert attempts == [("127.0.0.1", good.port)]
        with pytest.raises(Refused, match="private or reserved"):
            client.request("GET", f"http://rebind.example.test:{good.port}/")
    assert attempts == [("127.0.0.1", good.port)]
    assert good.seen[0].headers["host"] == f"rebind.example.test:{good.port}"


def test_a_public_answer_is_connected_to_as_it_was_vetted(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def connect(address: tuple[str, int], *args: object, **kwargs: object) -> socket.socket:
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    client = EgressClient(EgressPolicy(), resolve=lambda *_: ["93.184.215.14", "1.1.1.1"])
    with pytest.raises(Unreachable, match="does not accept connections"):
        client.request("GET", "https://example.test/")
    assert tried == ["93.184.215.14", "1.1.1.1"]


def test_redirects_are_not_followed_unless_asked() -> None:
    policy = policy_from_env({"LOOPLINE_EGRESS_ALLOW": "127.0.0.1/32"})
    script = always(302, Location="/other")
    with Receiver(script).running() as receiver:
        answer = EgressClient(policy).request("GET", receiver.url)
    assert (answer.status, answer.headers["location"], len(receiver.seen)) == (302, "/other", 1)


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/",
        "http://[::1]:{port}/",
        "http://inside.example.test:{port}/",
        "//127.0.0.2:{port}/",
        "http://2130706434:{port}/",
        "http://user@127.0.0.1:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http:\\\\127.0.0.2\\",
        "http://[bad/",
    ],
)
def test_each_hop_of_a_redirect_is_vetted(location: str, attempts: list[tuple[str, int]]) -> None:
    policy = policy_from_env({"LOOPLINE_EGRESS_ALLOW": "127.0.0.1/32"})
    with listening("127.0.0.2") as inside:
        target = location.replace("{port}", str(inside.port))
        script = always(307, Location=target)
        with Receiver(script).running() as receiver:
            client = EgressClient(
                policy,
                resolve=lambda host, port: (
                    ["127.0.0.2"] if "inside" in host else system_resolve(host, port)
                ),
            )
            with pytest.raises(Refused):
                client.request("POST", receiver.url, content=b"secret", redirects=3)
    assert attempts == [("127.0.0.1", receiver.port)]
    assert inside.connections == 0


def test_a_followed_redirect_leaves_tokens_behind_on_another_host() -> None:
    policy = policy_from_env({"LOOPLINE_EGRESS_ALLOW": "127.0.0.0/8"})
    with Receiver(address="127.0.0.2").running() as other:
        script = always(302, Location=other.url)
        with Receiver(script).running() as first:
            answer = EgressClient(policy).request(
                "POST",
                first.url,
                content=b"x",
                headers={"Authorization": "Bearer t", "Accept": "application/json"},
                redirects=1,
            )
    assert answer.status == 200
    assert first.seen[0].headers["authorization"] == "Bearer t"
    assert (other.seen[0].method, other.seen[0].body) == ("GET", b"")
    assert "authorization" not in other.seen[0].headers
    assert other.seen[0].headers["accept"] == "application/json"


def test_redirects_in_a_circle_end() -> None:
    policy = policy_from_env({"LOOPLINE_EGRESS_ALLOW": "127.0.0.1/32"})
    script = always(302, Location="/hook")
    client = EgressClient(policy)
    with (
        Receiver(script).running() as receiver,
        pytest.raises(Refused, match="more than 3 times"),
    ):
        client.request("GET", receiver.url, redirects=3)
    assert len(receiver.seen) == 4


def test_the_allow_list_opens_only_itself() -> None:
    policy = policy_from_env({"LOOPLINE_EGRESS_ALLOW": "127.0.0.1/32, 10.1.0.0/16 fd00:1::/32"})
    assert policy.admits("127.0.0.1", 9999)
    assert policy.admits("10.1.200.3", 22)
    assert policy.admits("fd00:1::9", 80)
    assert policy.admits("93.184.215.14", 443)
    for address in ("127.0.0.2", "10.2.0.1", "fd00:2::1", "::1", "::ffff:127.0.0.1", "10.1.0.1%lo"):
        assert not policy.admits(address, 80), address
    assert not policy.admits("93.184.215.14", 22)


def test_one_allowed_address_does_not_excuse_the_others() -> None:
    policy = policy_from_env({"LOOPLINE_EGRESS_ALLOW": "127.0.0.1/32"})
    client = EgressClient(policy, resolve=lambda *_: ["127.0.0.1", "127.0.0.2"])
    with pytest.raises(Refused, match="private or reserved"):
        client.check("http://both.example.test/")


def test_the_mail_server_is_not_opened_for_requests() -> None:
    policy = policy_from_env({"LOOPLINE_SMTP_URL": "smtp://127.0.0.1:25"})
    with pytest.raises(Refused):
        EgressClient(policy).check("http://127.0.0.1/")
    assert policy.smtp_url == "smtp://127.0.0.1:25"


def test_a_public_address_is_admitted_and_a_closed_port_is_named() -> None:
    client = EgressClient(EgressPolicy(), resolve=lambda *_: ["93.184.215.14"])
    client.check("https://example.test/")
    client.check("http://example.test:8080/hook?x=1#part")
    with pytest.raises(Refused, match=r"Port 22 is not open.*80, 443, 8080, 8443"):
        client.check("http://example.test:22/")


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0x7f000001", "0"])
def test_an_odd_number_is_refused_by_its_looks_and_by_where_it_leads(host: str) -> None:
    assert not any(EgressPolicy().admits(address, 80) for address in system_resolve(host, 80))
    with pytest.raises(Refused, match=r"four numbers|cannot be read"):
        EgressClient(EgressPolicy()).check(f"http://{host}/")


@pytest.mark.parametrize("error", [socket.gaierror("down"), OSError("x"), UnicodeError("idna")])
def test_a_failing_look_up_refuses(error: Exception) -> None:
    def broken(host: str, port: int) -> list[str]:
        raise error

    with pytest.raises(Unreachable, match="cannot be found"):
        EgressClient(EgressPolicy(), resolve=broken).request("GET", "http://example.test/")


def test_no_other_socket_is_opened_by_the_back_end() -> None:
    from loopline.platform.egress.pinned import Deadline, PinnedBackend

    backend = PinnedBackend(EgressPolicy(), system_resolve, ports=None, deadline=Deadline(1))
    assert isinstance(backend, httpcore.NetworkBackend)
    with pytest.raises(Refused):
        backend.connect_unix_socket("/var/run/docker.sock")
