"""Goals as views for SQL."""

from collections.abc import Iterable
from typing import Any

from loopline.platform.tables.registry import View, offer
from loopline.slices.goals.models import CheckIn, KeyResult, Objective


def _objectives() -> Iterable[tuple[Any, ...]]:
    rows = Objective.objects.filter(archived_at=None).order_by("pk")
    return rows.values_list(
        "pk", "title", "period", "team", "owner__name", "state", "outcome", "closed_at"
    ).iterator(2_000)


def _key_results() -> Iterable[tuple[Any, ...]]:
    rows = KeyResult.objects.filter(archived_at=None).order_by("pk")
    return rows.values_list(
        "pk", "objective_id", "text", "owner__name", "metric_id", "baseline", "target", "direction", "unit", "due",
        "dropped_at",
    ).iterator(2_000)  # fmt: skip


def _check_ins() -> Iterable[tuple[Any, ...]]:
    rows = CheckIn.objects.filter(key_result__archived_at=None).order_by("pk")
    return rows.values_list(
        "key_result_id", "at", "value", "confidence", "note", "by_name"
    ).iterator(2_000)


def registered() -> None:
    """Offer them."""
    offer(
        View(
            "objectives", "What each quarter is for",
            (
                ("id", "bigint", "Its number"), ("title", "varchar", "What it is"), ("period", "varchar", "As 2026-Q4"),
                ("team", "varchar", "Whose"), ("owner", "varchar", "Who answers for it"),
                ("state", "varchar", "draft, active or closed"),
                ("outcome", "varchar", "achieved, partial, missed, dropped; empty while open"),
                ("closed_at", "timestamptz", "When it was closed"),
            ),
            _objectives,
        ),
    )  # fmt: skip
    offer(
        View(
            "key_results", "The numbers that say whether objectives are met",
            (
                ("id", "bigint", "Its number"), ("objective_id", "bigint", "objectives.id"),
                ("text", "varchar", "What it is"),
                ("owner", "varchar", "Who answers for it"), ("metric_id", "bigint", "metrics.id; null: typed in"),
                ("baseline", "double", "Where it began"), ("target", "double", "Where it should be"),
                ("direction", "varchar", "up or down: which way is good"), ("unit", "varchar", "In what it counts"),
                ("due", "date", "By when"), ("dropped_at", "timestamptz", "When it was taken out"),
            ),
            _key_results,
        ),
    )  # fmt: skip
    offer(
        View(
            "check_ins", "What owners said about key results",
            (
                ("key_result_id", "bigint", "key_results.id"), ("at", "timestamptz", "When"),
                ("value", "double", "What it read then; null: not measured"),
                ("confidence", "bigint", "0 to 10"), ("note", "varchar", "In their words"), ("by", "varchar", "Who"),
            ),
            _check_ins,
        ),
    )  # fmt: skip
