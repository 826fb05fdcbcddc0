"""What was not taken, so that a developer sees why: counts by day, dialect and reason, and the last few."""

import sqlite3
from collections.abc import Iterable, Mapping

import msgspec

KEPT = 5  # samples of one dialect and reason
HEAD = 600  # bytes of a sample
_DAY = 86_400_000_000  # microseconds
SCHEMA = """
CREATE TABLE IF NOT EXISTS refusal (
  day INTEGER, dialect TEXT, reason TEXT, count INTEGER NOT NULL, PRIMARY KEY (day, dialect, reason)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (
  place INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, dialect TEXT NOT NULL, reason TEXT NOT NULL,
  head TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS insider (mark INTEGER PRIMARY KEY, domain TEXT NOT NULL);
"""


class Sample(msgspec.Struct, frozen=True):
    """The beginning of something refused, denied properties and keys taken out. `at` in UTC microseconds."""

    at: int
    dialect: str
    reason: str
    head: str


def add_up(db: sqlite3.Connection, refusals: Mapping[tuple[str, str], int], now: int) -> None:
    """Add up (dialect, reason) by day: nothing is dropped in silence."""
    sql = (
        "INSERT INTO refusal VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count"
    )
    db.executemany(sql, [(now // _DAY, *why, n) for why, n in refusals.items()])


def keep(db: sqlite3.Connection, samples: Iterable[Sample]) -> None:
    """Keep samples; the oldest of the same dialect and reason go."""
    for one in samples:
        row = (one.at, one.dialect, one.reason, one.head[:HEAD])
        db.execute("INSERT INTO refused (at, dialect, reason, head) VALUES (?, ?, ?, ?)", row)
        db.execute(
            "DELETE FROM refused WHERE dialect = ?1 AND reason = ?2 AND place NOT IN"
            " (SELECT place FROM refused WHERE dialect = ?1 AND reason = ?2 ORDER BY place DESC LIMIT ?3)",
            (one.dialect, one.reason, KEPT),
        )


def admit(db: sqlite3.Connection, insiders: Mapping[int, str]) -> None:
    """Remember marks of the company's own people, with the domain of their address."""
    db.executemany("INSERT OR REPLACE INTO insider VALUES (?, ?)", list(insiders.items()))
