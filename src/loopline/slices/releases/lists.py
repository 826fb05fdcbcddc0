"""The list of releases."""

from django.db.models import Q

from loopline.platform.lists.spec import Column, Empty, Filter, ListSpec, View
from loopline.slices.releases.rules import STATES

SPEC = ListSpec(
    name="releases",
    title="Releases",
    singular="release",
    object_type="release",
    url="/releases",
    read="release.read",
    columns=(
        Column("key", "Key", lambda r: f"REL-{r.pk}"),
        Column("version", "Version", lambda r: r.version_name),
        Column("title", "Title", lambda r: r.title),
        Column("state", "State", lambda r: dict(STATES)[r.state]),
        Column("items", "Items", lambda r: r.item_count, "number"),
        Column("target", "Target", lambda r: r.target_on, "date"),
        Column("shipped", "Shipped", lambda r: r.shipped_at, "date"),
    ),
    filters=(
        Filter("state", "State", lambda v: Q(state=v), options=lambda: STATES),
        Filter("source", "Source", lambda v: Q(source=v), "text"),
    ),
    sorts={"created": ("created_at", "Created"), "changed": ("updated_at", "Changed")},
    default_sort="-created",
    empty=Empty(
        5,
        "No release yet",
        "A release holds the work that ships together. It is drafted from tags and GitHub releases, or planned here.",
        "Plan a release",
        "/releases/new",
    ),
    views=(
        View("All", ""),
        View("Coming", "state=planned&state=in_progress&state=ready"),
        View("Shipped", "state=shipped"),
    ),
    create_url="/releases/new",
    group="Ship",
    hide_archived=Q(archived_at=None),
)
