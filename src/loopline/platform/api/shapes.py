"""Shapes shared by all resources: strict input, string ids, money, pages, problems."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, create_model

from loopline.core.problems import Invalid, Missing
from loopline.platform.cards.registry import kinds
from loopline.platform.lists.spec import ListSpec

Id = Annotated[str, BeforeValidator(str)]


def _utc(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


Time = Annotated[datetime, PlainSerializer(_utc, return_type=str)]


class In(Schema):
    """Input: what is not named is refused by name."""

    model_config = ConfigDict(extra="forbid", str_max_length=1_000_000)


class Out(Schema):
    """Output: built from keyword arguments or attributes."""


class Money(Schema):
    """An amount and its three-letter currency."""

    model_config = ConfigDict(extra="forbid")
    amount: Annotated[
        Decimal, Field(max_digits=14, decimal_places=2), PlainSerializer(float, return_type=float)
    ]
    currency: str = Field(pattern="^[A-Z]{3}$")


class ProblemItem(Schema):
    field: str
    message: str


class ProblemOut(Schema):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemItem] = []


PROBLEMS: dict[frozenset[int], Any] = {
    frozenset({400, 401, 403, 404, 409, 412, 413, 422, 429}): ProblemOut
}


def answers(schema: Any, *, status: int = 200, also: int | None = None) -> dict[Any, Any]:
    """A route's `response=`: the good answers and, for every route alike, problems."""
    good = {status: schema} | ({also: schema} if also else {})
    return good | PROBLEMS


def page_of(item: type[Schema]) -> type[Schema]:
    """`{"items": [...], "next_cursor": ...}` of one item schema."""
    return create_model(
        f"{item.__name__.removesuffix('Out')}Page",
        __base__=Schema,
        items=(list[item], ...),  # type: ignore[valid-type]
        next_cursor=(str | None, None),
    )


def query_of(spec: ListSpec) -> type[Schema]:
    """The query parameters of a list: limit, cursor, sort, q, archived and its filters."""
    fields: dict[str, Any] = {
        "limit": (str | None, Field(None, description="1 to 200, 50 unless told")),
        "cursor": (str | None, Field(None, description="`next_cursor` of the page before")),
        "sort": (
            str | None,
            Field(None, description=f"One of {', '.join(spec.sorts)}; `-` in front turns it round"),
        ),
        "q": (str | None, Field(None, description="Words to find")),
        "archived": (str | None, Field(None, description="1 to include archived objects")),
    }
    for f in spec.filters:
        fields[f.key] = (str | None, Field(None, description=f.label))
    return create_model(f"{spec.name.title().replace('-', '')}Query", __base__=Schema, **fields)


def id_in(raw: str, object_type: str) -> int:
    """The number in an id: `12`, or the key people say, `FB-12`. Raises Missing."""
    kind = kinds().get(object_type)
    text = str(raw).strip()
    if kind and kind.prefix and text.upper().startswith(f"{kind.prefix}-"):
        text = text[len(kind.prefix) + 1 :]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Missing(object_type.replace("-", " "))
    return int(text)


def ref_in(raw: str | None, object_type: str, field: str) -> int | None:
    """An id inside a body; a wrong one is the body's mistake, not a missing page."""
    if raw is None:
        return None
    try:
        return id_in(raw, object_type)
    except Missing:
        raise Invalid(
            **{field: f"{raw!r} is not the id of a {object_type.replace('-', ' ')}."}
        ) from None
