"""The lists of dashboards and of investigations."""

from django.db.models import Q

from loopline.platform.identity.queries import people_choices
from loopline.platform.lists.spec import Column, Empty, Filter, ListSpec, View


def _unowned(value: str) -> Q:
    return Q(owner=None) if value in ("1", "true") else ~Q(owner=None)


DASHBOARDS = ListSpec(
    name="dashboards",
    title="Dashboards",
    singular="dashboard",
    object_type="dashboard",
    url="/dashboards",
    read="dashboard.read",
    columns=(
        Column("key", "Key", lambda d: f"DSH-{d.pk}"),
        Column("name", "Name", lambda d: d.name),
        Column("finding", "Finding", lambda d: d.finding),
        Column("tiles", "Charts", lambda d: d.tile_count, "number"),
        Column("owner", "Owner", lambda d: d.owner.name if d.owner else "", "person"),
        Column("review", "Review", lambda d: d.review_on, "date"),
    ),
    filters=(
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
        Filter("unowned", "Without owner", _unowned, "flag"),
    ),
    sorts={"name": ("name", "Name"), "changed": ("updated_at", "Changed")},
    default_sort="name",
    empty=Empty(
        6, "No dashboard yet",
        "Reports and metrics that belong together, under one finding, with somebody who answers for them.",
        "Make a dashboard", "/dashboards/new", permission="dashboard.change",
    ),
    views=(View("All", ""), View("Mine", "owner={me}"), View("Without owner", "unowned=1")),
    create_url="/dashboards/new",
    group="Learn",
    hide_archived=Q(archived_at=None),
)  # fmt: skip

INVESTIGATIONS = ListSpec(
    name="investigations",
    title="Investigations",
    singular="investigation",
    object_type="investigation",
    url="/investigations",
    read="investigation.read",
    columns=(
        Column("key", "Key", lambda i: f"INV-{i.pk}"),
        Column("question", "Question", lambda i: i.question),
        Column("finding", "Finding", lambda i: i.finding),
        Column("state", "State", lambda i: i.state, "tag"),
        Column("charts", "Charts", lambda i: i.chart_count, "number"),
        Column("owner", "Owner", lambda i: i.owner.name if i.owner else "", "person"),
    ),
    filters=(
        Filter("state", "State", lambda v: Q(state=v), options=lambda: (("open", "Open"), ("found", "Found"))),
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
    ),
    sorts={"changed": ("updated_at", "Changed")},
    default_sort="-changed",
    empty=Empty(
        6, "No product question was looked into yet",
        "An investigation keeps the question, the charts, what was found, the decision it led to and what came of it.",
        "Ask a question", "/investigations/new", permission="investigation.change",
    ),
    views=(View("All", ""), View("Open", "state=open"), View("Mine", "owner={me}")),
    create_url="/investigations/new",
    group="Learn",
    hide_archived=Q(archived_at=None),
)  # fmt: skip
