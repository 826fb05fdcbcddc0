"""Oakrow's accounts with their contacts and deals."""

from datetime import timedelta
from decimal import Decimal

from demo.context import Context
from demo.oakrow import accounts as oakrow
from loopline.slices.customers import services as customers


def load(w: Context) -> None:
    """Accounts as they stand today, each with one to four contacts."""
    owner = w.actor("Tomas Lindgren")
    success = (w.people["Adaeze Nwosu"], w.people["Luis Carvalho"], w.people["Sofia Brandt"])
    for i, each in enumerate(oakrow.customers(w.rng)):
        a = each.account
        renews = None if each.renews_in is None else w.now + timedelta(days=each.renews_in)
        changes = {
            "name": a.name, "domain": oakrow.domain(a), "segment": a.segment, "stage": a.stage, "plan": a.plan,
            "arr": a.arr, "currency": "EUR", "health": a.health, "owner_id": success[i % 3],
            "external_id": f"crm-{1000 + i}", "renews_on": renews.date() if renews else None,
        }  # fmt: skip
        made = customers.save_account(actor=owner, changes=changes, now=w.at(364), sample=True)
        for c in each.contacts:
            changes = {"name": c.name, "email": c.email, "title": c.title, "persona": c.persona}
            customers.save_contact(
                actor=owner, changes=changes | {"account_id": made}, now=w.at(363), sample=True
            )
        w.accounts.append(a)
        w.account_ids.append(made)
        w.contacts.append([(c.name, c.email, c.persona) for c in each.contacts])
        if a.deal:
            title, amount, state, days = a.deal
            customers.save_deal(
                actor=owner, account_id=made, title=title, amount=Decimal(amount), currency="EUR", state=state,
                close_on=(w.now + timedelta(days=days)).date(), now=w.at(40), sample=True,
            )  # fmt: skip
