"""Drafts for everybody who asked, when it ships and when it is decided. Running twice drafts nothing new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from loopline.platform.audit.record import Change, record_many
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import Person, people_by_id
from loopline.platform.settings import options
from loopline.platform.thread.store import touch
from loopline.platform.ui.formats import day
from loopline.slices.customers import queries as customers
from loopline.slices.decisions.queries import DecisionView
from loopline.slices.releases.queries import ReleaseView
from loopline.slices.roadmap import queries as roadmap
from loopline.slices.told import rules
from loopline.slices.told.models import FollowUp
from loopline.slices.told.queries import known_keys


@dataclass(frozen=True, slots=True)
class _People:
    """Everybody a batch of drafts names, loaded once."""

    contacts: Mapping[int, customers.ContactView]
    accounts: Mapping[int, customers.AccountView]
    company: str
    sender: str


def _people(askers: Sequence[roadmap.Asker], owner_id: int | None) -> _People:
    contacts = customers.contacts_by_id(a.contact_id for a in askers)
    accounts = customers.accounts_by_id(a.account_id for a in askers)
    company = options.workspace().name
    owner = people_by_id({owner_id or 0}).get(owner_id or 0)
    return _People(contacts, accounts, company, owner.name if owner else f"The team at {company}")


def _who(asker: roadmap.Asker) -> str:
    return f"contact:{asker.contact_id}" if asker.contact_id else f"item:{asker.feedback_id}"


def _base(asker: roadmap.Asker, people: _People, now: datetime) -> FollowUp:
    """A draft addressed: by e-mail where there is an address, else to be told by hand."""
    contact = people.contacts.get(asker.contact_id or 0)
    email = contact.email if contact else ""
    gone = bool(contact and contact.unsubscribed_at)
    return FollowUp(
        feedback_id=asker.feedback_id, opportunity_id=asker.opportunity_id, contact_id=asker.contact_id,
        account_id=asker.account_id, address=email, to_name=contact.name if contact else "",
        channel="email" if email else "by_hand", state="suppressed" if gone else "draft",
        said="They asked for no more messages." if gone else "", created_at=now, updated_at=now,
    )  # fmt: skip


def _told_bets(askers: Sequence[roadmap.Asker]) -> dict[tuple[str, int], set[int]]:
    """What each asker was told, or is about to be told, of each opportunity: the bets."""
    out: dict[tuple[str, int], set[int]] = {}
    found = FollowUp.objects.filter(
        occasion="ship", opportunity_id__in={a.opportunity_id for a in askers}
    ).exclude(state="failed")
    for contact, item, opp, bets in found.values_list(
        "contact_id", "feedback_id", "opportunity_id", "bets"
    ):
        who = f"contact:{contact}" if contact else f"item:{item}"
        out.setdefault((who, opp or 0), set()).update(bets)
    return out


def _save(actor: Actor, drafts: Sequence[FollowUp], now: datetime) -> list[int]:
    known = known_keys([d.told_key for d in drafts])
    fresh = [d for d in {d.told_key: d for d in drafts}.values() if d.told_key not in known]
    if not fresh:
        return []
    FollowUp.objects.bulk_create(fresh, batch_size=300, ignore_conflicts=True)
    made = FollowUp.objects.filter(told_key__in=[d.told_key for d in fresh])
    ids = list(made.order_by("pk").values_list("pk", flat=True))
    changes = [Change("follow_up.drafted", "follow-up", i) for i in ids]
    record_many(actor=actor, now=now, changes=changes)
    touch(("opportunity", o) for o in {d.opportunity_id for d in fresh if d.opportunity_id})
    return ids


@transaction.atomic
def draft_for_release(
    *,
    actor: Actor,
    release: ReleaseView,
    bet_ids: Sequence[int],
    only: Sequence[int] | None = None,
    now: datetime,
) -> list[int]:
    """One follow-up per asker and opportunity of what shipped; nobody is told twice of the same bets.

    Answers new ids.

    `only` narrows to these opportunities, for people who asked after it shipped.
    """
    bets = roadmap.bets_by_id(bet_ids)
    by_opp: dict[int, list[roadmap.BetView]] = {}
    for b in bets.values():
        if b.opportunity_id and (only is None or b.opportunity_id in only):
            by_opp.setdefault(b.opportunity_id, []).append(b)
    askers = roadmap.askers(opportunity_ids=sorted(by_opp))
    people = _people(askers, release.owner_id)
    told = _told_bets(askers)
    drafts = []
    for asker in askers:
        mine = by_opp.get(asker.opportunity_id, [])
        ids = {b.id for b in mine}
        if ids <= told.get((_who(asker), asker.opportunity_id), set()):
            continue
        row = _base(asker, people, now)
        text = rules.shipped(
            name=row.to_name,
            said_on=day(asker.received_at, now=now),
            words=asker.quote or asker.verbatim,
            version=release.version,
            what=" and ".join(b.title for b in mine),
            how=mine[0].hypothesis if len(mine) == 1 else "",
            sender=people.sender,
            company=people.company,
        )
        row.occasion, row.release_id, row.bets = "ship", release.id, sorted(ids)
        row.told_key = f"ship:{release.id}:{asker.opportunity_id}:{_who(asker)}"
        row.subject, row.text = text.subject, text.text
        drafts.append(row)
    return _save(actor, drafts, now)


@transaction.atomic
def draft_for_decision(
    *, actor: Actor, decision: DecisionView, opportunity_id: int, what: str, now: datetime
) -> list[int]:
    """Replies with the reason: to those who asked, and to the colleagues who passed it on."""
    askers = roadmap.askers(opportunity_ids=[opportunity_id])
    people = _people(askers, decision.decided_by_id)
    drafts: list[FollowUp] = []
    if options.value("reply_to_askers"):
        for asker in askers:
            row = _base(asker, people, now)
            text = rules.decided(
                name=row.to_name,
                said_on=day(asker.received_at, now=now),
                words=asker.quote or asker.verbatim,
                verdict=decision.verdict,
                what=what,
                why=decision.rationale,
                sender=people.sender,
                company=people.company,
            )
            row.occasion, row.decision_id = "decision", decision.id
            row.told_key = f"decision:{decision.id}:{_who(asker)}"
            row.subject, row.text = text.subject, text.text
            drafts.append(row)
    if options.value("reply_to_colleagues"):
        drafts += _colleagues(askers, decision, what, people, now)
    return _save(actor, drafts, now)


def _colleagues(
    askers: Sequence[roadmap.Asker],
    decision: DecisionView,
    what: str,
    people: _People,
    now: datetime,
) -> list[FollowUp]:
    found: dict[int, Person] = people_by_id(
        {a.submitted_by_id for a in askers if a.submitted_by_id}
    )
    out: dict[int, FollowUp] = {}
    for asker in askers:
        person = found.get(asker.submitted_by_id or 0)
        if person is None or person.id in out:
            continue
        account = people.accounts.get(asker.account_id or 0)
        text = rules.passed_on(
            name=person.name, account=account.name if account else "", words=asker.quote or asker.verbatim,
            verdict=decision.verdict, what=what, why=decision.rationale,
        )  # fmt: skip
        out[person.id] = FollowUp(
            feedback_id=asker.feedback_id, opportunity_id=asker.opportunity_id, recipient_id=person.id,
            account_id=asker.account_id, to_name=person.name, channel="in_app", occasion="decision",
            decision_id=decision.id, told_key=f"decision:{decision.id}:person:{person.id}", subject=text.subject,
            text=text.text, created_at=now, updated_at=now,
        )  # fmt: skip
    return list(out.values())
