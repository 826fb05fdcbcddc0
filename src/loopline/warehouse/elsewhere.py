"""Databases of others that sealed segments go to and questions are answered by, as LOOPLINE_EVENTS_URL says.

The tail acknowledges here in any case; events follow when they are sealed.
"""

from pathlib import Path
from typing import Protocol

from loopline.warehouse.engine import Engine
from loopline.warehouse.identity import Identities
from loopline.warehouse.tail import Tail

VARIABLE = "LOOPLINE_EVENTS_URL"
KINDS = "clickhouse://, clickhouses:// (TLS), postgresql:// or chdb:///FOLDER"


class Elsewhere(Engine, Protocol):
    """An engine that sealed segments are shipped to."""

    def push(self, home: Path, identities: Identities) -> list[str]:
        """Ship what is missing there, take away what is gone here; the files shipped. May be run again at any time."""
        ...

    def close(self) -> None: ...


def connect(url: str, *, prefix: str = "loopline_") -> Elsewhere:
    """The engine of a URL. Raises ValueError for another kind of URL, connections.NotThere or psycopg.Error."""
    scheme = url.partition("://")[0]
    if scheme in ("postgresql", "postgres"):
        from loopline.warehouse.portable.postgres import PostgresEngine

        return PostgresEngine(url, prefix=prefix)
    if scheme in ("clickhouse", "clickhouses", "chdb"):
        from loopline.warehouse.clickhouse.engine import ClickHouseEngine

        return ClickHouseEngine(url, prefix=prefix)
    raise ValueError(f"{VARIABLE} begins with {KINDS}")


def push(folder: Path, url: str, *, prefix: str = "loopline_") -> list[str]:
    """Ship what is sealed in the folder (the home's `events`) and who is who now; the files shipped.

    Raises as `connect`, and what the database raises.
    """
    identities = Identities(fact for _, fact in Tail(folder).facts())
    there = connect(url, prefix=prefix)
    try:
        return there.push(folder / "segments", identities)
    finally:
        there.close()
