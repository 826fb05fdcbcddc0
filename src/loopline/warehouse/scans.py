"""Rows of a question as arrays: DuckDB filters and projects, numbers of persons and accounts are put in place here.

A match without conditions reads a narrow projection; anything on properties or accounts reads the wide table.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
import numpy.typing as npt

from loopline.core.insights.ir import (
    Actor,
    BadQuestion,
    Breakdown,
    Condition,
    Match,
    On,
    Op,
    Question,
)
from loopline.core.insights.packing import Bools, Ints
from loopline.warehouse import conditions, narrow
from loopline.warehouse.coded import Coded
from loopline.warehouse.rows import Rows, joined, no_floats, no_ints
from loopline.warehouse.store import Source, Store

NONE = -1
EVER = -(2**63)  # before any event


@dataclass(slots=True)
class Values:
    """Texts met so far, by code."""

    codes: dict[str, int] = field(default_factory=dict)

    def coded(self, texts: Sequence[str | None]) -> Ints:
        found = [NONE if t is None else self.codes.setdefault(t, len(self.codes)) for t in texts]
        return np.array(found, dtype=np.int64)

    def texts(self) -> list[str | None]:
        """By code, and None last, where -1 points."""
        return [*self.codes, None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What to read beside actor and time. `present`: only rows with a value of `by`.

    `hold`: only rows with all of these properties, and the code of their values together.
    """

    by: Breakdown | None = None
    present: bool = False
    number: str | None = None
    order: bool = False
    names: bool = False
    identity: bool = False
    hold: tuple[str, ...] = ()

    def more(self) -> bool:
        """Whether it asks for what only the wide table has."""
        return any((self.number, self.order, self.names, self.identity, self.hold))

    def texts(self) -> list[str]:
        """Columns of text that codes stand for."""
        by = ["value"] if self.by and self.by.on is On.EVENT else []
        return by + (["held"] if self.hold else [])

    def needed(self) -> list[str]:
        """Properties of the event without which a row is left out."""
        by = [self.by.property] if self.present and self.by and self.by.on is On.EVENT else []
        return [*by, *self.hold]


class Scan:
    """Reads events for one question from one store; all its reads share the codes of `values` and `names`."""

    def __init__(self, store: Store, question: Question) -> None:
        self.store, self.question = store, question
        self.values = Values()
        self.names = Values()
        self.holding = Values()
        self._holding: dict[Condition, Bools] = {}
        self._kept: dict[tuple[object, ...], Rows] = {}
        self._chosen = self._choose()

    def _choose(self) -> Bools | None:
        """By actor, whether the question looks at their events; None where at everybody's."""
        question, persons = self.question, self.question.actor is Actor.PERSON
        if question.among is None and not question.without:
            return None
        size = int(self.store.person_of.size) if persons else self.store.account_count
        chosen = np.full(size, question.among is None, dtype=np.bool_)
        for names, truth in ((question.among or (), True), (question.without, False)):
            found = self.store.numbers_of("people" if persons else "groups", names)
            chosen[self.store.person_of[found] if persons else found] = truth
        return chosen

    def read(
        self,
        match: Match,
        wish: Wish = Wish(),
        *,
        start: int | None = None,
        end: int | None = None,
        keep: bool = True,
    ) -> Rows:
        """Events that pass the question's filters and the match, in [start, end) (the span where not given).

        Events without an actor (no account, where accounts are asked for) are left out. Sorted only as the sources
        were; use `in_order` or packed keys. What was read once is kept for the question, unless `keep` is false: leave
        the arrays as they are.
        """
        low = self.question.span.start if start is None else start
        high = self.question.span.end if end is None else end
        names = () if match.event is None else (match.event,)
        return self._read(names, match.where, wish, low, high, keep=keep)

    def read_any(self, matches: Sequence[Match], wish: Wish) -> Rows:
        """Events of the span that pass one of the matches; at once, and each once, where these are mere names."""
        names = tuple(sorted({each.event for each in matches if each.event is not None}))
        if any(each.where or each.event is None for each in matches):
            return joined([self.read(each, wish) for each in dict.fromkeys(matches)])
        return self._read(names, (), wish, self.question.span.start, self.question.span.end)

    def _read(
        self,
        names: tuple[str, ...],
        where: tuple[Condition, ...],
        wish: Wish,
        low: int,
        high: int,
        *,
        keep: bool = True,
    ) -> Rows:
        asked = (names, where, wish, low, high)
        if asked in self._kept:
            return self._kept[asked]
        tests = (*self.question.filters, *where)
        self.check(tests)
        parts = [
            self._source(place, source, names, tests, wish, low, high)
            for place, source in enumerate(self.store.sources)
        ]
        found = joined([part for part in parts if part is not None])
        if keep:
            self._kept[asked] = found
        return found

    def check(self, tests: Sequence[Condition]) -> None:
        """DuckDB's patterns are RE2's, which take time linear in the text; a broken one is the asker's mistake."""
        for test in tests:
            if test.op is Op.REGEX and isinstance(test.value, str):
                try:
                    self.store.rows(
                        "select regexp_matches('', ?)", [conditions.checked(test.value)]
                    )
                except duckdb.InvalidInputException as error:
                    raise BadQuestion(f"{test.value!r} is no pattern: {error}") from error

    def persons_that(self, tests: Sequence[Condition]) -> Bools:
        """By person, whether the question counts them: somebody, chosen, and all the tests of persons hold."""
        keep = np.ones(self.store.person_of.size, dtype=np.bool_)
        for test in tests:
            keep &= self._holds(test)
        if self._chosen is not None:
            keep &= self._chosen
        if self.store.nameless >= 0:
            keep[self.store.nameless] = False
        return keep

    # one source

    def _source(
        self,
        place: int,
        source: Source,
        names: tuple[str, ...],
        tests: Sequence[Condition],
        wish: Wish,
        low: int,
        high: int,
    ) -> Rows | None:
        codes = [source.events[name] for name in names if name in source.events]
        if names and not codes:
            return None
        on = [*(test.on for test in tests), *([wish.by.on] if wish.by else [])]
        grouped = self.question.actor is Actor.ACCOUNT or On.ACCOUNT in on
        reading = Coded(self.store, source)
        more = grouped or wish.more()
        if not more and narrow.fits(reading, tests, wish.by, named=bool(names)):
            found = narrow.read(reading, codes, tests, wish.by, low, high, present=wish.present)
            if wish.by and wish.by.on is On.EVENT:
                found["value"] = self._coded_values(reading, wish.by.property)[found["value"]]
        else:
            found = self._wide(reading, codes, tests, wish, low, high, grouped=grouped)
        return self._mapped(place, source, found, tests, wish, grouped=grouped)

    def _coded_values(self, reading: Coded, property: str) -> Ints:
        """The scan's code of each of the source's, and of none last."""
        return self.values.coded([*reading.texts(property), None])

    def _wide(
        self,
        reading: Coded,
        codes: Sequence[int],
        tests: Sequence[Condition],
        wish: Wish,
        low: int,
        high: int,
        *,
        grouped: bool,
    ) -> dict[str, npt.NDArray[np.generic]]:
        """Any columns under any tests, from the wide table."""
        picked, given = self._columns(reading, wish)
        columns = ", ".join(["did", "ts", *(["account"] if grouped else []), *picked])
        test, values = reading.all_hold([each for each in tests if each.on is On.EVENT])
        for name in wish.needed():
            maybe, more = reading.maybe(name)
            test, values = f"{test} and {maybe}", [*values, *more]
        one = "event = ?" if len(codes) == 1 else f"event in ({', '.join('?' * len(codes))})"
        named = f"{one} and " if codes else ""
        sql = f"select {columns} from {reading.source.prefix}wide where {named}ts >= ? and ts < ? and {test}"
        bound = [*given, *codes, low, high, *values]
        return (
            self._with_codes(sql, bound, wish) if wish.texts() else self.store.columns(sql, bound)
        )

    def _with_codes(
        self, sql: str, bound: Sequence[object], wish: Wish
    ) -> dict[str, npt.NDArray[np.generic]]:
        """The columns with codes in place of texts: DuckDB's enums do it, no text of a row comes to Python."""
        # Rows without a value go afterwards: a test of it here would have the JSON read twice.
        self.store.rows(f"create or replace temp table found as {sql}", bound)
        columns, texts = wish.texts(), {}
        needed = [each for each in columns if each == "held" or wish.present]
        some = " and ".join(f"{each} is not null" for each in needed) or "true"
        try:
            for column in columns:
                self.store.rows(
                    f"create temp type coding_{column} as enum"
                    f" (select distinct {column} from found where {column} is not null)"
                )
                named = f"select unnest(enum_range(null::coding_{column}))::varchar"
                texts[column] = [text for (text,) in self.store.rows(named)]
            coded = ", ".join(
                f"coalesce(enum_code({c}::coding_{c})::integer, -1) as {c}" for c in columns
            )
            found = self.store.columns(f"select * replace ({coded}) from found where {some}")
        finally:
            self.store.drop("table", "found")
            for column in columns:
                self.store.drop("type", f"coding_{column}")
        for column in columns:
            values = self.values if column == "value" else self.holding
            codes = values.coded([*texts[column], None])
            found[column] = codes[found[column]]
        return found

    def _columns(self, reading: Coded, wish: Wish) -> tuple[list[str], list[object]]:
        picked: list[str] = []
        given: list[object] = []
        if wish.by and wish.by.on is On.EVENT:
            sql, values = reading.value(wish.by.property)
            picked.append(f"{sql} as value")
            given += values
        if wish.number is not None:
            sql, values = conditions.number_of("properties", wish.number)
            picked.append(f"coalesce({sql}, 'nan'::double) as number")
            given += values
        if wish.order:
            picked.append("received_at")
        if wish.names:
            picked.append("event")
        if wish.identity:
            picked.append("rowid as row")
        if wish.hold:
            texts = [conditions.text_of("properties", name) for name in wish.hold]
            each = ", ".join(sql for sql, _ in texts)
            # Null where any is: the text of all is put together from the texts of each.
            present = " and ".join(f"{sql} is not null" for sql, _ in texts)
            picked.append(f"case when {present} then to_json([{each}])::varchar end as held")
            given += [value for _ in range(2) for _, values in texts for value in values]
        return picked, given

    def _mapped(
        self,
        place: int,
        source: Source,
        found: dict[str, npt.NDArray[np.generic]],
        tests: Sequence[Condition],
        wish: Wish,
        *,
        grouped: bool,
    ) -> Rows:
        did = found["did"]
        persons = did.astype(np.int64) if source.straight else source.persons[did]
        accounts = (
            self._accounts(source, persons, found) if grouped else np.zeros(0, dtype=np.int64)
        )
        keep = np.ones(persons.size, dtype=np.bool_)
        for test in tests:
            if test.on is not On.EVENT:
                keep &= self._holds(test)[persons if test.on is On.PERSON else accounts]
        actors = persons
        if self.question.actor is Actor.ACCOUNT:
            actors = accounts
            keep &= accounts != 0
        else:
            keep &= self.store.nameless != persons
        if self._chosen is not None:
            keep &= self._chosen[actors]
        rows = Rows(
            actors,
            found["ts"].astype(np.int64, copy=False),
            found["received_at"].astype(np.int64) if wish.order else no_ints(),
            self._values(wish.by, found, persons, accounts) if wish.by else no_ints(),
            np.asarray(found["number"], np.float64) if wish.number is not None else no_floats(),
            self._event_names(source)[found["event"]] if wish.names else no_ints(),
            found["row"].astype(np.int64) | (place << 48) if wish.identity else no_ints(),
            np.asarray(found["held"], dtype=np.int64) if wish.hold else no_ints(),
        )
        return rows if keep.all() else rows.where(keep)

    def _accounts(
        self, source: Source, persons: Ints, found: dict[str, npt.NDArray[np.generic]]
    ) -> Ints:
        own = source.accounts[found["account"]]
        return np.where(own != 0, own, self.store.member_of[persons])

    def _event_names(self, source: Source) -> Ints:
        names = sorted(source.events, key=source.events.__getitem__)
        return self.names.coded(names)

    # properties of persons and accounts

    def _values(
        self,
        by: Breakdown,
        found: dict[str, npt.NDArray[np.generic]],
        persons: Ints,
        accounts: Ints,
    ) -> Ints:
        if by.on is On.EVENT:
            return np.asarray(found["value"], dtype=np.int64)
        table, size = self._owner(by.on)
        sql, given = conditions.text_of("properties", by.property)
        codes = np.full(size, NONE, dtype=np.int64)
        rows = self.store.rows(f"select code, {sql} from {table}", given)
        codes[[code for code, _ in rows]] = self.values.coded([text for _, text in rows])
        return codes[persons if by.on is On.PERSON else accounts]

    def _holds(self, test: Condition) -> Bools:
        if test not in self._holding:
            table, size = self._owner(test.on)
            sql, given = conditions.holds(test, "properties")
            absent = self.store.rows(f"select {sql} from (select '{{}}' as properties)", given)[0][
                0
            ]
            holding = np.full(size, bool(absent), dtype=np.bool_)
            rows = self.store.rows(f"select code, {sql} from {table}", given)
            holding[[code for code, _ in rows]] = [truth for _, truth in rows]
            self._holding[test] = holding
        return self._holding[test]

    def _owner(self, on: On) -> tuple[str, int]:
        if on is On.PERSON:
            return "person_properties", int(self.store.person_of.size)
        return "account_properties", self.store.account_count
