"""From bytes to rows. Encodings, delimiters and nested JSON are found out; nothing here raises on bad rows."""

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loopline.core.problems import Invalid

CELL = 200_000  # characters of one cell that any field takes
csv.field_size_limit(64_000_000)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, its cells by column position, and a reason where it cannot be read."""

    line: int
    cells: tuple[str, ...]
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Column names as the file has them (they may repeat) and its rows, read once."""

    headers: tuple[str, ...]
    rows: Iterator[Row]


def decoded(data: bytes) -> str:
    """Text of a file: by its byte order mark, else UTF-8, else Windows-1252, which reads every byte."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if data.startswith(mark):
            return data.decode(name, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _delimiter(head: str) -> str:
    """The sign that cuts the first line into most columns, quotes left out."""
    bare = "".join(part for i, part in enumerate(head.split('"')) if i % 2 == 0)
    return max(",;\t|", key=bare.count)


def _clean(cell: str) -> str:
    """Without NULs, and without the quote that spreadsheet-safe exports put before formulas."""
    cell = cell.replace("\x00", "")
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def read_csv(text: str) -> Table:
    """Raises Invalid where there is no header row."""
    start = text.lstrip("\r\n")
    head = start.split("\n", 1)[0]
    if not head.strip():
        raise Invalid(file="The file is empty. Its first row names the columns.")
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=_delimiter(head))
    headers = tuple(_clean(h).strip() for h in next(reader))

    def rows() -> Iterator[Row]:
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as broken:
                yield Row(line, (), f"This line cannot be read: {broken}.")
                continue
            if any(c.strip() for c in cells):
                yield _row(line, [_clean(c) for c in cells], len(headers))

    return Table(headers, rows())


def _row(line: int, cells: Sequence[str], width: int) -> Row:
    long = next((c for c in cells if len(c) > CELL), None)
    if long is not None:
        return Row(line, (), f"A cell holds {len(long):,} characters; at most {CELL:,} go in.")
    padded = tuple(cells[:width]) + ("",) * (width - len(cells))
    return Row(line, padded)


def flat(item: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested objects as dotted columns; lists of plain values joined by commas."""
    out: dict[str, str] = {}
    for key, value in item.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            out.update(flat(value, f"{name}."))
        elif isinstance(value, list):
            plain = [v.get("name", "") if isinstance(v, Mapping) else v for v in value]
            out[name] = ", ".join(str(v) for v in plain if isinstance(v, str | int | float))
        else:
            out[name] = "" if value is None else str(value).replace("\x00", "")
    return out


def _objects(text: str) -> Iterable[tuple[int, Any]]:
    body = text.lstrip()
    if body.startswith("["):
        return enumerate(_loaded(body), 1)
    first = body.split("\n", 1)[0].strip()
    try:
        one = json.loads(first)
    except ValueError:
        one = _loaded(body)
        listed = (
            next((v for v in one.values() if isinstance(v, list)), [one])
            if isinstance(one, dict)
            else []
        )
        return enumerate(listed, 1)
    return (
        ((n, _line(line)) for n, line in enumerate(text.split("\n"), 1) if line.strip())
        if one is not None
        else []
    )


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid(file="The file is not JSON. One object a line also works.") from None


def _line(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def read_json(text: str) -> Table:
    """A list of objects, an object that holds one, or one object a line."""
    items = list(_objects(text))
    headers: dict[str, None] = {}
    flats: list[tuple[int, dict[str, str] | None]] = []
    for n, item in items:
        found = flat(item) if isinstance(item, Mapping) else None
        flats.append((n, found))
        headers.update(dict.fromkeys(found or ()))
    names = tuple(headers)

    def rows() -> Iterator[Row]:
        for n, found in flats:
            if found is None:
                yield Row(n, (), "This is not a JSON object.")
            else:
                yield _row(n, [found.get(h, "") for h in names], len(names))

    return Table(names, rows())


def read(data: bytes, name: str) -> Table:
    """A table by the file's name: .json and .jsonl are JSON, everything else is CSV."""
    text = decoded(data)
    low = name.lower().removesuffix(".gz")
    return read_json(text) if low.endswith((".json", ".jsonl", ".ndjson")) else read_csv(text)
