"""A calendar as text (RFC 5545): what other programs subscribe to. Pure.

Moments are written in UTC, one event each, so that no time zone has to be described and summer time is right wherever
it is read. A reader tells events by their `uid`; the same uid again is the same event, moved or renamed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MOST_OCTETS = 75


@dataclass(frozen=True, slots=True)
class Event:
    """`sequence` rises with each change; `changed` is when it last did."""

    uid: str
    start: datetime
    minutes: int
    title: str
    changed: datetime
    text: str = ""
    url: str = ""
    sequence: int = 0
    cancelled: bool = False
    busy: bool = True


def _escaped(text: str) -> str:
    """TEXT of 3.3.11; control characters that no line may hold are left out."""
    clean = "".join(
        c for c in text.replace("\r\n", "\n") if c == "\n" or (ord(c) >= 32 and c != "\x7f")
    )
    for raw, safe in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        clean = clean.replace(raw, safe)
    return clean  # fmt: skip


def folded(line: str) -> str:
    """At most 75 octets a line, continued by a space (3.1); no character is cut in two."""
    out, size = [""], 0
    for char in line:
        width = len(char.encode())
        if size + width > MOST_OCTETS:
            out.append(" ")
            size = 1
        out[-1] += char
        size += width
    return "\r\n".join(out)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _lines(e: Event) -> Iterable[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{e.uid}"
    yield f"DTSTAMP:{_stamp(e.changed)}"
    yield f"LAST-MODIFIED:{_stamp(e.changed)}"
    yield f"SEQUENCE:{e.sequence}"
    yield f"DTSTART:{_stamp(e.start)}"
    yield f"DTEND:{_stamp(e.start + timedelta(minutes=e.minutes))}"
    yield f"SUMMARY:{_escaped(e.title)}"
    if e.text:
        yield f"DESCRIPTION:{_escaped(e.text)}"
    if e.url:
        yield f"URL:{e.url}"
    yield f"STATUS:{'CANCELLED' if e.cancelled else 'CONFIRMED'}"
    yield f"TRANSP:{'OPAQUE' if e.busy and not e.cancelled else 'TRANSPARENT'}"
    yield "END:VEVENT"


def calendar(name: str, events: Iterable[Event], *, maker: str = "-//Loopline//EN") -> str:
    """The whole file, with CRLF and folded lines."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{maker}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"NAME:{_escaped(name)}", f"X-WR-CALNAME:{_escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H", *(line for e in events for line in _lines(e)), "END:VCALENDAR",
    ]  # fmt: skip
    return "\r\n".join(folded(line) for line in lines) + "\r\n"
