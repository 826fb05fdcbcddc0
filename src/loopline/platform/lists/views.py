"""Saved views: keeping, listing, forgetting."""

from datetime import datetime
from urllib.parse import parse_qs, urlencode

from django.db import transaction
from django.db.models import Q

from loopline.core.problems import Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.identity.actor import Actor, Role
from loopline.platform.identity.policy import allow
from loopline.platform.lists.models import SavedView


def saved_views(*, actor: Actor, list_name: str) -> list[SavedView]:
    """The actor's own and the shared views of a list, pinned first."""
    allow(actor, "views.read")
    mine = Q(shared=True) | Q(owner_id=actor.user_id) if actor.user_id else Q(shared=True)
    return list(
        SavedView.objects.filter(mine, list_name=list_name).order_by("-pinned", "position", "name")
    )


@transaction.atomic
def save_view(
    *,
    actor: Actor,
    list_name: str,
    name: str,
    query: str,
    shared: bool,
    pinned: bool,
    now: datetime,
) -> int:
    """Keep a list's state under a name; the same name again replaces the actor's own view."""
    allow(actor, "views.save")
    name = name.strip()[:80]
    if not name:
        raise Invalid(name="Give the view a name.")
    kept = [(k, v) for k, vs in parse_qs(query).items() for v in vs if k not in ("cursor", "view")]
    view, _ = SavedView.objects.update_or_create(
        list_name=list_name,
        name=name,
        owner_id=actor.user_id,
        defaults={"query": urlencode(kept)[:2000], "shared": shared, "pinned": pinned},
    )
    after = {"list": list_name, "name": name, "shared": shared}
    record(actor=actor, now=now, change=Change("view.saved", "view", view.pk, {}, after))
    return view.pk


@transaction.atomic
def forget_view(*, actor: Actor, view_id: int, now: datetime) -> None:
    """Remove one's own view; an admin may remove a shared one."""
    allow(actor, "views.save")
    view = SavedView.objects.filter(pk=view_id).first()
    mine = view is not None and view.owner_id == actor.user_id
    if view is None or not (mine or (view.shared and actor.role.rank >= Role.ADMIN.rank)):
        raise Missing("view")
    before = {"list": view.list_name, "name": view.name, "query": view.query}
    record(actor=actor, now=now, change=Change("view.forgotten", "view", view.pk, before, {}))
    view.delete()
