"""Action items as one list, whoever has them and wherever they came from."""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import people_choices, teams
from loopline.platform.lists.spec import BulkAction, Column, Done, Empty, Filter, ListSpec, View
from loopline.platform.settings.options import today, zone
from loopline.platform.ui.formats import day, plural
from loopline.slices.actions import services
from loopline.slices.actions.queries import LIVE, key_of, source_of
from loopline.slices.actions.rules import MOVES, STATES, TYPES, due_from

CHANGE = "action.change"
HERE = Q(archived_at=None)
_SINCE = (("week", "This week"), ("month", "This month"), ("quarter", "The last 90 days"))


def _items(n: int) -> str:
    return plural(n, "action item")


def _finish(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    return Done(f"Done: {_items(len(ids))}", services.finish(actor=actor, ids=ids, now=now))


def _move(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    to = due_from(value, today(now))
    token = services.move_due(actor=actor, ids=ids, due=to, now=now)
    return Done(f"{_items(len(ids))} due {day(to, now=now)} now", token)


def _assign(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    owner = int(value) if value.isdecimal() and len(value) < 18 else None
    token = services.assign(actor=actor, ids=ids, owner_id=owner, now=now)
    return Done(f"{_items(len(ids))} given to {dict(people_choices()).get(value, '')}", token)


def _drop(*, actor: Actor, ids: list[int], value: str, now: datetime) -> Done:
    token = services.wont_do(actor=actor, ids=ids, reason=value, now=now)
    return Done(f"{_items(len(ids))} will not be done", token)


def _overdue(value: str) -> Q:
    late = LIVE & Q(due__lt=today(timezone.now()))
    return late if value in ("1", "true") else ~late


def _unowned(value: str) -> Q:
    left = LIVE & (Q(owner=None) | Q(owner__is_active=False))
    return left if value in ("1", "true") else ~left


def _done(value: str) -> Q:
    on = today(timezone.now())
    named = {
        "week": on - timedelta(days=on.weekday()),
        "month": on.replace(day=1),
        "quarter": on - timedelta(days=90),
    }
    since = named.get(value) or _day(value)
    start = datetime.combine(since, datetime.min.time(), zone())
    return HERE & Q(state="done", done_at__gte=start)


def _day(value: str) -> date:
    return date.fromisoformat(value)


def _team(value: str) -> Q:
    return Q(owner__teams=int(value))


def _source(value: str) -> Q:
    type_, _, id_ = value.rpartition(":")
    return Q(source_type=type_, source_id=int(id_))


SPEC = ListSpec(
    name="action-items",
    title="Actions",
    singular="action item",
    object_type="action-item",
    url="/actions",
    read="action.read",
    columns=(
        Column("key", "Key", lambda a: f"ACT-{a.pk}"),
        Column("text", "What", lambda a: a.text),
        Column("owner", "Owner", lambda a: a.owner.name if a.owner else ""),
        Column("due", "Due", lambda a: a.due, "date"),
        Column("original_due", "First due", lambda a: a.original_due, "date"),
        Column("moves", "Moved", lambda a: a.moves, "number"),
        Column("state", "State", lambda a: dict(STATES)[a.state]),
        Column("reason", "Reason", lambda a: a.reason),
        Column("type", "Type", lambda a: dict(TYPES)[a.type]),
        Column("source", "From", lambda a: key_of(source_of(a))),
        Column("work_item", "Belongs to", lambda a: f"WI-{a.work_item_id}" if a.work_item_id else ""),
        Column("external", "Elsewhere", lambda a: a.external_ref),
        Column("done", "Done", lambda a: a.done_at, "date"),
    ),
    filters=(
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
        Filter("team", "Team", _team, options=lambda: [(str(pk), name) for pk, name in teams()]),
        Filter("state", "State", lambda v: HERE & Q(state=v), options=lambda: STATES, shows_hidden=True),
        Filter("type", "Type", lambda v: Q(type=v), options=lambda: TYPES),
        Filter("overdue", "Overdue", _overdue, "flag"),
        Filter("done", "Done since", _done, options=lambda: _SINCE, shows_hidden=True),
        Filter("unowned", "Owner left", _unowned, "flag"),
        Filter("moved", "Moved", lambda v: Q(moves__gt=0) if v in ("1", "true") else Q(moves=0), "flag"),
        Filter("source", "From", _source, "text"),
        Filter("due_from", "Due from", lambda v: Q(due__gte=_day(v)), "date"),
        Filter("due_to", "Due until", lambda v: Q(due__lte=_day(v)), "date"),
        Filter(
            "first_from", "First due from", lambda v: HERE & Q(original_due__gte=_day(v)), "date", shows_hidden=True
        ),
        Filter(
            "first_to", "First due until", lambda v: HERE & Q(original_due__lte=_day(v)), "date", shows_hidden=True
        ),
    ),
    sorts={
        "due": ("due", "Due"),
        "owner": ("by_owner", "Owner"),
        "source": ("by_source", "Where from"),
        "created": ("created_at", "Written down"),
        "changed": ("updated_at", "Changed"),
    },
    default_sort="due",
    empty=Empty(
        3, "Nothing to do is written down",
        "An action item is one thing that one person does by a day. Write it here, or on the page it comes from: "
        "a decision, a release, what a customer said.", "Write one down", "/actions/new", CHANGE,
    ),
    actions=(
        BulkAction("finish", "Done", "check", _finish, CHANGE, "e"),
        BulkAction("move", "Move to", "calendar", _move, CHANGE, "m", "choice", lambda: MOVES),
        BulkAction("assign", "Give to", "person", _assign, CHANGE, "a", "choice", people_choices),
        BulkAction("drop", "Won’t do, because", "x", _drop, CHANGE, "w", "text"),
    ),
    views=(
        View("Everybody’s", ""),
        View("Mine", "owner={me}"),
        View("Overdue", "overdue=1"),
        View("Done this month", "done=month"),
        View("Nobody owns", "unowned=1"),
    ),
    create_url="/actions/new",
    hide_archived=LIVE,
)  # fmt: skip
