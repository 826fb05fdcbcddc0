"""Docs out of date: what they describe has changed, is gone, or another doc replaces them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from loopline.platform.audit.record import Change, record
from loopline.platform.identity.actor import Actor
from loopline.slices.docs.mentions import replaces
from loopline.slices.docs.models import Doc

# A page that is never reviewed, such as notes of an interview, is a record of its day, and so is a frozen one.
LIVING = Q(archived_at=None, stale_at=None, kept_at=None) & (
    ~Q(review_on=None) | ~Q(review_every=None)
)


@transaction.atomic
def mark_stale(*, actor: Actor, refs: Iterable[tuple[str, int]], why: str, now: datetime) -> int:
    """Every living doc that names one of these objects is out of date, for this reason. Answers how many.

    What was written or looked over after `now`, the moment of the change, already knows of it.
    """
    before = Q(created_at__lte=now) & (Q(reviewed_at=None) | Q(reviewed_at__lte=now))
    named = Q(pk__in=())
    for type_, id_ in refs:
        named |= Q(mentions__object_type=type_, mentions__object_id=id_)
    return _marked(actor, list(Doc.objects.filter(LIVING & named & before).distinct()), why, now)


def replaced(actor: Actor, row: Doc, now: datetime) -> None:
    """Docs that this one says it replaces."""
    ids = replaces(row.body) - {row.pk}
    if ids:
        why = f"DOC-{row.pk} {row.title} replaces it"
        _marked(actor, list(Doc.objects.filter(LIVING, pk__in=ids)), why, now)


def _marked(actor: Actor, rows: list[Doc], why: str, now: datetime) -> int:
    for row in rows:
        row.stale_at, row.stale_why = now, why[:300]
        record(
            actor=actor, now=now, change=Change("doc.stale", "doc", row.pk, {}, {"why": why[:300]})
        )
    Doc.objects.bulk_update(rows, ["stale_at", "stale_why"])
    return len(rows)
