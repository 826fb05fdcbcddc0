"""Persons and accounts as rows: a name to read, who they are, when they were last seen."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from loopline.platform.identity.actor import Actor
from loopline.slices.insights import asking, shown

NAMES = ("name", "full_name", "first_name", "email")
ROLES = ("role", "job_title", "title")


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    name: str
    sub: str
    href: str
    last: datetime | None = None
    events: int = 0


def person_rows(actor: Actor, items: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Rows for the items of an answer's people; one look at the store for all."""
    persons = [item["person"] for item in items if item["person"]]
    known = (
        {one["person"]: one for one in asking.look("described", people=persons)} if persons else {}
    )
    rows = []
    for item in items:
        if item["person"]:
            rows.append(
                described(known.get(item["person"], {"person": item["person"]}), item["account"])
            )
        else:
            account = item["account"] or ""
            rows.append(
                Row(account, account or "No account", "", f"/people?account={quote(account)}")
            )
    return rows


def described(one: Mapping[str, Any], account: str | None = None) -> Row:
    """A person of the store as a row."""
    known = properties(one)
    name = next((str(known[k]) for k in NAMES if known.get(k)), one["person"])
    role = next((str(known[k]) for k in ROLES if known.get(k)), "")
    said = [role, account or one.get("account") or "", str(known.get("email") or "")]
    last = one.get("last")
    return Row(
        one["person"],
        name,
        " · ".join(part for part in said if part and part != name),
        f"/people/{quote(one['person'], safe='')}",
        datetime.fromisoformat(shown.moment(last) or "") if last else None,
        one.get("events", 0),
    )


def properties(one: Mapping[str, Any]) -> dict[str, Any]:
    """A person's properties; nothing where they cannot be read."""
    try:
        found = json.loads(one.get("properties") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
