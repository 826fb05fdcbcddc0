"""The list of work."""

from datetime import datetime

from django.db.models import Q

from loopline.platform.identity.actor import Actor
from loopline.platform.lists.spec import BulkAction, Column, Done, Empty, Filter, ListSpec, View
from loopline.slices.roadmap.queries import bet_choices
from loopline.slices.work.rules import STATES
from loopline.slices.work.services import link_items


def _tie(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    bet = int(value) if value.isdecimal() and len(value) < 18 else None
    link_items(actor=actor, ids=ids, bet_id=bet, now=now)
    return Done(f"{len(ids)} items tied to BET-{bet}" if bet else f"{len(ids)} items untied")


SPEC = ListSpec(
    name="work-items",
    title="Work",
    singular="work item",
    object_type="work-item",
    url="/work",
    read="work.read",
    columns=(
        Column("key", "Key", lambda w: f"WI-{w.pk}"),
        Column("title", "Title", lambda w: w.title),
        Column("source", "Source", lambda w: w.external_id or w.source),
        Column("type", "Type", lambda w: w.type),
        Column("state", "State", lambda w: dict(STATES)[w.state]),
        Column("bet", "Bet", lambda w: w.bet.title if w.bet else ""),
        Column("done", "Done", lambda w: w.done_at, "date"),
        Column("url", "Address", lambda w: w.url),
    ),
    filters=(
        Filter("state", "State", lambda v: Q(state=v), options=lambda: STATES),
        Filter(
            "bet",
            "Bet",
            lambda v: Q(bet_id=int(v)) if v != "none" else Q(bet=None),
            options=bet_choices,
        ),
        Filter("source", "Source", lambda v: Q(source=v), "text"),
        Filter("pull", "Pull requests", lambda v: Q(is_pull=v in ("1", "true")), "flag"),
    ),
    sorts={"changed": ("updated_at", "Changed"), "opened": ("opened_at", "Opened")},
    default_sort="-opened",
    empty=Empty(
        4,
        "No work yet",
        (
            "Issues and pull requests come in from GitHub by webhook or file; name a "
            "bet as BET-4 in their text and they are tied to it."
        ),
        "Write work down",
        "/work/new",
    ),
    actions=(
        BulkAction("bet", "Tie to a bet", "link", _tie, "work.change", "b", "choice", bet_choices),
    ),
    views=(
        View("All", ""),
        View("Started", "state=started"),
        View("Done", "state=done"),
        View("Without a bet", "bet=none&state=started"),
    ),
    create_url="/work/new",
    group="Build",
    here="Work",
    hide_archived=Q(archived_at=None),
)
