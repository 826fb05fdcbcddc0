"""What can be done with releases."""

from loopline.slices.releases.services.drafting import draft_releases, write_notes
from loopline.slices.releases.services.editing import (
    add_check,
    add_items,
    change_release,
    create_release,
    remove_item,
    tick,
)
from loopline.slices.releases.services.shipping import ship_release
from loopline.slices.releases.services.telling import draft_notes_page

__all__ = [
    "add_check",
    "add_items",
    "change_release",
    "create_release",
    "draft_notes_page",
    "draft_releases",
    "remove_item",
    "ship_release",
    "tick",
    "write_notes",
]
