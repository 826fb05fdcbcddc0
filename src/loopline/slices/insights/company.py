"""The company's own warehouse: one PostgreSQL by URL, asked read-only and within limits.

A statement goes out as the query of a cursor inside a read-only transaction, by the extended protocol: it is one
statement and it is a SELECT, or the server refuses it. What functions may do all the same is rolled back. Time is
limited here and there.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import psycopg
from psycopg import pq

from loopline.core.problems import Invalid, Missing, TooMany, Unavailable
from loopline.platform.egress.pinned import Deadline, system_resolve, vetted_addresses
from loopline.platform.egress.policy import policy_from_env
from loopline.slices.insights.models import Warehouse
from loopline.warehouse.desk.gate import Full, Gate

SECONDS = 25.0
CONNECT = 6.0
MOST_BYTES = 24 << 20
PAGE = 1_000
TLS = ("disable", "prefer", "require", "verify-ca", "verify-full")
_AT_ONCE = Gate(2, 0)  # in one process
Result = tuple[list[tuple[str, str]], list[list[Any]], bool, float]


def parts(url: str) -> dict[str, Any]:
    """What a connection needs, from postgresql://USER:PASSWORD@HOST:PORT/NAME. Raises Invalid with what is wrong."""
    try:
        read = urlsplit(url.strip())
        port = read.port or 5432
    except ValueError:
        raise Invalid(url="The address cannot be read. Check how it is written.") from None
    if read.scheme not in ("postgresql", "postgres"):
        raise Invalid(url="Write it as postgresql://USER:PASSWORD@HOST/NAME.")
    query = {k: v[-1] for k, v in parse_qs(read.query).items()}
    if set(query) - {"sslmode"}:
        raise Invalid(url="After the question mark only sslmode can be given.")
    if not read.hostname or not read.path.strip("/") or not read.username:
        raise Invalid(url="It needs a user, a host and the name of a database.")
    mode = query.get("sslmode", "prefer")
    if mode not in TLS:
        raise Invalid(url=f"sslmode is one of {', '.join(TLS)}.")
    return {
        "host": read.hostname, "port": port, "dbname": unquote(read.path.strip("/")), "sslmode": mode,
        "user": unquote(read.username), "password": unquote(read.password or ""),
    }  # fmt: skip


def label(url: str) -> str:
    """Host and database, without what is secret."""
    found = parts(url)
    return f"{found['host']}/{found['dbname']}"


def tables(url: str, most: int = 300) -> list[tuple[str, str, str]]:
    """(table, column, type) of what its account may read, for the list beside the editor."""
    text = (
        "select case when c.table_schema = 'public' then '' else c.table_schema || '.' end || c.table_name,"
        " c.column_name, c.data_type from information_schema.columns c"
        " where c.table_schema not in ('pg_catalog', 'information_schema')"
        " order by c.table_schema, c.table_name, c.ordinal_position"
    )
    return [(str(a), str(b), str(c)) for a, b, c in select(url, text, most * 20, seconds=8.0)[1]]


def asked(text: str, limit: int) -> Result:
    """Rows from the warehouse that is connected. Raises Missing where none is."""
    row = Warehouse.objects.filter(pk=1).first()
    if row is None or not row.url:
        raise Missing("company warehouse")
    try:
        # A slow answer holds a thread that pages need too.
        with _AT_ONCE.entered():
            return select(row.url, text, limit)
    except Full:
        raise TooMany(
            "Two questions to the warehouse are under way. Ask again in a moment.", retry_after=5
        ) from None


def select(url: str, text: str, limit: int, *, seconds: float = SECONDS) -> Result:
    """Columns, at most `limit` rows, whether there are more, and milliseconds. Raises Invalid or Unavailable."""
    if not text.strip().rstrip(";"):
        raise Invalid(sql="Write a SELECT statement.")
    if "\x00" in text:
        raise Invalid(sql="The statement holds a character that cannot be sent.")
    began = time.monotonic()
    with _connected(url, seconds) as connection:
        stop = threading.Timer(seconds, connection.cancel)
        stop.start()
        try:
            columns, rows, more = _rows(connection, text.strip().rstrip(";"), limit)
        except psycopg.errors.QueryCanceled:
            raise Invalid(sql=f"It took longer than {seconds:.0f} s and was stopped.") from None
        except psycopg.Error as wrong:
            raise Invalid(sql=_sentence(wrong)) from None
        finally:
            stop.cancel()
    return columns, rows, more, round((time.monotonic() - began) * 1000, 1)


@contextmanager
def _connected(url: str, seconds: float) -> Iterator[psycopg.Connection[Any]]:
    found = parts(url)
    # As with every connection to the outside: looked up once, each address allowed, then that address is dialled.
    addresses = vetted_addresses(
        policy_from_env(os.environ), system_resolve, found["host"], found["port"],
        ports=frozenset({found["port"]}), deadline=Deadline(CONNECT),
    )  # fmt: skip
    limits = f"-c statement_timeout={int(seconds * 1000)} -c default_transaction_read_only=on -c lock_timeout=3000"
    try:
        connection = psycopg.connect(
            **found, hostaddr=addresses[0], connect_timeout=int(CONNECT), options=limits,
            application_name="loopline", autocommit=False,
        )  # fmt: skip
    except psycopg.OperationalError as wrong:
        raise Unavailable(f"The company warehouse does not let us in: {_sentence(wrong)}") from None
    try:
        connection.read_only = True
        yield connection
    finally:
        connection.close()


def _rows(
    connection: psycopg.Connection[Any], text: str, limit: int
) -> tuple[list[tuple[str, str]], list[list[Any]], bool]:
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        # exec_params refuses several statements in one text; a cursor refuses all but a query.
        said = connection.pgconn.exec_params(
            f"declare loopline_rows no scroll cursor for {text}".encode(), []
        )
        if said.status != pq.ExecStatus.COMMAND_OK:
            raise Invalid(sql=_plain(said.get_error_message()))
        rows: list[list[Any]] = []
        size = 0
        cursor.execute("fetch 0 from loopline_rows")
        columns = [(c.name, c.type_display) for c in cursor.description or []]
        while len(rows) <= limit:
            fetch = f"fetch {min(PAGE, limit + 1 - len(rows))} from loopline_rows"
            before = len(rows)
            # Row by row: a page of large ones would be in memory before anybody could count them.
            for row in cursor.stream(fetch):
                made = [_value(each) for each in row]
                size += sum(len(each) if isinstance(each, str) else 8 for each in made)
                rows.append(made)
                if size > MOST_BYTES:
                    raise Invalid(
                        sql="The result is larger than 24 MB. Select fewer rows or columns."
                    )
            if len(rows) == before:
                break
        return columns, rows[:limit], len(rows) > limit


def _value(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if isinstance(value, (float, Decimal)):
        number = float(value)
        return number if number == number and abs(number) != float("inf") else None
    if isinstance(value, (datetime, date, clock)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return json.dumps(value, default=str, ensure_ascii=False)


def _sentence(wrong: psycopg.Error) -> str:
    return _plain(wrong.diag.message_primary or str(wrong))


def _plain(message: str) -> str:
    """The server's words in one line, without what it says of the cursor around the statement."""
    text = message.strip().split("\n")[0].removeprefix("ERROR:").strip()
    if "insert multiple commands" in text:
        return "Run one SELECT at a time."
    if "DECLARE" in text or ("syntax error" in text and '"' in text and _changes(text)):
        return "Only a SELECT can be run here; nothing may be changed."
    return (text[:1].upper() + text[1:400]).rstrip(".") + "."


def _changes(text: str) -> bool:
    words = (
        "insert",
        "update",
        "delete",
        "create",
        "drop",
        "alter",
        "truncate",
        "copy",
        "set",
        "grant",
        "do",
        "call",
    )
    return any(f'"{word}"' in text.lower() for word in words)
