"""Accounts, contacts and deals from files of a CRM."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid
from loopline.core.tabular.mapping import FieldSpec, time
from loopline.platform.identity.actor import Actor
from loopline.platform.imports import registry
from loopline.platform.imports.registry import Record, Taken
from loopline.platform.settings.options import workspace
from loopline.platform.ui.rows import number
from loopline.slices.customers.changing import save_account, save_contact, save_deal
from loopline.slices.customers.models import Account, Contact, Deal
from loopline.slices.customers.queries import account_id_for
from loopline.slices.customers.rules import clean_domain

ACCOUNT = (
    FieldSpec("name", "Name", ("account", "account name", "company", "company name"), True),
    FieldSpec("domain", "Domain", ("website", "company domain name", "web")),
    FieldSpec("external_id", "Id at its source", ("id", "record id", "account id", "crm id")),
    FieldSpec("arr", "ARR", ("arr__c", "hs_arr", "annual recurring revenue")),
    FieldSpec("mrr", "Or MRR, taken twelve times", ("hs_mrr", "monthly recurring revenue")),
    FieldSpec("currency", "Currency", ("currencyisocode",)),
    FieldSpec("segment", "Segment", ("industry",)),
    FieldSpec("plan", "Plan", ("tier", "product")),
    FieldSpec("stage", "Stage", ("lifecyclestage", "lifecycle stage", "type", "status")),
    FieldSpec("contact_email", "Contact's e-mail", ("email", "primary contact email")),
    FieldSpec("contact_name", "Contact's name", ("contact", "primary contact")),
    FieldSpec("deal", "Deal", ("dealname", "deal name", "opportunity name", "opportunity")),
    FieldSpec("deal_amount", "Deal's amount", ("amount",)),
    FieldSpec("deal_state", "Deal's state", ("stagename", "dealstage", "deal stage")),
    FieldSpec("deal_close", "Deal closes", ("closedate", "close date")),
)  # fmt: skip
_STAGES = {
    "customer": "customer", "client": "customer", "won": "customer", "active": "customer", "churned": "churned",
    "former": "churned", "lost": "churned", "cancelled": "churned", "evangelist": "customer",
}  # fmt: skip


def _stage(text: str) -> str:
    low = text.lower()
    return next((stage for word, stage in _STAGES.items() if word in low), "prospect")


def _deal_state(text: str) -> str:
    low = text.lower().replace("_", " ")
    if "won" in low:
        return "won"
    return "lost" if "lost" in low else "open"


def _values(record: Record) -> dict[str, Any]:
    out: dict[str, Any] = {
        k: record[k] for k in ("name", "segment", "plan", "external_id") if record.get(k)
    }
    if record.get("domain"):
        out["domain"] = clean_domain(record["domain"])
    if record.get("stage"):
        out["stage"] = _stage(record["stage"])
    arr = number("arr", record.get("arr", "").lstrip("€$£ "))
    mrr = number("mrr", record.get("mrr", "").lstrip("€$£ "))
    if arr is None and mrr is not None:
        arr = mrr * 12
    if arr is not None:
        out |= {"arr": arr, "currency": (record.get("currency") or workspace().currency).upper()}
    return out


def _same(row: Account, values: Mapping[str, Any]) -> bool:
    return all(getattr(row, k) == v for k, v in values.items())


def _one(actor: Actor, record: Record, now: datetime, dry_run: bool) -> str:
    if not record.get("name", "").strip():
        raise Invalid(name="The account has no name.")
    values = _values(record)
    found = account_id_for(
        name=record["name"],
        domain=record.get("domain", ""),
        external_id=record.get("external_id", ""),
    )
    row = Account.objects.filter(pk=found).first() if found else None
    result = "created" if row is None else "same" if _same(row, values) else "changed"
    if dry_run:
        return result
    made = (
        save_account(actor=actor, id_=found, changes=values, now=now) if result != "same" else found
    )
    email = record.get("contact_email", "").lower()
    if email and not Contact.objects.filter(email__iexact=email).exists():
        save_contact(
            actor=actor,
            changes={"email": email, "name": record.get("contact_name", ""), "account_id": made},
            now=now,
        )
    if record.get("deal"):
        _deal(actor, made or 0, record, now)
    return result


def _deal(actor: Actor, account_id: int, record: Record, now: datetime) -> None:
    closes = time(record.get("deal_close", ""), "deal_close")
    known = (
        Deal.objects.filter(account_id=account_id, title=record["deal"][:200])
        .values_list("pk", flat=True)
        .first()
    )
    save_deal(
        actor=actor,
        id_=known,
        account_id=account_id,
        title=record["deal"][:200],
        amount=number("deal_amount", record.get("deal_amount", "").lstrip("€$£ ")),
        currency=record.get("currency", "") or workspace().currency,
        state=_deal_state(record.get("deal_state", "")),
        close_on=closes.date() if closes else None,
        now=now,
    )


def take(
    *, actor: Actor, rows: Sequence[tuple[int, Record]], now: datetime, dry_run: bool
) -> Taken:
    """A batch of accounts, each by itself, so that one bad row holds nobody back."""
    out = Taken()
    for line, record in rows:
        try:
            with transaction.atomic():
                result = _one(actor, record, now, dry_run)
        except (Invalid, Conflict) as wrong:
            out.bad.append((line, wrong.sentence))
            continue
        setattr(out, result, getattr(out, result) + 1)
    return out


def register() -> None:
    says = (
        "An account is found again by its id, its domain, then its name. Revenue "
        "of the customer is never read as ARR."
    )
    kinds: tuple[tuple[str, str], ...] = (
        ("accounts-csv", "Accounts"),
        ("hubspot", "HubSpot companies and deals"),
        ("salesforce", "Salesforce accounts and opportunities"),
    )
    taking: Callable[..., Taken] = take
    for key, label in kinds:
        registry.register(registry.Kind(key, label, says, "account.change", ACCOUNT, taking))
