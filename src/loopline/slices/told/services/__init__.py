"""What can be done with follow-ups."""

from loopline.slices.told.services.drafting import draft_for_decision, draft_for_release
from loopline.slices.told.services.forgetting import forget_recipients
from loopline.slices.told.services.sending import (
    approve,
    approve_many,
    change_follow_up,
    mark_told,
    record_sent,
    suppress_many,
    unapprove,
)

__all__ = [
    "approve",
    "approve_many",
    "change_follow_up",
    "draft_for_decision",
    "draft_for_release",
    "forget_recipients",
    "mark_told",
    "record_sent",
    "suppress_many",
    "unapprove",
]
