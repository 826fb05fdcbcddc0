"""Surveys in the API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from loopline.core.problems import Invalid
from loopline.core.surveys.scores import Score
from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import listing, newest_first
from loopline.platform.api.people import person_ref
from loopline.platform.api.shapes import answers, id_in
from loopline.platform.api.versions import expected, tag
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.notify.post import absolute
from loopline.slices.surveys import queries, services
from loopline.slices.surveys.lists import GROUP_WORDS, SPEC
from loopline.slices.surveys.models import Answer, Survey
from loopline.slices.surveys.results import Results, results
from loopline.slices.surveys.schemas import (
    SurveyAnsweredOut,
    SurveyAnswerIn,
    SurveyAnswerPage,
    SurveyChange,
    SurveyIn,
    SurveyOut,
    SurveyPage,
    SurveyQuery,
    SurveyResultsOut,
    SurveySendIn,
    SurveySentOut,
)

router = Router(tags=["surveys"])
_CLEARED = ("opens_on", "closes_on", "remind_after")


def _json(s: Survey, answered: int) -> dict[str, Any]:
    plain = (
        "name", "kind", "form", "question", "follow_up", "intro", "least", "most", "least_label", "most_label",
        "choices", "state", "channels", "audience", "to_intake", "opens_on", "closes_on", "opened_at",
        "remind_after", "repeats",
        "closed_at", "version", "created_at", "updated_at",
    )  # fmt: skip
    return {k: getattr(s, k) for k in plain} | {
        "id": s.pk, "key": f"SUR-{s.pk}", "owner": str(s.owner_id) if s.owner_id else None,
        "link": absolute(f"/survey/{s.key}"), "answers": answered, "archived": s.archived_at is not None,
        "follows": s.follows_id,
    }  # fmt: skip


def _out(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [_json(s, s.answered) for s in rows]


def _read(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.one(actor=actor_of(request), survey_id=key)
    tag(response, row.version)
    return _json(row, queries.answer_count(row.pk))


@router.get("/surveys", auth=can("survey.read"), response=answers(SurveyPage))
def list_surveys(request: HttpRequest, query: Query[SurveyQuery]) -> Any:
    return listing(request, SPEC, queries.rows(), _out)


@router.post("/surveys", auth=can("survey.change"), response=answers(SurveyOut, status=201))
def create_survey(request: HttpRequest, body: SurveyIn, response: HttpResponse) -> Any:
    """Write a survey down as a draft; what is left out has the kind's usual words."""
    values = body.model_dump(exclude_none=True)
    kind = values.pop("kind")
    made = services.create_survey(
        actor=actor_of(request), kind=kind, values=values, now=timezone.now()
    )
    return Status(201, _read(request, response, made))


@router.get("/surveys/{id}", auth=can("survey.read"), response=answers(SurveyOut))
def read_survey(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read(request, response, id_in(id, "survey"))


@router.patch("/surveys/{id}", auth=can("survey.change"), response=answers(SurveyOut))
def change_survey(request: HttpRequest, id: str, body: SurveyChange, response: HttpResponse) -> Any:
    """Correct fields. The question and scale stay as they are once there are answers."""
    key = id_in(id, "survey")
    given = body.model_dump(exclude_unset=True)
    changes = {k: v for k, v in given.items() if v is not None or k in _CLEARED}
    if "owner" in given:
        changes.pop("owner", None)
        changes["owner_id"] = person_ref(given["owner"], "owner")
    services.change_survey(
        actor=actor_of(request), id_=key, changes=changes, version=expected(request), now=timezone.now()
    )  # fmt: skip
    return _read(request, response, key)


@router.post("/surveys/{id}/open", auth=can("survey.change"), response=answers(SurveyOut))
def open_survey(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    """Take answers from now on. Again it changes nothing."""
    key = id_in(id, "survey")
    services.open_survey(actor=actor_of(request), survey_id=key, now=timezone.now())
    return _read(request, response, key)


@router.post("/surveys/{id}/close", auth=can("survey.change"), response=answers(SurveyOut))
def close_survey(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    """Take no more answers. Again it changes nothing."""
    key = id_in(id, "survey")
    services.close_survey(actor=actor_of(request), survey_id=key, now=timezone.now())
    return _read(request, response, key)


@router.post("/surveys/{id}/send", auth=can("survey.change"), response=answers(SurveySentOut))
def send_survey(request: HttpRequest, id: str, body: SurveySendIn) -> Any:
    """Ask these people by e-mail, each once per survey however often this is called."""
    done = services.send_survey(
        actor=actor_of(request), survey_id=id_in(id, "survey"), audience=body.model_dump(),
        now=timezone.now(),
    )  # fmt: skip
    return {
        "asked": done.asked, "already_asked": done.already, "unsubscribed": done.unsubscribed,
        "without_address": done.no_address, "refused": list(done.wrong)[:100],
    }  # fmt: skip


def _score(found: Score | None) -> dict[str, Any] | None:
    """The score as shown; null below ten answers."""
    if found is None or not found.enough:
        return None
    return {"value": found.value, "low": found.low, "high": found.high, "n": found.n}


def _results(s: Survey, r: Results) -> dict[str, Any]:
    rule = queries.rule(s)
    words = GROUP_WORDS.get(rule, ())
    counts = r.score.counts if r.score else (0,) * len(words)
    return {
        "kind": s.kind, "answers": r.answers, "n": r.n, "score": _score(r.score),
        "groups": {w.lower(): n for (_, w), n in zip(words, counts, strict=True)} if words else {},
        "distribution": [
            {"value": v, "n": n, "share": n / r.n if r.n else 0.0} for v, n in r.distribution
        ],
        "interval": r.interval,
        "trend": [
            {"start": p.start, "n": p.score.n if p.score else 0, "score": _score(p.score)} for p in r.trend
        ],
        "breakdown": {
            name: [{"value": v, "n": found.n, "score": _score(found)} for v, found in rows]
            for name, rows in r.breakdown.items()
        },
        "sent": r.sent, "answered": r.answered, "response_rate": r.response_rate,
    }  # fmt: skip


@router.get("/surveys/{id}/results", auth=can("survey.read"), response=answers(SurveyResultsOut))
def read_results(
    request: HttpRequest,
    id: str,
    start: Annotated[datetime | None, Query(alias="from")] = None,
    end: Annotated[datetime | None, Query(alias="to")] = None,
    interval: Annotated[str, Field(pattern="^(week|month|)$")] = "",
) -> Any:
    """The score with its 95 % interval (null below ten answers), how answers fall, over time, by group."""
    survey = queries.one(actor=actor_of(request), survey_id=id_in(id, "survey"))
    for name, moment in (("from", start), ("to", end)):
        if moment and moment.tzinfo is None:
            raise Invalid(**{name: "Say the offset too, such as 2026-11-01T00:00:00Z."})
    return _results(survey, results(survey, start=start, end=end, interval=interval))


def _answers(actor: Actor, rows: Sequence[Answer]) -> list[dict[str, Any]]:
    names = may(actor, "contact.read")
    came = queries.feedback_of([a.pk for a in rows])
    plain = ("score", "words", "occasion", "channel", "certain", "first_at", "at", "corrections")
    return [
        {k: getattr(a, k) for k in plain} | {
            "id": a.pk, "survey": a.survey_id, "choice": a.choice or None,
            "feedback": came[a.pk][0].rpartition("-")[2] if a.pk in came else None,
            "by": {
                "contact": str(a.contact_id) if a.contact_id else None,
                "account": str(a.account_id) if a.account_id else None,
                "user": str(a.user_id) if a.user_id else None,
                "name": a.contact.name if a.contact else a.user.name if a.user else a.name,
                "email": a.contact.email if a.contact else a.user.email if a.user else a.address,
                "person": a.person.removeprefix("id:") if a.person.startswith("id:") else "",
            } if names else None,
        }
        for a in rows
    ]  # fmt: skip


@router.get(
    "/surveys/{id}/answers", auth=can("survey_answer.read"), response=answers(SurveyAnswerPage)
)
def list_answers(request: HttpRequest, id: str, limit: int = 50, cursor: str = "") -> Any:
    """Answers, the newest first; `by` is null for whoever may not read contacts."""
    actor = actor_of(request)
    survey = queries.one(actor=actor, survey_id=id_in(id, "survey"))
    found, following = newest_first(queries.answer_rows(survey.pk), limit=limit, cursor=cursor)
    return {"items": _answers(actor, found), "next_cursor": following}


@router.post(
    "/surveys/{id}/answers",
    auth=can("survey_answer.write"),
    response=answers(SurveyAnsweredOut, status=201, also=200),
)
def give_answer(request: HttpRequest, id: str, body: SurveyAnswerIn) -> Any:
    """Hand in one person's answer: 201 when it is their first, 200 when it corrects or repeats it."""
    if not (body.email.strip() or body.person.strip()):
        raise Invalid(person="Say who answers: `email` or `person`.")
    who = services.Person(email=body.email, external_id=body.person, name=body.name, certain=True)
    done = services.answer(
        actor=actor_of(request), survey_id=id_in(id, "survey"), who=who, channel="api",
        reply=services.Reply(body.score, body.choice, body.words), occasion=body.occasion,
        now=timezone.now(),
    )  # fmt: skip
    shape = {"id": done.id, "created": done.created, "changed": done.changed}
    return Status(201 if done.created else 200, shape)
