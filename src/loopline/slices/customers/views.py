"""Pages of accounts, contacts and deals."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Conflict, Invalid
from loopline.platform.cards.registry import card
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import workspace
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import (
    go,
    is_fragment,
    list_bulk,
    list_csv,
    list_page,
    now_in,
    render,
    signed_in,
)  # fmt: skip
from loopline.platform.ui.rows import number
from loopline.slices.customers import queries, services
from loopline.slices.customers.lists import ACCOUNTS, CONTACTS, DEALS, STAGES


def account_list(request: HttpRequest) -> HttpResponse:
    return list_page(request, ACCOUNTS, queries.account_rows(), template="customers/accounts.html")


def account_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, ACCOUNTS, queries.account_rows())


def account_bulk(request: HttpRequest) -> HttpResponse:
    return list_bulk(request, ACCOUNTS, queries.account_rows())


def account_new(request: HttpRequest) -> HttpResponse:
    actor = signed_in(request, "account.change")
    context: dict[str, Any] = {
        "here": "Accounts", "group": "Hear", "values": request.GET, "errors": {}, "stages": STAGES,
        "code": workspace().currency,
    }  # fmt: skip
    shape = "customers/form.html" if is_fragment(request) else "customers/new.html"
    if request.method != "POST":
        return render(request, shape, context)
    p = request.POST
    try:
        values = {k: p.get(k, "") for k in ("name", "domain", "segment", "plan")}
        made = services.save_account(
            actor=actor, now=now_in(request),
            changes={**values, "stage": p.get("stage", "prospect"), "arr": number("arr", p.get("arr", "")),
                     "currency": workspace().currency, "owner_id": actor.user_id},
        )  # fmt: skip
    except (Invalid, Conflict) as wrong:
        errors = wrong.errors if isinstance(wrong, Invalid) else {"domain": wrong.sentence}
        return render(request, shape, context | {"values": p, "errors": errors}, 422)
    return go(request, f"/accounts/{made}")


def account_page(request: HttpRequest, account_id: int) -> HttpResponse:
    actor = signed_in(request, "account.read")
    a = queries.account(actor=actor, account_id=account_id)
    context = {
        "a": a, "version": a.version, "list_url": "/accounts", "list_title": "Accounts", "here": "Accounts",
        "group": "Hear", "changes": may(actor, "account.change"), "stages": STAGES,
        "people_": queries.contacts_of(a.pk), "deals": queries.deals_of([a.pk]).get(a.pk, []),
        "code": a.currency or workspace().currency,
    }  # fmt: skip
    own = card(actor=actor, type_="account", id_=a.pk)
    return object_page(request, actor, own, "customers/account.html", context)


def contact_list(request: HttpRequest) -> HttpResponse:
    return list_page(request, CONTACTS, queries.contact_rows(), template="customers/contacts.html")


def contact_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, CONTACTS, queries.contact_rows())


def contact_page(request: HttpRequest, contact_id: int) -> HttpResponse:
    actor = signed_in(request, "contact.read")
    c = queries.contact(actor=actor, contact_id=contact_id)
    context = {
        "c": c, "version": c.version, "list_url": "/contacts", "list_title": "Contacts", "here": "Accounts",
        "group": "Hear", "changes": may(actor, "contact.change"),
    }  # fmt: skip
    own = card(actor=actor, type_="contact", id_=c.pk)
    return object_page(request, actor, own, "customers/contact.html", context)


def deal_list(request: HttpRequest) -> HttpResponse:
    return list_page(
        request,
        DEALS,
        queries.deal_rows(),
        template="customers/deals.html",
        context={"code": workspace().currency},
    )


def deal_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, DEALS, queries.deal_rows())
