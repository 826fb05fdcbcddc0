"""What was said is tied to the problem it is about."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from loopline.core.problems import Conflict, Missing
from loopline.platform.audit.record import Change, record, record_many
from loopline.platform.events.outbox import publish, publish_many
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.thread.store import touch
from loopline.platform.undo import steps
from loopline.slices.feedback import queries as feedback
from loopline.slices.feedback import services as intake
from loopline.slices.roadmap.demand import refresh
from loopline.slices.roadmap.events import OpportunityLinked
from loopline.slices.roadmap.models import Ask
from loopline.slices.roadmap.services.opportunities import locked


@transaction.atomic
def link_feedback(
    *, actor: Actor, feedback_id: int, opportunity_id: int, quote: str = "", now: datetime
) -> str:
    """The item asks for the opportunity; with it the item is accepted. Again changes at most the quote.

    Answers the token that unlinks, empty where it was linked before.
    """
    allow(actor, "opportunity.change")
    feedback.one(actor=actor, feedback_id=feedback_id)
    opp = locked(opportunity_id)
    if opp.merged_into_id:
        raise Conflict(f"OPP-{opp.pk} is merged into OPP-{opp.merged_into_id}. Link to that one.")
    quote = " ".join(quote.split())[:2000]
    row, made = Ask.objects.get_or_create(
        feedback_id=feedback_id,
        opportunity=opp,
        defaults={"quote": quote, "by_id": actor.user_id, "at": now},
    )
    if not made:
        if quote and quote != row.quote:
            Ask.objects.filter(pk=row.pk).update(quote=quote)
        return ""
    intake.accept(actor=actor, feedback_id=feedback_id, now=now)
    after = {"to": f"OPP-{opp.pk}", "quote": quote}
    record(
        actor=actor, now=now, change=Change("feedback.linked", "feedback", feedback_id, {}, after)
    )
    record(
        actor=actor, now=now,
        change=Change("opportunity.linked", "opportunity", opp.pk, {}, {"feedback": f"FB-{feedback_id}"}),
    )  # fmt: skip
    refresh([opp.pk], now=now)
    touch([("opportunity", opp.pk)])
    publish(OpportunityLinked(feedback_id, opp.pk), actor=actor, now=now)
    return steps.offer(
        actor=actor, label=f"Linked FB-{feedback_id} to OPP-{opp.pk}", inverse="opportunity.unlink",
        payload={"feedback_id": feedback_id, "opportunity_id": opp.pk}, now=now,
    )  # fmt: skip


@transaction.atomic
def unlink_feedback(*, actor: Actor, feedback_id: int, opportunity_id: int, now: datetime) -> None:
    """The item does not ask for it after all."""
    allow(actor, "opportunity.change")
    opp = locked(opportunity_id)
    gone, _ = Ask.objects.filter(feedback_id=feedback_id, opportunity=opp).delete()
    if not gone:
        raise Missing("link between the two")
    before = {"to": f"OPP-{opp.pk}"}
    record(
        actor=actor,
        now=now,
        change=Change("feedback.unlinked", "feedback", feedback_id, before, {}),
    )
    refresh([opp.pk], now=now)
    touch([("opportunity", opp.pk)])


@transaction.atomic
def link_many(*, actor: Actor, links: Sequence[tuple[int, int, str]], now: datetime) -> int:
    """Many (feedback, opportunity, quote) at once, with demand and lines brought up to date once. Answers new ones."""
    allow(actor, "opportunity.change")
    have = set(
        Ask.objects.filter(feedback_id__in=[f for f, _, _ in links]).values_list(
            "feedback_id", "opportunity_id"
        )
    )
    fresh = {(f, o): q for f, o, q in links if (f, o) not in have}
    Ask.objects.bulk_create(
        [
            Ask(
                feedback_id=f,
                opportunity_id=o,
                quote=" ".join(q.split())[:2000],
                by_id=actor.user_id,
                at=now,
            )
            for (f, o), q in fresh.items()
        ],
        batch_size=300,
    )
    intake.accept_all(actor=actor, ids=[f for f, _ in fresh], now=now)
    changes = [Change("feedback.linked", "feedback", f, {}, {"to": f"OPP-{o}"}) for f, o in fresh]
    record_many(actor=actor, now=now, changes=changes)
    opps = sorted({o for _, o in fresh})
    refresh(opps, now=now)
    touch(("opportunity", o) for o in opps)
    publish_many([OpportunityLinked(f, o) for f, o in fresh], actor=actor, now=now)
    return len(fresh)
