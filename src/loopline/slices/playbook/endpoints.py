"""Plays, questions, answers and improvements in the API."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from loopline.core.problems import Invalid, Missing
from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import newest_first
from loopline.platform.api.shapes import Id, In, Out, Time, answers, id_in, ref_in
from loopline.slices.playbook import queries, services
from loopline.slices.playbook.models import Answer, Edition, Improvement, Question
from loopline.slices.playbook.plays.standing import Standing, every, last_look

router = Router(tags=["playbook"])


class QuestionOut(Out):
    id: Id
    number: int
    question: str
    kind: str
    skills: list[str]
    own: bool
    edition: int
    why_it_is_asked: str
    what_good_looks_like: list[str]
    avoid: list[str]
    sample_answer: str
    credit: str


class Questions(Schema):
    items: list[QuestionOut]
    next_cursor: str | None = None


class EvidenceOut(Out):
    """`value` is null where it is not measured; `missing` then says what to connect. `good` is null without a bar."""

    name: str
    shows: str
    value: float | None
    unit: str
    good: bool | None
    says: str
    missing: str
    url: str


class PlayOut(QuestionOut):
    """A question with where this workspace stands: `found`, `nothing` (measured, and none of it) or `unmeasured`.

    Own questions are no plays: their `standing` is null. `as_of` is when everything was last looked at.
    """

    title: str
    station: str
    standing: str | None
    as_of: Time | None
    evidence: list[EvidenceOut]
    first_step: str
    url: str


class Plays(Schema):
    items: list[PlayOut]
    next_cursor: str | None = None


class AnswerIn(In):
    question: Annotated[str, Field(max_length=20)]
    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    seconds: Annotated[int, Field(ge=0, le=86_400)] = 0
    scores: dict[Annotated[str, Field(max_length=120)], Annotated[int, Field(ge=1, le=5)]] = {}


class AnswerOut(Out):
    id: Id
    question: Id
    attempt: int
    text: str
    seconds: int
    scores: dict[str, int]
    at: Time


class Answers(Schema):
    items: list[AnswerOut]
    next_cursor: str | None = None


class ImprovementIn(In):
    question: Annotated[str, Field(max_length=20)]
    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    rewrite: bool = False


class DecideIn(In):
    text: Annotated[str, Field(max_length=20_000)] = ""
    reason: Annotated[str, Field(max_length=500)] = ""


class ImprovementOut(Out):
    id: Id
    question: Id
    text: str
    rewrite: bool
    state: str
    author: str
    feedback: Id | None
    at: Time


class Improvements(Schema):
    items: list[ImprovementOut]
    next_cursor: str | None = None


def _question(q: Question, edition: Edition | None) -> dict[str, Any]:
    return {
        "id": q.pk, "number": q.number, "question": q.question, "kind": q.kind, "skills": q.skills, "own": q.own,
        "edition": q.edition, "why_it_is_asked": q.content.get("why_it_is_asked", ""),
        "what_good_looks_like": q.content.get("what_good_looks_like", []), "avoid": q.content.get("avoid", []),
        "sample_answer": edition.sample_answer if edition else "", "credit": edition.credit if edition else "",
    }  # fmt: skip


def _answer(a: Answer) -> dict[str, Any]:
    return {
        "id": a.pk,
        "question": a.question_id,
        "attempt": a.attempt,
        "text": a.text,
        "seconds": a.seconds,
        "scores": a.scores,
        "at": a.at,
    }


def _improvement(i: Improvement) -> dict[str, Any]:
    return {
        "id": i.pk, "question": i.question_id, "text": i.text, "rewrite": i.rewrite, "state": i.state,
        "author": i.author_name, "feedback": str(i.feedback_id) if i.feedback_id else None, "at": i.at,
    }  # fmt: skip


def _standing(s: Standing | None, at: datetime | None) -> dict[str, Any]:
    if s is None:
        return {
            "title": "", "station": "", "standing": None, "as_of": None, "evidence": [], "first_step": "", "url": "",
        }  # fmt: skip
    evidence = [
        {
            "name": r.entry.name, "shows": r.entry.shows, "value": r.seen.shown.value, "unit": r.seen.shown.unit,
            "good": r.seen.good, "says": r.seen.shown.sentence, "missing": r.seen.shown.missing,
            "url": r.seen.shown.href,
        }
        for r in s.rows
    ]  # fmt: skip
    return {
        "title": s.play.title, "station": s.play.station, "standing": s.state if at else None, "as_of": at,
        "evidence": evidence, "first_step": s.play.first_step, "url": f"/plays/{s.play.number}",
    }  # fmt: skip


def _page(
    kind: str, skill: str, q: str, limit: int, cursor: str
) -> tuple[list[Question], str | None]:
    """A page of questions by number. Raises Invalid."""
    if not 1 <= limit <= 200:
        raise Invalid(limit="limit lies between 1 and 200.")
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise Invalid(cursor="This cursor is not one of ours. Start again without it.")
    found = queries.questions(kind=kind, skill=skill, text=q.replace("\x00", "")[:200])
    rows = [x for x in found if not cursor or x.number > int(cursor)]
    here = rows[:limit]
    return here, str(here[-1].number) if len(rows) > limit else None


@router.get("/plays", auth=can("play.read"), response=answers(Plays))
def list_plays(
    request: HttpRequest, kind: str = "", skill: str = "", q: str = "", limit: int = 200, cursor: str = ""
) -> Any:  # fmt: skip
    """The plays with where this workspace stands on each, by number; `cursor` is the number to go on after."""
    here, following = _page(kind, skill, q, limit, cursor)
    editions, look = queries.samples(x.pk for x in here), last_look()
    stands = {s.play.slug: s for s in every(actor_of(request), look)}
    return {
        "items": [_question(x, editions.get(x.pk)) | _standing(stands.get(x.slug), look.at) for x in here],
        "next_cursor": following,
    }  # fmt: skip


@router.get(
    "/questions",
    auth=can("question.read"),
    response=answers(Questions),
    operation_id="list_questions",
)
def list_questions(
    request: HttpRequest, kind: str = "", skill: str = "", q: str = "", limit: int = 200, cursor: str = ""
) -> Any:  # fmt: skip
    """The questions of the playbook, each with its play, by number; `cursor` is the number to go on after."""
    here, following = _page(kind, skill, q, limit, cursor)
    editions = queries.samples(x.pk for x in here)
    return {
        "items": [_question(x, editions.get(x.pk)) for x in here],
        "next_cursor": following,
    }


@router.get("/questions/{id}", auth=can("question.read"), response=answers(QuestionOut))
def read_question(request: HttpRequest, id: str) -> Any:
    found = Question.objects.filter(pk=id_in(id, "question"), archived_at=None).first()
    if found is None:
        raise Missing("question")
    return _question(found, queries.sample(found))


@router.get("/answers", auth=can("answer.read"), response=answers(Answers))
def list_answers(request: HttpRequest, limit: int = 50, cursor: str = "") -> Any:
    """One's own tries, newest first."""
    mine = Answer.objects.filter(user_id=actor_of(request).user_id or 0)
    rows, following = newest_first(mine, limit=limit, cursor=cursor)
    return {"items": [_answer(a) for a in rows], "next_cursor": following}


@router.post("/answers", auth=can("answer.write"), response=answers(AnswerOut, status=201))
def create_answer(request: HttpRequest, body: AnswerIn) -> Any:
    actor, key = actor_of(request), ref_in(body.question, "question", "question") or 0
    if not Question.objects.filter(pk=key).exists():
        raise Invalid(question=f"There is no question {body.question}.")
    attempt = services.save_answer(
        actor=actor,
        question_id=key,
        text=body.text,
        seconds=body.seconds,
        scores=body.scores,
        now=timezone.now(),
    )
    return Status(
        201,
        _answer(Answer.objects.get(user_id=actor.user_id or 0, question_id=key, attempt=attempt)),
    )


@router.get("/improvements", auth=can("improvement.read"), response=answers(Improvements))
def list_improvements(request: HttpRequest, limit: int = 50, cursor: str = "") -> Any:
    """Newest first."""
    rows, following = newest_first(Improvement.objects.all(), limit=limit, cursor=cursor)
    return {"items": [_improvement(i) for i in rows], "next_cursor": following}


@router.get("/improvements/{id}", auth=can("improvement.read"), response=answers(ImprovementOut))
def read_improvement(request: HttpRequest, id: str) -> Any:
    found = Improvement.objects.filter(pk=id_in(id, "improvement")).first()
    if found is None:
        raise Missing("improvement")
    return _improvement(found)


@router.post(
    "/improvements", auth=can("improvement.write"), response=answers(ImprovementOut, status=201)
)
def create_improvement(request: HttpRequest, body: ImprovementIn) -> Any:
    """What would make an answer better; it also comes into the intake."""
    key = ref_in(body.question, "question", "question") or 0
    if not Question.objects.filter(pk=key).exists():
        raise Invalid(question=f"There is no question {body.question}.")
    made = services.propose_improvement(
        actor=actor_of(request),
        question_id=key,
        text=body.text,
        rewrite=body.rewrite,
        now=timezone.now(),
    )
    return Status(201, _improvement(Improvement.objects.get(pk=made)))


@router.post(
    "/improvements/{id}/accept", auth=can("improvement.decide"), response=answers(ImprovementOut)
)
def accept_improvement(request: HttpRequest, id: str, body: DecideIn) -> Any:
    """A new wording with credit; its author is told."""
    key = id_in(id, "improvement")
    services.decide_improvement(
        actor=actor_of(request), improvement_id=key, accept=True, text=body.text, now=timezone.now()
    )
    return _improvement(Improvement.objects.get(pk=key))


@router.post(
    "/improvements/{id}/decline", auth=can("improvement.decide"), response=answers(ImprovementOut)
)
def decline_improvement(request: HttpRequest, id: str, body: DecideIn) -> Any:
    key = id_in(id, "improvement")
    services.decide_improvement(
        actor=actor_of(request),
        improvement_id=key,
        accept=False,
        reason=body.reason,
        now=timezone.now(),
    )
    return _improvement(Improvement.objects.get(pk=key))
