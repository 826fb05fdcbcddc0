"""Rows of sealed segments, as the tables of other databases take them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

ROWS = (
    "select w.id, n.name as event, i.name as distinct_id, a.name as account, w.ts, w.received_at, w.properties"
    " from {0}wide w join {0}names n on n.code = w.event join {0}ids i on i.code = w.did"
    " join {0}accounts a on a.code = w.account where not list_contains(?::varchar[], i.name)"
)
PAGE = 20_000


def rows(path: Path, erased: Sequence[str] = ()) -> Iterator[tuple[Any, ...]]:
    """Rows of `events` of one sealed file, but for those of erased ids."""
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(ROWS.format(""), [list(erased)])
        while some := found.fetchmany(PAGE):
            yield from some
