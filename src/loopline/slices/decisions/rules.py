"""Permissions and the shape of an option."""

from collections.abc import Mapping, Sequence
from typing import Any

from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Role

PERMISSIONS = {"decision.read": Role.VIEWER, "decision.change": Role.PRODUCT}
PARTS = ("title", "cost", "risk", "learning")
VERDICTS = (
    ("committed", "Committed"),
    ("declined", "Declined"),
    ("not_now", "Not now"),
    ("other", "Decided"),
)


def clean_options(options: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Options with their four parts as text; titles are there and differ. Raises Invalid."""
    out = [{p: str(o.get(p) or "").strip()[:500] for p in PARTS} for o in options]
    out = [o for o in out if any(o.values())]
    titles = [o["title"] for o in out]
    if not all(titles):
        raise Invalid(options="Each option needs a title.")
    if len(set(titles)) != len(titles):
        raise Invalid(options="Two options have the same title; a choice could not name one.")
    if len(out) > 12:
        raise Invalid(options="At most 12 options; group the small ones.")
    return out
