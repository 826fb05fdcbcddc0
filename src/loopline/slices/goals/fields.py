"""What is edited in place, and how a history reads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loopline.platform.audit.queries import Entry
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import teams
from loopline.platform.ui import objects
from loopline.platform.ui.rows import Edit, row_fields
from loopline.slices.goals import queries, services
from loopline.slices.goals.rules import DIRECTIONS
from loopline.slices.measures.queries import metric_choices

SAYS = {
    "direction.opened": "began it; the plan was frozen",
    "direction.decided": "decided it",
    "direction.taken_back": "took the decision back",
    "direction.message_filled": "filled the message from the rows",
    "direction.closed": "closed it; everybody was told",
    "objective.started": "started it",
    "objective.reopened": "opened it again",
}


def team_choices() -> list[tuple[str, str]]:
    """The teams there are; none first."""
    return [("", "None"), *((name, name) for _, name in teams())]


def _words(text: str) -> objects.Say:
    return lambda _entry: text


def _account(verb: str) -> objects.Say:
    return lambda entry: (
        f"{verb} {entry.after.get('account') or entry.before.get('account', '')}".strip()
    )


def _row(entry: Entry) -> str:
    return f"wrote a row: {entry.after.get('action')} {entry.after.get('what')}"


def _changed(entry: Entry) -> str:
    return f"changed {', '.join(k.removesuffix('_id').replace('_', ' ') for k in entry.after)}"


def _promises(entry: Entry) -> str:
    n = entry.after.get("promises", 1)
    return f"added {n} promise{'s' if n != 1 else ''} to renegotiate"


def _goal(entry: Entry) -> str:
    return f"changed the goal “{entry.after.get('goal', '')}”"


def _left(entry: Entry) -> str:
    return f"left {entry.before.get('what')} as it is"


def _checked_in(entry: Entry) -> str:
    return f"checked in, confidence {entry.after.get('confidence')} of 10"


def _ids(changes: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Pickers send ids as text and nothing for none."""
    return {k: ((int(v) if v else None) if k in names else v) for k, v in changes.items()}


def _change_objective(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None, now: datetime
) -> None:
    services.change_objective(
        actor=actor, id_=id_, changes=_ids(changes, "parent_id"), version=version, now=now
    )


def _change_key_result(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None, now: datetime
) -> None:
    services.change_key_result(
        actor=actor, id_=id_, changes=_ids(changes, "metric_id"), version=version, now=now
    )


def _owner(row: Any) -> str:
    return row.owner.name if row.owner else ""


def registered() -> None:
    for action, text in SAYS.items():
        objects.say(action, _words(text))
    objects.say("direction.row_written", _row)
    objects.say("direction.row_left_out", _left)
    objects.say("direction.changed", _changed)
    objects.say("direction.goal_changed", _goal)
    objects.say("direction.promises_added", _promises)
    objects.say("direction.promise_told", _account("told"))
    objects.say("direction.promise_waived", _account("waived the promise to"))
    objects.say("direction.promise_open", _account("opened again the promise to"))
    objects.say("direction.promise_removed", _account("took off the promise to"))
    objects.say("key_result.checked_in", _checked_in)
    row_fields(
        "objective", lambda i: queries.objective_rows().filter(pk=i).first(), "goal.change", _change_objective,
        Edit("title", "Title"), Edit("why", "Why", "longtext"),
        Edit("period", "Quarter", "choice", queries.quarter_choices),
        Edit("team", "Team", "choice", team_choices), Edit("owner", "Owner", "person", key="owner_id", value=_owner),
        Edit("parent", "Serves", "choice", queries.objective_choices, "parent_id", lambda o: o.parent_id or ""),
        Edit("learned", "What we learned", "longtext"),
    )  # fmt: skip
    row_fields(
        "key-result", lambda i: queries.key_result_rows().filter(pk=i).first(), "goal.change", _change_key_result,
        Edit("text", "Key result"), Edit("owner", "Owner", "person", key="owner_id", value=_owner),
        Edit("metric", "Metric", "choice", metric_choices, "metric_id", lambda k: k.metric_id or ""),
        Edit("baseline", "From", "number"), Edit("target", "Target", "number"),
        Edit("direction", "Better is", "choice", lambda: DIRECTIONS), Edit("unit", "Unit"), Edit("due", "By", "date"),
    )  # fmt: skip
    row_fields(
        "direction", lambda i: queries.direction_rows().filter(pk=i).first(), "direction.change",
        services.change_direction,
        Edit("title", "Title"), Edit("why", "Why", "longtext"), Edit("message", "Message", "longtext"),
        Edit("owner", "Owner", "person", key="owner_id", value=_owner), Edit("look_again", "Look again", "date"),
    )  # fmt: skip
