"""When something ships or is decided, drafts are made; by setting they go out at once."""

from datetime import timedelta

from loopline.platform.events.outbox import Happened
from loopline.platform.identity.actor import Actor
from loopline.platform.settings import options
from loopline.slices.customers.events import ContactsErased, ContactUnsubscribed
from loopline.slices.decisions import queries as decisions
from loopline.slices.decisions.events import DecisionDecided
from loopline.slices.releases import queries as releases
from loopline.slices.releases.events import ReleaseShipped
from loopline.slices.roadmap import queries as roadmap
from loopline.slices.roadmap.events import BetTakenBack, OpportunityLinked
from loopline.slices.told import services
from loopline.slices.told.models import FollowUp

ACTOR = Actor.system("Follow-ups")


def _by_setting(ids: list[int], happened: Happened) -> None:
    if ids and options.value("follow_ups_automatic"):
        mail = FollowUp.objects.filter(pk__in=ids, state="draft").exclude(channel="by_hand")
        going = list(mail.values_list("pk", flat=True))
        if going:
            services.approve_many(actor=ACTOR, ids=going, now=happened.at, grace=timedelta(0))


def _overtaken(ids: list[int], happened: Happened) -> None:
    """Whoever now hears that it is here no longer needs to hear that it was decided."""
    news = list(FollowUp.objects.filter(pk__in=ids))
    to = {(f.contact_id, f.recipient_id, f.opportunity_id) for f in news}
    waiting = FollowUp.objects.filter(
        occasion="decision", state="draft", opportunity__in={f.opportunity_id for f in news}
    )
    old = [f.pk for f in waiting if (f.contact_id, f.recipient_id, f.opportunity_id) in to]
    if old:
        reason = "It has shipped meanwhile; that message says so."
        services.suppress_many(actor=ACTOR, ids=old, reason=reason, now=happened.at)


def when_shipped(event: ReleaseShipped, happened: Happened) -> None:
    release = releases.by_ids([event.release_id]).get(event.release_id)
    if release is None:
        return
    ids = services.draft_for_release(
        actor=ACTOR, release=release, bet_ids=event.bet_ids, now=happened.at
    )
    _overtaken(ids, happened)
    _by_setting(ids, happened)


def when_decided(event: DecisionDecided, happened: Happened) -> None:
    """Committed, declined and not now are told with their reason; other decisions are ours alone."""
    if event.verdict == "other" or event.about_type not in ("bet", "opportunity"):
        return
    decision = decisions.by_ids([event.decision_id]).get(event.decision_id)
    bet = (
        roadmap.bets_by_id([event.about_id]).get(event.about_id)
        if event.about_type == "bet"
        else None
    )
    opp = (
        bet.opportunity_id if bet else event.about_id if event.about_type == "opportunity" else None
    )
    found = roadmap.opportunities_by_id([opp]).get(opp or 0)
    if decision is None or found is None:
        return
    ids = services.draft_for_decision(
        actor=ACTOR,
        decision=decision,
        opportunity_id=found.id,
        what=bet.title if bet else found.title,
        now=happened.at,
    )
    _by_setting(ids, happened)


def when_taken_back(event: BetTakenBack, happened: Happened) -> None:
    """A decision about a bet was undone: what nobody has sent yet of it is not sent."""
    bet = roadmap.bets_by_id([event.bet_id]).get(event.bet_id)
    if bet is None or bet.opportunity_id is None:
        return
    waiting = FollowUp.objects.filter(
        occasion="decision", state="draft", opportunity_id=bet.opportunity_id
    )
    by_decision = dict(waiting.exclude(decision=None).values_list("pk", "decision_id"))
    known = decisions.by_ids(d for d in by_decision.values() if d)
    ids = [
        pk
        for pk, d in by_decision.items()
        if d in known and (known[d].about_type, known[d].about_id) == ("bet", bet.id)
    ]
    if ids:
        reason = "What was decided was taken back."
        services.suppress_many(actor=ACTOR, ids=ids, reason=reason, now=happened.at)


def when_linked(event: OpportunityLinked, happened: Happened) -> None:
    """Somebody asks for what shipped already: they are told by the newest release that holds it."""
    bets = roadmap.bets_of([event.opportunity_id]).get(event.opportunity_id, [])
    shipped = releases.releases_of_bets([b.id for b in bets])
    newest = [
        r for found in shipped.values() for r in found if r.state == "shipped" and r.shipped_at
    ]
    if not newest:
        return
    latest = max(newest, key=lambda r: (r.shipped_at, r.id))
    mine = [b for b, found in shipped.items() if any(r.id == latest.id for r in found)]
    ids = services.draft_for_release(
        actor=ACTOR, release=latest, bet_ids=mine, only=[event.opportunity_id], now=happened.at
    )
    _by_setting(ids, happened)


def when_unsubscribed(event: ContactUnsubscribed, happened: Happened) -> None:
    ids = list(
        FollowUp.objects.filter(
            contact_id=event.contact_id, state__in=("draft", "approved", "failed")
        ).values_list("pk", flat=True)
    )
    if ids:
        services.suppress_many(
            actor=ACTOR, ids=ids, reason="They asked for no more messages.", now=happened.at
        )


def when_contacts_erased(event: ContactsErased, happened: Happened) -> None:
    """Nobody is told any more, and what they were told is not kept."""
    services.forget_recipients(
        actor=ACTOR, contact_ids=event.contact_ids, erasure=event.erasure, now=happened.at
    )
