"""Asking about customers. Later slices get frozen views, never rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import DecimalField, QuerySet, Value
from django.db.models.functions import Coalesce, Lower

from loopline.core.problems import Missing
from loopline.platform.cards.registry import Card
from loopline.platform.db.once import once
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.customers.models import Account, Contact, Deal, Persona
from loopline.slices.customers.rules import clean_domain, company_domain


@dataclass(frozen=True, slots=True)
class AccountView:
    id: int
    name: str
    domain: str
    arr: Decimal | None
    currency: str
    stage: str
    segment: str
    plan: str
    owner_id: int | None
    health: str
    renews_on: date | None


@dataclass(frozen=True, slots=True)
class ContactView:
    id: int
    name: str
    email: str
    title: str
    account_id: int | None
    persona: str
    unsubscribed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DealView:
    id: int
    account_id: int
    title: str
    amount: Decimal | None
    currency: str
    state: str
    close_on: date | None


def account_view(a: Account) -> AccountView:
    return AccountView(
        a.pk, a.name, a.domain, a.arr, a.currency, a.stage, a.segment, a.plan, a.owner_id, a.health, a.renews_on
    )  # fmt: skip


def accounts_by_id(ids: Iterable[int | None]) -> dict[int, AccountView]:
    """Accounts for rows already read by an actor; one query."""
    wanted = {i for i in ids if i}
    return {a.pk: account_view(a) for a in Account.objects.filter(pk__in=wanted)} if wanted else {}


def contact_view(c: Contact) -> ContactView:
    persona = c.persona.name if c.persona else ""
    return ContactView(c.pk, c.name, c.email, c.title, c.account_id, persona, c.unsubscribed_at)


def contacts_by_id(ids: Iterable[int | None]) -> dict[int, ContactView]:
    wanted = {i for i in ids if i}
    rows = Contact.objects.filter(pk__in=wanted).select_related("persona")
    return {c.pk: contact_view(c) for c in rows} if wanted else {}


def deals_of(account_ids: Iterable[int]) -> dict[int, list[DealView]]:
    """Deals by account, those closing soonest first."""
    out: dict[int, list[DealView]] = {}
    for d in Deal.objects.filter(account_id__in=set(account_ids), archived_at=None).order_by(
        "close_on"
    ):
        view = DealView(d.pk, d.account_id, d.title, d.amount, d.currency, d.state, d.close_on)
        out.setdefault(d.account_id, []).append(view)
    return out


def account_id_for(
    *, name: str = "", domain: str = "", external_id: str = "", email: str = ""
) -> int | None:
    """Which account is meant: by external id, then domain, then name, then the contact's e-mail domain.

    External id and domain name one account for good, so they find it in the archive too.
    """
    rows = Account.objects.filter(archived_at=None)
    by_domain, every = clean_domain(domain), Account.objects.all()
    tries = [
        every.filter(external_id=external_id) if external_id else None,
        every.annotate(d=Lower("domain")).filter(d=by_domain) if by_domain else None,
        rows.annotate(n=Lower("name")).filter(n=name.strip().lower()) if name.strip() else None,
        rows.annotate(d=Lower("domain")).filter(d=company_domain(email))
        if company_domain(email)
        else None,
    ]
    for found in tries:
        if found is not None:
            first = found.order_by("pk").values_list("pk", flat=True).first()
            if first is not None:
                return first
    return None


def account_cards(ids: set[int]) -> dict[int, Card]:
    return {
        a.pk: Card(
            "account",
            a.pk,
            a.name,
            f"/accounts/{a.pk}",
            f"ACC-{a.pk}",
            a.stage,
            bool(a.archived_at),
        )
        for a in Account.objects.filter(pk__in=ids)
    }


def contact_cards(ids: set[int]) -> dict[int, Card]:
    return {
        c.pk: Card("contact", c.pk, c.name or c.email, f"/contacts/{c.pk}", f"CON-{c.pk}", c.email)
        for c in Contact.objects.filter(pk__in=ids)
    }


def deal_cards(ids: set[int]) -> dict[int, Card]:
    return {
        d.pk: Card(
            "deal", d.pk, d.title, f"/accounts/{d.account_id}#deal-{d.pk}", f"DEAL-{d.pk}", d.state
        )
        for d in Deal.objects.filter(pk__in=ids)
    }


@once
def persona_names() -> list[str]:
    return list(Persona.objects.order_by("name").values_list("name", flat=True)[:200])


def account_rows() -> QuerySet[Account]:
    """Accounts with their owner; `worth` is ARR with nothing as nought, for sorting."""
    zero = Value(0, output_field=DecimalField(max_digits=14, decimal_places=2))
    return Account.objects.select_related("owner").annotate(worth=Coalesce("arr", zero))


def contact_rows() -> QuerySet[Contact]:
    return Contact.objects.select_related("account", "persona")


def deal_rows() -> QuerySet[Deal]:
    return Deal.objects.select_related("account")


def account(*, actor: Actor, account_id: int) -> Account:
    allow(actor, "account.read")
    found = account_rows().filter(pk=account_id).first()
    if found is None:
        raise Missing("account")
    return found


def contact(*, actor: Actor, contact_id: int) -> Contact:
    allow(actor, "contact.read")
    found = contact_rows().filter(pk=contact_id).first()
    if found is None:
        raise Missing("contact")
    return found


def deal(*, actor: Actor, deal_id: int) -> Deal:
    allow(actor, "deal.read")
    found = deal_rows().filter(pk=deal_id).first()
    if found is None:
        raise Missing("deal")
    return found


def contacts_of(account_id: int) -> list[ContactView]:
    found = contact_rows().filter(account_id=account_id, archived_at=None).order_by("name")
    return [contact_view(c) for c in found[:50]]


def contacts_by_email(addresses: Iterable[str]) -> dict[str, ContactView]:
    """Contacts by lower-case address; those nobody has are left out."""
    wanted = sorted({a.strip().lower() for a in addresses} - {""})
    out: dict[str, ContactView] = {}
    for start in range(0, len(wanted), 500):
        low = contact_rows().filter(archived_at=None).annotate(low=Lower("email"))
        for c in low.filter(low__in=wanted[start : start + 500]):
            out[c.email.lower()] = contact_view(c)
    return out


def contacts_where(
    *,
    segments: Sequence[str] = (),
    plans: Sequence[str] = (),
    personas: Sequence[str] = (),
    stages: Sequence[str] = (),
    most: int,
) -> list[ContactView]:
    """Contacts that fit every part that is given, by id; what is archived is left out."""
    rows = contact_rows().filter(archived_at=None).exclude(account__archived_at__isnull=False)
    parts = {
        "account__segment__in": segments, "account__plan__in": plans, "persona__name__in": personas,
        "account__stage__in": stages,
    }  # fmt: skip
    found = rows.filter(**{k: list(v) for k, v in parts.items() if v}).order_by("pk")
    return [contact_view(c) for c in found[:most]]


@once
def plans() -> list[tuple[str, str]]:
    names = Account.objects.exclude(plan="").values_list("plan", flat=True).distinct()
    return [(n, n) for n in sorted(names)[:100]]


@once
def segments() -> list[tuple[str, str]]:
    names = Account.objects.exclude(segment="").values_list("segment", flat=True).distinct()
    return [(n, n) for n in sorted(names)[:100]]


@once
def account_choices() -> list[tuple[str, str]]:
    """Accounts that are not archived as (id, name), for pickers."""
    found = Account.objects.filter(archived_at=None).order_by(Lower("name"))
    return [(str(pk), name) for pk, name in found.values_list("pk", "name")[:500]]
