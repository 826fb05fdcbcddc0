"""Accounts, contacts and deals: made, corrected, archived."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, forget, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.discuss.services import erase_comments
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.slices.customers.events import AccountChanged, ContactsErased
from loopline.slices.customers.models import Account, Contact, Deal
from loopline.slices.customers.resolving import contact_entry, entry_of, persona_id
from loopline.slices.customers.rules import clean_domain

NOBODY = "Erased person"
SOME = 500  # contacts looked at in one statement
TEXTS = {"name": 200, "segment": 80, "plan": 80, "health": 80, "external_id": 200, "domain": 200}


def _account_values(values: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(values)
    if "name" in out and not str(out["name"] or "").strip():
        raise Invalid(name="Name the account.")
    for key, most in TEXTS.items():
        if key in out:
            out[key] = " ".join(str(out[key] or "").split())[:most]
    if "domain" in out:
        out["domain"] = clean_domain(out["domain"])
    if "stage" in out and out["stage"] not in Account.Stage.values:
        raise Invalid(stage=f"A stage is one of {', '.join(Account.Stage.values)}.")
    if out.get("arr") is not None:
        out["arr"] = _amount("arr", out["arr"])
    if (
        "currency" in out
        and out["currency"]
        and not (len(out["currency"]) == 3 and out["currency"].isalpha())
    ):
        raise Invalid(currency="A currency has three letters, such as EUR.")
    return out


def _amount(field: str, raw: Any) -> Decimal:
    amount = Decimal(str(raw))
    if not amount.is_finite() or not 0 <= amount < Decimal("1e12"):
        raise Invalid(**{field: "An amount lies between 0 and a million millions."})
    return amount.quantize(Decimal("0.01"))


@transaction.atomic
def save_account(
    *, actor: Actor, id_: int | None = None, changes: Mapping[str, Any], version: int | None = None, now: datetime,
    sample: bool = False,
) -> int:  # fmt: skip
    """Make an account, or correct one. Answers its id. A second one with the same domain is refused."""
    allow(actor, "account.change")
    values = _account_values(changes)
    if id_ is None:
        if "name" not in values:
            raise Invalid(name="Name the account.")
        row = Account(**values, created_at=now, updated_at=now, sample=sample)
        before: dict[str, Any] = {}
        after: dict[str, Any] = {"name": row.name}
        action = "account.created"
    else:
        row = Account.objects.select_for_update().filter(pk=id_).first()  # type: ignore[assignment]
        if row is None:
            raise Missing("account")
        action = "account.changed"
    try:
        with transaction.atomic():
            if id_ is None:
                row.save()
            else:
                before, after = apply_changes(row, values, now=now, version=version)
    except IntegrityError:
        raise Conflict("Another account has this domain or external id already.") from None
    if after:
        record(actor=actor, now=now, change=Change(action, "account", row.pk, before, after))
        index.put([entry_of(row)])
        if {"name", "stage", "arr"} & set(after):
            publish(AccountChanged(row.pk), actor=actor, now=now)
    return row.pk


@transaction.atomic
def archive_accounts(*, actor: Actor, ids: Sequence[int], archived: bool, now: datetime) -> None:
    """Put accounts away or bring them back; what they said stays."""
    allow(actor, "account.change")
    for row in Account.objects.select_for_update().filter(pk__in=ids):
        _, after = apply_changes(row, {"archived_at": now if archived else None}, now=now)
        if after:
            verb = "account.archived" if archived else "account.restored"
            record(actor=actor, now=now, change=Change(verb, "account", row.pk))
            index.put([entry_of(row)])


def _account_of(raw: Any) -> int | None:
    if raw is None:
        return None
    if not Account.objects.filter(pk=raw).exists():
        raise Invalid(account=f"There is no account {raw}.")
    return int(raw)


@transaction.atomic
def save_contact(
    *, actor: Actor, id_: int | None = None, changes: Mapping[str, Any], version: int | None = None, now: datetime,
    sample: bool = False,
) -> int:  # fmt: skip
    """Make a contact, or correct one. `unsubscribed` true stops messages to them."""
    allow(actor, "contact.change")
    values = dict(changes)
    for key, most in (("name", 200), ("title", 120), ("email", 254)):
        if key in values:
            values[key] = " ".join(str(values[key] or "").split())[:most]
    if values.get("email"):
        values["email"] = values["email"].lower()
        if "@" not in values["email"]:
            raise Invalid(email="This is not an e-mail address.")
    if "persona" in values:
        values["persona_id"] = persona_id(values.pop("persona") or "")
    if "account_id" in values:
        values["account_id"] = _account_of(values["account_id"])
    if "unsubscribed" in values:
        values["unsubscribed_at"] = now if values.pop("unsubscribed") else None
    row = (
        Contact.objects.select_for_update().filter(pk=id_).first()
        if id_
        else Contact(created_at=now, updated_at=now, sample=sample)
    )
    if row is None:
        raise Missing("contact")
    if id_ is None and not (values.get("email") or values.get("name")):
        raise Invalid(name="Give a name or an e-mail address.")
    try:
        with transaction.atomic():
            if id_ is None:
                for key, value in values.items():
                    setattr(row, key, value)
                row.save()
                before: dict[str, Any] = {}
                after: dict[str, Any] = {"name": row.name}
            else:
                before, after = apply_changes(row, values, now=now, version=version)
    except IntegrityError:
        raise Conflict("Another contact has this e-mail address already.") from None
    if after:
        verb = "contact.changed" if id_ else "contact.created"
        record(actor=actor, now=now, change=Change(verb, "contact", row.pk, before, after))
        index.put([contact_entry(row)])
    return row.pk


@transaction.atomic
def forget_contacts(
    *, actor: Actor, theirs: Callable[[str], bool], erasure: str, now: datetime
) -> list[int]:
    """Make nobody of contacts whose address `theirs(address)` knows; answers their ids.

    Name, address, title, comments, what search and the audit say of them go for good; the account and the row that
    others point at stay. `erasure` is the key under which the audit counts it. The same again changes nothing.
    """
    allow(actor, "contact.erase")
    rows = Contact.objects.exclude(email="").order_by("pk").values_list("pk", "email")
    ids: list[int] = []
    last = 0
    while some := list(rows.filter(pk__gt=last)[:SOME]):
        last = some[-1][0]
        ids += [pk for pk, email in some if theirs(email)]
    for row in Contact.objects.select_for_update().filter(pk__in=ids):
        row.name, row.email, row.title = NOBODY, "", ""
        row.unsubscribed_at, row.archived_at = row.unsubscribed_at or now, row.archived_at or now
        row.version, row.updated_at = row.version + 1, now
        row.save()
    index.drop("contact", ids)
    comments = erase_comments(actor=actor, object_type="contact", ids=ids, now=now)
    forget("contact", ids)
    after = {"contacts": len(ids), "comments": comments}
    record(actor=actor, now=now, change=Change("contact.erased", "person", erasure, {}, after))
    if ids:
        publish(ContactsErased(tuple(ids), erasure), actor=actor, now=now)
    return ids


def _deal_entry(d: Deal) -> index.Entry:
    body = f"{d.account.name} {d.external_id}".strip()
    return index.Entry(
        "deal", d.pk, d.title, d.updated_at, f"DEAL-{d.pk}", body, d.state, bool(d.archived_at)
    )


@transaction.atomic
def save_deal(
    *, actor: Actor, id_: int | None = None, account_id: int | None = None, title: str | None = None,
    amount: Decimal | None = None, currency: str = "", state: str | None = None, close_on: date | None = None,
    external_id: str | None = None, clear: Sequence[str] = (), archived: bool | None = None,
    version: int | None = None, now: datetime,    sample: bool = False,
) -> int:  # fmt: skip
    """Make a deal, or correct one; what is None stays as it is, `clear` empties amount or close_on."""
    allow(actor, "deal.change")
    given: dict[str, Any] = {
        "account_id": _account_of(account_id), "title": title, "state": state, "close_on": close_on,
        "external_id": external_id, "amount": None if amount is None else _amount("amount", amount),
        "currency": currency.upper()[:3] or None,
    }  # fmt: skip
    values = {k: v for k, v in given.items() if v is not None}
    values |= {k: None for k in ("amount", "close_on") if k in clear}
    if id_ is not None and archived is not None:
        values["archived"] = archived
    if "state" in values and values["state"] not in Deal.State.values:
        raise Invalid(state="A deal is open, won or lost.")
    if id_ is None:
        if not values.get("account_id") or not str(values.get("title", "")).strip():
            raise Invalid(title="A deal needs its account and a title.")
        row = Deal.objects.create(**values, created_at=now, updated_at=now, sample=sample)
        before: dict[str, Any] = {}
        after: dict[str, Any] = {"title": row.title}
    else:
        found = Deal.objects.select_for_update().filter(pk=id_).first()
        if found is None:
            raise Missing("deal")
        row = found
        before, after = apply_changes(row, values, now=now, version=version)
    if after:
        verb = "deal.changed" if id_ else "deal.created"
        record(actor=actor, now=now, change=Change(verb, "deal", row.pk, before, after))
        index.put([_deal_entry(row)])
        publish(AccountChanged(row.account_id), actor=actor, now=now)
    return row.pk
