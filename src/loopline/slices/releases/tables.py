"""Releases and what is in them as views for SQL."""

from collections.abc import Iterable
from typing import Any

from loopline.platform.tables.registry import View, offer
from loopline.slices.releases.models import Release, ReleaseItem

Row = tuple[Any, ...]


def _releases() -> Iterable[Row]:
    rows = Release.objects.filter(archived_at=None).order_by("pk")
    return rows.values_list(
        "pk", "version_name", "title", "state", "target_on", "shipped_at", "owner__name", "tag", "prerelease",
        "created_at",
    ).iterator(2_000)  # fmt: skip


def _items() -> Iterable[Row]:
    rows = ReleaseItem.objects.filter(release__archived_at=None).order_by("pk")
    return rows.values_list("release_id", "work_item_id").iterator(5_000)


def registered() -> None:
    """Offer them."""
    offer(
        View(
            "releases", "What was or will be shipped",
            (
                ("id", "bigint", "Its number"), ("version", "varchar", "Its version"),
                ("title", "varchar", "In one line"), ("state", "varchar", "planned, rolling_out, shipped, …"),
                ("target_on", "date", "When it should ship"), ("shipped_at", "timestamptz", "When it did"),
                ("owner", "varchar", "Who answers for it"), ("tag", "varchar", "Its tag in the repository"),
                ("prerelease", "boolean", "Whether it is a trial version"), ("created_at", "timestamptz", "Since when"),
            ),
            _releases,
        ),
    )  # fmt: skip
    offer(
        View(
            "release_items", "Which work is in which release",
            (("release_id", "bigint", "releases.id"), ("work_item_id", "bigint", "work_items.id")),
            _items,
        ),
    )  # fmt: skip
