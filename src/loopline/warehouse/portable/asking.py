"""One question being put to one database: bound texts, tests of properties, and statements built of named parts.

Only whole numbers and words of our own stand in the SQL; every text from outside is bound.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import duckdb
import msgspec

from loopline.core.insights.ir import Actor, BadQuestion, Condition, On, Op, Question, Scalar
from loopline.warehouse.conditions import SIGNS
from loopline.warehouse.portable.dialects import Dialect

Execute = Callable[[str, Mapping[str, str]], Sequence[Sequence[Any]]]
BOUND = re.compile(r"\bv\d+\b")
MOST_TEXTS = 10_000
COLUMN = {
    On.EVENT: "properties",
    On.PERSON: "person_properties",
    On.ACCOUNT: "account_properties",
}


class Asking:
    """`tables` names the four tables (see layout); what a statement binds are texts by the names v0, v1, ..."""

    def __init__(
        self,
        dialect: Dialect,
        execute: Execute,
        question: Question,
        tables: Mapping[str, str],
    ) -> None:
        self.dialect, self.question, self.tables = dialect, question, tables
        self._execute = execute
        self._places: dict[str, int] = {}
        self._patterns: dict[tuple[On, str, str], list[str]] = {}

    # statements

    def rows(self, parts: Mapping[str, str], final: str) -> list[tuple[Any, ...]]:
        """Rows of `with NAME as (...), ... FINAL`."""
        named = ",\n".join(f"{name} as (\n{sql}\n)" for name, sql in parts.items())
        sql = f"{f'with {named}' if named else ''}\n{final}{self.dialect.suffix}"
        used = set(BOUND.findall(sql))
        values = {f"v{n}": text for text, n in self._places.items() if f"v{n}" in used}
        return [tuple(row) for row in self._execute(sql, values)]

    def bind(self, text: str) -> str:
        """The place of a text in the SQL."""
        clean = self.dialect.clean(text)
        number = self._places.setdefault(clean, len(self._places))
        return self.dialect.placeholder(number, clean)

    def among(self, column: str, texts: Sequence[str]) -> str:
        """Whether the column is one of the texts."""
        if not texts:
            return self.dialect.never
        return f"{column} in ({', '.join(self.bind(text) for text in texts)})"

    def chosen(self, actor: str) -> list[str]:
        """Tests that an actor is one of those the question looks at, named by any of their ids."""
        question = self.question
        tests = [] if question.among is None else [self._one_of(actor, question.among)]
        return tests + (
            [f"not {self._one_of(actor, question.without)}"] if question.without else []
        )

    def _one_of(self, actor: str, names: Collection[str]) -> str:
        listed = msgspec.json.encode(sorted(self.dialect.clean(name) for name in names)).decode()
        unpacked = self.dialect.unpacked(self.bind(listed))
        if self.question.actor is Actor.ACCOUNT:
            return f"({actor} in ({unpacked}))"
        persons = (
            f"select coalesce(o.person, n.name) from ({unpacked}) n"
            f" left join {self.tables['ids']} o on o.distinct_id = n.name"
        )
        return f"({actor} in ({persons}))"

    # tests of properties

    def all_of(self, conditions: Sequence[Condition]) -> list[str]:
        return [self._holds(condition) for condition in conditions]

    def label(self, json: str, name: str) -> str:
        """A property as the label it counts under: `v` and the text, or `n` where there is none."""
        key = self.bind(self.dialect.key(name))
        text = self.dialect.text(json, key)
        return f"case when {self.dialect.has(json, key)} then concat('v', {text}) else 'n' end"

    def number(self, json: str, name: str) -> str:
        """A property as a double, null where it is no number."""
        key = self.bind(self.dialect.key(name))
        kind = self.dialect.is_kind(json, key, "number")
        return f"case when {kind} then {self.dialect.number(json, key)} end"

    def _holds(self, condition: Condition) -> str:
        """A test, never null."""
        json, op = COLUMN[condition.on], condition.op
        key = self.bind(self.dialect.key(condition.property))
        if op in (Op.IS_SET, Op.IS_NOT_SET):
            test = self.dialect.has(json, key)
            return f"({test})" if op is Op.IS_SET else f"(not ({test}))"
        if op in (Op.EQ, Op.NE, Op.IN, Op.NOT_IN):
            values = _several(condition) if op in (Op.IN, Op.NOT_IN) else [_one(condition)]
            test = (
                " or ".join(self._compared(json, key, "=", each) for each in values)
                or self.dialect.never
            )
            return f"(not ({test}))" if op in (Op.NE, Op.NOT_IN) else f"({test})"
        value = _one(condition)
        if op in (Op.CONTAINS, Op.REGEX):
            if not isinstance(value, str):
                raise BadQuestion(f"{op} needs text")
            text = self.dialect.text(json, key)
            if op is Op.CONTAINS:
                test = self.dialect.contains(text, self.bind(value))
            else:
                test = self._matches(condition, text, value)
            return self._guarded(json, key, "text", test)
        if isinstance(value, bool):
            raise BadQuestion(f"{op} needs a number or text")
        return self._compared(json, key, SIGNS[op], value)

    def _compared(self, json: str, key: str, sign: str, value: Scalar) -> str:
        text = self.dialect.text(json, key)
        if isinstance(value, bool):
            word = "true" if value else "false"
            return self._guarded(json, key, "bool", f"{text} {sign} '{word}'")
        if isinstance(value, str):
            ordered = self.dialect.by_code_point(text)
            return self._guarded(json, key, "text", f"{ordered} {sign} {self.bind(value)}")
        number = self.dialect.number(json, key)
        wanted = f"cast('{_double(value)!r}' as {self.dialect.double})"
        return self._guarded(json, key, "number", f"{number} {sign} {wanted}")

    def _guarded(self, json: str, key: str, kind: str, test: str) -> str:
        return f"coalesce({self.dialect.is_kind(json, key, kind)} and {test}, false)"

    # patterns: RE2 decides, wherever the rows lie

    def _matches(self, condition: Condition, text: str, pattern: str) -> str:
        _matching([""], pattern)
        if self.dialect.own_patterns:
            return self.dialect.matches(text, self.bind(pattern))
        asked = (condition.on, condition.property, pattern)
        if asked not in self._patterns:
            self._patterns[asked] = _matching(self._texts(condition), pattern)
        found = self._patterns[asked]
        if len(found) > MOST_TEXTS:
            raise BadQuestion(
                f"more than {MOST_TEXTS:,} different texts match {pattern!r}: make the pattern narrower"
            )
        return self.among(text, found)

    def _texts(self, condition: Condition) -> list[str]:
        """All texts a property has. Patterns of this database are not RE2's, so they are tried here."""
        table = {On.EVENT: "events", On.PERSON: "persons", On.ACCOUNT: "accounts"}[condition.on]
        key = self.bind(self.dialect.key(condition.property))
        kind = self.dialect.is_kind("properties", key, "text")
        text = self.dialect.text("properties", key)
        found = self.rows(
            {}, f"select distinct {text} as found from {self.tables[table]} where {kind}"
        )
        return [each for (each,) in found]


def _matching(texts: Sequence[str], pattern: str) -> list[str]:
    with duckdb.connect() as connection:
        try:
            rows = connection.execute(
                "select t from (select unnest($1::varchar[]) as t) where regexp_matches(t, $2)",
                [list(texts), pattern],
            ).fetchall()
        except duckdb.InvalidInputException as error:
            raise BadQuestion(f"{pattern!r} is no pattern: {error}") from error
    return [text for (text,) in rows]


def _one(condition: Condition) -> Scalar:
    if condition.value is None or isinstance(condition.value, tuple):
        raise BadQuestion(f"{condition.op} on {condition.property!r} needs one value")
    return condition.value


def _several(condition: Condition) -> list[Scalar]:
    if not isinstance(condition.value, tuple):
        raise BadQuestion(f"{condition.op} on {condition.property!r} needs a list of values")
    return list(condition.value)


def _double(value: float) -> float:
    try:
        number = float(value)
    except OverflowError as error:
        raise BadQuestion("a number beyond what can be compared") from error
    if math.isnan(number):
        raise BadQuestion("NaN compares with nothing")
    return number
