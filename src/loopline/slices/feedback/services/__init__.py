"""What can be done with feedback; each function is one intent of a person or connector."""

from loopline.slices.feedback.services.intake import (
    NewFeedback,
    Received,
    receive_feedback,
    receive_many,
)
from loopline.slices.feedback.services.merging import merge, refuse_duplicate, undo_merge, unmerge
from loopline.slices.feedback.services.triage import (
    accept,
    add_tag_many,
    archive_many,
    assign_many,
    change_feedback,
    highlight,
    restore_many,
    set_tags,
    snooze_many,
)

__all__ = [
    "NewFeedback",
    "Received",
    "accept",
    "add_tag_many",
    "archive_many",
    "assign_many",
    "change_feedback",
    "highlight",
    "merge",
    "receive_feedback",
    "receive_many",
    "refuse_duplicate",
    "restore_many",
    "set_tags",
    "snooze_many",
    "undo_merge",
    "unmerge",
]
