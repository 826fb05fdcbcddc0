"""What the embedded engine reads: attached segments and the tail, with one numbering of persons and accounts over all.

Each source keeps its own codes; `persons` and `accounts` of a source map them to the numbering here. Persons are
numbered in order of their text, so the sorted projections of a source stay sorted after mapping unless ids were joined.
"""

import json
import threading
from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from loopline.core.insights.packing import Ints
from loopline.warehouse import coding, layout
from loopline.warehouse.identity import Identities
from loopline.warehouse.records import Event


class OutOfTime(Exception):
    """A question took longer than its time limit, or was cancelled."""


class OutOfMemory(Exception):
    """A question needed more memory than its limit."""


@dataclass(frozen=True, slots=True)
class Source:
    """`prefix` names its tables; `events` maps event names to codes; `persons` and `accounts` map codes to numbers.

    `straight`: a person's code is their number. `coded`: the places of properties kept as codes. `file` tells a segment
    from every other there ever was; None for what may change. `first` and `last` are times of events.
    """

    prefix: str
    events: dict[str, int]
    persons: Ints
    accounts: Ints
    total: int
    first: int | None
    last: int | None
    straight: bool
    coded: dict[str, int]
    file: tuple[object, ...] | None


class Store:
    """An in-memory DuckDB with everything attached, locked against files, network and settings."""

    def __init__(
        self,
        segments: Sequence[Path] = (),
        tail: Iterable[Event] = (),
        identities: Identities | None = None,
        *,
        erased: Collection[str] = (),
        memory_limit: str = "1GB",
        threads: int = 1,
        seconds: float = 30.0,
    ) -> None:
        self.connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory_limit,
                "threads": threads,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self.seconds = seconds
        self._stopped = False
        self.kept: dict[object, Any] = {}
        """What others worked out and may keep: the events of a store never change."""
        self._identities = identities or Identities()
        self._files: dict[str, tuple[object, ...]] = {}
        self._with_codes: set[str] = set()
        prefixes = [self._attach(place, path, erased) for place, path in enumerate(segments)]
        prefixes += self._load(tail)
        self.connection.execute("set enable_external_access = false")
        self._number(prefixes)
        self.sources = tuple(self._source(prefix) for prefix in prefixes)
        self._describe()

    def close(self) -> None:
        self.connection.close()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        self._go_on()
        return self.connection.execute(sql, list(values)).fetchall()

    def columns(self, sql: str, values: Sequence[object] = ()) -> dict[str, Any]:
        """The answer as numpy arrays by column; masked where it has nulls."""
        self._go_on()
        return dict(self.connection.execute(sql, list(values)).fetchnumpy())

    def drop(self, kind: str, name: str) -> None:
        """Drop a table or type of ours, also once the time is over."""
        self.connection.execute(f"drop {kind} if exists {name}")

    def pause(self) -> None:
        """Between two steps over arrays. Raises OutOfTime where the time is over."""
        self._go_on()

    @contextmanager
    def limited(self) -> Generator[None]:
        """Interrupt what runs inside after `seconds`. Raises OutOfTime or OutOfMemory."""
        self._stopped = False
        timer = threading.Timer(self.seconds, self.stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        except duckdb.InterruptException as error:
            raise OutOfTime(f"stopped after {self.seconds:g} seconds, or cancelled") from error
        except (duckdb.OutOfMemoryException, MemoryError) as error:
            raise OutOfMemory("needs more memory than queries may take") from error
        finally:
            timer.cancel()

    def stop(self) -> None:
        """Interrupt the query that runs, and let none begin until the next question; from any thread."""
        self._stopped = True
        self.connection.interrupt()

    def _go_on(self) -> None:
        # The time may run out between two queries, while arrays are worked on: nothing is there to interrupt then.
        if self._stopped:
            raise OutOfTime(f"stopped after {self.seconds:g} seconds, or cancelled")

    def person_names(self, numbers: Ints) -> list[str]:
        """Persons' ids, in the order given."""
        return self._names("people", numbers)

    def account_names(self, numbers: Ints) -> list[str]:
        """Accounts' ids, in the order given; "" for 0."""
        return self._names("groups", numbers)

    def numbers_of(self, table: str, names: Collection[str]) -> Ints:
        """The numbers of those that are there, of `people` or `groups`; in no order."""
        clean = [each.encode("utf-8", "replace").decode() for each in names]
        if not clean:
            return np.zeros(0, dtype=np.int64)
        self.connection.register("wanted", {"name": np.array(clean, dtype=object)})
        try:
            found = self.columns(f"select t.code as code from {table} t join wanted using (name)")
        finally:
            self.connection.unregister("wanted")
        return np.asarray(found["code"], dtype=np.int64)

    def _names(self, table: str, numbers: Ints) -> list[str]:
        self.connection.register("wanted", {"place": np.arange(numbers.size), "code": numbers})
        try:
            found = self.rows(
                f"select t.name from wanted w join {table} t using (code) order by w.place"
            )
        finally:
            self.connection.unregister("wanted")
        return [name for (name,) in found]

    def _attach(self, place: int, path: Path, erased: Collection[str]) -> str:
        quoted = str(path).replace("'", "''")
        self.connection.execute(f"attach '{quoted}' as s{place} (read_only)")
        known, erased_codes = path.stat(), self._codes_of(place, erased)
        prefix = self._without(place, erased_codes) if erased_codes else f"s{place}."
        if not erased_codes:
            self._files[prefix] = (str(path), known.st_ino, known.st_mtime_ns, known.st_size)
        if self._has_codes(place):
            self._with_codes.add(prefix)
        return prefix

    def _codes_of(self, place: int, erased: Collection[str]) -> list[int]:
        if not erased:
            return []
        found = self.connection.execute(
            f"select code from s{place}.ids where list_contains(?::varchar[], name)", [list(erased)]
        ).fetchall()
        return [code for (code,) in found]

    def _has_codes(self, place: int) -> bool:
        """Segments of before common properties were coded have no table of them."""
        found = self.connection.execute(
            "select 1 from duckdb_tables() where database_name = ? and table_name = 'coded'",
            [f"s{place}"],
        ).fetchall()
        return bool(found)

    def _without(self, place: int, codes: Sequence[int]) -> str:
        """The tables of a segment as views that leave out what is erased and not yet taken out."""
        self.connection.execute(f"create schema left{place}")
        listed = ", ".join(map(str, codes))
        for table in (*layout.TABLES, *(coding.TABLES if self._has_codes(place) else ())):
            rest = f", rowid from s{place}.{table} where did not in ({listed})"
            some = rest if table in layout.EVENTS else f" from s{place}.{table}"
            self.connection.execute(f"create view left{place}.{table} as select *{some}")
        return f"left{place}."

    def _load(self, tail: Iterable[Event]) -> list[str]:
        layout.open_raw(self.connection)
        if not layout.take(self.connection, tail):
            return []
        self.connection.execute("create schema tail")
        layout.encode(self.connection, "tail.", properties=False)
        return ["tail."]

    def _number(self, prefixes: Sequence[str]) -> None:
        overrides = self._identities.overrides()
        members = self._identities.members()
        self._table("extra", ["name"], [[*overrides, *overrides.values()]])
        self._table("extra_groups", ["name"], [[*members.values(), *self._identities.accounts, ""]])
        for table, of, extra in (
            ("people", "ids", "extra"),
            ("groups", "accounts", "extra_groups"),
        ):
            union = " union ".join(
                [
                    f"select name from {extra}",
                    *(f"select name from {prefix}{of}" for prefix in prefixes),
                ]
            )
            self.connection.execute(
                f"create table {table} as select row_number() over (order by name) - 1 as code, name"
                f" from ({union}) order by code"
            )
        count = self.rows("select count(*) from people")[0][0]
        nameless = self.rows("select code from people where name = ''")
        self.nameless = int(nameless[0][0]) if nameless else -1
        self.account_count = int(self.rows("select count(*) from groups")[0][0])
        self.person_of = np.arange(count, dtype=np.int64)
        self.member_of = np.zeros(count, dtype=np.int64)
        if not overrides and not members:
            return
        self._table("moved", ["name", "person"], [list(overrides), list(overrides.values())])
        moved = self.columns(
            "select a.code as one, b.code as other from moved m join people a on a.name = m.name"
            " join people b on b.name = m.person"
        )
        self.person_of[moved["one"]] = moved["other"]
        self._table("belongs", ["name", "account"], [list(members), list(members.values())])
        belongs = self.columns(
            "select p.code as person, g.code as account from belongs b join people p on p.name = b.name"
            " join groups g on g.name = b.account"
        )
        self.member_of[belongs["person"]] = belongs["account"]

    def _source(self, prefix: str) -> Source:
        local = self.columns(
            f"select g.code as code from {prefix}ids l join people g using (name) order by l.code"
        )
        accounts = self.columns(
            f"select g.code as code from {prefix}accounts l join groups g using (name) order by l.code"
        )
        total, first, last = self.rows(f"select count(*), min(ts), max(ts) from {prefix}by_person")[
            0
        ]
        coded = prefix in self._with_codes
        persons = self.person_of[local["code"].astype(np.int64)]
        return Source(
            prefix,
            dict(self.rows(f"select name, code from {prefix}names")),
            persons,
            accounts["code"].astype(np.int64),
            total,
            first,
            last,
            bool((persons == np.arange(persons.size)).all()),
            dict(self.rows(f"select property, place from {prefix}coded")) if coded else {},
            self._files.get(prefix),
        )

    def _describe(self) -> None:
        for table, of, found in (
            ("person_properties", "people", self._identities.people()),
            ("account_properties", "groups", self._identities.accounts),
        ):
            if not found:
                self.connection.execute(f"create table {table} (code bigint, properties varchar)")
                continue
            texts = [json.dumps(each, ensure_ascii=False) for each in found.values()]
            self._table("given", ["name", "properties"], [list(found), texts])
            self.connection.execute(
                f"create table {table} as select t.code, g.properties from given g join {of} t using (name)"
                " where json_valid(g.properties)"
            )

    def _table(self, name: str, columns: Sequence[str], values: Sequence[Sequence[str]]) -> None:
        """A table of text columns, replaced where it exists."""
        # Half a surrogate pair cannot be bound; text from outside may hold one.
        clean = [[each.encode("utf-8", "replace").decode() for each in some] for some in values]
        arrays = {
            column: np.array(some, dtype=object)
            for column, some in zip(columns, clean, strict=True)
        }
        listed = ", ".join(f"{column} varchar" for column in columns)
        self.connection.execute(f"create or replace temp table {name} ({listed})")
        if clean[0]:
            self.connection.register("given_columns", arrays)
            self.connection.execute(f"insert into {name} select * from given_columns")
            self.connection.unregister("given_columns")
