"""What can be done with goals, plans and changes of direction."""

from loopline.slices.goals.planning import (
    BetMove,
    Handler,
    PausedWork,
    PlannedBet,
    Receipt,
    Waiting,
    on_decide,
    provide_bets,
    provide_work,
)
from loopline.slices.goals.services.checking import Said, check_in, check_in_many
from loopline.slices.goals.services.deciding import close_direction, decide_direction, undecide
from loopline.slices.goals.services.directions import (
    change_direction,
    drop_row,
    fill_message,
    open_direction,
    put_row,
)
from loopline.slices.goals.services.objectives import (
    change_key_result,
    change_objective,
    close_objective,
    create_key_result,
    create_objective,
    drop_key_result,
    reopen_objective,
    restore_key_result,
    start_objective,
)
from loopline.slices.goals.services.plans import plan_bet, set_capacity, take_snapshot
from loopline.slices.goals.services.promises import (
    NewPromise,
    add_promises,
    change_promise,
    drop_promise,
    settle_promise,
)

__all__ = [
    "BetMove",
    "Handler",
    "NewPromise",
    "PausedWork",
    "PlannedBet",
    "Receipt",
    "Said",
    "Waiting",
    "add_promises",
    "change_direction",
    "change_key_result",
    "change_objective",
    "change_promise",
    "check_in",
    "check_in_many",
    "close_direction",
    "close_objective",
    "create_key_result",
    "create_objective",
    "decide_direction",
    "drop_key_result",
    "drop_promise",
    "drop_row",
    "fill_message",
    "on_decide",
    "open_direction",
    "plan_bet",
    "provide_bets",
    "provide_work",
    "put_row",
    "reopen_objective",
    "restore_key_result",
    "set_capacity",
    "settle_promise",
    "start_objective",
    "take_snapshot",
    "undecide",
]
