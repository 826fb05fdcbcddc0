"""Sending notes out: to Slack and to whoever listens, by the webhooks that are set up."""

from datetime import datetime

from django.db import transaction

from loopline.core.problems import Conflict, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.docs.events import DocSent
from loopline.slices.docs.models import Doc
from loopline.slices.docs.rules import NOTES
from loopline.slices.docs.services.shared import locked

MOST = 3_000  # characters, which is what a message in Slack shows


def notes_text(d: Doc) -> str:
    """The headline, a line for each thing that is new, and what the reader has to do."""
    lines = [str(d.data.get("headline") or "").strip()]
    for each in d.data.get("items") or ():
        who = f" ({each['who']})" if each.get("who") else ""
        lines.append(f"• {each.get('what') or ''}{who}")
    if need := str(d.data.get("need") or "").strip():
        lines.append(f"To do: {need}")
    return "\n".join(line for line in lines if line)[:MOST]


@transaction.atomic
def send_out(*, actor: Actor, doc_id: int, now: datetime) -> None:
    """Raises Conflict where there is nothing to say, or the page was put away."""
    allow(actor, "doc.send")
    row = locked(doc_id)
    if row.template != NOTES:
        raise Missing("notes")
    text = notes_text(row)
    if row.archived_at or not text:
        raise Conflict("Write what is new first, then send it.")
    record(actor=actor, now=now, change=Change("doc.sent", "doc", row.pk, {}, {"text": text[:200]}))
    publish(DocSent(row.pk, text), actor=actor, now=now)
