"""Asking about action items: whose, from where, what is late, and how much was done when it was promised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card, kinds
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.links.services import linked_ids
from loopline.platform.settings.options import today, zone
from loopline.slices.actions.models import ActionItem
from loopline.slices.actions.rules import OPEN, STATES

TYPE = "action-item"
LIVE = Q(state__in=OPEN, archived_at=None)
Ref = tuple[str, int]


@dataclass(frozen=True, slots=True)
class ActionView:
    """`owner_left`: the owner has left, or was erased; nobody looks after it."""

    id: int
    key: str
    text: str
    owner_id: int | None
    owner: str
    owner_left: bool
    due: date
    original_due: date
    moves: int
    type: str
    state: str
    reason: str
    source: Ref | None
    work_item_id: int | None
    done_at: datetime | None
    version: int

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Completion:
    """Of `due` items first promised for a window: done by that day, by the day they were moved to, done at all,
    and closed without being done."""

    due: int
    by_original: int
    by_moved: int
    ever: int
    dropped: int

    @property
    def share(self) -> float:
        """Done by the original due day, of those due; 0 to 1."""
        return self.by_original / self.due


def source_of(a: ActionItem) -> Ref | None:
    return (a.source_type, a.source_id) if a.source_type and a.source_id else None


def view(a: ActionItem) -> ActionView:
    owner = a.owner
    return ActionView(
        a.pk, f"ACT-{a.pk}", a.text, a.owner_id, owner.name if owner else "", owner is None or not owner.is_active,
        a.due, a.original_due, a.moves, a.type, a.state, a.reason, source_of(a), a.work_item_id, a.done_at, a.version,
    )  # fmt: skip


def rows() -> QuerySet[ActionItem]:
    """With their owners; `by_owner` and `by_source` put those of one together, by day."""
    day, gap = Cast("due", CharField()), Value(" ")
    owner, source = (Cast(Coalesce(n, 0), CharField()) for n in ("owner_id", "source_id"))
    return ActionItem.objects.select_related("owner").annotate(
        by_owner=Concat(Coalesce("owner__name", Value("")), gap, owner, gap, day),
        by_source=Concat("source_type", gap, source, gap, day),
    )  # fmt: skip


def one(*, actor: Actor, action_item_id: int) -> ActionItem:
    allow(actor, "action.read")
    found = ActionItem.objects.select_related("owner").filter(pk=action_item_id).first()
    if found is None:
        raise Missing("action item")
    return found


def _views(found: QuerySet[ActionItem]) -> list[ActionView]:
    return [view(a) for a in found.select_related("owner")]


def open_for(user_id: int) -> list[ActionView]:
    """What one person has still to do, longest due first."""
    return _views(ActionItem.objects.filter(LIVE, owner_id=user_id).order_by("due", "pk"))


def waiting(actor: Actor) -> int | None:
    """How many of the actor's are due by today; None where none are, or nobody in person asks."""
    if actor.user_id is None:
        return None
    on = today(timezone.now())
    return ActionItem.objects.filter(LIVE, owner_id=actor.user_id, due__lte=on).count() or None


def overdue(*, on: date, owner_id: int | None = None) -> list[ActionView]:
    """Open ones whose day is over, longest due first."""
    found = ActionItem.objects.filter(LIVE, due__lt=on)
    if owner_id is not None:
        found = found.filter(owner_id=owner_id)
    return _views(found.order_by("due", "pk"))


def unowned() -> list[ActionView]:
    """Open ones whose owner left."""
    left = Q(owner=None) | Q(owner__is_active=False)
    return _views(ActionItem.objects.filter(LIVE & left).order_by("due", "pk"))


def of_sources(refs: Sequence[Ref]) -> dict[Ref, list[ActionView]]:
    """What came from these objects, was carried over to them or belongs to them: open ones first, by day.

    Three queries at most for each type of object.
    """
    out: dict[Ref, list[ActionView]] = {}
    for type_ in dict.fromkeys(t for t, _ in refs):
        ids = {i for t, i in refs if t == type_}
        linked = linked_ids(
            second_type=type_, second_ids=sorted(ids), first_type=TYPE, relation="relates to"
        )
        where = Q(source_type=type_, source_id__in=ids)
        where |= Q(pk__in={a for found in linked.values() for a in found})
        if type_ == "work-item":
            where |= Q(work_item_id__in=ids)
        for a in _views(ActionItem.objects.filter(where, archived_at=None).order_by("due", "pk")):
            belongs = {i for i, found in linked.items() if a.id in found}
            belongs |= {a.source[1]} if a.source and a.source[0] == type_ else set()
            belongs |= {a.work_item_id} if a.work_item_id and type_ == "work-item" else set()
            for i in belongs & ids:
                out.setdefault((type_, i), []).append(a)
    return {ref: sorted(found, key=lambda a: not a.is_open) for ref, found in out.items()}


def of_source(type_: str, id_: int) -> list[ActionView]:
    """What came from one object; see of_sources."""
    return of_sources([(type_, id_)]).get((type_, id_), [])


def by_ids(ids: Iterable[int]) -> dict[int, ActionView]:
    return {a.id: a for a in _views(ActionItem.objects.filter(pk__in=set(ids)))}


def completion(start: date, end: date, *, on: date) -> Completion | None:
    """How promises first made for [start, end) were kept; None where nothing was due in it.

    Only days that are over by `on` count: what is due today or later is not late yet. Put away ones are left out.
    """
    where = Q(original_due__gte=start, original_due__lt=min(end, on), archived_at=None)
    found = list(
        ActionItem.objects.filter(where).values_list("state", "original_due", "due", "done_at")
    )
    if not found:
        return None
    done = [
        (first, due, at.astimezone(zone()).date())
        for state, first, due, at in found
        if state == "done" and at is not None
    ]
    return Completion(
        due=len(found),
        by_original=sum(day <= first for first, _, day in done),
        by_moved=sum(day <= due for _, due, day in done),
        ever=len(done),
        dropped=sum(state == "wont_do" for state, *_ in found),
    )


def done_by(owner_id: int, start: datetime, end: datetime) -> int:
    """How many one person finished in [start, end)."""
    done = ActionItem.objects.filter(owner_id=owner_id, state="done", archived_at=None)
    return done.filter(done_at__gte=start, done_at__lt=end).count()


def anything() -> bool:
    """Whether there is any action item at all."""
    return ActionItem.objects.filter(archived_at=None).exists()


def action_cards(ids: set[int]) -> dict[int, Card]:
    words = dict(STATES)
    return {
        a.pk: Card(
            TYPE, a.pk, a.text, f"/actions/{a.pk}", f"ACT-{a.pk}",
            words[a.state] if a.state not in OPEN else (a.owner.name if a.owner else "Nobody"), bool(a.archived_at),
        )
        for a in ActionItem.objects.select_related("owner").filter(pk__in=ids)
    }  # fmt: skip


def key_of(ref: Ref | None) -> str:
    """What people call an object: DEC-4; empty for none."""
    if ref is None:
        return ""
    kind = kinds().get(ref[0])
    return f"{kind.prefix}-{ref[1]}" if kind and kind.prefix else f"{ref[0]} {ref[1]}"
