"""What came last, for a page that follows arrivals: the newest events of the tail, and what was refused and why.

Events that were sealed are read through the desk, as all questions are; the engines are never loaded here.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from loopline.warehouse.records import Event
from loopline.warehouse.refusals import Sample
from loopline.warehouse.tail import Tail

LOOKED = 20_000  # newest events among which a filter looks
MOST = 500
_FIELDS = ", ".join(Event.__struct_fields__)


class Recent(msgspec.Struct, frozen=True):
    """`events` with their place, the newest first; `last` is the place to ask after next time."""

    events: list[tuple[int, Event]]
    refused: list[Sample]
    last: int


def recent(
    folder: Path, after_seq: int = 0, limit: int = 100, event: str | None = None, distinct_id: str | None = None
) -> Recent:  # fmt: skip
    """The newest events behind a place, of one name or person where asked, and the last refusals.

    `limit` is at most 500. A filter looks among the newest 20,000 events.
    """
    tail = Tail(folder)
    last = tail.last()
    sql = (
        f"SELECT seq, {_FIELDS} FROM event WHERE seq > ?1 AND seq <= ?2 AND ?3 IN ('', event)"
        " AND ?4 IN ('', distinct_id) ORDER BY seq DESC LIMIT ?5"
    )
    behind = max(after_seq, last - LOOKED)
    asked = (behind, last, event or "", distinct_id or "", max(0, min(limit, MOST)))
    found: list[tuple[int, Event]] = []
    if tail.file.exists():
        with closing(sqlite3.connect(f"file:{tail.file}?mode=ro", uri=True, timeout=30)) as db:
            found = [(seq, Event(*fields)) for seq, *fields in db.execute(sql, asked)]
    return Recent(found, tail.refused(), last)
