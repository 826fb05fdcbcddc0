"""Turns a message into the bytes of a mail: headers that cannot be injected into, UTF-8 bodies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses

from loopline.core.problems import Problem

SUBJECT_LIMIT = 250
NAME_LIMIT = 200
BODY_LIMIT = 1_000_000
# The text is sent whatever is in it; what no mail can hold is dropped.
UNSENDABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>")
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
OWN_HEADERS = frozenset(
    [
        "from",
        "to",
        "cc",
        "bcc",
        "sender",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "reply-to",
        "return-path",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "received",
        "dkim-signature",
    ]
)


class MailRefused(Problem):
    """This mail will not be taken however often it is sent."""


@dataclass(frozen=True)
class Message:
    """One mail to one person."""

    to: str
    subject: str
    text: str
    html: str | None = None
    message_id: str | None = None
    list_unsubscribe_url: str | None = None
    reply_to: str | None = None
    in_reply_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    sender: str | None = None


def compose(message: Message, *, sender: str, now: datetime) -> EmailMessage:
    """The mail as it goes out. Raises `MailRefused` naming the field that cannot be sent."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = address(message.sender or sender, "sender")
    mail["To"] = address(message.to, "recipient")
    mail["Subject"] = _line(message.subject, SUBJECT_LIMIT)
    mail["Date"] = format_datetime(now)
    if message.message_id:
        mail["Message-ID"] = _id(message.message_id)
    if message.reply_to:
        mail["Reply-To"] = address(message.reply_to, "reply address")
    if message.in_reply_to:
        mail["In-Reply-To"] = _id(message.in_reply_to)
        mail["References"] = _id(message.in_reply_to)
    if message.list_unsubscribe_url:
        _offer_unsubscribe(mail, message.list_unsubscribe_url)
    for name, value in message.headers.items():
        if not HEADER_NAME.fullmatch(name) or name.lower() in OWN_HEADERS:
            raise MailRefused(f"The mail header {name[:40]!r} cannot be set.")
        mail[name] = _line(value, 900)
    mail.set_content(_body(message.text))
    if message.html:
        mail.add_alternative(_body(message.html), subtype="html")
    return mail


def address(text: str, what: str) -> Address:
    """Exactly one mail address, with its display name if it has one."""
    found = [] if re.search(r"[\x00-\x1f\x7f]", text) else getaddresses([text])
    name, plain = found[0] if len(found) == 1 else ("", "")
    local, _, domain = plain.rpartition("@")
    try:
        if not local or not domain or len(plain) > 254:
            raise ValueError(plain)
        ascii_domain = domain.encode("idna").decode("ascii")
        return Address(_line(name, NAME_LIMIT), addr_spec=f"{local}@{ascii_domain}")
    except (ValueError, IndexError, HeaderParseError):
        raise MailRefused(f"The {what} {text[:80]!r} is not one mail address.") from None


def _offer_unsubscribe(mail: EmailMessage, url: str) -> None:
    if not re.fullmatch(r"https?://[\x21-\x3b\x3d\x3f-\x7e]{1,900}", url):
        raise MailRefused("The unsubscribe address cannot be put in a mail header.")
    mail["List-Unsubscribe"] = f"<{url}>"
    # RFC 8058 has the one-click form for https only.
    if url.startswith("https://"):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _id(text: str) -> str:
    if not MESSAGE_ID.fullmatch(text) or len(text) > 250:
        raise MailRefused(f"{text[:80]!r} is not a message id like <name@host>.")
    return text


def _line(text: str, limit: int) -> str:
    line = " ".join(UNSENDABLE.sub("", text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _body(text: str) -> str:
    if len(text) > BODY_LIMIT:
        raise MailRefused(f"The mail is longer than {BODY_LIMIT:,} characters.")
    return UNSENDABLE.sub("", text)
