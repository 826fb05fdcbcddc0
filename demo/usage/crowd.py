"""Who uses Oakrow's product at its customers: the contacts of the sample, and the people they work with."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from demo.oakrow.accounts import FIRST, LAST, Customer, domain, mailbox
from demo.oakrow.usage import DAYS, PLANS, PREFIX, ZONES
from demo.usage.ledger import Floats, Ints, Ledger

STAFF, MANAGER, PLANNER, PAYROLL = range(4)
ROLES = ("staff", "manager", "planner", "payroll")
SHARES = (0.905, 0.055, 0.025, 0.015)
BY_PERSONA = {"Site manager": MANAGER, "Regional director": MANAGER, "Administrator": MANAGER}
BY_PERSONA |= {"Planner": PLANNER, "Payroll officer": PAYROLL, "Staff member": STAFF}
SEATS = 1.06  # people with an account of ours, for each thousand a year that a customer pays
WEEKEND = {
    "Public": 0.2,
    "Facilities": 0.45,
    "Transport": 0.7,
}  # of a weekday; elsewhere nearly the same


@dataclass(frozen=True)
class Crowd:
    """People of customers, one place each. `account` is a place in the sample's accounts; days count from the first.

    `keen` is how much more than others somebody uses it; `lag` how many microseconds a phone waits for a new version.
    """

    who: Ints
    account: Ints
    role: Ints
    plan: Ints
    zone: Ints
    device: Ints
    first: Ints
    last: Ints
    keen: Floats
    lag: Ints
    weekend: Floats
    known: list[dict[str, Any]]
    """Properties of each person."""


def gather(
    ledger: Ledger, customers: list[Customer], dice: np.random.Generator, scale: float
) -> Crowd:
    """Everybody with an account of ours at those who are or were customers."""
    known: list[dict[str, Any]] = []
    account: list[int] = []
    roles: list[int] = []
    zones = dice.choice(len(ZONES), len(customers), p=(0.46, 0.34, 0.14, 0.06))
    for place, customer in enumerate(customers):
        if customer.account.arr is None:
            continue
        people = _people(customer, dice, scale)
        known += people
        account += [place] * len(people)
        roles += [ROLES.index(each["role"]) for each in people]
    of, role = np.array(account), np.array(roles)
    count = of.size
    first, last = _stay(dice, customers, of)
    ids = [
        (f"{PREFIX}{100_000 + n}", domain(customers[p].account), "") for n, p in enumerate(account)
    ]
    desk = dice.random(count) < np.where(role == STAFF, 0.0, 0.8)
    return Crowd(
        who=ledger.meet(ids),
        account=of,
        role=role,
        plan=np.array([PLANS.index(each.account.plan or "Trial") for each in customers])[of],
        zone=zones[of],
        device=np.where(desk, 0, np.where(dice.random(count) < 0.44, 1, 2)),
        first=first,
        last=last,
        keen=dice.lognormal(-0.12, 0.5, count),
        lag=(dice.exponential(2.5, count) * 86_400e6).astype(np.int64) * (desk == 0),
        weekend=np.array([WEEKEND.get(each.account.segment, 0.85) for each in customers])[of],
        known=known,
    )


def _stay(dice: np.random.Generator, customers: list[Customer], of: Ints) -> tuple[Ints, Ints]:
    """First and last day of each person: most are there throughout; who left us, left in August."""
    count = of.size
    new, gone = dice.random(count) < 0.22, dice.random(count) < 0.1
    first = np.where(new, dice.integers(1, DAYS, count), 0)
    last = np.where(gone, dice.integers(20, DAYS, count), DAYS)
    left = np.array([each.account.stage == "churned" for each in customers])
    ends = dice.integers(12, 34, len(customers))
    return first, np.where(left[of], ends[of], np.maximum(last, first + 3))


def _people(customer: Customer, dice: np.random.Generator, scale: float) -> list[dict[str, Any]]:
    """The contacts first, in the role of their persona; then the others, each with an address of their own."""
    a, at = customer.account, domain(customer.account)
    seats = max(len(customer.contacts), round((a.arr or 0) / 1000 * SEATS * scale))
    others = dice.choice(len(ROLES), seats, p=SHARES).tolist()
    names = dice.integers(0, (len(FIRST), len(LAST)), (seats, 2)).tolist()
    found = [(c.name, c.email, BY_PERSONA[c.persona]) for c in customer.contacts]
    taken = {email for _, email, _ in found}
    for n in range(len(found), seats):
        name = f"{FIRST[names[n][0]]} {LAST[names[n][1]]}"
        email, again = f"{mailbox(name)}@{at}", 2
        while email in taken:
            email, again = f"{mailbox(name)}{again}@{at}", again + 1
        taken.add(email)
        found.append((name, email, others[n]))
    return [
        {
            "email": email, "name": name, "role": ROLES[role], "plan": a.plan, "segment": a.segment,
            "company": a.name,
        }
        for name, email, role in found
    ]  # fmt: skip
