"""Asking people by e-mail: chosen, written down once each, sent by a job per person."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.jobs.queue import enqueue_many
from loopline.platform.undo import steps
from loopline.slices.customers import queries as customers
from loopline.slices.customers import services as customer_services
from loopline.slices.surveys import audience as audiences
from loopline.slices.surveys import jobs
from loopline.slices.surveys.models import Ask
from loopline.slices.surveys.services.designing import locked

GRACE = timedelta(seconds=20)  # between asking and sending, so that undo means something


@dataclass(frozen=True, slots=True)
class Sent:
    """How many are asked now, and why others are not; `undo` takes it back until the mails leave."""

    asked: int
    already: int
    unsubscribed: int
    no_address: int
    wrong: tuple[str, ...]
    undo: str


def _with_contacts(
    actor: Actor, to: Sequence[audiences.Recipient], now: datetime
) -> list[audiences.Recipient]:
    """A pasted address that nobody has becomes a contact, so that it can unsubscribe."""
    new = [r.address for r in to if not r.person]
    whos = [customer_services.Who(contact_email=a) for a in new]
    made = customer_services.resolve_many(actor=actor, whos=whos, now=now) if whos else []
    views = customers.contacts_by_id(m.contact_id for m in made)
    added = [
        audiences.Recipient(f"contact:{v.id}", v.email, v.name, contact_id=v.id)
        for v in views.values()
    ]
    return [r for r in to if r.person] + added


def _words(audience: Mapping[str, Any]) -> dict[str, Any]:
    """An audience without the addresses themselves, for the history."""
    if "addresses" in audience:
        return {"a pasted list": True}
    return {k: ", ".join(v) if isinstance(v, list) else v for k, v in audience.items()}


def _written_down(
    actor: Actor, survey_id: int, to: Sequence[audiences.Recipient], now: datetime
) -> list[int]:
    """An ask for each of them who has none yet; answers the new ids."""
    last = (
        Ask.objects.filter(survey_id=survey_id).order_by("-pk").values_list("pk", flat=True).first()
    )
    asks = [
        Ask(
            survey_id=survey_id, person=r.person, contact_id=r.contact_id, user_id=r.user_id,
            address=r.address[:254], name=r.name[:200], token=secrets.token_urlsafe(18), created_at=now,
        )
        for r in _with_contacts(actor, to, now)
    ]  # fmt: skip
    Ask.objects.bulk_create(asks, batch_size=300, ignore_conflicts=True)
    made = Ask.objects.filter(survey_id=survey_id, pk__gt=last or 0, state="queued")
    return list(made.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def send_survey(
    *,
    actor: Actor,
    survey_id: int,
    audience: Mapping[str, Any],
    now: datetime,
    grace: timedelta = GRACE,
) -> Sent:
    """Ask these people, each once per survey however often this runs. Raises Conflict when it is not open.

    `audience` holds segments, plans, personas, stages (each a list), addresses (a list or pasted text),
    everybody, or roles for a stakeholders' survey.
    """
    allow(actor, "survey.change")
    row = locked(survey_id)
    if row.state != "open" or row.archived_at:
        raise Conflict("Open the survey first; the links in the mails would lead to a closed one.")
    meant = audiences.clean(row.kind, audience)
    found = audiences.choose(row, meant)
    if not found.to and not found.already:
        raise Invalid(segments="Nobody fits that can be asked.")
    ids = _written_down(actor, row.pk, found.to, now)
    enqueue_many(jobs.send, now=now, calls=[{"ask_id": i} for i in ids], delay=grace)
    channels = row.channels if "email" in row.channels else [*row.channels, "email"]
    kept = {k: v for k, v in meant.items() if k != "addresses"}
    apply_changes(row, {"audience": kept, "channels": channels}, now=now)
    undo = ""
    if ids:
        after = {"asked": len(ids), **_words(meant)}
        record(actor=actor, now=now, change=Change("survey.sent", "survey", row.pk, {}, after))
        label = "Asked 1 person" if len(ids) == 1 else f"Asked {len(ids):,} people"
        undo = steps.offer(
            actor=actor, label=label, inverse="survey.unsend",
            payload={"survey_id": row.pk, "first": ids[0], "last": ids[-1]}, now=now,
        )  # fmt: skip
    wrong = tuple(found.wrong)
    return Sent(len(ids), found.already, found.unsubscribed, found.no_address, wrong, undo)


@transaction.atomic
def record_asked(
    *, actor: Actor, survey_id: int, audience: Mapping[str, Any], said: str, now: datetime
) -> int:
    """Write down who was asked elsewhere, such as before Loopline was here. Nothing leaves. Answers how many."""
    allow(actor, "survey.change")
    row = locked(survey_id)
    found = audiences.choose(row, audiences.clean(row.kind, audience))
    ids = _written_down(actor, row.pk, found.to, now)
    Ask.objects.filter(pk__in=ids).update(
        state="sent", said=said[:500], sent_at=now, reminder="spared"
    )
    if ids:
        after = {"asked": len(ids)}
        record(actor=actor, now=now, change=Change("survey.sent", "survey", row.pk, {}, after))
    return len(ids)


@transaction.atomic
def unsend(*, actor: Actor, survey_id: int, first: int, last: int, now: datetime) -> None:
    """Take back what has not left. Raises Conflict when everything has."""
    allow(actor, "survey.change")
    row = locked(survey_id)
    waiting = Ask.objects.filter(survey_id=row.pk, pk__gte=first, pk__lte=last, state="queued")
    gone, _ = waiting.delete()
    if not gone:
        raise Conflict("They have left already; nothing can be called back.")
    record(
        actor=actor, now=now, change=Change("survey.unsent", "survey", row.pk, {}, {"people": gone})
    )


@transaction.atomic
def stop_asking(*, actor: Actor, token: str, now: datetime) -> None:
    """Whoever holds this personal link wants no more messages from us. Twice is once."""
    allow(actor, "survey_answer.write")
    ask = Ask.objects.filter(token=token).first()
    if ask and ask.contact_id:
        customer_services.unsubscribe(actor=actor, contact_id=ask.contact_id, now=now)
