"""Mails handed to a real local SMTP server: plain, signed in, encrypted, refused and broken off."""

import email
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from loopline.core.problems import Invalid
from loopline.platform.egress.mail import MailDeferred, Mailer, MailRefused, Message
from tests.platform.receivers import tls_pair

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Inbox:
    """What arrived, and what the server shall say at each step."""

    rcpt: str = "250 OK"
    data: str = "250 taken"
    mails: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if self.data == "hang up":
            server.transport.abort()
            return "250 never heard"
        if self.data.startswith("250"):
            mail = email.message_from_bytes(envelope.content or b"", policy=default)
            self.mails.append((envelope.mail_from or "", envelope.rcpt_tos, mail))
            self.secure.append(session.ssl is not None)
            self.names.append(session.host_name or "")
        if self.data.endswith("then gone"):
            server.transport.write(b"250 taken\r\n")
            server.transport.close()
        return self.data

    def mailer(self, options: str = "", login: str = "", scheme: str = "smtp") -> Mailer:
        return Mailer.from_url(
            f"{scheme}://{login}127.0.0.1:{self.port}?from=Oakrow%20%3Chello@oakrow.test%3E{options}"
        )


def sign_in(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    wanted = LoginPassword(b"ann@oakrow.test", b"p@ss:w/rd")
    return AuthResult(success=given == wanted, handled=False)


@contextmanager
def serving(inbox: Inbox, **options: Any) -> Iterator[Inbox]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        inbox.port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=inbox.port, **options)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()


LETTER = Message(
    to="Tom Ćwik <tom@brightleaf.test>",
    subject="Was Sie wünschten: „Export“ ist da ✓",
    text="Hello Tom,\n\n.a line with a dot\nit is here. 早\n",
    html="<p>Hello <b>Tom</b> 早</p>",
    message_id="<f1.42@oakrow.test>",
    list_unsubscribe_url="https://loop.oakrow.test/u/abc?x=1",
    reply_to="intake+t42@oakrow.test",
    in_reply_to="<ask.7@brightleaf.test>",
    headers={"X-Loopline-Cause": "release 4.2 — früh"},
)


def test_a_mail_arrives_whole() -> None:
    with serving(Inbox()) as inbox:
        inbox.mailer().send(LETTER, now=NOW)
    sender, recipients, mail = inbox.mails[0]
    assert (sender, recipients) == ("hello@oakrow.test", ["tom@brightleaf.test"])
    assert str(mail["From"]) == "Oakrow <hello@oakrow.test>"
    assert str(mail["To"]) == "Tom Ćwik <tom@brightleaf.test>"
    assert mail["Subject"] == LETTER.subject
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == "<f1.42@oakrow.test>"
    assert mail["In-Reply-To"] == mail["References"] == "<ask.7@brightleaf.test>"
    assert mail["Reply-To"] == "intake+t42@oakrow.test"
    assert mail["List-Unsubscribe"] == "<https://loop.oakrow.test/u/abc?x=1>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["X-Loopline-Cause"] == "release 4.2 — früh"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content().strip() == LETTER.html
    assert inbox.names == ["oakrow.test"]


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
def test_a_password_signs_in_even_with_odd_characters() -> None:
    options = {"authenticator": sign_in, "auth_required": True, "auth_require_tls": False}
    with serving(Inbox(), **options) as inbox:
        inbox.mailer(login="ann%40oakrow.test:p%40ss%3Aw%2Frd@").send(LETTER, now=NOW)
        with pytest.raises(MailDeferred, match="user name and password"):
            inbox.mailer(login="ann%40oakrow.test:wrong@").send(LETTER, now=NOW)
        with pytest.raises(MailDeferred, match="user name and password"):
            inbox.mailer().send(LETTER, now=NOW)
    assert len(inbox.mails) == 1


def test_encryption_is_taken_where_offered_and_demanded_where_set(tmp_path: Path) -> None:
    server, _ = tls_pair(tmp_path, "127.0.0.1")
    with serving(Inbox(), tls_context=server) as inbox:
        inbox.mailer().send(LETTER, now=NOW)
        inbox.mailer("&starttls=0").send(LETTER, now=NOW)
        inbox.mailer("&starttls=1&verify=0").send(LETTER, now=NOW)
        with pytest.raises(MailDeferred, match="cannot be trusted: self-signed"):
            inbox.mailer("&starttls=1").send(LETTER, now=NOW)
        with pytest.raises(MailDeferred, match="cannot be trusted"):
            inbox.mailer(login="ann:secret@").send(LETTER, now=NOW)
    assert inbox.secure == [True, False, True]
    with serving(Inbox()) as plain:
        plain.mailer().send(LETTER, now=NOW)
        with pytest.raises(MailDeferred, match="offers no encryption"):
            plain.mailer("&starttls=1").send(LETTER, now=NOW)
    assert plain.secure == [False]


def test_a_trusted_certificate_is_accepted_and_checked_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _ = tls_pair(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    with serving(Inbox(), tls_context=server) as inbox:
        inbox.mailer("&starttls=1").send(LETTER, now=NOW)
    assert inbox.secure == [True]
    other, _ = tls_pair(tmp_path, "mail.other.test")
    with (
        serving(Inbox(), tls_context=other) as inbox,
        pytest.raises(MailDeferred, match=r"cannot be trusted: .*mismatch"),
    ):
        inbox.mailer("&starttls=1").send(LETTER, now=NOW)


def test_smtps_speaks_tls_from_the_first_byte(tmp_path: Path) -> None:
    server, _ = tls_pair(tmp_path, "127.0.0.1")
    with serving(Inbox(), ssl_context=server) as inbox:
        inbox.mailer("&verify=0", scheme="smtps").send(LETTER, now=NOW)
        with pytest.raises(MailDeferred, match="cannot be trusted"):
            inbox.mailer(scheme="smtps").send(LETTER, now=NOW)
    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    ("rcpt", "data", "kind", "said"),
    [
        (
            "550 5.1.1 no such user",
            "250 ok",
            MailRefused,
            "takes no mail for tom@.*: 550",
        ),
        ("450 4.2.1 busy", "250 ok", MailDeferred, "takes no mail for tom@.*: 450"),
        ("452 4.2.2 full", "250 ok", MailDeferred, "452"),
        ("250 ok", "554 5.7.1 spam", MailRefused, "did not take the mail: 554 5.7.1 spam"),
        ("250 ok", "451 4.3.0 later", MailDeferred, "did not take the mail: 451 4.3.0 later"),
        ("530 5.7.0 sign in first", "250 ok", MailDeferred, "user name and password"),
    ],
)
def test_refusals_for_good_and_for_now_are_told_apart(
    rcpt: str, data: str, kind: type[Exception], said: str
) -> None:
    with serving(Inbox(rcpt=rcpt, data=data)) as inbox, pytest.raises(kind, match=said) as caught:
        inbox.mailer().send(LETTER, now=NOW)
    assert not getattr(caught.value, "uncertain", False)
    assert inbox.mails == []


def test_a_line_that_breaks_after_the_words_is_uncertain() -> None:
    with serving(Inbox(data="hang up")) as inbox, pytest.raises(MailDeferred) as caught:
        inbox.mailer().send(LETTER, now=NOW)
    assert caught.value.uncertain
    assert "may have gone out" in caught.value.sentence


def test_a_server_that_takes_the_mail_and_hangs_up_has_taken_it() -> None:
    with serving(Inbox(data="250 taken then gone")) as inbox:
        inbox.mailer().send(LETTER, now=NOW)
    assert len(inbox.mails) == 1


@contextmanager
def saying(line: bytes, seconds: float = 0) -> Iterator[int]:
    """A server that says one thing, waits and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            connection, _ = server.accept()
            connection.sendall(line)
            time.sleep(seconds)
            connection.close()

        thread = threading.Thread(target=speak, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(3)


def test_no_server_a_silent_one_and_one_that_is_none_are_for_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(MailDeferred, match="cannot be reached"):
        Mailer.from_url(f"smtp://127.0.0.1:{port}").check()
    with saying(b"", 1.3) as port, pytest.raises(MailDeferred, match="within 1 s"):
        Mailer.from_url(f"smtp://127.0.0.1:{port}?timeout=1").check()
    with saying(b"554 no service\r\n") as port, pytest.raises(MailDeferred, match="at present"):
        Mailer.from_url(f"smtp://127.0.0.1:{port}").check()
    with saying(b"220 hello\r\n") as port, pytest.raises(MailDeferred, match="broke off"):
        Mailer.from_url(f"smtp://127.0.0.1:{port}").send(LETTER)
    with pytest.raises(MailDeferred, match="cannot be reached"):
        Mailer.from_url("smtp://nowhere.invalid:25").check()


def test_check_signs_in_and_sends_nothing() -> None:
    with serving(Inbox()) as inbox:
        inbox.mailer().check()
    assert inbox.mails == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.test", ("mail.test", 25, "loopline@mail.test", False, None)),
        ("smtp://mail.test?starttls=1", ("mail.test", 25, "loopline@mail.test", False, True)),
        ("smtp://ann:x@mail.test", ("mail.test", 587, "loopline@mail.test", False, None)),
        ("smtps://a%40b.test:x@mail.test", ("mail.test", 465, "a@b.test", True, None)),
        ("smtp://[::1]:2525?starttls=no", ("::1", 2525, "loopline@localhost", False, False)),
    ],
)
def test_a_url_is_read(url: str, expected: tuple[object, ...]) -> None:
    mailer = Mailer.from_url(url)
    assert (mailer.host, mailer.port, mailer.sender, mailer.tls, mailer.starttls) == expected
    assert "x" not in repr(mailer).replace("test", "")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.test",
        "http://mail.test",
        "smtp://",
        "smtp://mail.test:port",
        "smtp://mail.test:99999",
        "smtp://mail.test?tls=1",
        "smtp://mail.test?starttls=maybe",
        "smtp://mail.test?timeout=0",
        "smtp://[::1",
        "smtp://mail.test?from=nobody",
    ],
)
def test_a_url_that_cannot_be_read_says_so(url: str) -> None:
    with pytest.raises(Invalid, match="LOOPLINE_SMTP_URL"):
        Mailer.from_url(url)


def test_the_password_is_in_no_text_about_the_mailer() -> None:
    mailer = Mailer.from_url("smtp://ann:canary@127.0.0.1:1")
    with pytest.raises(MailDeferred) as caught:
        mailer.send(LETTER)
    assert "canary" not in repr(mailer) + str(mailer) + caught.value.sentence


def test_certificates_are_checked_by_default() -> None:
    for url in ("smtps://mail.test", "smtp://a:b@mail.test", "smtp://mail.test?starttls=1"):
        assert Mailer.from_url(url)._context().verify_mode is ssl.CERT_REQUIRED
