"""Databases of others that events go to and questions are answered by, as LOOPLINE_EVENTS_URL says.

The tail acknowledges here in any case; what it holds follows when somebody asks, and segments when they are sealed.
"""

from pathlib import Path
from typing import Protocol

import duckdb

from loopline.warehouse import tombstones
from loopline.warehouse.engine import Engine
from loopline.warehouse.identity import Identities
from loopline.warehouse.lock import held
from loopline.warehouse.standing import Behind, nothing
from loopline.warehouse.tail import Tail
from loopline.warehouse.tail_cuts import about

VARIABLE = "LOOPLINE_EVENTS_URL"
KINDS = "clickhouse://, clickhouses:// (TLS), postgresql:// or chdb:///FOLDER"
SPARK = (
    "a Spark is asked in a session of yours: loopline.warehouse.portable.spark.export writes sealed events as Parquet"
    f" files, and spark.engine answers from them; {VARIABLE} begins with {KINDS}"
)
POSTGRES, CLICKHOUSE = ("postgresql", "postgres"), ("clickhouse", "clickhouses", "chdb")
LOCK = "elsewhere.lock"
TRIES = 3


class Elsewhere(Engine, Protocol):
    """An engine that events are shipped to. `name` is what answers say they were computed by."""

    name: str

    def push(self, home: Path, identities: Identities, tail: Behind = nothing) -> list[str]:
        """Ship what is missing there, take away what is gone here; the files shipped. May be run again at any time.

        `tail(mark)` gives the events that are not sealed yet; without it there are none.
        """
        ...

    def limit(self, seconds: float | None) -> None:
        """How long each answer from now on may take; None: for ever. Beyond it OutOfTime is raised."""
        ...

    def cancel(self) -> None:
        """Stop what is being answered, from another thread, where the database can."""
        ...

    def alive(self) -> bool:
        """Whether the connection is still good for a question."""
        ...

    def close(self) -> None: ...


def connect(url: str, *, prefix: str = "loopline_") -> Elsewhere:
    """The engine of a URL. Raises ValueError for another kind of URL, connections.NotThere or psycopg.Error."""
    scheme = url.partition("://")[0]
    if scheme in POSTGRES:
        from loopline.warehouse.portable.postgres import PostgresEngine

        return PostgresEngine(url, prefix=prefix)
    if scheme in CLICKHOUSE:
        from loopline.warehouse.clickhouse.engine import ClickHouseEngine

        return ClickHouseEngine(url, prefix=prefix)
    raise ValueError(SPARK if scheme == "spark" else f"{VARIABLE} begins with {KINDS}")


def known_kind(url: str) -> bool:
    """Whether `connect` knows this kind of URL."""
    return url.partition("://")[0] in (*POSTGRES, *CLICKHOUSE)


def push(folder: Path, url: str, *, prefix: str = "loopline_", wait: float = 600.0) -> list[str]:
    """Ship what is in the folder (the home's `events`) and who is who now; the files shipped.

    Waits so many seconds for whoever asks or ships now. Raises as `connect`, lock.Busy, and what the database raises.
    """
    with held(folder, LOCK, wait):
        there = connect(url, prefix=prefix)
        try:
            return bring_up(there, folder, known(folder))
        finally:
            there.close()


def bring_up(there: Elsewhere, folder: Path, identities: Identities) -> list[str]:
    """`push` to an engine that is open, by whoever holds the lock."""
    tail = Tail(folder)
    for attempt in range(TRIES):
        try:
            return there.push(
                folder / "segments", identities, lambda mark: [e for _, e in tail.read(mark)]
            )
        except duckdb.IOException:  # a merge deleted a file before it was read
            if attempt == TRIES - 1:
                raise
    raise AssertionError


def known(folder: Path) -> Identities:
    """Who is who, without what tells of those who are being erased."""
    gone = tombstones.load(folder / "segments").pending
    facts = (fact for _, fact in Tail(folder).facts())
    return Identities(fact for fact in facts if not (gone and about(fact, gone)))
