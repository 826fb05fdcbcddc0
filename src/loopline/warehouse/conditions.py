"""Conditions on properties as SQL over JSON text. Every name and value is bound; nothing from outside becomes SQL.

Comparison is typed: text with text (by code point), numbers with numbers (as doubles), true and false with themselves.
JSON null is absence. `ne` and `not_in` hold where the property is absent or of another type.
"""

import math
from collections.abc import Sequence

from loopline.core.insights.ir import BadQuestion, Condition, Op, Scalar

Sql = tuple[str, list[object]]
NUMBERS = "('BIGINT', 'UBIGINT', 'DOUBLE', 'HUGEINT', 'UHUGEINT')"
SIGNS = {Op.GT: ">", Op.GTE: ">=", Op.LT: "<", Op.LTE: "<="}


def pointer(name: str) -> str:
    """The JSON pointer of a top-level property."""
    return "/" + checked(name).replace("~", "~0").replace("/", "~1")


def checked(text: str) -> str:
    """Text that the store can take; BadQuestion for half a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadQuestion("text that is not valid Unicode") from error
    return text


def text_of(column: str, name: str) -> Sql:
    """The property as text, null where absent: text as it is, other values as JSON."""
    sql, given = maybe(column, name)
    return f"case when {sql} then json_extract_string({column}, ?) end", [*given, pointer(name)]


def number_of(column: str, name: str) -> Sql:
    """The property as a double, null where it is no number: JSON in quotes or brackets casts to none."""
    sql, given = maybe(column, name)
    number = f"try_cast(json_extract({column}, ?)::varchar as double)"
    return f"case when {sql} then {number} end", [*given, pointer(name)]


def maybe(column: str, name: str) -> Sql:
    """Whether the text may have the property at all: looking for its name costs a fraction of reading the JSON.

    Where the name is written with escapes the text has a backslash.
    """
    return f"(contains({column}, ?) or contains({column}, '\\'))", [checked(name)]


def all_of(conditions: Sequence[Condition], column: str) -> Sql:
    """A test that every condition holds, and its values; `true` for none."""
    parts = [holds(condition, column) for condition in conditions]
    if not parts:
        return "true", []
    return " and ".join(f"({part})" for part, _ in parts), [v for _, vs in parts for v in vs]


def holds(condition: Condition, column: str) -> Sql:
    """A test of one condition, never null. `column` is ours: the name of a column of JSON text."""
    may, name = maybe(column, condition.property)
    test, given = _there(condition, column)
    negated = "not " if condition.op in (Op.NE, Op.NOT_IN, Op.IS_NOT_SET) else ""
    return f"{negated}({may} and ({test}))", [*name, *given]


def _there(condition: Condition, column: str) -> Sql:
    """The test where the property is there; for the negations, of what they deny."""
    at, op = pointer(condition.property), condition.op
    if op in (Op.IS_SET, Op.IS_NOT_SET):
        return f"coalesce(json_type({column}, ?), 'NULL') <> 'NULL'", [at]
    if op in (Op.EQ, Op.NE, Op.IN, Op.NOT_IN):
        several = op in (Op.IN, Op.NOT_IN)
        values = _several(condition) if several else [_one(condition)]
        parts = [_compared(column, at, "=", value) for value in values]
        test = " or ".join(part for part, _ in parts) or "false"
        return test, [v for _, vs in parts for v in vs]
    value = _one(condition)
    if op in (Op.CONTAINS, Op.REGEX):
        if not isinstance(value, str):
            raise BadQuestion(f"{op} needs text")
        call = "contains" if op is Op.CONTAINS else "regexp_matches"
        return _guarded(column, at, "= 'VARCHAR'", f"{call}({{}}, ?)", checked(value))
    if isinstance(value, bool):
        raise BadQuestion(f"{op} needs a number or text")
    return _compared(column, at, SIGNS[op], value)


def _compared(column: str, at: str, sign: str, value: Scalar) -> Sql:
    if isinstance(value, bool):
        return _guarded(column, at, "= 'BOOLEAN'", f"{{}} {sign} ?", "true" if value else "false")
    if isinstance(value, str):
        return _guarded(column, at, "= 'VARCHAR'", f"{{}} {sign} ?", checked(value))
    return _guarded(
        column, at, f"in {NUMBERS}", f"try_cast({{}} as double) {sign} ?::double", value
    )


def _guarded(column: str, at: str, kind: str, test: str, value: Scalar) -> Sql:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = _double(value)
    inner = test.format(f"json_extract_string({column}, ?)")
    return f"coalesce(json_type({column}, ?) {kind} and {inner}, false)", [at, at, value]


def _double(value: float) -> float:
    try:
        number = float(value)
    except OverflowError as error:
        raise BadQuestion("a number beyond what can be compared") from error
    if math.isnan(number):
        raise BadQuestion("NaN compares with nothing")
    return number


def _one(condition: Condition) -> Scalar:
    if condition.value is None or isinstance(condition.value, tuple):
        raise BadQuestion(f"{condition.op} on {condition.property!r} needs one value")
    return condition.value


def _several(condition: Condition) -> list[Scalar]:
    if not isinstance(condition.value, tuple):
        raise BadQuestion(f"{condition.op} on {condition.property!r} needs a list of values")
    return list(condition.value)
