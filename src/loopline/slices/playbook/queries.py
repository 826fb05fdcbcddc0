"""Asking about questions, one's own tries and progress."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from loopline.core.problems import Missing
from loopline.platform.blocks.text import Mark
from loopline.platform.cards.registry import Card
from loopline.platform.identity.actor import Actor
from loopline.slices.playbook.content import book
from loopline.slices.playbook.models import Answer, Edition, Improvement, Question
from loopline.slices.playbook.scorecard import changing, reading
from loopline.slices.playbook.scorecard.reading import Line, Scorecard

__all__ = ["Line", "Scorecard"]


def questions(*, kind: str = "", skill: str = "", text: str = "") -> list[Question]:
    """In their order; filtered by kind, skill and words."""
    found = Question.objects.filter(archived_at=None).order_by("number")
    if kind:
        found = found.filter(kind=kind)
    rows = [q for q in found if not skill or skill in q.skills]
    words = text.lower().split()
    return [q for q in rows if all(w in f"{q.question} {q.content}".lower() for w in words)]


def question(number: int) -> Question:
    found = Question.objects.filter(number=number, archived_at=None).first()
    if found is None:
        raise Missing("question")
    return found


def sample(q: Question) -> Edition | None:
    """The newest wording of the sample answer."""
    return Edition.objects.filter(question=q).order_by("-edition").first()


def samples(question_ids: Iterable[int]) -> dict[int, Edition]:
    """The newest wordings of several sample answers, by question; one query."""
    found = Edition.objects.filter(question_id__in=list(question_ids)).order_by("edition")
    return {e.question_id: e for e in found}


def tries(*, user_id: int, question_id: int) -> list[Answer]:
    return list(
        Answer.objects.filter(user_id=user_id, question_id=question_id).order_by("-attempt")
    )


def tried(user_id: int | None) -> dict[int, int]:
    """Question -> how often this person has tried it."""
    found = (
        Answer.objects.filter(user_id=user_id or 0)
        .values_list("question_id")
        .annotate(n=Max("attempt"))
    )
    return dict(found)


@dataclass(frozen=True, slots=True)
class SkillProgress:
    """One skill: its words, questions that need it, how many were tried, mean of the own scores 1..5."""

    id: str
    name: str
    means: str
    show: str
    questions: tuple[Question, ...]
    done: int
    mean: float | None


def skills(*, user_id: int | None) -> list[SkillProgress]:
    """Progress by skill from the newest try of each question."""
    rows = questions()
    newest: dict[int, Answer] = {}
    for a in Answer.objects.filter(user_id=user_id or 0).order_by("attempt"):
        newest[a.question_id] = a
    out = []
    for s in book()["skills"]:
        mine = tuple(q for q in rows if s["id"] in q.skills)
        scores = [v for q in mine if q.pk in newest for v in newest[q.pk].scores.values()]
        out.append(
            SkillProgress(
                s["id"], s["name"], s["means"], s["show"], mine, sum(q.pk in newest for q in mine),
                sum(scores) / len(scores) if scores else None,
            )
        )  # fmt: skip
    return out


def improvements(question_id: int) -> list[Improvement]:
    return list(Improvement.objects.filter(question_id=question_id).order_by("state", "-at")[:50])


def names() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Words of kinds and skills by their ids."""
    return {k["id"]: k["name"] for k in book()["kinds"]}, {
        s["id"]: s["name"] for s in book()["skills"]
    }


def question_cards(ids: set[int]) -> dict[int, Card]:
    return {
        q.pk: Card(
            "question", q.pk, q.question[:160], f"/prepare/questions/{q.number}", f"Q-{q.number}"
        )
        for q in Question.objects.filter(pk__in=ids)
    }


def picked(rows: Sequence[Question], count: int, seed: str) -> list[Question]:
    """A mock interview: questions of different kinds and skills, the same for one seed."""
    import random

    left = list(rows)
    out: list[Question] = []
    random.Random(seed).shuffle(left)  # noqa: S311  an order, not a secret
    while left and len(out) < count:
        used = [q.kind for q in out]
        left.sort(key=lambda q: used.count(q.kind))
        out.append(left.pop(0))
    return out


def scorecard(actor: Actor, now: datetime) -> Scorecard | None:
    """The scorecard as it stands; None where there is none. Raises NotAllowed."""
    return reading.read(actor, now)


def scorecard_choices() -> list[tuple[str, str]]:
    """Numbers that can be watched: (as written in a page, title)."""
    return changing.choices()


def headline(card: Scorecard) -> str:
    """How the scorecard stands, in one sentence."""
    return reading.headline(card)


def source_of(text: str) -> Mark | None:
    """The block behind a number as written in a page; None for anything else."""
    return reading.source_of(text)
