"""The lists of reports, of product events and of cohorts."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import people_choices
from loopline.platform.lists.spec import BulkAction, Column, Done, Empty, Filter, ListSpec, View
from loopline.slices.insights import services
from loopline.slices.insights.conventions import RULES
from loopline.slices.insights.services.catalogue import STATES
from loopline.slices.insights.services.cohorts import ACTORS

KINDS = (
    ("funnel", "Funnel"), ("retention", "Retention"), ("trend", "Trend"), ("actives", "Actives"),
    ("lifecycle", "Lifecycle"), ("stickiness", "Stickiness"), ("time-to-value", "Time to value"),
    ("adoption", "Adoption"), ("paths", "Paths"), ("sql", "SQL"),
)  # fmt: skip

REPORTS = ListSpec(
    name="reports",
    title="Reports",
    singular="report",
    object_type="report",
    url="/reports",
    read="insight.read",
    columns=(
        Column("key", "Key", lambda r: f"REP-{r.pk}"),
        Column("name", "Name", lambda r: r.name),
        Column("kind", "Kind", lambda r: dict(KINDS).get(r.kind, r.kind)),
        Column("says", "Says", lambda r: r.says),
        Column("finding", "Finding", lambda r: r.finding),
        Column("version", "Version", lambda r: r.definition_version, "number"),
        Column("owner", "Owner", lambda r: r.owner.name if r.owner else "", "person"),
        Column("changed", "Changed", lambda r: r.updated_at, "date"),
    ),
    filters=(
        Filter("kind", "Kind", lambda v: Q(kind=v), options=lambda: KINDS),
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
        Filter(
            "unowned",
            "Without owner",
            lambda v: Q(owner=None) if v in ("1", "true") else ~Q(owner=None),
            "flag",
        ),
    ),
    sorts={"name": ("name", "Name"), "changed": ("updated_at", "Changed")},
    default_sort="-changed",
    empty=Empty(
        6,
        "No report is kept yet",
        "A funnel, a retention grid or any other question becomes a report when you save it: named, owned, "
        "with its definition beside the number.",
        "Build a funnel",
        "/insights/funnel",
    ),
    views=(View("All", ""), View("Mine", "owner={me}"), View("Without owner", "unowned=1")),
    create_url="/insights/funnel",
    group="Learn",
    hide_archived=Q(archived_at=None),
)


def _set_owner(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    """`value` is the id of a colleague, empty for nobody."""
    owner = int(value) if value.isdecimal() and len(value) < 18 else None
    done = services.set_owner(actor=actor, ids=ids, owner_id=owner, now=now)
    return Done(f"{done} {'event has' if done == 1 else 'events have'} another owner")


def _flag(found: Q) -> Callable[[str], Q]:
    return lambda value: found if value in ("1", "true") else ~found


def _breaks(rule: str) -> Q:
    found = Q()
    for place in range(4):
        found |= Q(**{f"broken_rules__{place}__rule": rule})
    return found


def _quiet(value: str) -> Q:
    found = Q(volume_30d=0) & ~Q(state="planned")
    return found if value in ("1", "true") else ~found


EVENTS = ListSpec(
    name="event-names",
    title="Catalogue",
    singular="event",
    object_type="event-name",
    url="/events/catalogue",
    read="insight.read",
    here="Events",
    columns=(
        Column("name", "Event", lambda e: e.name),
        Column("description", "Description", lambda e: e.description),
        Column("state", "State", lambda e: e.state),
        Column("volume_30d", "Sent in 30 days", lambda e: e.volume_30d, "number"),
        Column("volume", "Sent ever", lambda e: e.volume, "number"),
        Column("first_seen", "First seen", lambda e: e.first_seen, "date"),
        Column("last_seen", "Last seen", lambda e: e.last_seen, "date"),
        Column("owner", "Owner", lambda e: e.owner.name if e.owner else "", "person"),
        Column("rules", "Rules it breaks", lambda e: ", ".join(b["rule"] for b in e.broken_rules)),
    ),
    filters=(
        Filter("state", "State", lambda v: Q(state=v), options=lambda: STATES),
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
        Filter("breaks", "Breaks a rule", _flag(~Q(broken_rules=[])), "flag"),
        Filter("rule", "Rule", _breaks, options=lambda: RULES),
        Filter("quiet", "Not seen for 30 days", _quiet, "flag"),
        Filter("unsaid", "Without description", _flag(Q(description="")), "flag"),
        Filter("unowned", "Without owner", _flag(Q(owner=None)), "flag"),
    ),
    sorts={
        "volume": ("volume_30d", "Sent in 30 days"), "name": ("name", "Name"), "seen": ("seen", "Last seen"),
        "changed": ("updated_at", "Changed"),
    },
    default_sort="-volume",
    empty=Empty(
        6,
        "No product event yet",
        "The catalogue fills by itself as events arrive, and is read again every ten minutes. Events can also be "
        "planned here before the code sends them.",
        "Send the first event",
        "/events",
    ),
    actions=(
        BulkAction("owner", "Set owner", "person", _set_owner, "insight.change", "a", "choice", people_choices),
    ),
    views=(
        View("All", ""), View("Breaks a rule", "breaks=1"), View("Without owner", "unowned=1"),
        View("Not seen", "quiet=1"), View("Planned", "state=planned"),
    ),
    create_url="/events/catalogue/new",
    group="Learn",
)  # fmt: skip


COHORT_KINDS = (("dynamic", "Counted anew"), ("static", "A list"))


def _archive(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    for id_ in ids:
        services.change_cohort(actor=actor, id_=id_, changes={"archived": True}, now=now)
    return Done(f"Archived {len(ids)}")


COHORTS = ListSpec(
    name="cohorts",
    title="Cohorts",
    singular="cohort",
    object_type="cohort",
    url="/cohorts",
    read="insight.read",
    columns=(
        Column("key", "Key", lambda c: f"COH-{c.pk}"),
        Column("name", "Name", lambda c: c.name),
        Column("says", "Says", lambda c: c.says),
        Column("actor", "Of", lambda c: c.actor),
        Column("kind", "Kind", lambda c: c.kind),
        Column("size", "Size", lambda c: c.size, "number"),
        Column("counted", "Counted", lambda c: c.computed_at, "date"),
        Column("owner", "Owner", lambda c: c.owner.name if c.owner else "", "person"),
    ),
    filters=(
        Filter("actor", "Of", lambda v: Q(actor=v), options=lambda: ACTORS),
        Filter("kind", "Kind", lambda v: Q(kind=v), options=lambda: COHORT_KINDS),
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
        Filter("unowned", "Without owner", _flag(Q(owner=None)), "flag"),
    ),
    sorts={"changed": ("updated_at", "Changed"), "name": ("name", "Name"), "size": ("many", "Size")},
    default_sort="-changed",
    empty=Empty(
        6,
        "No cohort yet",
        "People who did something, or did not, kept under a name: made from a rule, from any number of a funnel or "
        "a retention grid, or from a list.",
        "Make a cohort",
        "/cohorts/new",
        "insight.change",
    ),
    actions=(BulkAction("archive", "Archive", "archive", _archive, "insight.change", "e"),),
    create_url="/cohorts/new",
    group="Learn",
    hide_archived=Q(archived_at=None),
)  # fmt: skip
