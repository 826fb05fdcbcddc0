"""Accounts, contacts and deals in the API."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from loopline.core.problems import Invalid, Missing
from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import listing
from loopline.platform.api.people import person_ref
from loopline.platform.api.shapes import (
    Id,
    In,
    Money,
    Out,
    Time,
    answers,
    id_in,
    page_of,
    query_of,
    ref_in,
)  # fmt: skip
from loopline.platform.api.versions import expected, tag
from loopline.platform.links import services as links
from loopline.platform.links.services import linked
from loopline.platform.settings.options import workspace
from loopline.slices.customers import queries, services
from loopline.slices.customers.lists import ACCOUNTS, CONTACTS, DEALS
from loopline.slices.customers.models import Account, Contact, Deal

router = Router(tags=["customers"])
Name = Annotated[str, Field(max_length=200)]
Short = Annotated[str, Field(max_length=80)]
Key = Annotated[str, Field(max_length=30)]
Stage = Annotated[str, Field(pattern="^(prospect|customer|churned)$")]
DealState = Annotated[str, Field(pattern="^(open|won|lost)$")]


class AccountIn(In):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    domain: Name = ""
    external_id: Name = ""
    arr: Money | None = None
    segment: Short = ""
    plan: Short = ""
    stage: Stage = "prospect"
    owner: Key | None = None


class AccountChange(In):
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    domain: Name | None = None
    external_id: Name | None = None
    arr: Money | None = None
    segment: Short | None = None
    plan: Short | None = None
    stage: Stage | None = None
    owner: Key | None = None
    archived: bool | None = None


class AccountOut(Out):
    id: Id
    name: str
    domain: str
    external_id: str | None
    arr: Money | None
    segment: str
    plan: str
    stage: str
    owner: Id | None
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


class ContactIn(In):
    email: Annotated[str, Field(max_length=254)] = ""
    name: Name = ""
    title: Annotated[str, Field(max_length=120)] = ""
    account: Key | None = None
    persona: Short | None = None
    unsubscribed: bool = False


class ContactChange(In):
    email: Annotated[str, Field(max_length=254)] | None = None
    name: Name | None = None
    title: Annotated[str, Field(max_length=120)] | None = None
    account: Key | None = None
    persona: Short | None = None
    unsubscribed: bool | None = None
    archived: bool | None = None


class ContactOut(Out):
    id: Id
    email: str
    name: str
    title: str
    account: Id | None
    persona: str | None
    unsubscribed: bool
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


class DealIn(In):
    account: Key
    title: Annotated[str, Field(min_length=1, max_length=200)]
    amount: Money | None = None
    state: DealState = "open"
    close_on: date | None = None
    blocked_by: Annotated[list[Key], Field(max_length=50)] = []


class DealChange(In):
    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    amount: Money | None = None
    state: DealState | None = None
    close_on: date | None = None
    blocked_by: Annotated[list[Key], Field(max_length=50)] | None = None
    archived: bool | None = None


class DealOut(Out):
    id: Id
    account: Id
    title: str
    amount: Money | None
    state: str
    close_on: date | None
    blocked_by: list[Id]
    archived: bool
    version: int
    created_at: Time
    updated_at: Time


AccountPage: Any = page_of(AccountOut)
AccountQuery: Any = query_of(ACCOUNTS)
ContactPage: Any = page_of(ContactOut)
ContactQuery: Any = query_of(CONTACTS)
DealPage: Any = page_of(DealOut)
DealQuery: Any = query_of(DEALS)


def _money(amount: Any, currency: str) -> dict[str, Any] | None:
    return (
        None if amount is None else {"amount": amount, "currency": currency or workspace().currency}
    )


def _account(a: Account) -> dict[str, Any]:
    return {
        "id": a.pk, "name": a.name, "domain": a.domain, "external_id": a.external_id or None,
        "arr": _money(a.arr, a.currency), "segment": a.segment, "plan": a.plan, "stage": a.stage,
        "owner": str(a.owner_id) if a.owner_id else None, "archived": a.archived_at is not None, "version": a.version,
        "created_at": a.created_at, "updated_at": a.updated_at,
    }  # fmt: skip


def _contact(c: Contact) -> dict[str, Any]:
    return {
        "id": c.pk, "email": c.email, "name": c.name, "title": c.title,
        "account": str(c.account_id) if c.account_id else None, "persona": c.persona.name if c.persona else None,
        "unsubscribed": c.unsubscribed_at is not None, "archived": c.archived_at is not None, "version": c.version,
        "created_at": c.created_at, "updated_at": c.updated_at,
    }  # fmt: skip


def _deal(d: Deal, blocked: Sequence[int]) -> dict[str, Any]:
    return {
        "id": d.pk, "account": d.account_id, "title": d.title, "amount": _money(d.amount, d.currency),
        "state": d.state, "close_on": d.close_on, "blocked_by": [str(b) for b in blocked],
        "archived": d.archived_at is not None, "version": d.version, "created_at": d.created_at,
        "updated_at": d.updated_at,
    }  # fmt: skip


def _accounts(rows: Sequence[Account]) -> list[dict[str, Any]]:
    return [_account(a) for a in rows]


def _contacts(rows: Sequence[Contact]) -> list[dict[str, Any]]:
    return [_contact(c) for c in rows]


def _deals(rows: Sequence[Deal]) -> list[dict[str, Any]]:
    blocked = links.linked_ids(
        second_type="deal",
        second_ids=[d.pk for d in rows],
        first_type="opportunity",
        relation="blocks",
    )
    return [_deal(d, blocked.get(d.pk, [])) for d in rows]


def _flat(body: AccountIn | AccountChange) -> dict[str, Any]:
    sent = body.model_dump(exclude_unset=True)
    arr = sent.pop("arr", None)
    if arr:
        sent |= {"arr": arr["amount"], "currency": arr["currency"]}
    elif body.model_fields_set & {"arr"}:
        sent["arr"] = None
    if "owner" in sent:
        sent["owner_id"] = person_ref(sent.pop("owner"), "owner")
    return {k: v for k, v in sent.items() if v is not None or k in ("arr", "owner_id")}


def _read_account(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.account(actor=actor_of(request), account_id=key)
    tag(response, row.version)
    return _account(row)


@router.get("/accounts", auth=can("account.read"), response=answers(AccountPage))
def list_accounts(request: HttpRequest, query: Query[AccountQuery]) -> Any:
    return listing(request, ACCOUNTS, queries.account_rows(), _accounts)


@router.post("/accounts", auth=can("account.change"), response=answers(AccountOut, status=201))
def create_account(request: HttpRequest, body: AccountIn, response: HttpResponse) -> Any:
    made = services.save_account(actor=actor_of(request), changes=_flat(body), now=timezone.now())
    return Status(201, _read_account(request, response, made))


@router.get("/accounts/{id}", auth=can("account.read"), response=answers(AccountOut))
def read_account(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read_account(request, response, id_in(id, "account"))


@router.patch("/accounts/{id}", auth=can("account.change"), response=answers(AccountOut))
@transaction.atomic
def change_account(
    request: HttpRequest, id: str, body: AccountChange, response: HttpResponse
) -> Any:
    key, actor, now, changes = id_in(id, "account"), actor_of(request), timezone.now(), _flat(body)
    archived = changes.pop("archived", None)
    services.save_account(actor=actor, id_=key, changes=changes, version=expected(request), now=now)
    if archived is not None:
        services.archive_accounts(actor=actor, ids=[key], archived=archived, now=now)
    return _read_account(request, response, key)


def _read_contact(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.contact(actor=actor_of(request), contact_id=key)
    tag(response, row.version)
    return _contact(row)


def _contact_values(body: ContactIn | ContactChange) -> dict[str, Any]:
    sent = body.model_dump(exclude_unset=True)
    if "account" in sent:
        sent["account_id"] = ref_in(sent.pop("account"), "account", "account")
    return {k: v for k, v in sent.items() if v is not None or k in ("account_id", "persona")}


@router.get("/contacts", auth=can("contact.read"), response=answers(ContactPage))
def list_contacts(request: HttpRequest, query: Query[ContactQuery]) -> Any:
    return listing(request, CONTACTS, queries.contact_rows(), _contacts)


@router.post("/contacts", auth=can("contact.change"), response=answers(ContactOut, status=201))
def create_contact(request: HttpRequest, body: ContactIn, response: HttpResponse) -> Any:
    made = services.save_contact(
        actor=actor_of(request), changes=_contact_values(body), now=timezone.now()
    )
    return Status(201, _read_contact(request, response, made))


@router.get("/contacts/{id}", auth=can("contact.read"), response=answers(ContactOut))
def read_contact(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read_contact(request, response, id_in(id, "contact"))


@router.patch("/contacts/{id}", auth=can("contact.change"), response=answers(ContactOut))
def change_contact(
    request: HttpRequest, id: str, body: ContactChange, response: HttpResponse
) -> Any:
    key = id_in(id, "contact")
    services.save_contact(
        actor=actor_of(request),
        id_=key,
        changes=_contact_values(body),
        version=expected(request),
        now=timezone.now(),
    )
    return _read_contact(request, response, key)


def _read_deal(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.deal(actor=actor_of(request), deal_id=key)
    tag(response, row.version)
    return _deals([row])[0]


def _block(request: HttpRequest, deal_id: int, wanted: Sequence[str]) -> None:
    actor, now = actor_of(request), timezone.now()
    ids = {ref_in(o, "opportunity", "blocked_by") or 0 for o in wanted}
    have = {
        x.card.id: x.id
        for x in linked(actor=actor, object_type="deal", object_id=deal_id)
        if x.card.type == "opportunity" and x.relation == "blocks"
    }
    for opp in sorted(ids - set(have)):
        try:
            links.link(
                actor=actor,
                first=("opportunity", opp),
                second=("deal", deal_id),
                relation="blocks",
                now=now,
            )
        except Missing:
            raise Invalid(blocked_by=f"There is no opportunity {opp}.") from None
    for opp, link_id in have.items():
        if opp not in ids:
            links.unlink(actor=actor, link_id=link_id, now=now)


@router.get("/deals", auth=can("deal.read"), response=answers(DealPage))
def list_deals(request: HttpRequest, query: Query[DealQuery]) -> Any:
    return listing(request, DEALS, queries.deal_rows(), _deals)


@router.post("/deals", auth=can("deal.change"), response=answers(DealOut, status=201))
@transaction.atomic
def create_deal(request: HttpRequest, body: DealIn, response: HttpResponse) -> Any:
    account = ref_in(body.account, "account", "account")
    if account is None:
        raise Invalid(account="A deal needs its account.")
    made = services.save_deal(
        actor=actor_of(request), account_id=account, title=body.title, state=body.state, close_on=body.close_on,
        amount=body.amount.amount if body.amount else None, currency=body.amount.currency if body.amount else "",
        now=timezone.now(),
    )  # fmt: skip
    _block(request, made, body.blocked_by)
    return Status(201, _read_deal(request, response, made))


@router.get("/deals/{id}", auth=can("deal.read"), response=answers(DealOut))
def read_deal(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read_deal(request, response, id_in(id, "deal"))


@router.patch("/deals/{id}", auth=can("deal.change"), response=answers(DealOut))
@transaction.atomic
def change_deal(request: HttpRequest, id: str, body: DealChange, response: HttpResponse) -> Any:
    key = id_in(id, "deal")
    services.save_deal(
        actor=actor_of(request), id_=key, title=body.title, state=body.state, close_on=body.close_on,
        amount=body.amount.amount if body.amount else None, currency=body.amount.currency if body.amount else "",
        archived=body.archived, clear=[k for k, v in body.model_dump(exclude_unset=True).items() if v is None],
        version=expected(request), now=timezone.now(),
    )  # fmt: skip
    if body.blocked_by is not None:
        _block(request, key, body.blocked_by)
    return _read_deal(request, response, key)
