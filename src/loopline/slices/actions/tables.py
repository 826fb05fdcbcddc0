"""Action items as a view for SQL."""

from collections.abc import Iterable
from typing import Any

from loopline.platform.tables.registry import View, offer
from loopline.slices.actions.models import ActionItem


def _rows() -> Iterable[tuple[Any, ...]]:
    found = ActionItem.objects.filter(archived_at=None).order_by("pk")
    return found.values_list(
        "pk", "text", "owner__name", "state", "type", "due", "original_due", "moves", "reason", "source_type",
        "source_id", "work_item_id", "done_at", "created_at",
    ).iterator(2_000)  # fmt: skip


def registered() -> None:
    """Offer it."""
    offer(
        View(
            "action_items", "What people promised to do",
            (
                ("id", "bigint", "Its number"), ("text", "varchar", "What is to be done"),
                ("owner", "varchar", "Who does it"), ("state", "varchar", "open, in_progress, done, wont_do"),
                ("type", "varchar", "follow_up, prevent, mitigate, detect, process"), ("due", "date", "By when"),
                ("original_due", "date", "The day first promised"), ("moves", "bigint", "How often the day moved"),
                ("reason", "varchar", "Why it will not be done"), ("source_type", "varchar", "Where it came from"),
                ("source_id", "bigint", "The number of that"), ("work_item_id", "bigint", "The work it belongs to"),
                ("done_at", "timestamptz", "When it was done"), ("created_at", "timestamptz", "When it was written"),
            ),
            _rows,
        ),
    )  # fmt: skip
