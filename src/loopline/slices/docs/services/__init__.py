"""Writing docs: made from templates, changed by hand, filled in place by place, looked over, frozen."""

from loopline.slices.docs.services.filling import (
    act_on_line,
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
from loopline.slices.docs.services.sending import send_out
from loopline.slices.docs.settling import mark_stale
from loopline.slices.docs.templating import Became, LineAction, TakenLine, add_folder, offer_action

__all__ = [
    "Became",
    "LineAction",
    "NewDoc",
    "TakenLine",
    "act_on_line",
    "add_folder",
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
    "offer_action",
    "put_away",
    "put_row_back",
    "remove_row",
    "restore_version",
    "review",
    "send_out",
    "tick",
]
