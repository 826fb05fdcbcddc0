"""Metrics and their values as views for SQL."""

from collections.abc import Iterable
from typing import Any

from loopline.platform.tables.registry import View, offer
from loopline.slices.measures.models import Metric, MetricValue

Row = tuple[Any, ...]
MOST = 300_000


def _metrics() -> Iterable[Row]:
    rows = Metric.objects.filter(archived_at=None).order_by("pk")
    return rows.values_list(
        "pk", "name", "question", "unit", "direction", "target", "owner__name", "created_at"
    ).iterator(2_000)


def _values() -> Iterable[Row]:
    rows = MetricValue.objects.filter(
        metric__archived_at=None, incomplete=False, value__isnull=False
    ).order_by("pk")
    return rows.values_list("metric_id", "at", "value", "start", "n", "version_number")[
        :MOST
    ].iterator(5_000)


def registered() -> None:
    """Offer them."""
    offer(
        View(
            "metrics", "What is measured",
            (
                ("id", "bigint", "Its number"), ("name", "varchar", "What it is called"),
                ("question", "varchar", "The question it answers"), ("unit", "varchar", "In what it counts"),
                ("direction", "varchar", "up or down: which way is good"), ("target", "double", "Where it should be"),
                ("owner", "varchar", "Who answers for it"), ("created_at", "timestamptz", "Since when"),
            ),
            _metrics,
        ),
    )  # fmt: skip
    offer(
        View(
            "metric_values", "Values of metrics over time",
            (
                ("metric_id", "bigint", "metrics.id"), ("at", "timestamptz", "For when it holds"),
                ("value", "double", "The value, in the metric's unit"),
                ("start", "timestamptz", "The period's first instant; null by hand"),
                ("n", "bigint", "From how many"), ("version", "bigint", "The definition it was computed under"),
            ),
            _values,
        ),
    )  # fmt: skip
