"""Writing docs: made from templates, changed by hand, filled in place by place, looked over, frozen."""

from loopline.slices.docs.services.filling import (
    add_row,
    change_row,
    fill,
    put_row_back,
    remove_row,
    tick,
)
from loopline.slices.docs.services.making import (
    NewDoc,
    archive,
    archive_many,
    bring_back,
    change_doc,
    create_doc,
    put_away,
    restore_version,
)
from loopline.slices.docs.services.reviewing import keep_blocks, looked, review
from loopline.slices.docs.services.staleness import mark_stale

__all__ = [
    "NewDoc",
    "add_row",
    "archive",
    "archive_many",
    "bring_back",
    "change_doc",
    "change_row",
    "create_doc",
    "fill",
    "keep_blocks",
    "looked",
    "mark_stale",
    "put_away",
    "put_row_back",
    "remove_row",
    "restore_version",
    "review",
    "tick",
]
