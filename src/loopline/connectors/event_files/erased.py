"""Who was erased here stays out, with all that a file still says about them."""

from collections.abc import Iterable

import duckdb
import numpy as np

from loopline.warehouse import tombstones
from loopline.warehouse.records import Fact
from loopline.warehouse.tombstones import Tombstones

WHY = "Its person was erased here, at their wish."


def leave_out(connection: duckdb.DuckDBPyConnection, listed: Tombstones) -> None:
    """Give the events of erased persons in `judged` their reason."""
    for group in listed.groups:
        if not group.erased:
            continue
        table = {
            "digest": np.array(list(group.erased), dtype=object),
            "until": np.array(list(group.erased.values()), dtype=np.int64),
        }
        connection.register("erased", table)
        connection.execute(
            f"update judged set reason = '{WHY}' from erased e where reason is null"
            " and sha256(? || judged.distinct_id) = e.digest"
            " and least(judged.ts, judged.received_at) <= e.until",
            [group.salt],
        )
        connection.unregister("erased")


def without(facts: Iterable[Fact], listed: Tombstones) -> list[Fact]:
    """The facts that say nothing about an erased person."""
    if not listed:
        return list(facts)
    gone = tombstones.gone(listed)
    return [
        fact
        for fact in facts
        if not any(each and gone(each, fact.at) for each in (fact.subject, fact.object))
    ]
