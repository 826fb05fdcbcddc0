"""A list route in one call: the same spec that draws the page answers the API."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from loopline.core.problems import Invalid
from loopline.platform.api.access import actor_of
from loopline.platform.lists.page import page
from loopline.platform.lists.spec import ListSpec
from loopline.platform.lists.state import State


def listing[M: Model](
    request: HttpRequest,
    spec: ListSpec,
    rows: QuerySet[M],
    out: Callable[[Sequence[M]], list[Any]],
) -> dict[str, Any]:
    """`{"items", "next_cursor"}` of one page; `out` turns rows into shapes, all at once."""
    query = {k: request.GET.getlist(k) for k in request.GET}
    state = State.parse(spec, query, strict=True)
    found = page(rows, state, actor_of(request), count=False)
    return {"items": out(found.rows), "next_cursor": found.next_cursor}


def newest_first[M: Model](
    rows: QuerySet[M], *, limit: int, cursor: str
) -> tuple[list[M], str | None]:
    """A page of a list that has one order only, and the next cursor. Raises Invalid."""
    if not 1 <= limit <= 200:
        raise Invalid(limit="limit lies between 1 and 200.")
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 18):
        raise Invalid(cursor="This cursor is not one of ours. Start again without it.")
    found = list((rows.filter(pk__lt=int(cursor)) if cursor else rows).order_by("-pk")[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else None
