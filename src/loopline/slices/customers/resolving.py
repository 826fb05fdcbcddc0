"""Changing customers. Everything that names an account finds the one that is meant before it makes another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower

from loopline.platform.audit.record import Change, record_many
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.slices.customers.events import ContactUnsubscribed
from loopline.slices.customers.models import Account, Contact, Persona
from loopline.slices.customers.queries import account_id_for
from loopline.slices.customers.rules import clean_domain


@dataclass(frozen=True, slots=True)
class Who:
    """How an ask names its customer; any part may be empty."""

    account_name: str = ""
    account_domain: str = ""
    account_external_id: str = ""
    contact_email: str = ""
    contact_name: str = ""
    persona: str = ""


@dataclass(frozen=True, slots=True)
class Resolved:
    account_id: int | None
    contact_id: int | None
    persona_id: int | None


def entry_of(a: Account) -> index.Entry:
    """What search knows of an account."""
    body = " ".join(filter(None, [a.domain, a.segment, a.plan, a.external_id]))
    return index.Entry(
        "account", a.pk, a.name, a.updated_at, f"ACC-{a.pk}", body, a.stage, bool(a.archived_at)
    )


def contact_entry(c: Contact) -> index.Entry:
    """What search knows of a contact."""
    body = f"{c.email} {c.title}".strip()
    return index.Entry(
        "contact", c.pk, c.name or c.email, c.updated_at, f"CON-{c.pk}", body, "", bool(c.archived_at)
    )  # fmt: skip


def persona_id(name: str) -> int | None:
    """The persona with this name, made when new; None for no name."""
    name = name.strip()[:80]
    if not name:
        return None
    found = Persona.objects.annotate(n=Lower("name")).filter(n=name.lower()).first()
    return (found or Persona.objects.create(name=name)).pk


def _account(actor: Actor, who: Who, now: datetime) -> int | None:
    found = account_id_for(
        name=who.account_name,
        domain=who.account_domain,
        external_id=who.account_external_id,
        email=who.contact_email,
    )
    domain = clean_domain(who.account_domain)
    name = who.account_name.strip() or domain or who.account_external_id.strip()
    if found or not name:
        return found
    row = Account.objects.create(
        name=name[:200],
        domain=domain[:200],
        external_id=who.account_external_id[:200],
        created_at=now,
        updated_at=now,
    )
    index.put([entry_of(row)])
    record_many(
        actor=actor,
        now=now,
        changes=[Change("account.created", "account", row.pk, {}, {"name": row.name})],
    )
    return row.pk


def _known_contact(email: str, name: str, account_id: int | None) -> Contact | None:
    rows = Contact.objects.filter(archived_at=None)
    if email:
        return rows.annotate(e=Lower("email")).filter(e=email).first()
    same_account = Q(account_id=account_id) if account_id else Q(account=None)
    return rows.filter(same_account, email="", name__iexact=name).first()


def _contact(who: Who, account_id: int | None, persona: int | None, now: datetime) -> int | None:
    email, name = who.contact_email.strip().lower()[:254], who.contact_name.strip()[:200]
    if not email and not name:
        return None
    row = _known_contact(email, name, account_id)
    if row is None:
        row = Contact.objects.create(
            email=email,
            name=name,
            account_id=account_id,
            persona_id=persona,
            created_at=now,
            updated_at=now,
        )
        index.put([contact_entry(row)])
        return row.pk
    missing = {
        "name": name if not row.name else "",
        "account_id": account_id if row.account_id is None else None,
        "persona_id": persona if row.persona_id is None else None,
    }
    learned = {k: v for k, v in missing.items() if v}
    if learned:
        for key, value in learned.items():
            setattr(row, key, value)
        row.version, row.updated_at = row.version + 1, now
        row.save(update_fields=[*learned, "version", "updated_at"])
        index.put([contact_entry(row)])
    return row.pk


@transaction.atomic
def resolve_many(*, actor: Actor, whos: Sequence[Who], now: datetime) -> list[Resolved]:
    """Find or make account, contact and persona for each; equal ones are looked up once."""
    allow(actor, "account.find_or_create")
    known: dict[Who, Resolved] = {}
    for who in whos:
        if who not in known:
            persona = persona_id(who.persona)
            account = _account(actor, who, now)
            contact = _contact(who, account, persona, now)
            if contact and account is None:
                account = Contact.objects.values_list("account_id", flat=True).get(pk=contact)
            known[who] = Resolved(account, contact, persona)
    return [known[w] for w in whos]


def resolve(*, actor: Actor, who: Who, now: datetime) -> Resolved:
    """One customer; see resolve_many."""
    return resolve_many(actor=actor, whos=[who], now=now)[0]


@transaction.atomic
def unsubscribe(*, actor: Actor, contact_id: int, now: datetime) -> None:
    """The contact wants no more messages. Twice is once; an unknown one is none of our business."""
    row = Contact.objects.select_for_update().filter(pk=contact_id).first()
    if row is None or row.unsubscribed_at:
        return
    row.unsubscribed_at, row.updated_at, row.version = now, now, row.version + 1
    row.save(update_fields=["unsubscribed_at", "updated_at", "version"])
    change = Change("contact.unsubscribed", "contact", row.pk, {}, {"at": now})
    record_many(actor=actor, now=now, changes=[change])
    publish(ContactUnsubscribed(row.pk), actor=actor, now=now)
