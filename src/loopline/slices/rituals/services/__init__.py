"""What can be done with rituals, their sessions and one's own week."""

from loopline.slices.rituals.services.planning import (
    NewRitual,
    accept,
    change_ritual,
    create_ritual,
    put_back,
    set_state,
)
from loopline.slices.rituals.services.running import (
    acknowledge,
    add_session,
    attend,
    capture_action,
    capture_decision,
    change_session,
    finish,
    rate,
    skip,
    start,
    unskip,
)
from loopline.slices.rituals.services.weeks import (
    Block,
    add_block,
    copy_week,
    put_week_back,
    remove_block,
    set_hats,
)

__all__ = [
    "Block",
    "NewRitual",
    "accept",
    "acknowledge",
    "add_block",
    "add_session",
    "attend",
    "capture_action",
    "capture_decision",
    "change_ritual",
    "change_session",
    "copy_week",
    "create_ritual",
    "finish",
    "put_back",
    "put_week_back",
    "rate",
    "remove_block",
    "set_hats",
    "set_state",
    "skip",
    "start",
    "unskip",
]
