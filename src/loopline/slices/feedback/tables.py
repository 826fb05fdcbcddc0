"""Feedback as a view for SQL."""

from collections.abc import Iterable
from typing import Any

from loopline.platform.tables.registry import View, offer
from loopline.slices.feedback.models import Feedback

MOST = 300_000


def _rows() -> Iterable[tuple[Any, ...]]:
    return Feedback.objects.order_by("pk").values_list(
        "pk", "source", "external_id", "title", "verbatim", "received_at", "state", "account_id", "contact_id",
        "persona__name", "merged_into_id", "triaged_at",
    )[:MOST].iterator(5_000)  # fmt: skip


def registered() -> None:
    """Offer it."""
    offer(
        View(
            "feedback", "What customers and colleagues said, one thing a row",
            (
                ("id", "bigint", "Its number"), ("source", "varchar", "Where it came from"),
                ("external_id", "varchar", "Its id there"), ("title", "varchar", "In one line"),
                ("verbatim", "varchar", "In their words"), ("received_at", "timestamptz", "When it was said"),
                ("state", "varchar", "new, triaged, merged, archived"), ("company_id", "bigint", "companies.id"),
                ("contact_id", "bigint", "contacts.id"), ("persona", "varchar", "Which persona spoke"),
                ("merged_into", "bigint", "The item it was merged into"),
                ("triaged_at", "timestamptz", "When somebody had looked at it"),
            ),
            _rows,
        ),
    )  # fmt: skip
