"""Many rows into SQLite: each step of a statement lets other threads run and waits for its turn again."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

AT_ONCE = 50  # rows of one statement


def insert(db: sqlite3.Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of one width; `sql` ends with VALUES."""
    if not rows:
        return
    one = f" ({', '.join('?' * len(rows[0]))})"
    many, full = sql + ", ".join([one] * AT_ONCE), len(rows) - len(rows) % AT_ONCE
    for start in range(0, full, AT_ONCE):
        db.execute(many, list(chain.from_iterable(rows[start : start + AT_ONCE])))
    db.executemany(sql + one, rows[full:])


def numbered(db: sqlite3.Connection, name: str, count: int) -> Iterable[int]:
    """That many new places of a counter, in order and never given before."""
    sql = "UPDATE counter SET value = value + ? WHERE name = ? RETURNING value"
    last = db.execute(sql, (count, name)).fetchone()[0]
    return range(last - count + 1, last + 1)
