"""Erasing a person: at once for every reader, then from the disk."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from loopline.core.problems import Invalid
from loopline.platform.audit.record import Change, record
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.jobs.queue import enqueue
from loopline.slices.insights import asking, people, privacy
from loopline.slices.insights.events import PersonErased, digest
from loopline.slices.insights.jobs import tend_events
from loopline.slices.insights.models import Cohort, CohortMember, PropertyName
from loopline.warehouse import erasing
from loopline.warehouse.lock import Busy, writing

SOME = 900  # values in one statement


@dataclass(frozen=True, slots=True)
class Erased:
    """How many ids were erased, from how many events by then, and in how many cohorts they stood.

    What others took away, and `named_in`, (type, id) of what still names the person, is kept under `erasure`.
    """

    ids: int
    events: int
    cohorts: int
    erasure: str
    named_in: Sequence[tuple[str, int]]


def erase_person(*, actor: Actor, person: str, typed: str, now: datetime) -> Erased:
    """Erase a person, by any of their ids, with all of them; `typed` is the person's id, said again.

    From then on nothing of them is read; the worker takes it off the disk next. It cannot be undone.
    Raises Missing, or Invalid where what was typed is another.
    """
    allow(actor, "person.erase")
    found = people.one(actor=actor, person=person)
    if typed.strip() != found.id:
        raise Invalid(typed=f"Type {found.id} to erase this person.")
    ids = list(dict.fromkeys([found.id, *found.ids]))
    _listed(ids, now)
    values = {str(v) for v in found.properties.values() if isinstance(v, (str, int, float))}
    return _forgotten(
        actor, [*ids, *([found.email] if found.email else [])], values, found.events, now
    )


def _listed(ids: list[str], now: datetime) -> None:
    """Put them on the list that readers leave out, without writing segments here: that is the worker's."""
    folder, at = asking.folder(), asking.micros(now)
    try:
        with writing(folder, wait=0.0):
            erasing.erase(folder, ids, now=at, wait=0.0)
    except Busy:
        erasing.erase(folder, ids, now=at, wait=0.0)


@transaction.atomic
def _forgotten(
    actor: Actor, ids: list[str], values: set[str], events: int, now: datetime
) -> Erased:
    rows = CohortMember.objects.filter(actor_id__in=ids, cohort__actor="person")
    cohorts = set(rows.values_list("cohort_id", flat=True))
    rows.delete()
    for row in Cohort.objects.filter(kind="static", actor="person"):
        kept = [
            each
            for each in row.definition.get("ids", [])
            if each not in ids and each.lower() not in ids
        ]
        if len(kept) != len(row.definition.get("ids", [])):
            row.definition = {"ids": kept}
            row.save(update_fields=["definition"])
    for pk in cohorts:
        Cohort.objects.filter(pk=pk).update(size=CohortMember.objects.filter(cohort=pk).count())
    for start in range(0, len(values), SOME):
        some = sorted(values)[start : start + SOME]
        PropertyName.objects.filter(example__in=[v for v in some if v]).update(example="")
    key, salt, named = secrets.token_hex(8), secrets.token_hex(16), privacy.naming(ids)
    after = {"ids": len(ids), "events": events, "cohorts": len(cohorts), "named_in": named}
    record(actor=actor, now=now, change=Change(privacy.ERASED, "person", key, {}, after))
    publish(PersonErased(salt, [digest(salt, each) for each in ids], key), actor=actor, now=now)
    enqueue(tend_events, now=now)
    return Erased(len(ids), events, len(cohorts), key, named)
