"""What every dialect shares on the wire: the request, the answer, inflating, and bounded JSON."""

import base64
import binascii
import json
import zlib
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs

import msgspec

from loopline.warehouse.dialects.raw import DEEPEST, Raw, shallow, wrong_field

MOST_BYTES = 5 * 1024 * 1024  # of a body, as sent and inflated
_RAWS: msgspec.json.Decoder[list[Raw]] = msgspec.json.Decoder(list[Raw])


class Refused(Exception):
    """The whole request cannot be taken. `status` is HTTP's; the dialect words the answer."""

    def __init__(
        self, status: int, reason: str, *, field: str = "body", retry_after: int = 0
    ) -> None:
        super().__init__(reason)
        self.status, self.reason, self.field = status, reason, field
        self.retry_after = retry_after  # seconds


class Request(msgspec.Struct, frozen=True):
    """A request below its mount: `path` without the trailing slash, header names in lower case."""

    path: str
    body: bytes
    headers: Mapping[str, str] = {}
    query: str = ""

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    def asked(self, name: str) -> str:
        """A parameter of the query, empty where it is missing."""
        return parse_qs(self.query).get(name, [""])[0] if name in self.query else ""


class Answer(msgspec.Struct, frozen=True):
    """What goes back: JSON unless told."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Parcel(msgspec.Struct):
    """A request opened: `keys` it may be let in by, best first, and its messages still as bytes."""

    keys: tuple[str, ...]
    messages: bytes
    kind: str = ""
    sent_at: str = ""
    facts: Mapping[str, str] = {}


def answer(status: int, document: object, *, retry_after: int = 0) -> Answer:
    headers = (("Retry-After", str(retry_after)),) if retry_after else ()
    return Answer(status, msgspec.json.encode(document), headers)


def inflate(raw: bytes, how: str, most: int = MOST_BYTES) -> bytes:
    """Undo a content encoding. Raises Refused 413 where more than `most` bytes come out, 400, 415."""
    if len(raw) > most:
        raise Refused(413, f"The body is larger than {most // (1024 * 1024)} MiB.")
    how = how.strip().lower()
    if how in ("", "identity"):
        return raw
    if how not in ("gzip", "gzip-js", "deflate"):
        raise Refused(415, f"Content-Encoding {how[:40]} is not taken; use gzip.")
    inflating = zlib.decompressobj(47)  # gzip or zlib, told apart by its header
    try:
        out = inflating.decompress(raw, most + 1)
    except zlib.error:
        raise Refused(400, "The body is not valid gzip.") from None
    if len(out) > most:
        raise Refused(413, f"The body inflates to more than {most // (1024 * 1024)} MiB.")
    if not inflating.eof:
        raise Refused(400, "The gzip body is cut short.")
    return out


def form(body: bytes) -> dict[str, str]:
    """A form's fields, the first of each. Raises Refused 400."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=50)
    except (UnicodeDecodeError, ValueError):
        raise Refused(400, "The form cannot be read.") from None
    return {name: values[0] for name, values in fields.items()}


def unbase64(text: str) -> bytes:
    """Base 64 in either alphabet, with or without padding. Raises Refused 400."""
    text = text.strip().replace("-", "+").replace("_", "/").replace(" ", "+")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, "The data is not valid base 64.") from None


def basic(header: str) -> tuple[str, ...]:
    """Name and password of `Authorization: Basic`, those that are not empty."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "basic":
        return ()
    try:
        name, _, password = base64.b64decode(rest.strip()).decode().partition(":")
    except (binascii.Error, ValueError):
        return ()
    return tuple(part for part in (name, password) if part)


def bearer(header: str) -> tuple[str, ...]:
    scheme, _, rest = header.partition(" ")
    return (rest.strip(),) if scheme.lower() == "bearer" and rest.strip() else ()


def clean(body: bytes) -> bytes:
    """JSON text that can be decoded and kept: UTF-8, not too deep, no NaN (null instead).

    Python's json writes NaN and Infinity by default, so whole batches come with them. Raises Refused 400.
    """
    try:
        if not body.isascii():
            body.decode()
    except UnicodeDecodeError:
        raise Refused(400, "The body is not valid UTF-8.") from None
    if b"NaN" in body or b"Infinity" in body:
        try:
            body = json.dumps(json.loads(body, parse_constant=lambda _: None)).encode()
        except (ValueError, RecursionError):
            raise Refused(400, "The body is not valid JSON.") from None
    try:
        msgspec.json.decode(body, type=Raw)
    except (msgspec.DecodeError, RecursionError):
        raise Refused(400, "The body is not valid JSON.") from None
    if not shallow(body):
        raise Refused(400, f"The body nests more than {DEEPEST} levels deep.")
    return body


def opened[T](body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Decode an envelope. Raises Refused 400 with the place that is wrong."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise Refused(400, f"The body cannot be read: {wrong}") from None


def each[T](
    messages: bytes, many: msgspec.json.Decoder[list[T]], one: msgspec.json.Decoder[T]
) -> Iterator[tuple[int, T | str]]:
    """Every message with its place; one of wrong types comes as the words that say what is wrong.

    Raises Refused 400 where it is no list at all.
    """
    try:
        yield from enumerate(many.decode(messages))
        return
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # rare: then each alone, so that one bad message does not take the others with it
    raws = opened(messages, _RAWS)
    for place, raw in enumerate(raws):
        try:
            yield place, one.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            yield place, wrong_field(str(wrong))
