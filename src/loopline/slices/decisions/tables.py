"""Decisions as a view for SQL."""

from collections.abc import Iterable
from typing import Any

from loopline.platform.tables.registry import View, offer
from loopline.slices.decisions.models import Decision


def _rows() -> Iterable[tuple[Any, ...]]:
    rows = Decision.objects.filter(archived_at=None).order_by("pk")
    return rows.values_list(
        "pk", "question", "state", "verdict", "chosen", "rationale", "about_type", "about_id", "decider_name",
        "decided_at", "revisit_on", "created_at",
    ).iterator(2_000)  # fmt: skip


def registered() -> None:
    """Offer it."""
    offer(
        View(
            "decisions", "The decision log",
            (
                ("id", "bigint", "Its number"), ("question", "varchar", "What was asked"),
                ("state", "varchar", "open or decided"), ("verdict", "varchar", "committed, declined, not_now, other"),
                ("chosen", "varchar", "The option that was chosen"), ("rationale", "varchar", "Why"),
                ("about_type", "varchar", "What it is about: bet, opportunity"), ("about_id", "bigint", "Its number"),
                ("decided_by", "varchar", "Who decided"), ("decided_at", "timestamptz", "When"),
                ("revisit_on", "date", "When to look again"), ("created_at", "timestamptz", "When it was opened"),
            ),
            _rows,
        ),
    )  # fmt: skip
