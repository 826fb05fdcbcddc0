"""One page of rows by cursor: stable under inserts, as quick on the last page as on the first."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Actor
from loopline.platform.lists.state import State
from loopline.platform.search.queries import matching_ids

COUNTED = 10_000  # beyond, a page says "10,000+"; counting further would cost more than it tells


@dataclass(frozen=True, slots=True)
class Page[T]:
    """`total` counts up to 10,000 and is 10,001 beyond; None where nobody asked."""

    rows: list[T]
    next_cursor: str | None
    total: int | None


def narrowed[M: Model](qs: QuerySet[M], state: State, actor: Actor) -> QuerySet[M]:
    """The queryset under the list's own condition, the filters and the search text."""
    spec = state.spec
    qs = qs.filter(spec.always(actor))
    asked = any(found.shows_hidden and state.filters.get(found.key) for found in spec.filters)
    if spec.hide_archived is not None and not state.archived and not asked:
        qs = qs.filter(spec.hide_archived)
    for key, values in state.filters.items():
        condition = Q()
        found = spec.filter(key)
        for value in values if found else ():
            try:
                condition |= found.where(value)  # type: ignore[union-attr]
            except (ValueError, TypeError, ValidationError):
                raise Invalid(**{key: f"{value!r} is not a value of {key}."}) from None
        qs = qs.filter(condition)
    if state.q:
        qs = qs.filter(pk__in=matching_ids(object_type=spec.object_type, text=state.q))
    return qs


def _encode(value: Any, pk: int) -> str:
    plain = value.isoformat() if hasattr(value, "isoformat") else value
    plain = str(plain) if not isinstance(plain, str | int | float | bool) else plain
    kind = "t" if isinstance(value, datetime) else ""
    return base64.urlsafe_b64encode(json.dumps([kind, plain, pk]).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Any, int]:
    try:
        kind, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return (datetime.fromisoformat(value) if kind == "t" else value), int(pk)
    except (ValueError, TypeError, OverflowError):
        raise Invalid(cursor="This cursor is not one of ours. Start again without it.") from None


def page[M: Model](qs: QuerySet[M], state: State, actor: Actor, *, count: bool = True) -> Page[M]:
    """Rows after the cursor, one more than asked to know whether a next page exists."""
    qs = narrowed(qs, state, actor)
    total = qs.order_by()[: COUNTED + 1].count() if count and not state.cursor else None
    down = state.sort.startswith("-")
    name = state.spec.sorts[state.sort.lstrip("-")][0]
    if state.cursor:
        value, pk = _decode(state.cursor)
        beyond = "lt" if down else "gt"
        try:
            qs = qs.filter(
                Q(**{f"{name}__{beyond}": value}) | Q(**{name: value, f"pk__{beyond}": pk})
            )
        except (ValueError, TypeError, ValidationError):
            raise Invalid(cursor="This cursor belongs to another list.") from None
    sign = "-" if down else ""
    rows = list(qs.order_by(f"{sign}{name}", f"{sign}pk")[: state.limit + 1])
    following = None
    if len(rows) > state.limit:
        rows = rows[: state.limit]
        following = _encode(_value(rows[-1], name), rows[-1].pk)
    return Page(rows, following, total)


def _value(row: Model, name: str) -> Any:
    found: Any = row
    for part in name.split("__"):
        found = getattr(found, part)
    return found


def every_row[M: Model](
    qs: QuerySet[M], state: State, actor: Actor, most: int = 100_000
) -> Iterator[M]:
    """All rows of a list in its order, streamed; for export."""
    name = state.spec.sorts[state.sort.lstrip("-")][0]
    sign = "-" if state.sort.startswith("-") else ""
    return narrowed(qs, state, actor).order_by(f"{sign}{name}", f"{sign}pk")[:most].iterator(500)
