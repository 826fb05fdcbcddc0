"""Probably the same: tier 1 likeness, at once and without anything installed."""

from dataclasses import dataclass

from loopline.core.dedupe import light
from loopline.core.dedupe.reasons import reasons
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search.queries import likely_similar
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.queries import one, refused_with

LEAST = 0.12  # below, nothing is worth a look
CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Match:
    id: int
    score: float
    reasons: list[str]
    title: str
    account: str


@dataclass(frozen=True, slots=True)
class Duplicates:
    """`complete` is False while better suggestions are still being computed."""

    items: list[Match]
    complete: bool


def _ranked(
    title: str, body: str, mine: Feedback | None, left_out: set[int], limit: int
) -> list[Match]:
    ids = likely_similar(object_type="feedback", text=light.text_of(title, body), limit=CANDIDATES)
    if mine is not None and mine.text_digest:
        same = Feedback.objects.filter(text_digest=mine.text_digest).values_list("pk", flat=True)[
            :10
        ]
        ids = list(dict.fromkeys([*same, *ids]))
    rows = Feedback.objects.filter(pk__in=ids).exclude(state="merged").select_related("account")
    found = [f for f in rows if f.pk not in left_out]
    text = light.text_of(title, body)
    scores = light.similarities(text, [light.text_of(f.title, f.verbatim) for f in found])
    best = sorted(zip(scores, found, strict=True), key=lambda x: (-x[0], x[1].pk))[:limit]
    return [
        Match(
            f.pk,
            round(score, 4),
            reasons(
                text,
                light.text_of(f.title, f.verbatim),
                same_account=mine is not None
                and mine.account_id is not None
                and mine.account_id == f.account_id,
                same_person=mine is not None
                and mine.contact_id is not None
                and mine.contact_id == f.contact_id,
            ),
            f.title,
            f.account.name if f.account else "",
        )
        for score, f in best
        if score >= LEAST
    ]


def duplicates(*, actor: Actor, feedback_id: int, limit: int = 5) -> Duplicates:
    """The items most like this one, never itself, its own family, or what was refused."""
    mine = one(actor=actor, feedback_id=feedback_id)
    root = mine.root_id or mine.pk
    left_out = {mine.pk, root, *refused_with(mine.pk), *refused_with(root)}
    return Duplicates(_ranked(mine.title, mine.verbatim, mine, left_out, limit), True)


def similar_text(*, actor: Actor, text: str, limit: int = 5) -> list[Match]:
    """What exists already that says what somebody is typing."""
    allow(actor, "feedback.read")
    return _ranked("", text[:2000], None, set(), limit) if len(text.strip()) > 8 else []
