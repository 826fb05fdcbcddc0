"""What was said is tied to the problem it is about."""

from datetime import datetime

from django.db import transaction

from loopline.core.problems import Conflict, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.events.outbox import publish
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
