"""Practising, and making answers better."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Max

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.feedback import services as intake
from loopline.slices.playbook.content import book
from loopline.slices.playbook.events import ImprovementDecided
from loopline.slices.playbook.models import Answer, Edition, Improvement, Question
from loopline.slices.playbook.rules import checked_question


@transaction.atomic
def save_answer(
    *,
    actor: Actor,
    question_id: int,
    text: str,
    seconds: int = 0,
    scores: Mapping[str, int] | None = None,
    now: datetime,
) -> int:
    """Keep one try of one's own; answers its number. The same words again change the scores of that try."""
    allow(actor, "answer.write")
    if actor.user_id is None:
        raise Invalid(text="Practice belongs to a person; sign in as one.")
    if not text.strip() or len(text) > 20_000:
        raise Invalid(text="An answer has 1 to 20,000 characters.")
    if not Question.objects.filter(pk=question_id).exists():
        raise Missing("question")
    clean = {str(k)[:120]: int(v) for k, v in (scores or {}).items() if 1 <= int(v) <= 5}
    mine = Answer.objects.select_for_update().filter(question_id=question_id, user_id=actor.user_id)
    last = mine.order_by("-attempt").first()
    if last is not None and last.text == text.strip():
        Answer.objects.filter(pk=last.pk).update(
            scores=clean or last.scores, seconds=seconds or last.seconds
        )
        return last.attempt
    attempt = (mine.aggregate(m=Max("attempt"))["m"] or 0) + 1
    Answer.objects.create(
        question_id=question_id, user_id=actor.user_id, attempt=attempt, text=text.strip(), scores=clean,
        seconds=max(0, min(seconds, 86_400)), at=now,
    )  # fmt: skip
    return attempt


@transaction.atomic
def propose_improvement(
    *, actor: Actor, question_id: int, text: str, rewrite: bool = False, now: datetime
) -> int:
    """What would make the answer better. It also comes into the intake, and travels the line from there."""
    allow(actor, "improvement.write")
    q = Question.objects.filter(pk=question_id).first()
    if q is None:
        raise Missing("question")
    if not text.strip() or len(text) > 20_000:
        raise Invalid(text="Write what would be better, in up to 20,000 characters.")
    row = Improvement.objects.create(
        question=q,
        user_id=actor.user_id,
        author_name=actor.name[:160],
        rewrite=rewrite,
        text=text.strip(),
        at=now,
    )
    title = f"{'A better answer' if rewrite else 'A comment'} to question {q.number}: {q.question}"
    got = intake.receive_feedback(
        actor=actor,
        ask=intake.NewFeedback(
            source="prepare", external_id=f"improvement-{row.pk}", title=title[:300], verbatim=text.strip(),
            submitted_by=actor.user_id, url=f"/prepare/questions/{q.number}#improvements", tags=("playbook",),
        ),
        now=now,
    )  # fmt: skip
    Improvement.objects.filter(pk=row.pk).update(feedback_id=got.id)
    record(
        actor=actor,
        now=now,
        change=Change("improvement.proposed", "question", q.pk, {}, {"rewrite": rewrite}),
    )
    return row.pk


@transaction.atomic
def decide_improvement(
    *,
    actor: Actor,
    improvement_id: int,
    accept: bool,
    text: str = "",
    reason: str = "",
    now: datetime,
) -> None:
    """Accepted: a new wording of the answer, with credit. Either way its author is told. Twice is once."""
    allow(actor, "improvement.decide")
    row = Improvement.objects.select_for_update().filter(pk=improvement_id).first()
    if row is None:
        raise Missing("improvement")
    wanted = "accepted" if accept else "declined"
    if row.state == wanted:
        return
    if row.state != "open":
        raise Conflict(f"This was {row.state} already.")
    if not accept and not reason.strip():
        raise Invalid(reason="Say why not; its author will read it.")
    q = Question.objects.select_for_update().get(pk=row.question_id)
    if accept:
        words = text.strip() or (row.text if row.rewrite else "")
        if not words:
            raise Invalid(text="This is a comment: write the better answer that follows from it.")
        q.edition += 1
        q.version, q.updated_at = q.version + 1, now
        q.save(update_fields=["edition", "version", "updated_at"])
        Edition.objects.create(
            question=q,
            edition=q.edition,
            sample_answer=words[:20_000],
            credit=row.author_name,
            at=now,
        )
    row.state, row.reason, row.decided_at = wanted, reason.strip()[:500], now
    row.save(update_fields=["state", "reason", "decided_at"])
    after = {"edition": q.edition, "credit": row.author_name} if accept else {"reason": row.reason}
    record(
        actor=actor, now=now, change=Change(f"improvement.{wanted}", "question", q.pk, {}, after)
    )
    if row.feedback_id:
        intake.accept(actor=actor, feedback_id=row.feedback_id, now=now)
    publish(ImprovementDecided(row.pk, accept), actor=actor, now=now)


def _as_json(content: dict[str, Any], n: int) -> dict[str, Any]:
    """YAML knows dates, sets and NaN, which the column cannot hold: words instead, or refused."""
    try:
        plain: dict[str, Any] = json.loads(json.dumps(content, default=str, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        raise Invalid(
            file=f"Question {n} holds something that is neither text nor number."
        ) from None
    return plain


@transaction.atomic
def import_questions(*, actor: Actor, text: str, now: datetime) -> int:
    """Own questions from YAML or JSON: a list, or an object with `questions`. Answers how many went in."""
    allow(actor, "question.change")
    try:
        # an alias costs nothing to read and anything to write out: ten short lines can hold 10^9 words
        if any(isinstance(t, yaml.AliasToken) for t in yaml.scan(text)):
            raise Invalid(file="The file uses YAML aliases (*name). Write the words out.")
        found: Any = yaml.safe_load(text)
    except RecursionError:
        raise Invalid(file="The file is nested too deeply.") from None
    except yaml.YAMLError as broken:
        raise Invalid(file=f"The file is not YAML or JSON: {str(broken)[:160]}") from None
    rows = found.get("questions") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not rows or len(rows) > 500:
        raise Invalid(file="The file holds a list of 1 to 500 questions, each with `question`.")
    kinds, skills = {k["id"] for k in book()["kinds"]}, {s["id"] for s in book()["skills"]}
    number = Question.objects.aggregate(m=Max("number"))["m"] or 0
    for n, raw in enumerate(rows, 1):
        if not isinstance(raw, dict):
            raise Invalid(file=f"Question {n} is not an object.")
        content = _as_json(checked_question(raw, f"Question {n}"), n)
        kind = raw.get("kind", "craft")
        if kind not in kinds:
            raise Invalid(file=f"Question {n}: kind is one of {', '.join(sorted(kinds))}.")
        number += 1
        q = Question.objects.create(
            number=number, slug=f"own-{number}", kind=kind, question=content["question"], content=content,
            skills=[s for s in raw.get("skills") or [] if s in skills], own=True, created_at=now, updated_at=now,
        )  # fmt: skip
        Edition.objects.create(
            question=q, edition=1, sample_answer=str(content.get("sample_answer", "")), at=now
        )
    record(
        actor=actor,
        now=now,
        change=Change("question.imported", "question", 0, {}, {"count": len(rows)}),
    )
    return len(rows)
