"""Hands mails to one SMTP server and tells a refusal for good from one for now."""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from loopline.core.problems import Invalid, Problem
from loopline.platform.egress.letter import MailRefused, Message, address, compose

__all__ = ["MailDeferred", "MailRefused", "Mailer", "Message"]

TIMEOUT = 20.0
# These say that the set-up is wrong, not the mail; once it is mended the mail can go.
SIGN_IN_CODES = frozenset({530, 534, 535, 538})
BAD_URL = "Write LOOPLINE_SMTP_URL like smtp://user:password@mail.example.com:587?starttls=1."


class MailDeferred(Problem):
    """The mail was not taken now; send it again later.

    `uncertain` means the words were handed over but no answer came: it may have gone out.
    """

    def __init__(self, sentence: str, *, uncertain: bool = False) -> None:
        super().__init__(sentence)
        self.uncertain = uncertain


class _Line(smtplib.SMTP):
    """Remembers that the mail's words were on their way, for honesty after a broken line."""

    handed_over = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.handed_over = True
        code, said = super().data(msg)
        self.handed_over = False
        return code, said


class _TlsLine(_Line, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


@dataclass(frozen=True)
class Mailer:
    """One mail server. `starttls`: None takes TLS where offered, True demands it, False never."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    tls: bool = False
    starttls: bool | None = None
    verify: bool = True
    timeout: float = TIMEOUT

    def __repr__(self) -> str:
        return f"Mailer({self.host}:{self.port})"

    @classmethod
    def from_url(cls, url: str, *, sender: str = "") -> "Mailer":
        """Read smtp://, or smtps:// for TLS from the start; `starttls`, `verify`, `from` in ?."""
        try:
            parts = urlsplit(url.strip())
            options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            host, port = parts.hostname, parts.port
        except ValueError:
            raise Invalid(LOOPLINE_SMTP_URL=BAD_URL) from None
        if parts.scheme not in ("smtp", "smtps") or not host:
            raise Invalid(LOOPLINE_SMTP_URL=BAD_URL)
        if unknown := options.keys() - {"starttls", "verify", "from", "timeout"}:
            raise Invalid(
                LOOPLINE_SMTP_URL=f"LOOPLINE_SMTP_URL has an unknown option “{min(unknown)[:40]}”."
            )
        tls = parts.scheme == "smtps"
        user = unquote(parts.username or "")
        return cls(
            host=host,
            port=port or (465 if tls else 587 if user else 25),
            sender=_sender(sender or options.get("from", ""), user, host),
            user=user,
            password=unquote(parts.password or ""),
            tls=tls,
            starttls=_switch(options.get("starttls")),
            verify=_switch(options.get("verify")) is not False,
            timeout=_seconds(options.get("timeout")),
        )

    def send(self, message: Message, *, now: datetime | None = None) -> None:
        """Send once. Raises `MailRefused` (for good) or `MailDeferred` (for now)."""
        mail = compose(message, sender=self.sender, now=now or datetime.now(UTC))
        sender = address(message.sender or self.sender, "sender").addr_spec
        recipient = address(message.to, "recipient").addr_spec
        with self._explained(recipient), self._connected(sender) as smtp:
            try:
                smtp.send_message(mail, sender, [recipient])
            except (smtplib.SMTPServerDisconnected, OSError) as error:
                if not isinstance(error, smtplib.SMTPResponseException) and smtp.handed_over:
                    raise MailDeferred(
                        f"{self.host} broke off while taking the mail. It may have gone out.",
                        uncertain=True,
                    ) from error
                raise

    def check(self) -> None:
        """Connect and sign in without sending, for a test button. Raises `MailDeferred`."""
        with self._explained(""), self._connected(self.sender):
            pass

    @contextlib.contextmanager
    def _connected(self, sender: str) -> Iterator[_Line]:
        # The name is given because finding the machine's own may hang in a look-up.
        name = address(sender, "sender").domain
        context = self._context()
        if self.tls:
            smtp: _Line = _TlsLine(
                self.host, self.port, name, timeout=self.timeout, context=context
            )
        else:
            smtp = _Line(self.host, self.port, name, timeout=self.timeout)
        try:
            self._secure(smtp, context)
            if self.user:
                smtp.login(self.user, self.password)
            yield smtp
        finally:
            # A mail that was taken stays taken, however the goodbye goes.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def _secure(self, smtp: _Line, context: ssl.SSLContext) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self.tls or self.starttls is False:
            return
        if smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
        elif self.starttls or (self.user and not _is_loopback(self.host)):
            raise MailDeferred(
                f"{self.host} offers no encryption, so no password or mail was sent. "
                "Add starttls=0 to LOOPLINE_SMTP_URL to send in the clear."
            )

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        # Encryption that was only taken because it was offered, with no password to protect,
        # is better with an unknown certificate than none at all.
        if not self.verify or not (self.tls or self.starttls or self.user):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    @contextlib.contextmanager
    def _explained(self, recipient: str) -> Iterator[None]:
        try:
            yield
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise self._by_code(code, said, f"takes no mail for {recipient}") from error
        except (smtplib.SMTPConnectError, smtplib.SMTPHeloError) as error:
            raise MailDeferred(f"{self.host} takes no mail at present.") from error
        except smtplib.SMTPResponseException as error:
            said = error.smtp_error if isinstance(error.smtp_error, bytes) else b""
            raise self._by_code(error.smtp_code, said, "did not take the mail") from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused(f"{self.host} cannot handle this mail: {error}") from error
        except smtplib.SMTPServerDisconnected as error:
            if isinstance(error.__context__, TimeoutError):
                raise self._silent() from error
            raise MailDeferred(f"{self.host} broke off before taking the mail.") from error
        except ssl.SSLError as error:
            reason = getattr(error, "verify_message", "") or error.reason or "no TLS"
            raise MailDeferred(f"The TLS of {self.host} cannot be trusted: {reason}.") from error
        except TimeoutError as error:
            raise self._silent() from error
        except (OSError, UnicodeError) as error:
            raise MailDeferred(f"{self.host} port {self.port} cannot be reached.") from error

    def _silent(self) -> MailDeferred:
        return MailDeferred(f"{self.host} did not answer within {self.timeout:g} s.")

    def _by_code(self, code: int, said: bytes, what: str) -> MailRefused | MailDeferred:
        if code in SIGN_IN_CODES:
            return MailDeferred(
                f"{self.host} does not accept the user name and password in LOOPLINE_SMTP_URL."
            )
        reply = " ".join(said.decode("utf-8", "replace").split())[:200]
        full = f"{self.host} {what}: {code} {reply}".rstrip()
        return MailRefused(full) if 500 <= code < 600 else MailDeferred(full)


def _sender(given: str, user: str, host: str) -> str:
    numeric = host.replace(".", "").isdigit() or ":" in host
    sender = given or (user if "@" in user else f"loopline@{'localhost' if numeric else host}")
    try:
        address(sender, "sender")
    except MailRefused as problem:
        raise Invalid(LOOPLINE_SMTP_URL=f"{problem.sentence} {BAD_URL}") from None
    return sender


def _switch(given: str | None) -> bool | None:
    if given is None:
        return None
    if given.lower() not in ("1", "0", "true", "false", "yes", "no"):
        raise Invalid(LOOPLINE_SMTP_URL="Options in LOOPLINE_SMTP_URL are 1 or 0.")
    return given.lower() in ("1", "true", "yes")


def _seconds(given: str | None) -> float:
    if given is None:
        return TIMEOUT
    if not given.isdigit() or not 1 <= int(given[:4]) <= 120:
        raise Invalid(LOOPLINE_SMTP_URL="The timeout in LOOPLINE_SMTP_URL is 1 to 120 seconds.")
    return float(given)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
