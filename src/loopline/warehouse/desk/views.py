"""The views SQL may name, in a schema of their own: events, people, accounts, and tables of the product's objects."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from loopline.warehouse.store import Store

COLUMNS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "events": (
        ("id", "varchar", "The event's own id"),
        ("event", "varchar", "Its name"),
        ("person", "varchar", "Who did it, after identities were joined"),
        ("distinct_id", "varchar", "The id it came with"),
        ("account", "varchar", "The account it was sent with, else the person's"),
        ("time", "timestamptz", "When it happened"),
        ("received_at", "timestamptz", "When it arrived"),
        ("source", "varchar", "Which SDK or file it came by"),
        ("properties", "json", "What it carried: properties->>'plan'"),
    ),
    "people": (
        ("person", "varchar", "The person's id"),
        ("account", "varchar", "The account they were last said to belong to"),
        ("properties", "json", "What is known of them: properties->>'email'"),
    ),
    "accounts": (
        ("account", "varchar", "The account's id"),
        ("properties", "json", "What is known of it"),
    ),
}
_PEOPLE = """create or replace view asked.people as
select p.name as person, nullif(g.name, '') as account, coalesce(d.properties, '{}')::json as properties
from memory.main.people p join memory.asked.person_map m on m.code = p.code and m.person = p.code
left join memory.main.groups g on g.code = m.member
left join memory.main.person_properties d on d.code = p.code where p.name <> ''"""
_ACCOUNTS = """create or replace view asked.accounts as
select g.name as account, coalesce(d.properties, '{}')::json as properties
from memory.main.groups g left join memory.main.account_properties d on d.code = g.code where g.name <> ''"""
_EVENTS = """select w.id, n.name as event, who.name as person, i.name as distinct_id,
nullif(coalesce(nullif(a.name, ''), g.name), '') as account, make_timestamptz(w.ts) as time,
make_timestamptz(w.received_at) as received_at, w.dialect as source, w.properties::json as properties
from {0}wide w join {0}names n on n.code = w.event join {0}ids i on i.code = w.did
join {0}accounts a on a.code = w.account join memory.main.people own on own.name = i.name
join memory.asked.person_map m on m.code = own.code join memory.main.people who on who.code = m.person
left join memory.main.groups g on g.code = m.member"""
_NO_EVENTS = """select '' as id, '' as event, '' as person, '' as distinct_id, '' as account, now() as time,
now() as received_at, '' as source, '{}'::json as properties where false"""


def make(store: Store) -> None:
    """Make events, people and accounts over a store and lock its settings; again, where it was cut short."""
    db = store.connection
    if not store.rows("select current_setting('lock_configuration')::boolean")[0][0]:
        db.execute("set lock_configuration = true")
    member = store.member_of[store.person_of]
    given = {"code": np.arange(member.size), "person": store.person_of, "member": member}
    db.execute("create schema if not exists asked")
    db.register("given_map", given)
    db.execute("create or replace table asked.person_map as select * from given_map")
    db.unregister("given_map")
    db.execute(_PEOPLE)
    db.execute(_ACCOUNTS)
    parts = [_EVENTS.format(source.prefix) for source in store.sources]
    db.execute(f"create or replace view asked.events as {' union all '.join(parts) or _NO_EVENTS}")


def fill(
    store: Store, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]
) -> None:
    """Put rows of the product's objects where SQL finds them; `columns` are (name, DuckDB type), the type ours."""
    # Names of columns come from dropped files too.
    quoted = [(_quoted(column), type_) for column, type_ in columns]
    listed = ", ".join(f"{column} {type_}" for column, type_ in quoted)
    store.connection.execute(f'create or replace table asked."{name}" ({listed})')
    if not rows:
        return
    arrays = {
        column: np.array([_text(row[at]) for row in rows], dtype=object)
        for at, (column, _) in enumerate(columns)
    }
    casts = ", ".join(f"{column}::{type_}" for column, type_ in quoted)
    store.connection.register("given_rows", arrays)
    store.connection.execute(f'insert into asked."{name}" select {casts} from given_rows')
    store.connection.unregister("given_rows")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value).encode("utf-8", "replace").decode()
