"""Fields of opportunities and bets that are edited where they are read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loopline.platform.identity.actor import Actor
from loopline.platform.ui.rows import Edit, row_fields
from loopline.slices.goals.queries import key_result_choices, quarter_choices
from loopline.slices.measures.queries import metric_choices
from loopline.slices.roadmap.models import Bet, Opportunity
from loopline.slices.roadmap.queries import opportunity_choices
from loopline.slices.roadmap.rules import HORIZONS
from loopline.slices.roadmap.services import change_bet, change_opportunity


def _change_bet(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None, now: datetime
) -> None:
    """As change_bet; pickers send ids as text and nothing for none."""
    values = {
        k: ((int(v) if v else None) if k in ("metric_id", "opportunity_id", "key_result_id") else v)
        for k, v in changes.items()
    }
    values = {
        k: (float(v) if k in ("target", "baseline") and v is not None else v)
        for k, v in values.items()
    }
    change_bet(actor=actor, id_=id_, changes=values, version=version, now=now)


def _owner(row: Any) -> str:
    return row.owner.name if row.owner else ""


def register() -> None:
    row_fields(
        "opportunity",
        lambda i: Opportunity.objects.select_related("owner").filter(pk=i).first(),
        "opportunity.change",
        change_opportunity,
        Edit("title", "Title"),
        Edit("problem", "Problem", "longtext"),
        Edit("tags", "Tags", "tags"),
        Edit("squad", "Squad"),
        Edit("owner", "Owner", "person", key="owner_id", value=_owner),
    )
    row_fields(
        "bet",
        lambda i: Bet.objects.select_related("owner").filter(pk=i).first(),
        "bet.change",
        _change_bet,
        Edit("title", "Title"),
        Edit("hypothesis", "Hypothesis", "longtext"),
        Edit("horizon", "Horizon", "choice", lambda: HORIZONS),
        Edit("squad", "Squad"),
        Edit("owner", "Owner", "person", key="owner_id", value=_owner),
        Edit("metric", "Success metric", "choice", metric_choices, "metric_id", lambda b: b.metric_id or ""),
        Edit("opportunity", "Opportunity", "choice", opportunity_choices, "opportunity_id",
             lambda b: b.opportunity_id or ""),
        Edit("baseline", "From", "number"),
        Edit("target", "Target", "number"),
        Edit("check_on", "Check on", "date"),
        Edit("key_result", "Key result", "choice", key_result_choices, "key_result_id",
             lambda b: b.key_result_id or ""),
        Edit("quarter", "Quarter", "choice", quarter_choices),
    )  # fmt: skip
