"""The lists of opportunities and bets."""

from datetime import datetime

from django.db.models import Q

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import people_choices
from loopline.platform.lists.spec import BulkAction, Column, Done, Empty, Filter, ListSpec, View
from loopline.slices.goals.queries import key_result_choices, quarter_choices
from loopline.slices.measures.queries import metric_choices
from loopline.slices.roadmap.queries import opportunity_choices, squads
from loopline.slices.roadmap.rules import HORIZONS, STATES
from loopline.slices.roadmap.services import archive_opportunities


def _archive(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    token = archive_opportunities(actor=actor, ids=ids, now=now)
    return Done(f"Archived {len(ids)}", token)


OPPORTUNITIES = ListSpec(
    name="opportunities",
    title="Opportunities",
    singular="opportunity",
    object_type="opportunity",
    url="/opportunities",
    read="opportunity.read",
    columns=(
        Column("key", "Key", lambda o: f"OPP-{o.pk}"),
        Column("title", "Title", lambda o: o.title),
        Column("asks", "Asks", lambda o: o.ask_count, "number", "asks"),
        Column("accounts", "Accounts", lambda o: o.account_count, "number"),
        Column("arr", "ARR asking", lambda o: o.arr, "money", "arr"),
        Column("squad", "Squad", lambda o: o.squad),
        Column("owner", "Owner", lambda o: o.owner.name if o.owner else "", "person"),
        Column("tags", "Tags", lambda o: ", ".join(o.tags), "tag"),
    ),
    filters=(
        Filter("squad", "Squad", lambda v: Q(squad=v), options=squads),
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
        Filter(
            "without_bet",
            "Without a bet",
            lambda v: Q(bets=None) if v in ("1", "true") else ~Q(bets=None),
            "flag",
        ),
    ),
    sorts={
        "arr": ("arr", "ARR asking"),
        "asks": ("ask_count", "Asks"),
        "created": ("created_at", "Created"),
        "changed": ("updated_at", "Changed"),
    },
    default_sort="-arr",
    empty=Empty(
        2,
        "No opportunity yet",
        (
            "An opportunity is a problem several people have. Link feedback to it in "
            "the inbox and its demand adds up here."
        ),
        "Name a problem",
        "/opportunities/new",
    ),
    actions=(BulkAction("archive", "Archive", "archive", _archive, "opportunity.change", "e"),),
    views=(
        View("All", ""),
        View("Mine", "owner={me}"),
        View("Most asked", "sort=-asks"),
        View("Without a bet", "without_bet=1"),
    ),
    create_url="/opportunities/new",
    group="Decide",
    hide_archived=Q(archived_at=None),
)

BETS = ListSpec(
    name="bets",
    title="Bets",
    singular="bet",
    object_type="bet",
    url="/bets",
    read="bet.read",
    columns=(
        Column("key", "Key", lambda b: f"BET-{b.pk}"),
        Column("title", "Title", lambda b: b.title),
        Column(
            "opportunity", "Opportunity", lambda b: b.opportunity.title if b.opportunity else ""
        ),
        Column("state", "State", lambda b: STATES[b.state]),
        Column("horizon", "Horizon", lambda b: b.horizon),
        Column("metric", "Success metric", lambda b: b.metric.name if b.metric else ""),
        Column("key_result", "Key result", lambda b: b.key_result.text if b.key_result else ""),
        Column("quarter", "Quarter", lambda b: b.quarter),
        Column("paused", "Paused", lambda b: b.paused_at, "date"),
        Column("squad", "Squad", lambda b: b.squad),
        Column("owner", "Owner", lambda b: b.owner.name if b.owner else "", "person"),
    ),
    filters=(
        Filter("state", "State", lambda v: Q(state=v), options=lambda: tuple(STATES.items())),
        Filter("horizon", "Horizon", lambda v: Q(horizon=v), options=lambda: HORIZONS),
        Filter("squad", "Squad", lambda v: Q(squad=v), options=squads),
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
        Filter(
            "opportunity",
            "Opportunity",
            lambda v: Q(opportunity_id=int(v)),
            options=opportunity_choices,
        ),
        Filter("metric", "Success metric", lambda v: Q(metric_id=int(v)), options=metric_choices),
        Filter(
            "key_result",
            "Key result",
            lambda v: Q(key_result_id=int(v)),
            options=key_result_choices,
        ),
        Filter("quarter", "Quarter", lambda v: Q(quarter=v), options=quarter_choices),
        Filter("paused", "Paused", lambda v: Q(paused_at__isnull=v not in ("1", "true")), "flag"),
    ),
    sorts={
        "changed": ("updated_at", "Changed"),
        "created": ("created_at", "Created"),
        "title": ("title", "Title"),
    },
    default_sort="-changed",
    empty=Empty(
        3,
        "No bet yet",
        "A bet is a way to solve a problem: what we believe, the number that should move, and how far.",
        "Place a bet",
        "/bets/new",
    ),
    views=(
        View("All", ""),
        View("Open", "state=proposed"),
        View("Building", "state=committed&state=in_progress"),
        View("Shipped", "state=shipped&state=confirmed"),
        View("Declined", "state=declined"),
    ),
    create_url="/bets/new",
    group="Decide",
    hide_archived=Q(archived_at=None),
)
