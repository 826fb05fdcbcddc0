"""What people write in surveys comes into the intake; what an erased person said stays, as nobody's."""

from datetime import datetime

from loopline.platform.events.outbox import Happened
from loopline.platform.identity.actor import Actor
from loopline.slices.customers.events import ContactsErased
from loopline.slices.customers.services import Who
from loopline.slices.docs.services import Became, TakenLine
from loopline.slices.feedback import services
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.queries import SURVEY, survey_external_id
from loopline.slices.feedback.rules import title_from
from loopline.slices.insights.events import PersonErased
from loopline.slices.surveys import queries as surveys
from loopline.slices.surveys.events import AnswersForgotten, SurveyAnswered

ACTOR = Actor.system("Surveys")
PRIVACY = Actor.system("Privacy")


def _correct(row: Feedback, said: surveys.Said, title: str, now: datetime) -> None:
    """New words replace the old ones as long as nobody has looked; after that they stay as they were read."""
    if row.state != "new" or row.triaged_at or row.quotes:
        return
    if (row.verbatim, row.title) != (said.words, title):
        changes = {"verbatim": said.words, "title": title}
        services.change_feedback(actor=ACTOR, feedback_id=row.pk, changes=changes, now=now)


def when_answered(event: SurveyAnswered, happened: Happened) -> None:
    """One item per answer with words, linked to who gave it; a correction before triage corrects it."""
    said = surveys.said(event.answer_id)
    if said is None or not said.words:
        return
    external_id, title = survey_external_id(said.answer_id), title_from(said.words)
    known = Feedback.objects.filter(source=SURVEY, external_id=external_id).first()
    if known:
        _correct(known, said, title, happened.at)
        return
    who = Who(
        account_name=said.account, account_domain=said.account_domain, contact_email=said.contact_email,
        contact_name=said.contact_name,
    )  # fmt: skip
    raw = {
        "survey": f"SUR-{said.survey_id}",
        "name": said.survey,
        "kind": said.kind,
        "answer": said.score,
    }
    ask = services.NewFeedback(
        source=SURVEY, external_id=external_id, verbatim=said.words, title=title, who=who,
        received_at=said.at, tags=(said.kind,), raw=raw, submitted_by=said.user_id, sample=said.sample,
    )  # fmt: skip
    services.receive_feedback(actor=ACTOR, ask=ask, now=happened.at)


def when_erased(event: PersonErased, happened: Happened) -> None:
    """Their address goes from whatever anybody said."""
    services.forget_addresses(
        actor=PRIVACY, theirs=event.names, erasure=event.erasure, now=happened.at
    )


def when_contacts_erased(event: ContactsErased, happened: Happened) -> None:
    """What a contact said loses who said it."""
    services.forget_authors(
        actor=PRIVACY, contact_ids=event.contact_ids, erasure=event.erasure, now=happened.at
    )


def when_answers_forgotten(event: AnswersForgotten, happened: Happened) -> None:
    """What came of their answers loses who said it."""
    services.forget_authors(
        actor=PRIVACY, answer_ids=event.answer_ids, erasure=event.erasure, now=happened.at
    )


def into_intake(actor: Actor, taken: TakenLine, now: datetime) -> Became:
    """What somebody said in an interview becomes an item, once for each line of its page."""
    line, filled = taken.line, taken.filled
    said = str(line.get("said") or "").strip()
    raw = {
        "doc": f"DOC-{taken.doc_id}", "who": filled.get("person"), "strength": line.get("strength"),
    }  # fmt: skip
    ask = services.NewFeedback(
        source="interview", external_id=f"doc-{taken.doc_id}-{line['id']}", verbatim=said, title=title_from(said),
        who=Who(account_name=str(filled.get("account") or "")[:200]), url=f"/docs/{taken.doc_id}",
        tags=tuple(str(tag) for tag in line.get("tags") or ()), raw=raw, submitted_by=actor.user_id,
        sample=taken.sample,
    )  # fmt: skip
    received = services.receive_feedback(actor=actor, ask=ask, now=now)
    return Became(f"FB-{received.id}", f"/feedback/{received.id}")
