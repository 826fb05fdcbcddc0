"""Forgetting who said something: the words stay, as nobody's, and without the address of whoever was erased."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, TextField
from django.db.models.functions import Cast

from loopline.core.naming.private import without_addresses
from loopline.platform.audit.record import Change, forget, record
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.queries import SURVEY, survey_external_id
from loopline.slices.feedback.rules import digest
from loopline.slices.feedback.services.indexing import reindex
from loopline.slices.feedback.services.triage import reread

GONE = "[erased]"
SOME = 500  # items in one statement
OF_A_SURVEY = (
    "survey",
    "name",
    "kind",
    "answer",
)  # what is kept of an answer tells of the survey only


@transaction.atomic
def forget_authors(
    *, actor: Actor, contact_ids: Sequence[int] = (), answer_ids: Sequence[int] = (), erasure: str,
    now: datetime,
) -> int:  # fmt: skip
    """What these contacts said, and what came of these answers, is nobody's from now on; answers how many items.

    Their words and their account stay; who said it, and what the source sent of them, go. Twice changes nothing.
    """
    allow(actor, "feedback.erase")
    external = [survey_external_id(i) for i in answer_ids]
    named = Q(contact__in=list(contact_ids)) | Q(source=SURVEY, external_id__in=external)
    asked = Feedback.objects.filter(named).filter(~Q(contact=None) | ~Q(submitted_by=None))
    rows = list(asked.select_for_update(of=("self",)).order_by("pk"))
    for row in rows:
        kept = OF_A_SURVEY if row.source == SURVEY else ()
        row.raw = {k: v for k, v in row.raw.items() if k in kept}
        row.contact_id = None
        row.submitted_by_id = None if row.source == SURVEY else row.submitted_by_id
        row.version, row.updated_at = row.version + 1, now
    fields = ["raw", "contact", "submitted_by", "version", "updated_at"]
    Feedback.objects.bulk_update(rows, fields, batch_size=SOME)
    _recorded(actor, erasure, {"feedback": len(rows)}, now)
    return len(rows)


@transaction.atomic
def forget_addresses(
    *, actor: Actor, theirs: Callable[[str], bool], erasure: str, now: datetime
) -> int:
    """Mask addresses that `theirs(address)` knows, in whatever anybody said; answers in how many items.

    What was read from the old words (likenesses, search, the audit's copy) goes with them. Twice changes nothing.
    """
    allow(actor, "feedback.erase")
    texts = Q(title__contains="@") | Q(verbatim__contains="@") | Q(url__contains="@")
    more = Q(external_id__contains="@") | Q(raw_text__contains="@")
    asked = Feedback.objects.annotate(raw_text=Cast("raw", TextField())).filter(texts | more)
    last, done = 0, 0
    while some := list(asked.filter(pk__gt=last).order_by("pk")[:SOME]):
        last = some[-1].pk
        changed = [row.pk for row in some if _mask(row, theirs, now)]
        reindex(changed)
        forget("feedback", changed, lambda text: without_addresses(text, GONE, theirs) != text)
        done += len(changed)
    _recorded(actor, erasure, {"masked": done}, now)
    return done


def _mask(row: Feedback, theirs: Callable[[str], bool], now: datetime) -> bool:
    """Whether an item held one; then it is written anew."""
    names = ("title", "verbatim", "url", "external_id", "quotes", "raw")
    before = {name: getattr(row, name) for name in names}
    after = {name: _without(value, theirs) for name, value in before.items()}
    if before == after:
        return False
    if after["external_id"] != before["external_id"]:
        after["external_id"] = f"erased-{row.pk}"  # it is unique
    words = digest(after["title"], after["verbatim"])
    Feedback.objects.filter(pk=row.pk).update(
        **after, text_digest=words, version=F("version") + 1, updated_at=now
    )
    row.title, row.verbatim = after["title"], after["verbatim"]
    reread(row)
    return True


def _without(value: Any, theirs: Callable[[str], bool]) -> Any:
    if isinstance(value, str):
        return without_addresses(value, GONE, theirs)
    if isinstance(value, list):
        return [_without(each, theirs) for each in value]
    if isinstance(value, dict):
        return {_without(k, theirs): _without(each, theirs) for k, each in value.items()}
    return value


def _recorded(actor: Actor, erasure: str, after: dict[str, int], now: datetime) -> None:
    record(
        actor=actor, now=now, change=Change("feedback.forgot_person", "person", erasure, {}, after)
    )
