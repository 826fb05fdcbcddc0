"""Where databases spell things differently: the macros everything else here is written in.

Events' times are whole microseconds and periods are cut by plain arithmetic, so no database's calendar, time zones or
date types take part. Properties are JSON whose top-level keys are asked for by name, never by a path.
"""

from collections.abc import Sequence
from typing import ClassVar

from loopline.warehouse.conditions import NUMBERS, checked, pointer

DOUBLE = "double precision"


class Dialect:
    """Macros that most databases share; each answers SQL text. `json` is a column of properties, `key` bound text."""

    name: ClassVar[str] = ""
    document: ClassVar[str] = "text"  # the type of a column of properties
    double: ClassVar[str] = DOUBLE
    own_patterns: ClassVar[bool] = False  # whether its patterns are RE2's
    nothing: ClassVar[str] = "cast(null as bigint)"
    always: ClassVar[str] = "1 = 1"  # true of every event
    never: ClassVar[str] = "1 = 0"
    suffix: ClassVar[str] = ""  # said behind every question

    def placeholder(self, number: int, text: str) -> str:
        """Where the bound text of this number stands."""
        raise NotImplementedError

    def clean(self, text: str) -> str:
        """Text as this database can hold it. Raises BadQuestion for half a surrogate pair."""
        return checked(text)

    def within(self, start: int | None, end: int) -> list[str]:
        """Further tests of columns of `events` that rows of [start, end) pass, where they spare reading."""
        return []

    def key(self, name: str) -> str:
        """What is bound to find a property."""
        return self.clean(name)

    def has(self, json: str, key: str) -> str:
        """Whether the property is there and not null."""
        raise NotImplementedError

    def is_kind(self, json: str, key: str, kind: str) -> str:
        """Whether the property is a text, number or bool."""
        raise NotImplementedError

    def text(self, json: str, key: str) -> str:
        """The property as text, null where absent: text as it is, other values as JSON."""
        raise NotImplementedError

    def number(self, json: str, key: str) -> str:
        """A property that is a number, as a double."""
        return f"cast({self.text(json, key)} as {self.double})"

    def contains(self, text: str, part: str) -> str:
        return f"strpos({text}, {part}) > 0"

    def matches(self, text: str, pattern: str) -> str:
        """Only where `own_patterns`."""
        raise NotImplementedError

    def by_code_point(self, text: str) -> str:
        """Text that compares and sorts by code point."""
        return text

    def whole(self, one: str, other: str) -> str:
        """Whole parts of non-negative integers."""
        return f"({one} / {other})"

    def first(self, value: str, keys: Sequence[str]) -> str:
        """Aggregate: the value of the row whose keys come first."""
        raise NotImplementedError

    def last(self, value: str, keys: Sequence[str]) -> str:
        raise NotImplementedError

    def quantile(self, value: str, share: float) -> str:
        """Aggregate: continuous, between the two nearest of the values that are not null."""
        return f"percentile_cont({share}) within group (order by {value})"

    def count_if(self, test: str) -> str:
        return f"count(case when {test} then 1 end)"

    def total(self, value: str) -> str:
        """Aggregate: the sum of doubles, null where there is none."""
        return f"sum({value})"

    def listed(self, value: str) -> str:
        """Aggregate: all values in order, as a list."""
        return f"array_agg({value} order by {value})"

    def item(self, values: str, place: str) -> str:
        """An item of a list, the first at 1; null beyond its end."""
        return f"{values}[{place}]"

    def sorted_items(self, values: Sequence[str]) -> str:
        """The values as a list in order."""
        raise NotImplementedError

    def unpacked(self, texts: str) -> str:
        """A SELECT of the texts in a bound JSON list, one a row."""
        raise NotImplementedError


class DuckDb(Dialect):
    name = "duckdb"
    double = "double"
    own_patterns = True

    def placeholder(self, number: int, text: str) -> str:
        return f"cast($v{number} as varchar)"

    def key(self, name: str) -> str:
        return pointer(name)

    def has(self, json: str, key: str) -> str:
        return f"coalesce(json_type({json}, {key}), 'NULL') <> 'NULL'"

    def is_kind(self, json: str, key: str, kind: str) -> str:
        test = {"text": "= 'VARCHAR'", "number": f"in {NUMBERS}", "bool": "= 'BOOLEAN'"}[kind]
        return f"json_type({json}, {key}) {test}"

    def text(self, json: str, key: str) -> str:
        return f"json_extract_string({json}, {key})"

    def number(self, json: str, key: str) -> str:
        return f"try_cast({self.text(json, key)} as double)"

    def contains(self, text: str, part: str) -> str:
        return f"contains({text}, {part})"

    def matches(self, text: str, pattern: str) -> str:
        return f"regexp_matches({text}, {pattern})"

    def whole(self, one: str, other: str) -> str:
        return f"({one} // {other})"

    def first(self, value: str, keys: Sequence[str]) -> str:
        return f"arg_min({value}, row({', '.join(keys)}))"

    def last(self, value: str, keys: Sequence[str]) -> str:
        return f"arg_max({value}, row({', '.join(keys)}))"

    def quantile(self, value: str, share: float) -> str:
        return f"quantile_cont({value}, {share})"

    def sorted_items(self, values: Sequence[str]) -> str:
        return f"list_sort([{', '.join(values)}])"

    def unpacked(self, texts: str) -> str:
        return f"""select unnest(from_json({texts}, '["VARCHAR"]')) as name"""


class Postgres(Dialect):
    """PostgreSQL 12 or newer. The character NUL, which it cannot hold, is kept as U+FFFD, in questions too."""

    name = "postgresql"
    document = "jsonb"

    def placeholder(self, number: int, text: str) -> str:
        return f"cast(%(v{number})s as text)"

    def clean(self, text: str) -> str:
        return checked(text).replace("\x00", "\ufffd")

    def has(self, json: str, key: str) -> str:
        return f"({json} ->> {key}) is not null"

    def is_kind(self, json: str, key: str, kind: str) -> str:
        name = {"text": "string", "number": "number", "bool": "boolean"}[kind]
        return f"jsonb_typeof({json} -> {key}) = '{name}'"

    def text(self, json: str, key: str) -> str:
        return f"({json} ->> {key})"

    def number(self, json: str, key: str) -> str:
        # A cast beyond what a double holds is an error here, and case keeps texts away from it.
        number = f"cast({json} ->> {key} as numeric)"
        size = f"abs({number})"
        return (
            f"(case when {self.is_kind(json, key, 'number')} then case when {size} > 1.7976e308 then null"
            f" when {size} < 1e-300 then 0 else cast({number} as {DOUBLE}) end end)"
        )

    def by_code_point(self, text: str) -> str:
        return f'({text} collate "C")'

    def first(self, value: str, keys: Sequence[str]) -> str:
        return f"(array_agg({value} order by {', '.join(keys)}))[1]"

    def last(self, value: str, keys: Sequence[str]) -> str:
        return f"(array_agg({value} order by {', '.join(f'{key} desc' for key in keys)}))[1]"

    def sorted_items(self, values: Sequence[str]) -> str:
        return f"array(select v from unnest(array[{', '.join(values)}]) v order by v)"

    def unpacked(self, texts: str) -> str:
        return f"select name from jsonb_array_elements_text(cast({texts} as jsonb)) as t(name)"


class Spark(Dialect):
    """Spark 4. Properties are read as variants, so that a text and a number of the same letters differ."""

    name = "spark"
    document = "map<string, variant>"
    double = "double"

    def placeholder(self, number: int, text: str) -> str:
        return f":v{number}"

    def _kind(self, json: str, key: str) -> str:
        return f"schema_of_variant({json}[{key}])"

    def has(self, json: str, key: str) -> str:
        return f"coalesce({self._kind(json, key)}, 'VOID') <> 'VOID'"

    def is_kind(self, json: str, key: str, kind: str) -> str:
        if kind == "number":
            return f"{self._kind(json, key)} rlike '^(BIGINT|DOUBLE|DECIMAL|FLOAT)'"
        return f"{self._kind(json, key)} = '{'STRING' if kind == 'text' else 'BOOLEAN'}'"

    def text(self, json: str, key: str) -> str:
        return f"try_cast({json}[{key}] as string)"

    def number(self, json: str, key: str) -> str:
        return f"try_cast({json}[{key}] as double)"

    def contains(self, text: str, part: str) -> str:
        return f"contains({text}, {part})"

    def whole(self, one: str, other: str) -> str:
        return f"({one} div {other})"

    def first(self, value: str, keys: Sequence[str]) -> str:
        return f"min_by({value}, struct({', '.join(keys)}))"

    def last(self, value: str, keys: Sequence[str]) -> str:
        return f"max_by({value}, struct({', '.join(keys)}))"

    def quantile(self, value: str, share: float) -> str:
        return f"percentile({value}, {share})"

    def listed(self, value: str) -> str:
        return f"sort_array(collect_list({value}))"

    def item(self, values: str, place: str) -> str:
        return f"get({values}, cast({place} as int) - 1)"

    def sorted_items(self, values: Sequence[str]) -> str:
        return f"sort_array(array({', '.join(values)}))"

    def unpacked(self, texts: str) -> str:
        return f"select explode(from_json({texts}, 'array<string>')) as name"
