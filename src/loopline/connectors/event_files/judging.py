"""Rows of a file as events, judged in SQL: what can go in, and why the rest cannot.

The table `judged` has a row for each row read: `n` (its place in the chunk), the columns of an event as the store wants
them, and `reason`, null where the event can go in. Names and texts from the file are quoted, never run.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import msgspec
import numpy as np

from loopline.core.problems import Invalid
from loopline.core.tabular.mapping import time
from loopline.warehouse.dialects.collect import LONGEST, MOST_PROPERTIES
from loopline.warehouse.dialects.raw import DEEPEST, shallow

DIALECT = "file"
SHORT = {
    "id": "id0", "person": "who", "anonymous_id": "anon", "time": "t", "properties": "p",
    "person_properties": "pp", "account_properties": "ap", "event": "event", "account": "account",
}  # fmt: skip
UNREADABLE = duckdb.Error  # broken files raise any of them, bare ones too
AHEAD = 86_400_000_000  # microseconds a file may run ahead of this machine's clock
LAST = 4_102_444_800_000_000  # the year 2100
NUMBER = r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?"
NOTHING = "''"
DERIVED = "'derived:' || md5(concat_ws(chr(31), event, distinct_id, {1}, account, {0}, properties))"
# What DuckDB lets pass as JSON and others do not: NaN, infinities, commas before a closing bracket.
_LOOSE = r"(?i)[:\[,]\s*-?(nan|inf)|,\s*[\]}]"
_EPOCH = r"[0-9]{9,16}(\.[0-9]+)?"


def lock(connection: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> None:
    """From here on the connection opens these files and no others, and answers in UTC."""
    allowed = ", ".join(quoted(str(file)) for file in files)
    connection.execute("set timezone = 'UTC'")
    connection.execute("set threads = 1")
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set autoload_known_extensions = false")
    connection.execute(f"set allowed_paths = [{allowed}]")
    connection.execute("set enable_external_access = false")


def quoted(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("\x00", "").replace("'", "''") + "'"


def trimmed(column: str, *, odd: bool = False) -> str:
    """SQL: a text without blanks around it. `odd`: tabs and line ends may be among them, which costs more to see."""
    around = f"{column} like ' %' or {column} like '% '"
    if odd:
        around += "".join(f" or contains({column}, chr({code}))" for code in (9, 10, 13))
    return f"case when {around} then trim({column}, E' \\t\\r\\n') else {column} end"


@dataclass(frozen=True, slots=True)
class Cells:
    """SQL for each field of a row. `fields` are texts, '' where empty; `ts` is microseconds or null.

    `extras` are members of a JSON object (`"name":value`), null where there is nothing to say.
    """

    relation: str
    fields: Mapping[str, str]
    ts: str
    extras: Sequence[str]


def time_of(text: str) -> str:
    """SQL: microseconds of a time as text, null where it cannot be read. Without a zone it is UTC."""
    whole = f"length(split_part({text}, '.', 1))"
    return (
        f"case when regexp_full_match({text}, '{_EPOCH}') then case"
        f" when {whole} <= 10 then (try_cast({text} as decimal(28, 6)) * 1000000)::bigint"
        f" when {whole} in (12, 13) then (try_cast({text} as decimal(28, 6)) * 1000)::bigint"
        f" when {whole} >= 15 then try_cast(split_part({text}, '.', 1) as bigint) end"
        f" when {text} similar to '[0-9]{{8}}' then epoch_us(try_strptime({text}, '%Y%m%d'))"
        f" when {text} similar to '[0-9].*' then epoch_us(try_cast({text} as timestamptz)) end"
    )


def member(name: str, column: str) -> str:
    """SQL: a text column as a member of the properties; what looks like a number or a truth is one."""
    key = quoted(msgspec.json.encode(name).decode() + ":")
    return (
        f"case when {column} is null or {column} = '' then null"
        f" when {column} in ('true', 'false') or regexp_full_match({column}, '{NUMBER}') then {key} || {column}"
        f" else {key} || to_json({column})::varchar end"
    )


def judge(
    connection: duckdb.DuckDBPyConnection, cells: Cells, *, dialect: str, now: int, base: int
) -> None:
    """Make `judged` of the relation's rows. `base` is the arrival of the first; the others follow in their order."""
    connection.execute(_sql(cells, dialect, now, base))
    if cells.fields["id0"] != NOTHING:  # an id made for every row takes as long as all the rest
        connection.execute(
            f"update judged set id = {DERIVED.format('t', 'anonymous_id')} where id = ''"
        )
    odd = connection.execute(
        "select n, reason, t, p, properties from judged where reason in ('time', 'json') order by n"
    ).fetchall()
    if odd:
        _look_again(connection, odd, now)


def _sql(cells: Cells, dialect: str, now: int, base: int) -> str:
    texts = ", ".join(f"{cells.fields.get(name, quoted(''))} as {name}" for name in (
        "id0", "event", "who", "anon", "account", "t", "p", "pp", "ap"
    ))  # fmt: skip
    extra = f"concat_ws(',', {', '.join(cells.extras)})" if cells.extras else "''"
    long = " or ".join(
        f"length({c}) > {LONGEST}" for c in ("event", "who", "anon", "account", "id0")
    )
    brackets = "length(p) - length(replace(replace(p, '{', ''), '[', ''))"
    shape = (
        f"case when p = '' then 'OBJECT' when regexp_matches(p, {quoted(_LOOSE)}) then 'NONE'"
        " when json_valid(p) then json_type(p) else 'NONE' end"
    )
    id = DERIVED.format("t", "anon") if cells.fields["id0"] == NOTHING else "id0"
    return f"""create or replace temp table judged as
    with a as (select n, {texts}, {cells.ts} as ts, {extra} as extra from {cells.relation}),
    b as (select *, case when who = '' then anon else who end as distinct_id,
      case when p = '' then '{{' || extra || '}}' when extra = '' then p
        when regexp_full_match(p, '[{{]\\s*[}}]') then '{{' || extra || '}}'
        else '{{' || extra || ',' || substr(p, 2) end as properties from a)
    select n, {id} as id, event, distinct_id, anon as anonymous_id, account, {quoted(dialect)} as dialect,
      coalesce(ts, 0) as ts, {base} + n as received_at, properties,
      case when event = '' then 'It names no event.'
        when distinct_id = '' then 'It names nobody: neither a person nor an anonymous id.'
        when {long} then 'A name or an id is longer than {LONGEST} characters.'
        when t = '' then 'It has no time.'
        when ts is null then 'time'
        when ts < 0 or ts >= {LAST} then 'Its time lies outside 1970 to 2100.'
        when ts > {now + AHEAD} then 'Its time lies in the future.'
        when strlen(p) > {MOST_PROPERTIES} then 'Its properties are larger than 1 MiB.'
        when {shape} <> 'OBJECT' or (length(p) > {2 * DEEPEST} and {brackets} > {DEEPEST}) then 'json' end as reason,
      who, t, p, pp, ap from b"""


def _look_again(
    connection: duckdb.DuckDBPyConnection, odd: Sequence[tuple[int, str, str, str, str]], now: int
) -> None:
    """Times in other forms, and JSON with NaN or many brackets: slower, and only for the rows that need it."""
    places, times, texts, reasons = [], [], [], []
    for n, reason, t, p, whole in odd:
        ts, text, why = None, whole, ""
        try:
            if reason == "time":
                found = time(t, "time")
                ts = round(found.timestamp() * 1_000_000) if found else None
                if ts is not None and ts > now + AHEAD:
                    why = "Its time lies in the future."
        except (Invalid, OverflowError, ValueError) as wrong:
            why = getattr(wrong, "sentence", f"{t[:40]!r} is not a time.")
        if not why:
            text, why = _object(p, whole)
        places.append(n)
        times.append(-1 if ts is None else ts)
        texts.append(text)
        reasons.append(why)
    table = {
        "n": np.array(places, dtype=np.int64), "ts": np.array(times, dtype=np.int64),
        "p": np.array(texts, dtype=object), "why": np.array(reasons, dtype=object),
    }  # fmt: skip
    connection.register("again", table)
    connection.execute(
        "update judged set ts = case when a.ts < 0 then judged.ts else a.ts end, reason = nullif(a.why, ''),"
        " properties = a.p"
        " from again a where a.n = judged.n"
    )
    connection.unregister("again")


def _object(text: str, whole: str) -> tuple[str, str]:
    """`whole` (the properties with those of other columns) as JSON that can be kept, or why `text` is none."""
    deep = f"Its properties nest more than {DEEPEST} levels deep."
    try:
        found = json.loads(text or "{}", parse_constant=lambda _: None)
        if isinstance(found, dict) and not _valid(whole):
            whole = json.dumps(json.loads(whole, parse_constant=lambda _: None), ensure_ascii=False)
    except RecursionError:
        return whole, deep
    except ValueError:
        return whole, "Its properties are not JSON."
    if not shallow(whole.encode("utf-8", "replace")):
        return whole, deep
    return whole, "" if isinstance(found, dict) else "Its properties are not a JSON object."


def _valid(text: str) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
