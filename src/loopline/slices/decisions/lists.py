"""The decision log as a list."""

from django.db.models import Q
from django.utils import timezone

from loopline.platform.lists.spec import Column, Empty, Filter, ListSpec, View
from loopline.platform.settings.options import today
from loopline.slices.decisions.rules import VERDICTS


def _due(value: str) -> Q:
    due = Q(state="decided", revisit_on__lte=today(timezone.now()))
    return due if value in ("1", "true") else ~due


SPEC = ListSpec(
    name="decisions",
    title="Decisions",
    singular="decision",
    object_type="decision",
    url="/decisions",
    read="decision.read",
    columns=(
        Column("key", "Key", lambda d: f"DEC-{d.pk}"),
        Column("question", "Question", lambda d: d.question),
        Column("chosen", "Chosen", lambda d: d.chosen),
        Column("rationale", "Why", lambda d: d.rationale),
        Column("verdict", "Verdict", lambda d: dict(VERDICTS)[d.verdict] if d.state == "decided" else "Open"),
        Column("decided", "Decided", lambda d: d.decided_at, "date"),
        Column("by", "By", lambda d: d.decider_name),
        Column("revisit", "Look again", lambda d: d.revisit_on, "date"),
    ),
    filters=(
        Filter("state", "State", lambda v: Q(state=v), options=lambda: (("open", "Open"), ("decided", "Decided"))),
        Filter("verdict", "Verdict", lambda v: Q(verdict=v), options=lambda: VERDICTS),
        Filter("due", "To look at again", _due, "flag"),
    ),
    sorts={"created": ("created_at", "Opened"), "changed": ("updated_at", "Changed")},
    default_sort="-changed",
    empty=Empty(
        3, "No decision written down yet",
        "A decision keeps the question, the options, why one was chosen and the numbers of that day. "
        "Committing or declining a bet writes one.", "Open a decision", "/decisions/new",
    ),
    views=(View("All", ""), View("Open", "state=open"), View("Look again", "due=1")),
    create_url="/decisions/new",
    group="Decide",
    hide_archived=Q(archived_at=None),
)  # fmt: skip
