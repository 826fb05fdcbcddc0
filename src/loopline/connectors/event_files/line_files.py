"""Exports of one JSON object a line (or one list of them), by the dialect they are of."""

import json
from collections.abc import Iterable
from pathlib import Path

import duckdb
import msgspec
import numpy as np

from loopline.connectors.event_files import cutting
from loopline.connectors.event_files.chunks import Loaded, Position, Setting
from loopline.connectors.event_files.exports import take
from loopline.connectors.event_files.sources import Source
from loopline.connectors.event_files.windows import Window
from loopline.core.problems import Invalid
from loopline.warehouse import layout
from loopline.warehouse.dialects.collect import Batch
from loopline.warehouse.dialects.raw import DEEPEST, Raw, shallow
from loopline.warehouse.records import Event, Fact

LINES = 60_000  # of one chunk
REMEMBERED = 200_000  # persons whose last properties are remembered, so that they are told once
Lines = list[tuple[int, bytes]]


class LineFile:
    """A file, zip or folder of lines."""

    def __init__(self, source: Source, kind: str) -> None:
        self.size, self.kind, self._source = source.size, kind, source
        self._window = Window(source)
        self._told = Told()

    def files(self) -> Iterable[Path]:
        return []

    def done(self) -> int:
        return self._window.done

    def close(self) -> None:
        self._window.close()

    def load(self, connection: duckdb.DuckDBPyConnection, at: Position, setting: Setting) -> Loaded:
        """See Reader.load."""
        data, final = self._window.at(at)
        if not at.offset and data.lstrip()[:1] == b"[":
            if not final:
                raise Invalid(
                    file=f"{self._source.name} is one long list. Write one object a line, then any length goes in."
                )
            lines = _listed(data, self._source.name)
            return self._loaded(
                connection, lines, [], self._window.after(at, len(data), 0), setting
            )
        if at.skipping:
            end = data.find(b"\n") + 1
            after = self._window.after(at, end or len(data), 1 if end else 0, skipping=not end)
            return self._loaded(connection, [], [], after, setting)
        found, used = _cut(data, at.line, final=final)
        if not used and data:
            bad = [(at.line, cutting.TOO_LONG)]
            after = self._window.after(at, len(data), 0, skipping=True)
            return self._loaded(connection, [], bad, after, setting)
        after = self._window.after(at, used, len(found))
        bad = [(line, cutting.TOO_LONG) for line, raw in found if len(raw) > cutting.LONGEST]
        lines = [(line, raw) for line, raw in found if raw.strip() and len(raw) <= cutting.LONGEST]
        return self._loaded(connection, lines, bad, after, setting)

    def _loaded(
        self, connection: duckdb.DuckDBPyConnection, lines: Lines, bad: list[tuple[int, str]],
        after: Position | None, setting: Setting,
    ) -> Loaded:  # fmt: skip
        return load_lines(connection, self.kind, lines, bad, after, setting, self._told)


class Told:
    """Properties of persons as they were last told: exports repeat them with each event."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], bytes] = {}

    def news(self, facts: Iterable[Fact]) -> list[Fact]:
        """The facts that say something new, in order of time."""
        out = []
        for fact in sorted(facts, key=lambda each: each.at):
            if fact.kind in ("person", "account"):
                key = fact.kind, fact.subject
                if self._last.get(key) == fact.properties:
                    continue
                if len(self._last) > REMEMBERED:
                    self._last.clear()
                self._last[key] = fact.properties
            out.append(fact)
        return out


def load_lines(
    connection: duckdb.DuckDBPyConnection, kind: str, lines: Lines, bad: list[tuple[int, str]],
    after: Position | None, setting: Setting, told: Told,
) -> Loaded:  # fmt: skip
    """Translate lines and put their events into `judged`."""
    batch = Batch(kind, setting.now)
    for place, (_, raw) in enumerate(lines):
        why, line = _clean(raw)
        if why:
            batch.refuse(place, why)
        else:
            take(kind, batch, place, line)
    bad += [(lines[each.index][0], f"{_sentence(each.reason)}") for each in batch.verdicts]
    _put(connection, batch.events, setting.base)
    at = np.array([lines[place][0] for place in batch.places], dtype=np.int64)
    return Loaded(
        len(lines) + len(bad) - len(batch.verdicts), at, after, bad, told.news(batch.facts)
    )


def _put(connection: duckdb.DuckDBPyConnection, events: list[Event], base: int) -> None:
    connection.execute("drop table if exists raw")
    layout.open_raw(connection)
    layout.take(connection, events)
    connection.execute(
        "create or replace temp table judged as select (row_number() over ()) - 1 as n, id, event, distinct_id,"
        f" anonymous_id, account, dialect, ts, {base} + n as received_at, properties, null::varchar as reason from raw"
    )


def _clean(raw: bytes) -> tuple[str, bytes]:
    """Why a line cannot be taken, and the line as it can be decoded: UTF-8, without NULs and NaN, not too deep."""
    line = raw.strip().replace(b"\x00", b"")
    if not line.isascii():
        line = cutting.decoded(line).encode()
    if b"NaN" in line or b"Infinity" in line:
        try:
            line = json.dumps(json.loads(line, parse_constant=lambda _: None)).encode()
        except (ValueError, RecursionError):
            return "not a JSON object", line
    if not shallow(line):
        return f"nested more than {DEEPEST} levels deep", line
    return ("" if line.startswith(b"{") else "not a JSON object"), line


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."


def _cut(data: bytes, first: int, *, final: bool) -> tuple[Lines, int]:
    """Whole lines, at most LINES of them, and the bytes they take."""
    found: Lines = []
    start = 0
    while len(found) < LINES and start < len(data):
        end = data.find(b"\n", start) + 1
        if not end:
            if not final:
                break
            end = len(data)
        found.append((first + len(found), data[start:end]))
        start = end
    return found, start


def _listed(data: bytes, name: str) -> Lines:
    try:
        items = msgspec.json.decode(data, type=list[Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid(file=f"{name} is not JSON. One object a line also works.") from None
    return [(place, bytes(item)) for place, item in enumerate(items, 1)]
