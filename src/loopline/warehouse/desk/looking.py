"""Looks at the store itself: which events there are, what they carry, who sent them and in what order."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from loopline.core.insights.ir import BadQuestion
from loopline.warehouse.store import Source, Store

DAY = 86_400_000_000
SAMPLE = 20_000  # events that properties are read from


def names(store: Store, days_from: int | None = None) -> list[dict[str, Any]]:
    """Every event name with its count, first and last time; with `days_from` (microseconds) also counts by UTC day."""
    found: dict[str, dict[str, Any]] = {}
    for source in store.sources:
        labels = {code: name for name, code in source.events.items()}
        rows = store.rows(
            f"select event, count(*), min(ts), max(ts) from {source.prefix}by_event group by event"
        )
        for code, count, first, last in rows:
            one = found.setdefault(
                labels[code],
                {"event": labels[code], "count": 0, "first": first, "last": last, "days": {}},
            )
            one["count"] += count
            one["first"], one["last"] = min(one["first"], first), max(one["last"], last)
        if days_from is not None:
            daily = store.rows(
                f"select event, ts // {DAY}, count(*) from {source.prefix}by_event where ts >= ? group by 1, 2",
                [days_from],
            )
            for code, day, count in daily:
                days = found[labels[code]]["days"]
                days[str(day * DAY)] = days.get(str(day * DAY), 0) + count
    return sorted(found.values(), key=lambda one: (-one["count"], one["event"]))


def _newest(store: Store, event: str | None, most: int) -> str:
    """A subquery of the newest events of a name over all sources: `properties`, `ts`. Names are codes: no text."""
    parts = []
    for source in store.sources:
        if event is None:
            parts.append(f"select properties, ts from {source.prefix}wide")
        elif event in source.events:
            parts.append(
                f"select properties, ts from {source.prefix}wide where event = {source.events[event]}"
            )
    if not parts:
        return ""
    return f"select properties from ({' union all '.join(parts)}) order by ts desc limit {most}"


def properties(store: Store, event: str | None = None, most: int = SAMPLE) -> list[dict[str, Any]]:
    """Properties of the newest events of a name (of any without one): type, how many of them carry it, an example."""
    inner = _newest(store, event, min(most, SAMPLE))
    if not inner:
        return []
    rows = store.rows(
        "select key, mode(json_type(value)), count(*), any_value(json_extract_string(value, '$')),"
        " approx_count_distinct(json_extract_string(value, '$'))"
        f" from (select unnest(json_keys(properties)) as key, properties from ({inner})) as listed,"
        " lateral (select json_extract(properties, '/' || replace(replace(key, '~', '~0'), '/', '~1')) as value)"
        " where json_type(value) <> 'NULL' group by key order by count(*) desc, key limit 300"
    )
    total = store.rows(f"select count(*) from ({inner})")[0][0]
    return [
        {
            "property": key,
            "type": _type(type_),
            "share": count / total if total else 0.0,
            "example": (example or "")[:120],
            "distinct": distinct,
        }
        for key, type_, count, example, distinct in rows
    ]


def _type(json_type: str) -> str:
    return {"VARCHAR": "text", "BOOLEAN": "yes or no", "OBJECT": "object", "ARRAY": "list"}.get(
        json_type, "number"
    )


def values(
    store: Store, property: str, event: str | None = None, starts: str = "", most: int = 50
) -> list[tuple[str, int]]:
    """The commonest values of a property among the newest events, with counts."""
    inner = _newest(store, event, SAMPLE)
    if not inner:
        return []
    pointer = "/" + property.replace("~", "~0").replace("/", "~1")
    return store.rows(
        "select v, count(*) from (select json_extract_string(properties, ?) as v"
        f" from ({inner})) where v is not null and starts_with(lower(v), lower(?))"
        " group by v order by count(*) desc, v limit ?",
        [pointer, starts, min(most, 200)],
    )


def _summary(store: Store) -> tuple[Any, Any, Any]:
    """Events, first and last time of every person by number; kept with the store, whose events never change."""
    kept = store.kept.get("persons")
    if kept is None:
        size = store.person_of.size
        count = np.zeros(size, dtype=np.int64)
        first = np.full(size, np.iinfo(np.int64).max)
        last = np.full(size, np.iinfo(np.int64).min)
        for source in store.sources:
            found = store.columns(
                f"select did, count(*) as n, min(ts) as a, max(ts) as b from {source.prefix}by_person group by did"
            )
            person = source.persons[found["did"].astype(np.int64)]
            np.add.at(count, person, found["n"].astype(np.int64))
            np.minimum.at(first, person, found["a"])
            np.maximum.at(last, person, found["b"])
        kept = store.kept["persons"] = (count, first, last)
    return kept


def persons(
    store: Store, search: str = "", account: str = "", limit: int = 50, offset: int = 0
) -> dict[str, Any]:
    """Persons with events, the last seen first: `{count, items}`; searched in ids and properties."""
    count, first, last = _summary(store)
    keep = count > 0
    if store.nameless >= 0:
        keep[store.nameless] = False
    if search:
        keep &= _found(store, search)
    if account:
        code = store.rows("select code from groups where name = ?", [account])
        keep &= store.member_of == (code[0][0] if code else -1)
    numbers = np.flatnonzero(keep)
    order = numbers[np.lexsort((numbers, -last[numbers]))]
    shown = order[offset : offset + min(limit, 200)]
    return {"count": int(numbers.size), "items": _described(store, shown, count, first, last)}


def _found(store: Store, search: str) -> Any:
    hit = np.zeros(store.person_of.size, dtype=bool)
    codes = store.columns(
        "select code from people where contains(lower(name), lower($1)) union"
        " select code from person_properties where contains(lower(properties), lower($1))",
        [search],
    )["code"]
    hit[store.person_of[codes.astype(np.int64)]] = True
    return hit


def _described(
    store: Store, numbers: Any, count: Any, first: Any, last: Any
) -> list[dict[str, Any]]:
    names_ = store.person_names(numbers)
    accounts = store.account_names(store.member_of[numbers])
    known = dict(
        store.rows(
            "select code, properties from person_properties where list_contains(?, code)",
            [[int(n) for n in numbers]],
        )
    )
    return [
        {
            "person": name,
            "account": group,
            "events": int(count[n]),
            "first": int(first[n]) if count[n] else None,
            "last": int(last[n]) if count[n] else None,
            "properties": known.get(int(n), "{}"),
        }
        for n, name, group in zip(numbers, names_, accounts, strict=True)
    ]


def described(store: Store, people: Sequence[str]) -> list[dict[str, Any]]:
    """What is known of some persons, in the order given; unknown ones are left out."""
    count, first, last = _summary(store)
    codes = dict(
        store.rows("select name, code from people where list_contains(?, name)", [list(people)])
    )
    numbers = np.array([codes[p] for p in people if p in codes], dtype=np.int64)
    return _described(store, numbers, count, first, last) if numbers.size else []


def person(store: Store, person: str) -> dict[str, Any] | None:
    """One person by any of their ids, with all the ids; None where nobody is called so."""
    found = store.rows("select code from people where name = ?", [person])
    if not found:
        return None
    number = int(store.person_of[found[0][0]])
    ids = np.flatnonzero(store.person_of == number)
    one = _described(store, np.array([number]), *_summary(store))[0]
    return {**one, "ids": store.person_names(ids)}


def timeline(
    store: Store, person: str, before: int | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Events of a person, newest first, all their ids together; `before` in microseconds, exclusive."""
    found = store.rows("select code from people where name = ?", [person])
    if not found:
        return []
    number = int(store.person_of[found[0][0]])
    events: list[dict[str, Any]] = []
    for source in store.sources:
        events += _events_of(store, source, number, before, limit)
    events.sort(key=lambda one: (-one["at"], one["id"]))
    return events[:limit]


def _events_of(
    store: Store, source: Source, number: int, before: int | None, limit: int
) -> list[dict[str, Any]]:
    codes = np.flatnonzero(source.persons == number)
    if not codes.size:
        return []
    listed = ", ".join(str(int(code)) for code in codes)
    rows = store.rows(
        f"select w.id, n.name, i.name, a.name, w.ts, w.properties, w.dialect from {source.prefix}wide w"
        f" join {source.prefix}names n on n.code = w.event join {source.prefix}ids i on i.code = w.did"
        f" join {source.prefix}accounts a on a.code = w.account"
        f" where w.did in ({listed}) and w.ts < ? order by w.ts desc limit ?",
        [2**63 - 1 if before is None else before, limit],
    )
    keys = ("id", "event", "distinct_id", "account", "at", "properties", "dialect")
    return [dict(zip(keys, row, strict=True)) for row in rows]


def recent(
    store: Store, since: int, event: str = "", person: str = "", dialect: str = "", limit: int = 50
) -> list[dict[str, Any]]:
    """Events that arrived since a time (microseconds), the newest first; filters look for parts, in lower case."""
    tests, given = ["w.received_at >= ?"], list[Any]([since])
    for column, text in (("n.name", event), ("i.name", person)):
        if text:
            tests.append(f"contains(lower({column}), lower(?))")
            given.append(text)
    if dialect:
        tests.append("w.dialect = ?")
        given.append(dialect)
    found: list[dict[str, Any]] = []
    keys = ("id", "event", "distinct_id", "account", "at", "received_at", "properties", "dialect")
    for source in store.sources:
        rows = store.rows(
            f"select w.id, n.name, i.name, a.name, w.ts, w.received_at, w.properties, w.dialect"
            f" from {source.prefix}wide w join {source.prefix}names n on n.code = w.event"
            f" join {source.prefix}ids i on i.code = w.did join {source.prefix}accounts a on a.code = w.account"
            f" where {' and '.join(tests)} order by w.received_at desc, w.id limit ?",
            [*given, min(limit, 200)],
        )
        found += [dict(zip(keys, row, strict=True)) for row in rows]
    found.sort(key=lambda one: (-one["received_at"], one["id"]))
    return found[: min(limit, 200)]


LOOKS: dict[str, Callable[..., Any]] = {
    "names": names,
    "properties": properties,
    "values": values,
    "persons": persons,
    "described": described,
    "person": person,
    "timeline": timeline,
    "recent": recent,
}


def look(store: Store, what: str, arguments: dict[str, Any]) -> Any:
    """One of LOOKS. Raises BadQuestion for another."""
    if what not in LOOKS:
        raise BadQuestion(f"there is no look called {what}")
    return LOOKS[what](store, **arguments)
