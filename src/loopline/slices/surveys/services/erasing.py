"""Forgetting a person: their words and who they were; scores stay, as nobody's."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from loopline.platform.audit.record import Change, record
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.customers import queries as customers
from loopline.slices.surveys.events import AnswersForgotten
from loopline.slices.surveys.models import Answer, Ask

SOME = 500  # rows looked at, or ids in one statement
Theirs = Callable[[str], bool]
NOBODY = "erased:"  # before the row's id, in place of a person


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many answers lost their words and their person, and how many asks their address."""

    answers: int
    asks: int


@transaction.atomic
def forget_person(
    *, actor: Actor, theirs: Theirs = lambda each: False, contact_ids: frozenset[int] = frozenset(),
    erasure: str = "", now: datetime,
) -> Forgotten:  # fmt: skip
    """Take words, name, address and person out of answers and asks of whomever `theirs(id or e-mail)` knows,
    and of these contacts.

    Scores and choices stay. Mails that wait are not sent, and personal links end. The same again changes nothing.
    `erasure` is the key under which the audit counts it.
    """
    allow(actor, "survey_answer.erase")
    answers, asks = _of(Answer, theirs, contact_ids), _of(Ask, theirs, contact_ids)
    for pk in answers:
        Answer.objects.filter(pk=pk).update(
            person=f"{NOBODY}{pk}", name="", address="", words="", contact=None
        )
    for pk in asks:
        rows = Ask.objects.filter(pk=pk)
        rows.filter(state="queued").update(state="suppressed", said="They were erased.")
        rows.update(
            person=f"{NOBODY}{pk}",
            name="",
            address="",
            contact=None,
            token=secrets.token_hex(16),
            reminder="spared",
        )
    found = Forgotten(len(answers), len(asks))
    if answers:
        publish(AnswersForgotten(tuple(answers), erasure), actor=actor, now=now)
    if erasure or answers or asks:
        after = {"answers": found.answers, "asks": found.asks}
        change = Change("survey.forgot_person", "person", erasure, {}, after)
        record(actor=actor, now=now, change=change)
    return found


def _of(model: type[Answer] | type[Ask], theirs: Theirs, contact_ids: frozenset[int]) -> list[int]:
    """Rows whose address, id or contact is one of theirs."""
    found: list[int] = []
    rows = model._default_manager.exclude(person__startswith=NOBODY).order_by("pk")
    last = 0
    while some := list(
        rows.filter(pk__gt=last).values_list("pk", "person", "address", "contact_id")[:SOME]
    ):
        last = some[-1][0]
        contacts = customers.contacts_by_id([contact for *_, contact in some if contact])
        for pk, person, address, contact_id in some:
            contact = contacts.get(contact_id or 0)
            kind, _, named = person.partition(":")
            known = [address, contact.email if contact else ""]
            known += [named] if kind in ("email", "id") else []
            if contact_id in contact_ids or any(each and theirs(each) for each in known):
                found.append(pk)
    return found
