"""ClickHouse's spelling of the macros. Texts stand in the statement, quoted; nothing else comes from outside."""

from collections.abc import Sequence
from typing import ClassVar

from loopline.warehouse.portable.dialects import Dialect

SETTINGS: dict[str, int | str] = {
    # SQL's own meaning of joins, empty sums and names, where ClickHouse has another by default.
    "join_use_nulls": 1,
    "aggregate_functions_null_for_empty": 1,
    "cast_keep_nullable": 1,
    "prefer_column_name_to_alias": 1,
    "output_format_json_quote_64bit_integers": 0,
    # Breakdowns and patterns may list thousands of texts.
    "max_query_size": 64 * 1024 * 1024,
    "max_expanded_ast_elements": 5_000_000,
    "max_ast_elements": 5_000_000,
    "max_ast_depth": 10_000,
}


def quoted(text: str) -> str:
    """A text as a literal."""
    for one, other in (("\\", "\\\\"), ("'", "\\'"), ("\x00", "\\0")):
        text = text.replace(one, other)
    return f"'{text}'"


def day_of(ts: int | str) -> str:
    """The UTC day of a time in microseconds, as the table's `day` is computed."""
    return f"toDate32(fromUnixTimestamp64Micro(toInt64({ts}), 'UTC'))"


class ClickHouse(Dialect):
    name = "clickhouse"
    document = "String"
    double = "Float64"
    own_patterns = True
    nothing = "cast(null as Nullable(Int64))"
    always = "event = event"  # a constant there trips its planner where filters meet unions
    never = "event <> event"
    suffix: ClassVar[str] = "\nsettings " + ", ".join(f"{k} = {v}" for k, v in SETTINGS.items())

    def placeholder(self, number: int, text: str) -> str:
        return quoted(text)

    def within(self, start: int | None, end: int) -> list[str]:
        since = [] if start is None else [f"day >= {day_of(start)}"]
        return [*since, f"day <= {day_of(end)}"]

    def has(self, json: str, key: str) -> str:
        return f"ifNull(JSONType({json}, {key}) <> 'Null', false)"

    def is_kind(self, json: str, key: str, kind: str) -> str:
        names = {"text": "'String'", "number": "'Int64', 'UInt64', 'Double'", "bool": "'Bool'"}
        return f"JSONType({json}, {key}) in ({names[kind]})"

    def text(self, json: str, key: str) -> str:
        return (
            f"if({self.is_kind(json, key, 'text')}, JSONExtractString({json}, {key}),"
            f" JSONExtractRaw({json}, {key}))"
        )

    def number(self, json: str, key: str) -> str:
        return f"JSONExtractFloat({json}, {key})"

    def contains(self, text: str, part: str) -> str:
        return f"position({text}, {part}) > 0"

    def matches(self, text: str, pattern: str) -> str:
        # By default its dot also matches the end of a line.
        return f"match({text}, concat('(?-s)', {pattern}))"

    def whole(self, one: str, other: str) -> str:
        return f"intDiv({one}, {other})"

    def first(self, value: str, keys: Sequence[str]) -> str:
        return f"argMin({value}, tuple({', '.join(keys)}))"

    def last(self, value: str, keys: Sequence[str]) -> str:
        return f"argMax({value}, tuple({', '.join(keys)}))"

    def quantile(self, value: str, share: float) -> str:
        return f"quantileExactInclusive({share})({value})"

    def listed(self, value: str) -> str:
        return f"arraySort(groupArray({value}))"

    def item(self, values: str, place: str) -> str:
        return f"arrayElementOrNull({values}, {place})"

    def sorted_items(self, values: Sequence[str]) -> str:
        return f"arraySort([{', '.join(values)}])"

    def unpacked(self, texts: str) -> str:
        return f"select arrayJoin(JSONExtract({texts}, 'Array(String)')) as name"
