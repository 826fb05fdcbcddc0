"""Bringing files in without the web: readers, the import, and what lies in the segments afterwards."""

import csv
import io
import time
from pathlib import Path
from typing import Any

import duckdb

from loopline.connectors.event_files.bringing import Bringing, try_out
from loopline.connectors.event_files.journals import Journal, State, key_of
from loopline.connectors.event_files.opening import opened
from loopline.connectors.event_files.sources import Source
from loopline.warehouse import segments
from loopline.warehouse.tail import Tail

NOW = time.time_ns() // 1000
COLUMNS = ("id", "event", "distinct_id", "anonymous_id", "account", "dialect", "ts", "properties")


def quiet(*_: Any, **__: Any) -> None:
    return None


def bring(
    folder: Path, path: Path, kind: str = "events-csv", *, dry: bool = False, step: Any = quiet,
    **given: str,
) -> State:  # fmt: skip
    """Import a file, or try it. `event__x` in `given` is the mapping of `event.x`."""
    mapping = {name.replace("__", "."): column for name, column in given.items()}
    source = Source(path)
    journal = Journal(folder, key_of(source.digest(), kind, mapping))
    if dry:
        made = folder.parent / "dry"
        made.mkdir(exist_ok=True)
        reader = opened(kind, source, mapping, made)
        try:
            return try_out(folder, reader, now=NOW, step=step)[0]
        finally:
            reader.close()
    with journal.held():
        reader = opened(kind, source, mapping, journal.work)
        try:
            state = Bringing(folder, reader, journal, now=NOW, step=step).run()
        finally:
            reader.close()
        journal.gather()
        journal.clear()
    return state


def stored(folder: Path) -> list[dict[str, Any]]:
    """Every sealed event, in order of time and arrival."""
    found = []
    for path in segments.paths(folder / "segments"):
        with duckdb.connect(str(path), read_only=True) as connection:
            found += connection.execute(
                "select w.id, n.name, i.name, w.anonymous_id, a.name, w.dialect, w.ts, w.properties, w.received_at"
                " from wide w join names n on n.code = w.event join ids i on i.code = w.did"
                " join accounts a on a.code = w.account"
            ).fetchall()
    found.sort(key=lambda row: (row[6], row[8]))
    return [dict(zip(COLUMNS, row, strict=False)) for row in found]


def facts(folder: Path) -> list[tuple[str, str, str, bytes]]:
    return [(f.kind, f.subject, f.object, f.properties) for _, f in Tail(folder).facts()]


def table(path: Path, *rows: tuple[str, ...]) -> Path:
    """A CSV file of rows, the first of them the header."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    path.write_text(out.getvalue())
    return path
