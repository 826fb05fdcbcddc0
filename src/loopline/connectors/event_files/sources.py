"""A file as streams of bytes, whatever it is packed in. Nothing is unpacked to disk, and names inside are only shown.

Files are hostile: what comes out of a packed one is counted, links are not followed, and damage is said in a sentence.
"""

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from loopline.connectors.event_files.recoding import utf8
from loopline.core.problems import Invalid

BLOCK = 1 << 20
SPARE, RATIO = 2_000_000_000, 300  # bytes any packed file may hold, and times its size beyond that
MOST_PARTS = 100_000
_TAKEN = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".gz")


@dataclass(frozen=True, slots=True)
class Part:
    """One stream inside a file: its name as shown, and how many bytes of the file it takes."""

    name: str
    size: int


class Source:
    """A plain or gzipped file, a zip of them, or a folder of them. Raises Invalid where it cannot be read."""

    def __init__(self, path: Path, name: str = "") -> None:
        self.path, self.name = path, name or path.name
        if not path.exists():
            raise Invalid(file=f"There is no file {path}.")
        self._zip = path.is_file() and zipfile.is_zipfile(path) and not is_parquet(path)
        try:
            self.parts = self._listed()
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
            raise Invalid(file=f"{self.name} cannot be read.") from None
        if not self.parts:
            raise Invalid(file=f"{self.name} holds no file of events.")
        self.size = sum(part.size for part in self.parts)
        self._read = 0  # bytes unpacked so far, over all parts

    def digest(self) -> str:
        """SHA-256 of what is on disk, in hex."""
        files = (
            [self.path / part.name for part in self.parts] if self.path.is_dir() else [self.path]
        )
        digests = []
        for file in files:
            with file.open("rb") as data:
                digests.append(hashlib.file_digest(data, "sha256").hexdigest())
        if len(digests) == 1:
            return digests[0]
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()

    @contextmanager
    def opened(self, place: int, offset: int = 0) -> Iterator["Stream"]:
        """The part at a place as UTF-8, from so many bytes on. Raises Invalid for damage."""
        part = self.parts[place]
        before = sum(each.size for each in self.parts[:place])
        with self.said(place), self._raw(part) as raw:
            packed = _Counted(raw)
            plain = self._unpacked(packed)
            stream = Stream(utf8(plain), lambda: before + min(packed.seen, part.size))
            stream.skip(offset)
            yield stream

    @contextmanager
    def said(self, place: int) -> Iterator[None]:
        """Damage that shows while the part at a place is read becomes a sentence (Invalid)."""
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError):
            part = self.parts[place].name
            raise Invalid(
                file=f"{self.name} is damaged in {part[:100]}: it cannot be unpacked to its end."
            ) from None
        except RuntimeError as wrong:
            if "password" not in str(wrong) and "encrypted" not in str(wrong):
                raise
            raise Invalid(file=f"{self.name} is locked with a password.") from None

    def _listed(self) -> list[Part]:
        if self.path.is_dir():
            files = sorted(f for f in self.path.iterdir() if f.is_file() and not f.is_symlink())
            return [
                Part(f.name, f.stat().st_size) for f in files if f.name.lower().endswith(_TAKEN)
            ]
        if not self._zip:
            return [Part(self.name, self.path.stat().st_size)]
        with zipfile.ZipFile(self.path) as archive:
            inside = [each for each in archive.infolist() if _wanted(each)]
        if len(inside) > MOST_PARTS:
            raise Invalid(file=f"{self.name} holds more than {MOST_PARTS:,} files.")
        return [
            Part(each.filename, each.compress_size)
            for each in sorted(inside, key=lambda i: i.filename)
        ]

    @contextmanager
    def _raw(self, part: Part) -> Iterator[BinaryIO]:
        if self._zip:
            with zipfile.ZipFile(self.path) as archive, archive.open(part.name) as inner:
                yield cast(BinaryIO, inner)
            return
        with (self.path / part.name if self.path.is_dir() else self.path).open("rb") as file:
            yield file

    def _unpacked(self, raw: io.RawIOBase) -> io.BufferedReader:
        buffered: io.BufferedReader = io.BufferedReader(raw, BLOCK)
        packed = buffered.peek(2)[:2] == b"\x1f\x8b"
        if not packed and not self._zip:
            return buffered
        inner = cast(io.RawIOBase, gzip.GzipFile(fileobj=buffered)) if packed else buffered
        return io.BufferedReader(_Guarded(inner, self), BLOCK)

    def spend(self, count: int) -> None:
        """So many bytes were unpacked. Raises Invalid where it is more than a file of this size may hold."""
        self._read += count
        if self._read > max(SPARE, RATIO * self.path.stat().st_size):
            raise Invalid(
                file=f"{self.name} unpacks to far more than its size allows."
                " Unpack it yourself, look at it, then import it."
            )


class Stream:
    """Bytes of a part, and how far it has come: `offset` in the unpacked text, `done()` in bytes of the file."""

    def __init__(self, inner: io.BufferedReader, done: Callable[[], int]) -> None:
        self._inner, self.done, self.offset = inner, done, 0

    def read(self, count: int) -> bytes:
        """Up to so many bytes; fewer only at the end."""
        parts, left = [], count
        while left and (data := self._inner.read(min(left, BLOCK))):
            parts.append(data)
            left -= len(data)
        self.offset += count - left
        return b"".join(parts)

    def line(self, most: int) -> bytes:
        """The next line with its end, cut off after `most` bytes; empty at the end."""
        found = self._inner.readline(most)
        self.offset += len(found)
        return found

    def skip(self, count: int) -> None:
        while count > 0 and (data := self._inner.read(min(count, BLOCK))):
            count -= len(data)
            self.offset += len(data)


class _Counted(io.RawIOBase):
    """Passes bytes on and counts them."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner, self.seen = inner, 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        data = self._inner.read(len(into))
        into[: len(data)] = data
        self.seen += len(data)
        return len(data)


class _Guarded(io.RawIOBase):
    """What is unpacked, counted against what the file may hold."""

    def __init__(self, inner: io.RawIOBase | io.BufferedReader, source: Source) -> None:
        self._inner, self._source = inner, source

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        data = self._inner.read(len(into)) or b""
        into[: len(data)] = data
        self._source.spend(len(data))
        return len(data)


def _wanted(inside: zipfile.ZipInfo) -> bool:
    name = inside.filename
    hidden = name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1].startswith(".")
    return not inside.is_dir() and not hidden and name.lower().endswith(_TAKEN)


def is_parquet(path: Path) -> bool:
    """Whether a file begins as Parquet does."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"
