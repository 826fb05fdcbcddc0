"""Which column of a file is what: found by name, said by hand, or a constant; every other column is a property."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loopline.core.problems import Invalid
from loopline.core.tabular import mapping as columns
from loopline.core.tabular.mapping import FieldSpec

PROPERTY = "properties."
_PERSON = ("user_id", "distinct_id", "userid", "customer_id", "person_id", "user", "customer")
FIELDS = (
    FieldSpec("event", "Event", ("event_name", "event_type", "name", "action", "type"), True),
    FieldSpec("time", "Time", ("timestamp", "ts", "event_time", "occurred_at", "datetime", "date", "created_at"), True),
    FieldSpec("person", "Person", _PERSON),
    FieldSpec("anonymous_id", "Anonymous id", ("anon_id", "device_id", "visitor_id")),
    FieldSpec("account", "Account", ("account_id", "company_id", "company", "organization_id", "workspace_id")),
    FieldSpec("id", "Id", ("insert_id", "uuid", "event_id", "message_id")),
    FieldSpec("properties", "Properties", ("props", "event_properties", "attributes")),
    FieldSpec("person_properties", "Properties of the person", ("user_properties", "traits")),
    FieldSpec("account_properties", "Properties of the account", ("group_properties",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """Field -> position of its column, or a constant's text; and the columns that are properties, by their name."""

    fields: Mapping[str, int | str]
    extras: tuple[tuple[int, str], ...]
    shown: Mapping[str, str]


def plan(headers: Sequence[str], given: Mapping[str, str]) -> Plan:
    """`given` may name fields and `properties.NAME`; "=text" is a constant, "" nothing. Raises Invalid."""
    named = {k.removeprefix(PROPERTY): v for k, v in given.items() if k.startswith(PROPERTY)}
    said = {k: v for k, v in given.items() if not k.startswith(PROPERTY)}
    taken = {v for v in (*said.values(), *named.values()) if v and not v.startswith("=")}
    free = [h for h in headers if h not in taken]
    guessed = columns.guess(free, [f for f in FIELDS if f.name not in said])
    shown = {**guessed, **said}
    fields = columns.checked(shown, headers, FIELDS)
    if not {"person", "anonymous_id"} & set(fields):
        raise Invalid(
            mapping=f"Say which column holds the person. The file has: {', '.join(headers)[:300]}."
        )
    used = {place for place in fields.values() if isinstance(place, int)}
    extras = _extras(headers, named, used)
    return Plan(fields, extras, {k: v for k, v in shown.items() if v})


def _extras(
    headers: Sequence[str], named: Mapping[str, str], used: set[int]
) -> tuple[tuple[int, str], ...]:
    names: dict[int, str] = {}
    for name, column in named.items():
        if column not in headers:
            raise Invalid(
                mapping=f"The file has no column {column!r}. It has: {', '.join(headers)[:300]}."
            )
        names[list(headers).index(column)] = name
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        name = names.get(place, header)
        if name and (place in names or place not in used):
            found.setdefault(name, place)
    return tuple((place, name) for name, place in found.items())
