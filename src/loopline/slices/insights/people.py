"""Persons: who uses the product, by any of their ids, with what is known of them elsewhere in the house."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from loopline.core.problems import Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow, may
from loopline.slices.customers import queries as customers
from loopline.slices.customers.queries import AccountView, ContactView
from loopline.slices.insights import asking, shown
from loopline.slices.insights.models import Cohort

PAGE = 50
LOOKED_AT = 200  # of those that hold a text, for one that starts with it
NAMES = ("name", "full_name", "fullName", "first_name", "email")


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the store; times are None where no event came."""

    id: str
    account: str
    events: int
    first: datetime | None
    last: datetime | None
    properties: Mapping[str, Any]
    ids: Sequence[str] = ()

    @property
    def name(self) -> str:
        return next((str(self.properties[k]) for k in NAMES if self.properties.get(k)), self.id)

    @property
    def email(self) -> str:
        found = self.properties.get("email") or self.properties.get("$email") or ""
        return str(found) if "@" in str(found) else self.id if "@" in self.id else ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a person. `properties` as they came."""

    id: str
    event: str
    at: datetime
    micros: int
    distinct_id: str
    account: str
    dialect: str
    properties: Mapping[str, Any]


def find(
    *, actor: Actor, search: str = "", account: str = "", limit: int = PAGE, offset: int = 0
) -> tuple[list[Person], int]:
    """Persons with events, the last seen first, and how many there are; searched in ids and properties."""
    allow(actor, "person.read")
    found = asking.look("persons", search=search, account=account, limit=limit, offset=offset)
    return [_person(one) for one in found["items"]], found["count"]


def starting(*, actor: Actor, text: str, limit: int = 5) -> list[Person]:
    """Persons whose id, address or name starts with this, the last seen first; nothing rather than a wait."""
    allow(actor, "person.read")
    found = asking.glance("persons", search=text, limit=LOOKED_AT)
    begin = text.casefold()
    persons = [_person(each) for each in (found or {}).get("items", ())]
    fitting = (
        p for p in persons if any(t.casefold().startswith(begin) for t in (p.id, p.email, p.name))
    )
    return list(islice(fitting, limit))


def one(*, actor: Actor, person: str) -> Person:
    """A person by any of their ids. Raises Missing."""
    allow(actor, "person.read")
    found = asking.look("person", person=person) if person else None
    known = _person(found) if found else None
    if known is None or not (known.events or known.properties or known.account):
        raise Missing("person")  # never here, or erased
    return known


def described(people: Sequence[str]) -> dict[str, Person]:
    """What is known of some persons, by the id asked for; for rows whose reader may see persons."""
    if not people:
        return {}
    return {one["person"]: _person(one) for one in asking.look("described", people=list(people))}


def timeline(
    *, actor: Actor, person: str, before: int | None = None, limit: int = 100
) -> list[Happening]:
    """Their events, the newest first; `before` in UTC microseconds, exclusive."""
    allow(actor, "person.read")
    rows = asking.look("timeline", person=person, before=before, limit=limit)
    return [
        Happening(
            row["id"], row["event"], _moment(row["at"]), row["at"], row["distinct_id"], row["account"],
            row["dialect"], _read(row["properties"]),
        )
        for row in rows
    ]  # fmt: skip


def account_of(actor: Actor, name: str, email: str = "") -> AccountView | None:
    """The customers' account that an account of the store is: by external id, domain or name."""
    if not (name or email) or not may(actor, "account.read"):
        return None
    found = customers.account_id_for(
        name=name, domain=name if "." in name else "", external_id=name, email=email
    )
    return customers.accounts_by_id([found]).get(found) if found else None


def contact_of(actor: Actor, email: str) -> ContactView | None:
    """The contact with this address."""
    if not email or not may(actor, "contact.read"):
        return None
    return customers.contacts_by_email([email]).get(email.lower())


def cohorts_of(ids: Sequence[str], account: str = "") -> list[Cohort]:
    """Cohorts a person is in, by any of their ids, or their account is."""
    persons = Cohort.objects.filter(actor="person", members__actor_id__in=list(ids))
    accounts = Cohort.objects.filter(actor="account", members__actor_id=account)
    found = {
        row.pk: row for row in [*persons, *(accounts if account else [])] if not row.archived_at
    }
    return sorted(found.values(), key=lambda row: row.name)


def _moment(micros: int) -> datetime:
    return datetime.fromisoformat(shown.moment(micros) or "")


def _person(one: Mapping[str, Any]) -> Person:
    first, last = one.get("first"), one.get("last")
    return Person(
        one["person"], one.get("account") or "", one.get("events", 0),
        _moment(first) if first is not None else None, _moment(last) if last is not None else None,
        _read(one.get("properties")), tuple(one.get("ids", ())),
    )  # fmt: skip


def _read(text: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
