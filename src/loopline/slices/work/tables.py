"""Work items as a view for SQL."""

from collections.abc import Iterable
from typing import Any

from loopline.platform.tables.registry import View, offer
from loopline.slices.work.models import WorkItem

MOST = 300_000


def _rows() -> Iterable[tuple[Any, ...]]:
    return WorkItem.objects.order_by("pk").values_list(
        "pk", "source", "external_id", "title", "type", "state", "is_pull", "bet_id", "assignee_name", "url",
        "opened_at", "started_at", "done_at",
    )[:MOST].iterator(5_000)  # fmt: skip


def registered() -> None:
    """Offer it."""
    offer(
        View(
            "work_items", "Issues, tasks and pull requests",
            (
                ("id", "bigint", "Its number"), ("source", "varchar", "Where it lives"),
                ("external_id", "varchar", "Its id there"), ("title", "varchar", "In one line"),
                ("type", "varchar", "feature, bug, …"), ("state", "varchar", "backlog, todo, started, done, cancelled"),
                ("is_pull", "boolean", "Whether it is a pull request"), ("bet_id", "bigint", "bets.id"),
                ("assignee", "varchar", "Who does it"), ("url", "varchar", "Its page"),
                ("opened_at", "timestamptz", "When it was opened"), ("started_at", "timestamptz", "Begun"),
                ("done_at", "timestamptz", "Done"),
            ),
            _rows,
        ),
    )  # fmt: skip
