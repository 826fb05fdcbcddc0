"""Objectives, key results and changes of direction as lists."""

from django.db.models import Q

from loopline.platform.identity.queries import people_choices, teams
from loopline.platform.lists.spec import Column, Empty, Filter, ListSpec, View
from loopline.slices.goals.queries import objective_choices, periods
from loopline.slices.goals.rules import OUTCOMES, STATES, label
from loopline.slices.measures.queries import metric_choices


def _periods() -> list[tuple[str, str]]:
    return [(p, label(p)) for p in reversed(periods())]


def _open(value: str) -> Q:
    running = Q(objective__state="active", dropped_at=None)
    return running if value in ("1", "true") else ~running


OBJECTIVES = ListSpec(
    name="objectives", title="Objectives", singular="objective", object_type="objective", url="/goals/objectives",
    read="goal.read",
    columns=(
        Column("key", "Key", lambda o: f"OBJ-{o.pk}"),
        Column("title", "Title", lambda o: o.title),
        Column("period", "Quarter", lambda o: label(o.period)),
        Column("team", "Team", lambda o: o.team),
        Column("state", "State", lambda o: dict(OUTCOMES).get(o.outcome) or dict(STATES)[o.state], "tag"),
        Column("key_results", "Key results", lambda o: o.key_result_count, "number"),
        Column("serves", "Serves", lambda o: o.parent.title if o.parent else "", optional=True),
        Column("owner", "Owner", lambda o: o.owner.name if o.owner else "", "person"),
    ),
    filters=(
        Filter("period", "Quarter", lambda v: Q(period=v), options=_periods),
        Filter("state", "State", lambda v: Q(state=v), options=lambda: STATES),
        Filter("outcome", "Outcome", lambda v: Q(outcome=v), options=lambda: OUTCOMES),
        Filter("team", "Team", lambda v: Q(team=v), options=lambda: [(n, n) for _, n in teams()]),
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
    ),
    sorts={"changed": ("updated_at", "Changed"), "period": ("period", "Quarter"), "title": ("title", "Title")},
    default_sort="-period",
    empty=Empty(
        3, "No objective yet", "An objective says what a quarter is for; its key results say whether it was met.",
        "Write an objective", "/goals/objectives/new", permission="goal.change",
    ),
    views=(View("All", ""), View("Active", "state=active"), View("Mine", "owner={me}")),
    create_url="/goals/objectives/new", here="Goals", group="Decide", hide_archived=Q(archived_at=None),
)  # fmt: skip

KEY_RESULTS = ListSpec(
    name="key-results", title="Key results", singular="key result", object_type="key-result",
    url="/goals/key-results", read="goal.read",
    columns=(
        Column("key", "Key", lambda k: f"KR-{k.pk}"),
        Column("text", "Key result", lambda k: k.text),
        Column("objective", "Objective", lambda k: k.objective.title),
        Column("period", "Quarter", lambda k: label(k.objective.period)),
        Column("metric", "Metric", lambda k: k.metric.name if k.metric else ""),
        Column("baseline", "From", lambda k: k.baseline, "number"),
        Column("target", "Target", lambda k: k.target, "number"),
        Column("unit", "Unit", lambda k: k.unit),
        Column("due", "By", lambda k: k.due, "date"),
        Column("owner", "Owner", lambda k: k.owner.name if k.owner else "", "person"),
    ),
    filters=(
        Filter("period", "Quarter", lambda v: Q(objective__period=v), options=_periods),
        Filter("objective", "Objective", lambda v: Q(objective_id=int(v)), options=objective_choices),
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
        Filter("metric", "Metric", lambda v: Q(metric_id=int(v)), options=metric_choices),
        Filter("open", "Running", _open, "flag"),
    ),
    sorts={"changed": ("updated_at", "Changed"), "due": ("due", "By"), "text": ("text", "Key result")},
    default_sort="-due",
    empty=Empty(
        3, "No key result yet", "A key result is a number with a target and a day. With a metric nobody types it in.",
        "Write a key result", "/goals/key-results/new", permission="goal.change",
    ),
    views=(View("All", ""), View("Running", "open=1"), View("Mine", "owner={me}&open=1")),
    create_url="/goals/key-results/new", here="Goals", group="Decide", hide_archived=Q(archived_at=None),
)  # fmt: skip

DIRECTIONS = ListSpec(
    name="directions", title="Changes of direction", singular="change", object_type="direction", url="/goals/change",
    read="goal.read",
    columns=(
        Column("key", "Key", lambda d: f"DIR-{d.pk}"),
        Column("title", "Title", lambda d: d.title),
        Column("period", "Quarter", lambda d: label(d.period)),
        Column("state", "State", lambda d: d.state, "tag"),
        Column("rows", "What changes", lambda d: d.row_count, "number"),
        Column("promises", "Promises", lambda d: d.promise_count, "number"),
        Column("open", "Not yet told", lambda d: d.open_count, "number"),
        Column("decided", "Decided", lambda d: d.decided_at, "date"),
        Column("owner", "Owner", lambda d: d.owner.name if d.owner else "", "person"),
    ),
    filters=(
        Filter("state", "State", lambda v: Q(state=v),
               options=lambda: (("draft", "Draft"), ("decided", "Decided"), ("closed", "Closed"))),
        Filter("period", "Quarter", lambda v: Q(period=v), options=_periods),
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
    ),
    sorts={"changed": ("updated_at", "Changed"), "created": ("created_at", "Begun")},
    default_sort="-changed",
    empty=Empty(
        3, "The direction was never changed here",
        "When the quarter turns out otherwise: why, what is paused, dropped, moved and added, who was promised what, "
        "and one decision that does it all.", "Change direction", "/goals/change/new", permission="direction.change",
    ),
    views=(View("All", ""), View("Draft", "state=draft"), View("Still to tell", "state=decided")),
    create_url="/goals/change/new", here="Goals", group="Decide", hide_archived=Q(archived_at=None),
)  # fmt: skip
