"""One SELECT over documented, read-only views. What it may name is decided on the parsed statement, not on its text."""

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

import duckdb

from loopline.core.insights.ir import BadQuestion
from loopline.warehouse.desk import views
from loopline.warehouse.desk.messages import Table
from loopline.warehouse.store import Store

OWN = ("events", "people", "accounts")
FUNCTIONS = {"range", "generate_series", "unnest"}  # table functions that read nothing
CLOSED = (  # functions that tell of this machine or of what is beside the views
    "current_setting", "getvariable", "getenv", "write_log", "json_serialize_plan", "current_schemas", "nextval",
    "currval", "pg_get_viewdef", "pg_get_constraintdef",
)  # fmt: skip
MOST_ROWS = 50_000
MOST_BYTES = 24 << 20  # of one result


class Tables(Protocol):
    """Views beside the event store's own: rows of the product's objects, given when a statement names them."""

    def names(self) -> list[str]: ...

    def columns(self, name: str) -> list[tuple[str, str]]:
        """(column, DuckDB type) of each."""
        ...

    def rows(self, name: str) -> list[tuple[Any, ...]]: ...


def select(store: Store, text: str, limit: int, tables: Tables | None = None) -> Table:
    """Run it and give at most `limit` rows. Raises BadQuestion with the reason, in the asker's terms."""
    if not text.strip():
        raise BadQuestion("Write a SELECT statement.")
    if "views" not in store.kept:
        views.make(store)
        store.kept["views"] = True
    parsed = _parsed(store, text)
    named = _settled(parsed, _taken(store), [*OWN, *(tables.names() if tables else [])])
    for name in sorted(named - set(OWN)):
        if tables:
            views.fill(store, name, tables.columns(name), tables.rows(name))
    try:
        # What runs is the statement that was checked, written out again, not the text that came in.
        checked = store.rows("select json_deserialize_sql(?)", [json.dumps(parsed)])[0][0]
        result = store.connection.execute(checked)
        columns = [(str(d[0]), str(d[1]).lower()) for d in result.description or []]
        return _read(result, columns, min(limit, MOST_ROWS))
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        raise BadQuestion(_plain(str(error))) from error


def _read(result: Any, columns: list[tuple[str, str]], limit: int) -> Table:
    rows: list[list[Any]] = []
    size = 0
    while len(rows) < limit:
        batch = result.fetchmany(min(2_000, limit - len(rows)))
        if not batch:
            return Table(columns, rows)
        for row in batch:
            made = [_plain_value(each) for each in row]
            size += sum(len(each) if isinstance(each, str) else 8 for each in made)
            rows.append(made)
        if size > MOST_BYTES:
            raise BadQuestion("The result is larger than 24 MB. Select fewer rows or columns.")
    return Table(columns, rows, more=result.fetchone() is not None)


def _parsed(store: Store, text: str) -> dict[str, Any]:
    try:
        parsed: dict[str, Any] = json.loads(
            store.rows("select json_serialize_sql(?)", [text])[0][0]
        )
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        raise BadQuestion(_plain(str(error))) from error
    if parsed.get("error"):
        message = str(parsed.get("error_message", ""))
        if "Only SELECT" in message:
            raise BadQuestion("Only a SELECT can be run here; nothing may be changed.")
        raise BadQuestion(_plain(message))
    if len(parsed["statements"]) != 1:
        raise BadQuestion("Run one SELECT at a time.")
    return parsed


def _taken(store: Store) -> set[str]:
    """Names of tables and of DuckDB's own views, which a statement can neither read nor hide behind.

    A part of WITH is known to the whole statement here, and to its own part of it there: outside of that its name
    would find what else is called so.
    """
    rows = store.rows(
        "select lower(table_name) from duckdb_tables() where database_name in ('memory', 'temp')"
        " and schema_name <> 'asked' union select lower(view_name) from duckdb_views()"
        " where schema_name in ('main', 'pg_catalog')"
    )
    return {name for (name,) in rows}


def _settled(parsed: dict[str, Any], taken: set[str], allowed: list[str]) -> set[str]:
    """The views a statement names, each tied to its schema in place. Raises BadQuestion for anything else."""
    named: set[str] = set()
    own_names = {name for node in _nodes(parsed) for name in _cte_names(node)}
    for name in sorted(own_names & (taken | set(allowed))):
        raise BadQuestion(f"Give the part called {name} in WITH another name.")
    for node in _nodes(parsed):
        kind = node.get("type")
        if kind == "BASE_TABLE":
            path = [str(part).lower() for part in node["qualified_name"]["path"]]
            name = path[-1]
            if len(path) > 1:
                raise BadQuestion(f"Name views alone, without a schema: {name}.")
            if name in own_names:
                continue
            if name not in allowed:
                raise BadQuestion(
                    f"There is no view called {name}. There are: {', '.join(allowed)}."
                )
            node["qualified_name"]["path"] = ["asked", name]
            named.add(name)
        elif kind == "TABLE_FUNCTION":
            function = str((node.get("function") or {}).get("function_name", "")).lower()
            if function not in FUNCTIONS:
                raise BadQuestion(f"The table function {function} cannot be used here.")
        elif kind == "FUNCTION" and "function_name" in node:
            function = str(node["function_name"]).lower()
            if function in CLOSED or function.startswith(("duckdb_", "pragma_")):
                raise BadQuestion(f"The function {function} cannot be used here.")
        elif kind in ("SHOW_REF", "PIVOT"):
            raise BadQuestion("Only a SELECT over the views can be run here.")
    return named


def _cte_names(node: dict[str, Any]) -> Iterator[str]:
    entries = (
        (node.get("cte_map") or {}).get("map") if isinstance(node.get("cte_map"), dict) else None
    )
    for entry in entries or []:
        yield str(entry.get("key", "")).lower()
    if node.get("type") == "RECURSIVE_CTE_NODE" and node.get("cte_name"):
        yield str(node["cte_name"]).lower()


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _plain_value(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return value if not isinstance(value, int) or abs(value) < 2**63 else str(value)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return json.dumps(value, default=str, ensure_ascii=False)


def _plain(message: str) -> str:
    """DuckDB's own words without their kind in front and without its stack."""
    text = message.split("\n\n", maxsplit=1)[0].strip()
    for kind in (
        "Parser Error: ",
        "Binder Error: ",
        "Catalog Error: ",
        "Conversion Error: ",
        "syntax error ",
    ):
        if text.startswith(kind) and kind != "syntax error ":
            text = text.removeprefix(kind)
    return text[:400]
