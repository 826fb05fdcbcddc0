"""The list of follow-ups."""

from datetime import datetime

from django.db.models import Q

from loopline.platform.identity.actor import Actor
from loopline.platform.lists.spec import BulkAction, Column, Done, Empty, Filter, ListSpec, View
from loopline.slices.told import services
from loopline.slices.told.rules import CHANNELS, STATES


def _approve(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    token = services.approve_many(actor=actor, ids=ids, now=now)
    return Done(f"Approved {len(ids)}; they leave in 20 seconds", token)


def _leave_out(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    services.suppress_many(actor=actor, ids=ids, now=now)
    return Done(f"{len(ids)} left out")


SPEC = ListSpec(
    name="follow-ups",
    title="Follow-ups",
    singular="follow-up",
    object_type="follow-up",
    url="/follow-ups",
    read="follow_up.read",
    columns=(
        Column("key", "Key", lambda f: f"FU-{f.pk}"),
        Column("to", "To", lambda f: f.to_name or f.address),
        Column("account", "Account", lambda f: f.account.name if f.account else ""),
        Column("subject", "Subject", lambda f: f.subject),
        Column("channel", "Channel", lambda f: dict(CHANNELS)[f.channel]),
        Column("state", "State", lambda f: dict(STATES)[f.state]),
        Column("sent", "Sent", lambda f: f.sent_at, "date"),
    ),
    filters=(
        Filter("state", "State", lambda v: Q(state=v), options=lambda: STATES),
        Filter("channel", "Channel", lambda v: Q(channel=v), options=lambda: CHANNELS),
        Filter(
            "occasion",
            "Because",
            lambda v: Q(occasion=v),
            options=lambda: (("ship", "It shipped"), ("decision", "It was decided")),
        ),
        Filter("release", "Release", lambda v: Q(release_id=int(v)), "text"),
        Filter("opportunity", "Opportunity", lambda v: Q(opportunity_id=int(v)), "text"),
        Filter("contact", "Contact", lambda v: Q(contact_id=int(v)), "text"),
    ),
    sorts={"created": ("created_at", "Drafted"), "changed": ("updated_at", "Changed")},
    default_sort="-created",
    empty=Empty(
        7,
        "Nobody waits to be told",
        (
            "When a release ships or a bet is decided, a message to each person who "
            "asked is drafted here, from their own words."
        ),
    ),
    actions=(
        BulkAction("approve", "Approve", "check", _approve, "follow_up.change", "y"),
        BulkAction("archive", "Leave out", "archive", _leave_out, "follow_up.change", "e"),
    ),
    views=(
        View("To approve", "state=draft"),
        View("All", ""),
        View("By hand", "state=approved&channel=by_hand"),
        View("Sent", "state=sent"),
        View("Failed", "state=failed"),
    ),
    group="Tell",
    search=False,
)
