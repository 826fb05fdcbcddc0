"""CSV in blocks that end where a record ends. Quick where the quoting is sound; line by line where it is not.

A block goes to DuckDB whole. Where that refuses it, `records` reads the same bytes with patience: what cannot be read
is said by its line, and a quote that is never closed costs its own line, not the rest of the file.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loopline.core.problems import Invalid

if TYPE_CHECKING:
    import numpy as np

LONGEST = 4_000_000  # bytes of one record
LINES = 2_000  # lines of one record
TOO_LONG = f"This line is longer than {LONGEST // 1_000_000} MB."
_SCAN = 4 << 20
csv.field_size_limit(64_000_000)


@dataclass(frozen=True, slots=True)
class Header:
    names: tuple[str, ...]
    delimiter: str
    bytes: int
    lines: int


@dataclass(slots=True)
class Records:
    """What was read with patience: rows by line, what is wrong by line, and how far it got."""

    lines: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    consumed: int = 0
    newlines: int = 0


def header(data: bytes) -> Header:
    """The first record with something in it names the columns. Raises Invalid."""
    at = lines = 0
    for raw in data.splitlines(keepends=True):
        if raw.strip():
            break
        at, lines = at + len(raw), lines + 1
    else:
        raise Invalid(file="The file is empty. Its first row names the columns.")
    first = data[at:].split(b"\n", 1)[0]
    bare = "".join(part for i, part in enumerate(decoded(first).split('"')) if i % 2 == 0)
    delimiter = max(",;\t|", key=bare.count)
    end = len(first) + 1
    names = next(csv.reader([decoded(data[at : at + end])], delimiter=delimiter))
    return Header(
        tuple(name.replace("\x00", "").strip() for name in names), delimiter,
        at + end, lines + data[at : at + end].count(b"\n"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the last whole record ends, how many lines lie before, and the line each record begins on (from 0)."""

    end: int
    newlines: int
    lines: "np.ndarray"


def cut(data: bytes, *, final: bool) -> Cut:
    """Cut at the last record end, told by the parity of quotes; `end` is 0 where there is none."""
    import numpy as np  # not at the top: the page that shows a file needs none of it

    array = np.frombuffer(data, dtype=np.uint8)
    inside = seen = 0
    ends, places = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(data), _SCAN):
        part = array[start : start + _SCAN]
        breaks = np.flatnonzero(part == 10)
        quotes = np.flatnonzero(part == 34)
        outside = (np.searchsorted(quotes, breaks) + inside) % 2 == 0
        ends.append(breaks[outside] + start)
        places.append(np.flatnonzero(outside) + seen)
        inside, seen = (inside + quotes.size) % 2, seen + breaks.size
    if final and not data.endswith(b"\n"):
        ends.append(np.array([len(data)]))
        places.append(np.array([seen]))
    end, place = np.concatenate(ends), np.concatenate(places)
    if not end.size:
        return Cut(0, 0, end)
    starts = np.concatenate(([0], end[:-1] + 1))
    lines = np.concatenate(([0], place[:-1] + 1))
    opening = array[np.minimum(starts, len(data) - 1)]
    blank = (starts == end) | ((opening == 13) & (end - starts == 1))
    last = min(int(end[-1]) + 1, len(data))
    return Cut(last, min(int(place[-1]) + 1, seen), lines[~blank])


def plain(data: bytes) -> bool:
    """Whether DuckDB may try: UTF-8 without NULs."""
    if b"\x00" in data:
        return False
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def records(
    data: bytes, first: int, width: int, delimiter: str, *, final: bool, most: int | None = None
) -> Records:
    """Every record that ends in `data` (at most so many), those that cannot be read with the reason."""
    out, line = Records(), first
    lines = _lines(data)
    if not final and lines and not lines[-1].endswith(b"\n"):
        lines.pop()  # it goes on in bytes that were not read yet
    at = place = 0
    while place < len(lines) and (most is None or len(out.rows) < most):
        cells, count = _record(lines, place, delimiter)
        if not count:  # the record goes on beyond these bytes, or for ever
            if not final and _room_left(lines, place):
                break
            cells, count = "A quote is opened here and never closed.", 1
        elif count > 1 and len(cells) != width and not isinstance(cells, str):
            cells, count = "A quote is opened here and not closed where it should be.", 1
        _judge(out, line, cells, width)
        at += sum(len(each) for each in lines[place : place + count])
        place, line = place + count, line + count
    out.consumed, out.newlines = at, line - first
    return out


def _room_left(lines: list[bytes], place: int) -> bool:
    """Whether the record might end in bytes that were not read yet."""
    rest = lines[place : place + LINES]
    return len(rest) < LINES and sum(map(len, rest)) < LONGEST


def _lines(data: bytes) -> list[bytes]:
    parts = data.split(b"\n")
    found = [part + b"\n" for part in parts[:-1]]
    return [*found, parts[-1]] if parts[-1] else found


def _judge(out: Records, line: int, cells: list[str] | str, width: int) -> None:
    if isinstance(cells, str):
        out.bad.append((line, cells))
    elif not any(cell.strip() for cell in cells):
        return
    elif len(cells) > width:
        out.bad.append((line, f"It has {len(cells):,} cells, and the file {width} columns."))
    else:
        out.lines.append(line)
        out.rows.append(cells + [""] * (width - len(cells)))


def _record(lines: list[bytes], place: int, delimiter: str) -> tuple[list[str] | str, int]:
    """Cells (or what is wrong) and how many lines they took; 0 where the record does not end here."""
    if len(lines[place]) > LONGEST:
        return TOO_LONG, 1
    taken = 0

    def fed() -> Iterator[str]:
        nonlocal taken
        size = 0
        for raw in lines[place : place + LINES]:
            size += len(raw)
            if size > LONGEST:
                return
            taken += 1
            yield decoded(raw).replace("\x00", "")

    try:
        cells = next(csv.reader(fed(), delimiter=delimiter))
    except StopIteration:
        return [], 1
    except csv.Error as broken:
        return f"This line cannot be read: {broken}.", 1
    if taken > 1 or place + 1 == len(lines):
        wrong = _strictly(lines[place : place + taken], delimiter)
        if wrong == "unexpected end of data":
            return cells, 0
        if wrong and taken > 1:
            return "A quote is opened here and not closed where it should be.", 1
    return cells, taken


def _strictly(lines: list[bytes], delimiter: str) -> str:
    """What a strict reader says about a record; empty where it is content."""
    text = (decoded(raw).replace("\x00", "") for raw in lines)
    try:
        next(csv.reader(text, delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration) as broken:
        return str(broken)
    return ""


def decoded(raw: bytes) -> str:
    """UTF-8, else Windows-1252, which reads every byte."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
