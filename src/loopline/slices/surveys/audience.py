"""Who would be asked: contacts by what their account is, a pasted list, or colleagues by role."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Actor, Role
from loopline.platform.identity.queries import people
from loopline.slices.customers.queries import contacts_by_email, contacts_where
from loopline.slices.surveys.models import Ask, Survey
from loopline.slices.surveys.rules import addresses

MOST = 20_000
PARTS = ("segments", "plans", "personas", "stages")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person to ask; `person` is empty for a pasted address that is no contact yet."""

    person: str
    address: str
    name: str = ""
    contact_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who would be asked, and why others would not."""

    to: Sequence[Recipient] = ()
    already: int = 0
    unsubscribed: int = 0
    no_address: int = 0
    wrong: Sequence[str] = field(default_factory=tuple)


def clean(kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """An audience as it is stored. Raises Invalid when nobody is meant."""
    if kind == "stakeholders":
        roles = [r for r in raw.get("roles") or [] if r in {x.value for x in Role}]
        if not roles:
            raise Invalid(roles="Choose at least one role.")
        return {"roles": roles}
    out: dict[str, Any] = {k: sorted({str(v)[:80] for v in raw.get(k) or []})[:100] for k in PARTS}
    out = {k: v for k, v in out.items() if v}
    pasted = raw.get("addresses") or ()
    pasted = pasted if isinstance(pasted, str) else "\n".join(map(str, pasted))
    if pasted.strip():
        if out:
            raise Invalid(
                addresses="Paste a list or choose by segment, plan and persona, not both."
            )
        return {"addresses": pasted[:2_000_000]}
    if raw.get("everybody"):
        return {"everybody": True}
    if not out:
        raise Invalid(segments="Choose whom to ask, or paste a list of addresses.")
    return out


def _contacts(audience: Mapping[str, Any]) -> tuple[list[Recipient], int, int, list[str]]:
    wrong: list[str] = []
    if "addresses" in audience:
        good, wrong = addresses(audience["addresses"])
        known = contacts_by_email(good[: MOST + 1])
        found = list(known.values())
        new = [Recipient("", a) for a in good if a not in known]
    else:
        parts = {k: audience.get(k, ()) for k in PARTS}
        found, new = contacts_where(**parts, most=MOST + 1), []
    reach = [c for c in found if c.email and not c.unsubscribed_at]
    to = [Recipient(f"contact:{c.id}", c.email, c.name, contact_id=c.id) for c in reach]
    gone = sum(1 for c in found if c.unsubscribed_at)
    return to + new, gone, len(found) - len(reach) - gone, wrong


def choose(survey: Survey, audience: Mapping[str, Any]) -> Chosen:
    """The people an audience means now, without those this survey has asked. Raises Invalid over 20,000."""
    if survey.kind == "stakeholders":
        staff = people(actor=Actor.system())
        to = [
            Recipient(f"user:{p.id}", p.email, p.name, user_id=p.id)
            for p in staff
            if p.role in audience.get("roles", ())
        ]
        gone, bare = 0, 0
        wrong: list[str] = []
    else:
        to, gone, bare, wrong = _contacts(audience)
    if len(to) > MOST:
        raise Invalid(segments=f"At most {MOST:,} people at a time. Narrow it.")
    asked = set(Ask.objects.filter(survey_id=survey.pk).values_list("person", flat=True))
    fresh = [r for r in to if r.person not in asked]
    return Chosen(fresh, len(to) - len(fresh), gone, bare, wrong)
