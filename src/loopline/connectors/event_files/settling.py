"""What of a judged chunk is new: against itself, the chunks before it, sealed segments and the tail."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from loopline.connectors.event_files.judging import quoted
from loopline.warehouse import manifest
from loopline.warehouse.records import Fact

NEAR = 86_400_000_000  # microseconds a live copy's time may differ by, as its clock was corrected
DERIVED = "derived:"
Array = np.ndarray
TailIds = Callable[
    [int, int], Iterable[str]
]  # ids of the tail's events of a span of time, both ends inclusive


@dataclass(slots=True)
class Settled:
    """Of a chunk: events that are new and that are here already, times of all, names of the new, marks and persons.

    `marks` are of ids that were given, `derived` of ids made from the content, before those of one content are told
    apart; both sorted. Persons are 64-bit marks too.
    """

    fresh: int
    same: int
    first: int
    last: int
    names: dict[str, int]
    persons: Array
    marks: Array
    derived: Array


def segment_files(home: Path) -> list[Path]:
    """Files (with DuckDB's companions) to be allowed before a connection is locked."""
    files = [home / entry.file for entry in manifest.load(home).segments]
    return [each for file in files for each in (file, file.with_name(file.name + ".wal"))]


def settle(
    connection: duckdb.DuckDBPyConnection, home: Path, tail_ids: TailIds, *,
    made: bool, earlier_derived: Sequence[Path], earlier_marks: Sequence[Path] = (),
) -> Settled:  # fmt: skip
    """Leave in `judged` only what is new, beside what is wrong.

    `made`: ids were made here for rows without one, and rows of one content are as many events. Otherwise an id that
    a dialect made of the content means what a given one does: the same again is a repeat.
    """
    derived = _tell_apart(connection, earlier_derived) if made else np.zeros(0, dtype=np.uint64)
    given = f"reason is null and not starts_with(id, '{DERIVED}')" if made else "reason is null"
    connection.execute("create or replace temp table known (n bigint)")
    marks = _column(connection, f"select md5_number_lower(id) from judged where {given}")
    marks.sort()
    first, last, good, persons = _span(connection)
    if marks.size and bool(np.any(marks[1:] == marks[:-1])):
        connection.execute(
            "insert into known select n from (select n, row_number() over (partition by id order by n) as k"
            " from judged where reason is null) where k > 1"
        )
    if good:
        _sealed(connection, home, first, last)
        _registered(connection, tail_ids(first - NEAR, last + NEAR))
        _before(connection, marks, earlier_marks, given)
    connection.execute("delete from judged where n in (select n from known)")
    names = dict(connection.execute(
        "select event, count(*) from judged where reason is null group by event"
    ).fetchall())  # fmt: skip
    fresh = sum(names.values())
    connection.execute("drop table known")
    return Settled(fresh, good - fresh, first, last, names, persons, marks, derived)


def overtaken(path: Path, ids: Sequence[str]) -> bool:
    """Whether a segment that is not switched to yet holds any of these ids."""
    if not ids:
        return False
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.register("asked", {"id": np.array(list(ids), dtype=object)})
        found = connection.execute(
            "select count(*) from wide semi join asked using (id)"
        ).fetchone()
    return bool(found and found[0])


def _column(connection: duckdb.DuckDBPyConnection, sql: str) -> Array:
    [column] = connection.execute(sql).fetchnumpy().values()
    return np.asarray(np.ma.getdata(column), dtype=np.uint64)


def _span(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, int, Array]:
    [(first, last, good)] = connection.execute(
        "select min(ts), max(ts), count(*) from judged where reason is null"
    ).fetchall()
    persons = _column(
        connection,
        "select md5_number_lower(distinct_id) from"
        " (select distinct distinct_id from judged where reason is null)",
    )
    return first or 0, last or 0, good, persons


def _tell_apart(connection: duckdb.DuckDBPyConnection, earlier: Sequence[Path]) -> Array:
    """Events of one content without an id are as many events: the second has `#2` behind its id, and so on."""
    sql = f"from judged where reason is null and starts_with(id, '{DERIVED}')"
    base = _column(connection, f"select md5_number_lower(id) {sql}")
    base.sort()
    if not base.size:
        return base
    before = _counted(np.unique(base), earlier)
    if not before and not bool(np.any(base[1:] == base[:-1])):
        return base
    marks = np.array(list(before), dtype=np.uint64)
    counts = np.array(list(before.values()), dtype=np.int64)
    connection.register("earlier", {"mark": marks, "count": counts})
    connection.execute(
        "create temp table again as select n, id || '#' || place as id from (select n, id,"
        " row_number() over (partition by id order by n) + coalesce(e.count, 0) as place"
        " from (select n, id, md5_number_lower(id) as mark"
        f" {sql}) left join earlier e using (mark)) where place > 1"
    )
    connection.unregister("earlier")
    connection.execute("update judged set id = a.id from again a where a.n = judged.n")
    connection.execute("drop table again")
    return base


def _counted(marks: Array, earlier: Sequence[Path]) -> dict[int, int]:
    """How often each mark is in earlier chunks; those that are."""
    total = np.zeros(marks.size, dtype=np.int64)
    for file in earlier:
        held = np.load(file, mmap_mode="r")
        total += np.searchsorted(held, marks, "right") - np.searchsorted(held, marks, "left")
    there = np.flatnonzero(total)
    return dict(zip(marks[there].tolist(), total[there].tolist(), strict=True))


def _before(
    connection: duckdb.DuckDBPyConnection, marks: Array, earlier: Sequence[Path], given: str
) -> None:
    """Ids that earlier chunks of the same file hold: asked where nothing is sealed on the way."""
    found = _counted(np.unique(marks), earlier) if earlier else {}
    if found:
        connection.register("before", {"mark": np.array(list(found), dtype=np.uint64)})
        connection.execute(
            "insert into known select n from judged j semi join before b on md5_number_lower(j.id) = b.mark"
            f" where {given}"
        )
        connection.unregister("before")


def _sealed(connection: duckdb.DuckDBPyConnection, home: Path, first: int, last: int) -> None:
    low, high = first - NEAR, last + NEAR
    for entry in manifest.load(home).segments:
        if entry.first <= high and low <= entry.last:
            connection.execute(f"attach {quoted(str(home / entry.file))} as sealed (read_only)")
            connection.execute(
                "insert into known select n from judged semi join"
                f" (select id from sealed.wide where ts between {low} and {high}) using (id) where reason is null"
            )
            connection.execute("detach sealed")


def _registered(connection: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> None:
    listed = [each.encode("utf-8", "replace").decode() for each in ids]
    if listed:
        connection.register("waiting", {"id": np.array(listed, dtype=object)})
        connection.execute(
            "insert into known select n from judged semi join waiting using (id) where reason is null"
        )
        connection.unregister("waiting")


def facts(connection: duckdb.DuckDBPyConnection) -> list[Fact]:
    """What the columns of new events say about who is who, as a live event of the native kind would."""
    ask = connection.execute
    found = [
        Fact("identify", subject, at, object=who)
        for subject, who, at in ask(
            "select anonymous_id, who, min(ts) from judged where reason is null and anonymous_id <> ''"
            " and who <> '' and who <> anonymous_id group by 1, 2 order by 3"
        ).fetchall()
    ]
    found += [
        Fact("alias", alias, at, object=who)
        for alias, who, at in ask(
            "select json_extract_string(properties, '$.alias'), distinct_id, min(ts) from judged"
            " where reason is null and event = '$create_alias' group by 1, 2 order by 3"
        ).fetchall()
        if alias and alias != who
    ]
    for kind, subject, column in (("person", "distinct_id", "pp"), ("account", "account", "ap")):
        rows = ask(
            f"select {subject}, {column}, ts from (select {subject}, {column}, ts, n, lag({column}) over"
            f" (partition by {subject} order by ts, n) as before from judged where reason is null and {column} <> ''"
            f" and {subject} <> '' and case when json_valid({column}) then json_type({column}) end = 'OBJECT')"
            f" where {column} is distinct from before order by ts, n"
        ).fetchall()
        found += [Fact(kind, who, at, properties=text.encode()) for who, text, at in rows]
    return found
