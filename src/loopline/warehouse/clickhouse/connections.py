"""Ways to a ClickHouse: over HTTP by URL, or chdb, which is ClickHouse inside this process.

Both speak JSON lines, so what is read and written is the same on both.
"""

from collections.abc import Iterable, Sequence
from importlib import import_module
from itertools import batched
from typing import Any, Protocol

import msgspec

BATCH = 50_000


class Connection(Protocol):
    def command(self, sql: str) -> None:
        """Run a statement without rows."""
        ...

    def rows(self, sql: str) -> list[list[Any]]:
        """Rows of a SELECT."""
        ...

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Add rows, by batches; how many."""
        ...

    def close(self) -> None: ...


class NotThere(Exception):
    """No ClickHouse answers, or what speaks to it is not installed."""


def _lines(rows: Sequence[Sequence[Any]]) -> bytes:
    return b"\n".join(msgspec.json.encode(row) for row in rows)


def _data(answer: bytes) -> list[list[Any]]:
    found: list[list[Any]] = msgspec.json.decode(answer)["data"]
    return found


class Http:
    """A server, by `clickhouse://user:password@host:8123/database` (clickhouses:// for TLS)."""

    def __init__(self, url: str, *, seconds: float = 60.0) -> None:
        """Raises NotThere, or ValueError for another kind of URL."""
        scheme, _, rest = url.partition("://")
        if scheme not in ("clickhouse", "clickhouses") or not rest:
            raise ValueError(
                "a ClickHouse is named as clickhouse://user:password@host:8123/database"
            )
        try:
            driver = import_module("clickhouse_connect")
            broken = import_module("clickhouse_connect.driver.exceptions").Error
        except ImportError as error:
            raise NotThere(
                "install loopline[clickhouse] to speak to a ClickHouse server"
            ) from error
        try:
            self._client: Any = driver.get_client(
                dsn=f"clickhouse{'+https' if scheme == 'clickhouses' else ''}://{rest}",
                interface="https" if scheme == "clickhouses" else "http",
                send_receive_timeout=int(seconds),
                autogenerate_session_id=False,
            )
        except broken as error:
            raise NotThere(f"no ClickHouse answers there: {str(error)[:120]}") from error

    def command(self, sql: str) -> None:
        self._client.command(sql)

    def rows(self, sql: str) -> list[list[Any]]:
        return _data(self._client.raw_query(sql, fmt="JSONCompact"))

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        total = 0
        for batch in batched(rows, BATCH):
            self._client.raw_insert(table, list(columns), _lines(batch), fmt="JSONCompactEachRow")
            total += len(batch)
        return total

    def close(self) -> None:
        self._client.close()


class Embedded:
    """chdb over a folder, or in memory. One process can have one."""

    def __init__(self, folder: str | None = None) -> None:
        """Raises NotThere."""
        try:
            made = import_module("chdb.session").Session
        except ImportError as error:
            raise NotThere("install chdb to run ClickHouse in this process") from error
        self._session: Any = made(folder)

    def command(self, sql: str) -> None:
        self._session.query(sql)

    def rows(self, sql: str) -> list[list[Any]]:
        return _data(self._session.query(sql, "JSONCompact").bytes())

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        total = 0
        for batch in batched(rows, BATCH):
            sql = f"insert into {table} ({', '.join(columns)}) format JSONCompactEachRow\n"
            self._session.query(sql + _lines(batch).decode())
            total += len(batch)
        return total

    def close(self) -> None:
        self._session.close()


def connect(where: str) -> Connection:
    """By URL: clickhouse://..., or chdb:///folder and chdb:// for one in this process."""
    scheme, _, rest = where.partition("://")
    return Embedded(rest or None) if scheme == "chdb" else Http(where)
