"""Reading properties that a segment keeps as codes (see coding): what a code stands for is looked up once a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from loopline.core.insights.ir import Breakdown, Condition, On
from loopline.core.insights.packing import Bools
from loopline.warehouse import conditions
from loopline.warehouse.conditions import Sql
from loopline.warehouse.store import Source, Store


@dataclass(frozen=True, slots=True)
class Coded:
    """What one source keeps as codes."""

    store: Store
    source: Source

    def has(self, property: str) -> bool:
        return property in self.source.coded

    def all_of(self, tests: Sequence[Condition], by: Breakdown | None) -> bool:
        """Whether every event property named is kept as codes here."""
        asked = [test.property for test in tests if test.on is On.EVENT]
        if by and by.on is On.EVENT:
            asked.append(by.property)
        return all(map(self.has, asked))

    def column(self, property: str) -> str:
        return f"c{self.source.coded[property]}"

    def texts(self, property: str) -> list[str | None]:
        """Each code's value as text."""
        sql, given = conditions.text_of("object", property)
        return [text for (text,) in self._values(sql, given, property)]

    def holds(self, test: Condition) -> Bools:
        """Whether it holds, by code, and last for an event without the property."""
        key = ("holds", self.source.prefix, test)
        if key not in self.store.kept:
            sql, given = conditions.holds(test, "object")
            truths = [bool(truth) for (truth,) in self._values(sql, given, test.property)]
            absent = self.store.rows(f"select {sql} from (select '{{}}' as object)", given)[0][0]
            self.store.kept[key] = np.array([*truths, bool(absent)], dtype=np.bool_)
        found: Bools = self.store.kept[key]
        return found

    def all_hold(self, tests: Sequence[Condition]) -> Sql:
        """As conditions.all_of over `properties`, by codes where there are some."""
        parts = [
            self._test(test) if self.has(test.property) else conditions.holds(test, "properties")
            for test in tests
        ]
        if not parts:
            return "true", []
        return " and ".join(f"({part})" for part, _ in parts), [v for _, vs in parts for v in vs]

    def value(self, property: str) -> Sql:
        """As conditions.text_of over `properties`."""
        if not self.has(property):
            return conditions.text_of("properties", property)
        return f"(?::varchar[])[{self.column(property)} + 1]", [self.texts(property)]

    def maybe(self, property: str) -> Sql:
        """As conditions.maybe: whether an event may have the property at all."""
        if not self.has(property):
            return conditions.maybe("properties", property)
        return f"{self.column(property)} is not null", []

    def _test(self, test: Condition) -> Sql:
        *truths, absent = self.holds(test).tolist()
        column, listed = self.column(test.property), ", ".join(map(str, np.flatnonzero(truths)))
        there = f"{column} in ({listed})" if listed else "false"
        return f"coalesce({there}, false)" + (f" or {column} is null" if absent else ""), []

    def _values(self, sql: str, given: Sequence[object], property: str) -> list[tuple[Any, ...]]:
        return self.store.rows(
            f"select {sql} from {self.source.prefix}coded_values where place = ? order by code",
            [*given, self.source.coded[property]],
        )
