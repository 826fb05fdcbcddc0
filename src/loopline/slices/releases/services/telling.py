"""Release notes as a page: drafted once from what a release holds, written on by people, sent from there."""

import secrets
from datetime import datetime

from django.db import transaction

from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.rules import NOTES
from loopline.slices.docs.templating import template
from loopline.slices.releases.queries import contents
from loopline.slices.releases.services.editing import locked

FIXES = ("bug", "fix", "defect")


@transaction.atomic
def draft_notes_page(*, actor: Actor, release_id: int, now: datetime) -> int:
    """The page of notes of a release; made from its bets and loose work where there is none. Answers the doc's id."""
    allow(actor, "release.change")
    row = locked(release_id)
    for known in docs.mentioning("release", release_id):
        if known.template == NOTES:
            return known.id
    found = contents(row)
    items = [(b.title, "New", f"BET-{b.id}") for b, _ in found.bets]
    items += [
        (w.title, "Mended" if w.type.lower() in FIXES else "Better", f"WI-{w.id}")
        for w in found.loose
    ]
    lines = [
        {"id": secrets.token_hex(4), "what": what[:500], "kind": kind, "who": None, "ref": ref}
        for what, kind, ref in items[:100]
    ]
    made = template(NOTES)
    body = f"{made.body if made else ''}\nFor REL-{row.pk}.\n"
    title = f"Release notes {row.version_name} {row.title}".strip()[:200]
    new = writing.NewDoc(title, NOTES, body, {"items": lines} if lines else {})
    return writing.create_doc(actor=actor, new=new, now=now)
