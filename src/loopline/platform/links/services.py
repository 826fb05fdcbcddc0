"""Linking, unlinking, and reading what is linked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from loopline.core.problems import Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.cards.registry import Card, card, cards
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.links.models import Link

RELATIONS = ("relates to", "blocks", "documents", "caused by", "needs")
Ref = tuple[str, int]


@transaction.atomic
def link(
    *, actor: Actor, first: Ref, second: Ref, relation: str = "relates to", now: datetime
) -> int:
    """Link two objects the actor sees; the same link again is the same link."""
    allow(actor, "link.change")
    if relation not in RELATIONS:
        raise Invalid(relation=f"A link is one of: {', '.join(RELATIONS)}.")
    if first == second:
        raise Invalid(link="An object cannot be linked to itself.")
    card(actor=actor, type_=first[0], id_=first[1])
    there = card(actor=actor, type_=second[0], id_=second[1])
    row, made = Link.objects.get_or_create(
        first_type=first[0],
        first_id=first[1],
        second_type=second[0],
        second_id=second[1],
        relation=relation,
        defaults={"at": now},
    )
    if made:
        after = {"relation": relation, "to": there.key or there.title}
        record(actor=actor, now=now, change=Change("link.added", first[0], first[1], {}, after))
    return row.pk


@transaction.atomic
def unlink(*, actor: Actor, link_id: int, now: datetime) -> None:
    allow(actor, "link.change")
    row = Link.objects.filter(pk=link_id).first()
    if row is None:
        raise Missing("link")
    before = {"relation": row.relation, "to": f"{row.second_type} {row.second_id}"}
    change = Change("link.removed", row.first_type, row.first_id, before, {})
    record(actor=actor, now=now, change=change)
    row.delete()


@dataclass(frozen=True, slots=True)
class Linked:
    id: int
    relation: str
    card: Card


def linked(*, actor: Actor, object_type: str, object_id: int) -> list[Linked]:
    """What an object is linked to, both ways, as far as the actor may see."""
    allow(actor, "link.read")
    rows = Link.objects.filter(
        Q(first_type=object_type, first_id=object_id)
        | Q(second_type=object_type, second_id=object_id)
    )
    ends = {
        r: (
            (r.second_type, r.second_id)
            if (r.first_type, r.first_id) == (object_type, object_id)
            else (r.first_type, r.first_id)
        )
        for r in rows
    }
    known = cards(actor=actor, refs=ends.values())
    return [Linked(r.pk, r.relation, known[e]) for r, e in ends.items() if e in known]


def linked_ids(
    *, second_type: str, second_ids: Sequence[int], first_type: str, relation: str
) -> dict[int, list[int]]:
    """For many objects at once: who links to them in this relation; one query."""
    rows = Link.objects.filter(
        first_type=first_type, second_type=second_type, second_id__in=second_ids, relation=relation
    )
    out: dict[int, list[int]] = {}
    for second, first in rows.order_by("pk").values_list("second_id", "first_id"):
        out.setdefault(second, []).append(first)
    return out


def pairs(*, object_type: str, relation: str, first_ids: Sequence[int]) -> list[tuple[int, int]]:
    """(first, second) of links within one type that begin at these; one query."""
    rows = Link.objects.filter(
        first_type=object_type, second_type=object_type, relation=relation, first_id__in=first_ids
    )
    return list(rows.order_by("pk").values_list("first_id", "second_id"))
