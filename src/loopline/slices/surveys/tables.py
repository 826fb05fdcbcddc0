"""Surveys' answers as a view for SQL: the numbers. What people wrote is in the view of feedback."""

from collections.abc import Iterable
from typing import Any

from loopline.platform.tables.registry import View, offer
from loopline.slices.surveys.models import Answer

MOST = 300_000


def _rows() -> Iterable[tuple[Any, ...]]:
    return Answer.objects.filter(survey__anonymous=False).order_by("pk").values_list(
        "pk", "survey_id", "survey__name", "survey__kind", "score", "choice", "at", "channel", "occasion", "certain",
        "account_id", "contact_id",
    )[:MOST].iterator(5_000)  # fmt: skip


def registered() -> None:
    """Offer it."""
    offer(
        View(
            "survey_answers", "What people answered in surveys, one answer a row",
            (
                ("id", "bigint", "Its number"), ("survey_id", "bigint", "The survey's number, SUR-…"),
                ("survey", "varchar", "Its name"), ("kind", "varchar", "nps, csat, ces, custom, stakeholders"),
                ("score", "integer", "The number that was chosen"), ("choice", "varchar", "Or the answer that was"),
                ("answered_at", "timestamptz", "When, the latest time"),
                ("channel", "varchar", "email, link, snippet, api"),
                ("occasion", "varchar", "What it was about, such as a ticket"),
                ("certain", "boolean", "Whether we know who it was"), ("company_id", "bigint", "companies.id"),
                ("contact_id", "bigint", "contacts.id"),
            ),
            _rows,
        ),
    )  # fmt: skip
