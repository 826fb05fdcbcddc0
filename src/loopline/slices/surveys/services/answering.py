"""Taking answers: one per person and occasion, whichever way they come; a later one corrects it."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.audit.record import Change, record
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.customers import queries as customers
from loopline.slices.customers import services as customer_services
from loopline.slices.surveys.events import SurveyAnswered
from loopline.slices.surveys.models import Answer, Ask, Survey
from loopline.slices.surveys.rules import clean_words, plain
from loopline.slices.surveys.services.designing import signing_secret

NOT_OPEN = {
    "draft": "This survey is not open yet.",
    "closed": "This survey is closed; it takes no more answers.",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered; the form of the survey says which part is needed."""

    score: int | None = None
    choice: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Who answers. The first part that is there names them: an ask, a user, an e-mail address, an id of
    the page that asks, else a browser. `certain`: we know it; otherwise somebody only said so."""

    ask_id: int | None = None
    user_id: int | None = None
    email: str = ""
    external_id: str = ""
    name: str = ""
    browser: str = ""
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer's id; `kept` is False where a less certain answer did not replace a certain one."""

    id: int
    created: bool
    changed: bool
    kept: bool = True


def signed_text(kind: str, *, email: str = "", person: str = "") -> str:
    """What a page's server signs: the survey's kind, which of the two it is, and the e-mail address or else the id.

    So an id that looks like an address stands for nobody's address, and a name signed for one kind of question is
    none for another.
    """
    return f"{kind}:email:{email}" if email else f"{kind}:person:{person}"


def signature(survey_key: str, text: str) -> str:
    """HMAC-SHA256 of a signed text, in hex."""
    return hmac.new(signing_secret(survey_key).encode(), text.encode(), sha256).hexdigest()


def closed_because(survey: Survey) -> str:
    """The sentence for a survey that takes no answers; empty where it does."""
    if survey.archived_at:
        return NOT_OPEN["closed"]
    return NOT_OPEN.get(survey.state, "")


def _checked(survey: Survey, reply: Reply) -> dict[str, Any]:
    out: dict[str, Any] = {"score": None, "choice": "", "words": clean_words(reply.words)}
    if survey.form == "scale":
        whole = isinstance(reply.score, int) and not isinstance(reply.score, bool)
        if not whole or not survey.least <= (reply.score or 0) <= survey.most:
            raise Invalid(score=f"Choose a number from {survey.least} to {survey.most}.")
        out["score"] = reply.score
    elif survey.form == "choice":
        if reply.choice not in survey.choices:
            raise Invalid(choice="Choose one of the answers.")
        out["choice"] = reply.choice
    elif not out["words"]:
        raise Invalid(words="Write your answer.")
    return out


def _known(actor: Actor, survey: Survey, who: Person, now: datetime) -> dict[str, Any]:
    """The columns that say who answered."""
    if who.ask_id:
        ask = Ask.objects.filter(pk=who.ask_id, survey_id=survey.pk).first()
        if ask is None:
            raise Missing("survey link")
        found = customers.contacts_by_id([ask.contact_id]).get(ask.contact_id or 0)
        return {
            "person": ask.person, "ask_id": ask.pk, "user_id": ask.user_id, "name": ask.name,
            "address": ask.address, "contact_id": found.id if found else None,
            "account_id": found.account_id if found else None, "certain": True,
        }  # fmt: skip
    if who.user_id:
        return {"person": f"user:{who.user_id}", "user_id": who.user_id, "certain": True}
    email, external = plain(who.email).strip().lower()[:254], plain(who.external_id).strip()[:200]
    name = plain(who.name).strip()[:200]
    base = {"name": name, "address": email, "certain": who.certain}
    if email:
        contact = customers.contacts_by_email([email]).get(email)
        if contact is None and who.certain:
            asked = customer_services.Who(contact_email=email, contact_name=name)
            made = customer_services.resolve(actor=actor, who=asked, now=now).contact_id
            contact = customers.contacts_by_id([made]).get(made or 0)
        if contact is None:
            return {"person": f"email:{email}", **base}
        return {
            "person": f"contact:{contact.id}", "contact_id": contact.id, "account_id": contact.account_id,
            **base,
        }  # fmt: skip
    if external:
        return {"person": f"id:{external}", **base}
    if not who.browser:
        raise Invalid(email="Say who answers: an e-mail address or an id.")
    return {"person": f"browser:{plain(who.browser)[:64]}", "name": name, "certain": False}


@transaction.atomic
def _save(
    actor: Actor, survey_id: int, reply: Reply, who: Person, channel: str, occasion: str,
    now: datetime, sample: bool,
) -> Answered:  # fmt: skip
    survey = Survey.objects.filter(pk=survey_id).first()
    if survey is None:
        raise Missing("survey")
    if reason := closed_because(survey):
        raise Conflict(reason)
    said = _checked(survey, reply)
    known = _known(actor, survey, who, now)
    occasion = " ".join(plain(occasion).split())[:120]
    row = (
        Answer.objects.select_for_update()
        .filter(survey_id=survey_id, person=known["person"], occasion=occasion)
        .first()
    )
    before: dict[str, Any] = {}
    if row is None:
        row = Answer.objects.create(
            survey_id=survey_id, occasion=occasion, channel=channel, first_at=now, at=now, sample=sample,
            **known, **said,
        )  # fmt: skip
    else:
        if row.certain and not known["certain"]:
            return Answered(row.pk, False, False, kept=False)
        if all(getattr(row, k) == v for k, v in said.items()):
            return Answered(row.pk, False, False)
        before = {"score": row.score, "choice": row.choice, "characters": len(row.words)}
        filled = {k: v for k, v in known.items() if v}
        for key, value in {**said, **filled, "channel": channel, "at": now}.items():
            setattr(row, key, value)
        row.corrections += 1
        row.save()
    # the words themselves stay in one place, where they can be erased
    after = {"score": row.score, "choice": row.choice, "characters": len(row.words)}
    verb = "survey_answer.corrected" if before else "survey_answer.given"
    created = not before
    if survey.anonymous:
        before = after = {}  # with its time it would say whose it was
    record(actor=actor, now=now, change=Change(verb, "survey-answer", row.pk, before, after))
    publish(SurveyAnswered(survey_id, row.pk), actor=actor, now=now)
    return Answered(row.pk, created, True)


def answer(
    *,
    actor: Actor,
    survey_id: int,
    reply: Reply,
    who: Person,
    channel: str,
    occasion: str = "",
    now: datetime,
    sample: bool = False,
) -> Answered:
    """Take one answer. The same again changes nothing; another corrects it while the survey is open.

    `occasion` names what it is about, such as a ticket, where a person may answer once for each. Raises
    Conflict when the survey is not open and Invalid for what is off its scale.
    """
    allow(actor, "survey_answer.write")
    try:
        return _save(actor, survey_id, reply, who, channel, occasion, now, sample)
    except IntegrityError:  # the same person answered at this moment: now it is a correction
        return _save(actor, survey_id, reply, who, channel, occasion, now, sample)
