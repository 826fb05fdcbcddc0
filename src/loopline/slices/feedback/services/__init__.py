"""What can be done with feedback; each function is one intent of a person or connector."""

from loopline.slices.feedback.services.forgetting import forget_addresses, forget_authors
from loopline.slices.feedback.services.intake import (
    NewFeedback,
    Received,
    receive_feedback,
    receive_many,
)
from loopline.slices.feedback.services.merging import (
    add_voice,
    merge,
    refuse_duplicate,
    undo_merge,
    unmerge,
)
from loopline.slices.feedback.services.triage import (
    accept,
    accept_all,
    accept_many,
    add_tag_many,
    archive_many,
    assign_many,
    change_feedback,
    highlight,
    reopen,
    restore_many,
    set_state,
    set_tags,
    snooze_many,
)

__all__ = [
    "NewFeedback",
    "Received",
    "accept",
    "accept_all",
    "accept_many",
    "add_tag_many",
    "add_voice",
    "archive_many",
    "assign_many",
    "change_feedback",
    "forget_addresses",
    "forget_authors",
    "highlight",
    "merge",
    "receive_feedback",
    "receive_many",
    "refuse_duplicate",
    "reopen",
    "restore_many",
    "set_state",
    "set_tags",
    "snooze_many",
    "undo_merge",
    "unmerge",
]
