"""The list of metrics."""

from django.db.models import Q

from loopline.platform.identity.queries import people_choices
from loopline.platform.lists.spec import Column, Empty, Filter, ListSpec, View

SPEC = ListSpec(
    name="metrics",
    title="Metrics",
    singular="metric",
    object_type="metric",
    url="/measures",
    read="metric.read",
    columns=(
        Column("key", "Key", lambda m: f"MET-{m.pk}"),
        Column("name", "Name", lambda m: m.name),
        Column("question", "Question", lambda m: m.question),
        Column("latest", "Latest", lambda m: m.latest, "number"),
        Column("unit", "Unit", lambda m: m.unit),
        Column("target", "Target", lambda m: m.target, "number"),
        Column("owner", "Owner", lambda m: m.owner.name if m.owner else "", "person"),
    ),
    filters=(
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
        Filter(
            "direction",
            "Better is",
            lambda v: Q(direction=v),
            options=lambda: (("up", "Higher"), ("down", "Lower")),
        ),
        Filter(
            "unowned",
            "Without an owner",
            lambda v: Q(owner=None) if v == "1" else ~Q(owner=None),
            "flag",
        ),
        Filter(
            "trouble", "In trouble", lambda v: ~Q(trouble="") if v == "1" else Q(trouble=""), "flag"
        ),
    ),
    sorts={"name": ("name", "Name"), "changed": ("updated_at", "Changed")},
    default_sort="name",
    empty=Empty(
        6,
        "Nothing is measured yet",
        "A bet names the number that should move. Start with a small, sound set, computed by itself.",
        "See the starter set",
        "/measures/start",
    ),
    views=(
        View("All", ""),
        View("Mine", "owner={me}"),
        View("Nobody’s", "unowned=1"),
        View("In trouble", "trouble=1"),
    ),
    create_url="/measures/new",
    group="Learn",
    hide_archived=Q(archived_at=None),
)
