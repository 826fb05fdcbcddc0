"""Opportunities, what asks for them, and bets as views for SQL."""

from collections.abc import Iterable
from typing import Any

from loopline.platform.tables.registry import View, offer
from loopline.slices.roadmap.models import Ask, Bet, Opportunity

Row = tuple[Any, ...]


def _opportunities() -> Iterable[Row]:
    rows = Opportunity.objects.filter(archived_at=None).order_by("pk")
    return rows.values_list(
        "pk", "title", "problem", "squad", "owner__name", "ask_count", "account_count", "arr", "last_asked_at",
        "merged_into_id", "created_at",
    ).iterator(2_000)  # fmt: skip


def _asks() -> Iterable[Row]:
    return Ask.objects.order_by("pk").values_list(
        "feedback_id", "opportunity_id", "quote", "at"
    ).iterator(5_000)  # fmt: skip


def _bets() -> Iterable[Row]:
    rows = Bet.objects.filter(archived_at=None).order_by("pk")
    return rows.values_list(
        "pk", "title", "hypothesis", "opportunity_id", "metric_id", "baseline", "target", "horizon", "state",
        "squad", "owner__name", "committed_at", "started_at", "shipped_at", "check_on", "created_at",
    ).iterator(2_000)  # fmt: skip


def registered() -> None:
    """Offer them."""
    offer(
        View(
            "opportunities", "Customer problems",
            (
                ("id", "bigint", "Its number"), ("title", "varchar", "In one line"),
                ("problem", "varchar", "What is wrong"), ("squad", "varchar", "Whose it is"),
                ("owner", "varchar", "Who answers for it"), ("asks", "bigint", "Feedback linked to it"),
                ("companies", "bigint", "Companies that ask"), ("arr", "decimal(16,2)", "What they pay a year"),
                ("last_asked_at", "timestamptz", "When it was asked last"),
                ("merged_into", "bigint", "The one it was merged into"), ("created_at", "timestamptz", "Since when"),
            ),
            _opportunities,
        ),
    )  # fmt: skip
    offer(
        View(
            "asks", "Which feedback asks for which opportunity",
            (
                ("feedback_id", "bigint", "feedback.id"), ("opportunity_id", "bigint", "opportunities.id"),
                ("quote", "varchar", "The words that say so"), ("at", "timestamptz", "When it was linked"),
            ),
            _asks,
        ),
    )  # fmt: skip
    offer(
        View(
            "bets", "What we intend to do",
            (
                ("id", "bigint", "Its number"), ("title", "varchar", "In one line"),
                ("hypothesis", "varchar", "Why it should work"), ("opportunity_id", "bigint", "opportunities.id"),
                ("metric_id", "bigint", "metrics.id"), ("baseline", "double", "Where the metric was"),
                ("target", "double", "Where it should go"), ("horizon", "varchar", "now, next or later"),
                ("state", "varchar", "proposed, committed, in_progress, shipped, confirmed, pivoted, sunset"),
                ("squad", "varchar", "Whose it is"), ("owner", "varchar", "Who answers for it"),
                ("committed_at", "timestamptz", "When it was committed"), ("started_at", "timestamptz", "Begun"),
                ("shipped_at", "timestamptz", "Shipped"), ("check_on", "date", "When its outcome is read"),
                ("created_at", "timestamptz", "Since when"),
            ),
            _bets,
        ),
    )  # fmt: skip
