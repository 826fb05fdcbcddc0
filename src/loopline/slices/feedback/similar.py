"""Probably the same: by words at once, by words and meaning once the item was embedded."""

from dataclasses import dataclass

from loopline.core.dedupe import light
from loopline.core.dedupe.reasons import reasons
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search.queries import likely_similar
from loopline.slices.feedback.embedding import available, cosine
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.queries import near, one, refused_with, vectors_of

MEANS_THE_SAME = 0.6
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


def _candidates(text: str, mine: Feedback | None) -> list[int]:
    ids = likely_similar(object_type="feedback", text=text, limit=CANDIDATES)
    if mine is not None:
        same = Feedback.objects.filter(text_digest=mine.text_digest).values_list("pk", flat=True)
        ids = list(dict.fromkeys([*same[:10], *near(mine.pk), *ids]))
    return ids


def _means(mine: Feedback | None, ids: list[int]) -> dict[int, float]:
    """Cosine of meaning with each candidate, where both have been embedded."""
    if mine is None:
        return {}
    vectors = vectors_of([mine.pk, *ids])
    own = vectors.pop(mine.pk, None)
    return {i: cosine(own, v) for i, v in vectors.items()} if own else {}


def _why(text: str, f: Feedback, mine: Feedback | None, meant: float) -> list[str]:
    found = reasons(
        text,
        light.text_of(f.title, f.verbatim),
        same_account=mine is not None
        and mine.account_id is not None
        and mine.account_id == f.account_id,
        same_person=mine is not None
        and mine.contact_id is not None
        and mine.contact_id == f.contact_id,
    )
    return ["same meaning", *found] if meant >= MEANS_THE_SAME else found


def _ranked(
    title: str, body: str, mine: Feedback | None, left_out: set[int], limit: int
) -> list[Match]:
    """Half words, half meaning where both are known; words alone otherwise."""
    text = light.text_of(title, body)
    rows = Feedback.objects.filter(pk__in=_candidates(text, mine)).exclude(state="merged")
    found = [f for f in rows.select_related("account") if f.pk not in left_out]
    words = light.similarities(text, [light.text_of(f.title, f.verbatim) for f in found])
    meant = _means(mine, [f.pk for f in found])
    scores = [
        0.5 * w + 0.5 * max(meant[f.pk], 0.0) if f.pk in meant else w
        for w, f in zip(words, found, strict=True)
    ]
    best = sorted(zip(scores, found, strict=True), key=lambda x: (-x[0], x[1].pk))[:limit]
    return [
        Match(
            f.pk, round(min(score, 1.0), 4), _why(text, f, mine, meant.get(f.pk, 0.0)), f.title,
            f.account.name if f.account else "",
        )
        for score, f in best if score >= LEAST
    ]  # fmt: skip


def duplicates(*, actor: Actor, feedback_id: int, limit: int = 5) -> Duplicates:
    """The items most like this one, never itself, its own family, or what was refused."""
    mine = one(actor=actor, feedback_id=feedback_id)
    root = mine.root_id or mine.pk
    left_out = {mine.pk, root, *refused_with(mine.pk), *refused_with(root)}
    complete = not available() or bool(vectors_of([mine.pk]))
    return Duplicates(_ranked(mine.title, mine.verbatim, mine, left_out, limit), complete)


def similar_text(*, actor: Actor, text: str, limit: int = 5) -> list[Match]:
    """What exists already that says what somebody is typing."""
    allow(actor, "feedback.read")
    return _ranked("", text[:2000], None, set(), limit) if len(text.strip()) > 8 else []
