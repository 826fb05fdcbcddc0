"""What can be done with opportunities, bets and scores."""

from loopline.slices.roadmap.services.bets import (
    change_bet,
    commit_bet,
    create_bet,
    decline_bet,
    mark_shipped,
    mark_started,
    move_bet,
    set_outcome,
    unmove_bet,
)
from loopline.slices.roadmap.services.evidence import add_evidence, remove_evidence
from loopline.slices.roadmap.services.forgetting import forget_quotes
from loopline.slices.roadmap.services.linking import link_feedback, link_many, unlink_feedback
from loopline.slices.roadmap.services.opportunities import (
    archive_opportunities,
    change_opportunity,
    create_opportunity,
    merge_opportunities,
    restore_opportunities,
)
from loopline.slices.roadmap.services.planning import (
    pause_bet,
    plan_bet,
    put_back,
    resume_bet,
)
from loopline.slices.roadmap.services.scores import change_scale, ensure_models, score_bet

__all__ = [
    "add_evidence",
    "archive_opportunities",
    "change_bet",
    "change_opportunity",
    "change_scale",
    "commit_bet",
    "create_bet",
    "create_opportunity",
    "decline_bet",
    "ensure_models",
    "forget_quotes",
    "link_feedback",
    "link_many",
    "mark_shipped",
    "mark_started",
    "merge_opportunities",
    "move_bet",
    "pause_bet",
    "plan_bet",
    "put_back",
    "remove_evidence",
    "restore_opportunities",
    "resume_bet",
    "score_bet",
    "set_outcome",
    "unlink_feedback",
    "unmove_bet",
]
