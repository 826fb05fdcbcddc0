"""Text of other encodings as UTF-8 while it is read: by its byte order mark; old Macs' line ends become ours."""

import codecs
import io
from collections.abc import Callable

HEAD = 65_536  # bytes that are looked at


def utf8(inner: io.BufferedReader) -> io.BufferedReader:
    """The same text in UTF-8 without a mark. Bytes that are no UTF-8 are left for whoever reads the line."""
    head = inner.peek(4)[:4]
    if head.startswith(codecs.BOM_UTF8):
        inner.read(3)
        return inner
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        return io.BufferedReader(
            _Recoded(inner, lambda data: decoder.decode(data, final=not data).encode()), HEAD
        )
    first = inner.peek(HEAD)[:HEAD]
    if b"\r" in first and b"\n" not in first:
        return io.BufferedReader(_Recoded(inner, lambda data: data.replace(b"\r", b"\n")), HEAD)
    return inner


class _Recoded(io.RawIOBase):
    def __init__(self, inner: io.BufferedReader, change: Callable[[bytes], bytes]) -> None:
        self._inner, self._change, self._left, self._ended = inner, change, b"", False

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        while not self._left and not self._ended:
            data = self._inner.read(HEAD)
            self._ended = not data
            self._left = self._change(data)
        given = self._left[: len(into)]
        into[: len(given)] = given
        self._left = self._left[len(given) :]
        return len(given)
