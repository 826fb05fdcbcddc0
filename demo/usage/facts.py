"""Who is who in the sample's usage: people with their properties and accounts, and how they were recognised."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from demo.oakrow.accounts import FIRST, LAST, Customer, domain, mailbox
from demo.usage.crowd import Crowd
from demo.usage.times import DAY, SECOND, Times
from demo.usage.trials import NAMES, Trials
from loopline.warehouse.records import Fact

_PLACES = (
    "Appleby", "Brackley", "Corby", "Dalton", "Elstow", "Farley", "Goring", "Hadley", "Ingleby", "Kirby", "Langley",
    "Marlow", "Newby", "Oakham", "Padley", "Ruston", "Stanley", "Tetbury", "Upton", "Wansford", "Yately", "Brome",
)  # fmt: skip
_ENDS = ("", " Green", " Cross", " Bridge", " Mill", " Park", " Hill", " Lodge", " Wharf", " Gate")
_KINDS = (
    "Nursing Home", "Surgery", "Hotel", "Inn", "Kitchens", "Bakery", "Stores", "Cinema", "Pool", "Guards", "Couriers",
    "Cleaning", "School", "Hospice", "Dental", "Cafe",
)  # fmt: skip
SHARED = 12  # computers on which a second person signed in
TWICE = 8  # people with two addresses, made one


def people_of_trials(
    trials: Trials, customers: Sequence[Customer], dice: np.random.Generator
) -> list[dict[str, Any]]:
    """A name, a company and an address for each. Contacts of prospects came through sales or partners."""
    count = trials.started.size
    prospects = [(c, each) for each in customers if each.account.arr is None for c in each.contacts]
    led = np.flatnonzero(
        np.isin(trials.channel, [NAMES.index(n) for n in ("sales-led", "partner")])
    )
    theirs = dict(zip(dice.permutation(led).tolist(), prospects, strict=False))
    firms = dice.permutation(len(_PLACES) * len(_ENDS) * len(_KINDS))[:count].tolist()
    names = dice.integers(0, (len(FIRST), len(LAST)), (count, 2)).tolist()
    found = []
    for n in range(count):
        if n in theirs:
            contact, customer = theirs[n]
            found.append(
                _person(
                    contact.name, contact.email, customer.account.name, domain(customer.account)
                )
            )
            continue
        rest, kind = divmod(firms[n], len(_KINDS))
        place, end = divmod(rest, len(_ENDS))
        firm = f"{_PLACES[place]}{_ENDS[end]} {_KINDS[kind]}"
        name = f"{FIRST[names[n][0]]} {LAST[names[n][1]]}"
        at = f"{firm.lower().replace(' ', '-')}.example"
        found.append(_person(name, f"{mailbox(name)}@{at}", firm, ""))
    return found


def _person(name: str, email: str, company: str, account: str) -> dict[str, Any]:
    return {"email": email, "name": name, "role": "manager", "company": company, "account": account}


def of_customers(
    crowd: Crowd, ids: Sequence[str], customers: Sequence[Customer], times: Times
) -> Iterator[Fact]:
    """Accounts, their people, and a few people who turned out to be one."""
    for each in customers:
        a = each.account
        about: dict[str, Any] = {"name": a.name, "segment": a.segment, "stage": a.stage}
        about |= {"plan": a.plan, "arr": a.arr} if a.arr is not None else {}
        yield Fact("account", domain(a), times.start, properties=_json(about))
    firsts = (times.start + crowd.first * DAY).tolist()
    for n, (known, account, at) in enumerate(
        zip(crowd.known, crowd.account.tolist(), firsts, strict=True)
    ):
        yield Fact("person", ids[n], at, properties=_json(known))
        yield Fact("member", ids[n], at, domain(customers[account].account))
    yield from _twice(crowd, ids, times)


def _twice(crowd: Crowd, ids: Sequence[str], times: Times) -> Iterator[Fact]:
    """The same name at the same account: one of them wrote to support."""
    met: dict[tuple[int, str], int] = {}
    found = 0
    for n, (known, account) in enumerate(zip(crowd.known, crowd.account.tolist(), strict=True)):
        first = met.setdefault((account, known["name"]), n)
        if first != n and found < TWICE:
            found += 1
            at = times.now - found * 9 * DAY
            if at > times.start + int(crowd.first[n]) * DAY:
                yield Fact("alias", ids[first], at, ids[n])


def of_trials(
    trials: Trials, known: Sequence[dict[str, Any]], ids: Sequence[str], anonymous: Sequence[str]
) -> Iterator[Fact]:
    """Who the visitor was, learnt as the trial began."""
    for n, at in enumerate(trials.started.tolist()):
        yield Fact("identify", anonymous[n], at, ids[n])
        channel = NAMES[trials.channel[n]]
        props = {name: value for name, value in known[n].items() if name != "account"}
        yield Fact(
            "person", ids[n], at, properties=_json(props | {"plan": "Trial", "channel": channel})
        )
        if known[n]["account"]:
            yield Fact("member", ids[n], at, known[n]["account"])
    for n in range(min(SHARED, len(ids) // 20)):
        one, other = n * 17, n * 17 + 9
        yield Fact(
            "identify", anonymous[one], int(trials.started[other]) + 3600 * SECOND, ids[other]
        )


def _json(value: dict[str, Any]) -> bytes:
    return msgspec.json.encode(value)
