"""A list route in one call: the same spec that draws the page answers the API."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest

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
