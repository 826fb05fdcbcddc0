"""Oakrow's accounts with their contacts and deals."""

from datetime import timedelta

from demo.context import Context
from demo.oakrow.accounts import FIRST, LAST, PERSONAS, accounts, domain
from loopline.slices.customers import services as customers


def load(w: Context) -> None:
    """Accounts as they stand today, each with one to four contacts."""
    w.accounts = accounts(w.rng)
    owner = w.actor("Tomas Lindgren")
    success = (w.people["Adaeze Nwosu"], w.people["Luis Carvalho"], w.people["Sofia Brandt"])
    for i, a in enumerate(w.accounts):
        changes = {
            "name": a.name, "domain": domain(a), "segment": a.segment, "stage": a.stage, "plan": a.plan, "arr": a.arr,
            "currency": "EUR", "health": a.health, "owner_id": success[i % 3], "external_id": f"crm-{1000 + i}",
            "renews_on": (w.now + timedelta(days=w.rng.randrange(10, 360))).date() if a.stage == "customer" else None,
        }  # fmt: skip
        made = customers.save_account(actor=owner, changes=changes, now=w.at(364), sample=True)
        w.account_ids.append(made)
        w.contacts.append(_contacts(w, made, domain(a)))
        if a.deal:
            title, amount, state, days = a.deal
            customers.save_deal(
                actor=owner, account_id=made, title=title, amount=amount, currency="EUR", state=state,
                close_on=(w.now + timedelta(days=days)).date(), now=w.at(40), sample=True,
            )  # fmt: skip


def _contacts(w: Context, account_id: int, at: str) -> list[tuple[str, str, str]]:
    owner = w.actor("Tomas Lindgren")
    people: list[tuple[str, str, str]] = []
    for _ in range(w.rng.choice((1, 2, 2, 3, 4))):
        name = f"{w.rng.choice(FIRST)} {w.rng.choice(LAST)}"
        title, persona = w.rng.choice(PERSONAS)
        first, last = name.lower().replace("á", "a").split()
        if (address := f"{first}.{last}@{at}") in {p[1] for p in people}:
            continue
        people.append((name, address, persona))
        changes = {
            "name": name, "email": address, "title": title, "persona": persona, "account_id": account_id,
        }  # fmt: skip
        customers.save_contact(actor=owner, changes=changes, now=w.at(363), sample=True)
    return people
