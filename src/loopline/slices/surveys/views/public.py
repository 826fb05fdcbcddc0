"""The page where somebody answers: by personal link or an open one, with or without a script."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from loopline.core.problems import Conflict, Invalid, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.ui.pages import actor_in, now_in, render, signed_in
from loopline.slices.surveys import services
from loopline.slices.surveys.models import Answer, Ask, Survey
from loopline.slices.surveys.rules import MOST_WORDS, could_be_key
from loopline.slices.surveys.views.limits import spend

ACTOR = Actor.system("Survey")
SALT = "survey-browser"
KEPT = 180 * 24 * 3600  # seconds a browser knows that it answered


@dataclass(frozen=True, slots=True)
class Door:
    """What a link leads to: a survey, and who holds it where it is a personal one."""

    survey: Survey
    ask: Ask | None
    key: str


def door(key: str) -> Door:
    """The survey behind a link. Raises Missing for one that is none of ours."""
    if could_be_key(key):
        ask = Ask.objects.select_related("survey").filter(token=key).first()
        if ask:
            return Door(ask.survey, ask, key)
        survey = Survey.objects.filter(key=key).first()
        if survey:
            return Door(survey, None, key)
    raise Missing("survey; copy the whole link from the message")


def _unsigned(text: str) -> str:
    try:
        found = signing.loads(text, salt=SALT, max_age=KEPT) if text else ""
    except signing.BadSignature:
        return ""
    return str(found)[:64]


def _cookie(d: Door) -> str:
    return f"loopline_survey_{d.survey.pk}"


def _who(request: HttpRequest, d: Door) -> services.Person:
    """Who answers: the link's person, the colleague who is signed in, else this browser."""
    if d.ask:
        return services.Person(ask_id=d.ask.pk)
    if d.survey.kind == "stakeholders":
        actor = signed_in(request, "survey.read")
        return services.Person(user_id=actor.user_id, certain=True)
    known = _unsigned(request.COOKIES.get(_cookie(d), ""))
    # without a cookie the form itself is the person, so that the same form twice is one answer
    known = known or _unsigned(request.POST.get("form", ""))
    return services.Person(browser=known or secrets.token_urlsafe(12))


def _before(who: services.Person, d: Door) -> Answer | None:
    person = (
        d.ask.person
        if d.ask
        else f"user:{who.user_id}"
        if who.user_id
        else f"browser:{who.browser}"
    )
    return Answer.objects.filter(survey_id=d.survey.pk, person=person, occasion="").first()


def _chosen(request: HttpRequest, d: Door) -> dict[str, Any]:
    """What the mail's link chose beforehand; only sending the form answers."""
    score, choice = request.GET.get("score", ""), request.GET.get("choice", "")
    out: dict[str, Any] = {}
    if score.isdecimal() and len(score) < 3 and d.survey.form == "scale":
        out["score"] = int(score)
    if choice.isdecimal() and len(choice) < 3 and int(choice) < len(d.survey.choices):
        out["choice"] = d.survey.choices[int(choice)]
    return out


def _reply(request: HttpRequest) -> services.Reply:
    score = request.POST.get("score", "")
    number = int(score) if score.isascii() and score.isdigit() and len(score) < 3 else None
    return services.Reply(number, request.POST.get("choice", ""), request.POST.get("words", ""))


def _page(
    request: HttpRequest, d: Door, values: dict[str, Any], status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "s": d.survey, "ask": d.ask, "key": d.key, "values": values, "errors": {}, "before": None,
        "closed": services.closed_because(d.survey), "preview": False, "home_url": f"/survey/{d.key}",
        "scale": range(d.survey.least, d.survey.most + 1), "form": "", "most_words": MOST_WORDS,
    }  # fmt: skip
    return render(request, "surveys/ask.html", context | more, status)


@never_cache
def ask_page(request: HttpRequest, key: str) -> HttpResponse:
    """GET shows the question, with a number chosen where the link named one; POST takes the answer."""
    d = door(key)
    may_preview = may(actor_in(request), "survey.change") and d.survey.state == "draft"
    if services.closed_because(d.survey) and not may_preview:
        taken = request.method == "POST"
        return _page(request, d, {}, 409 if taken else 200)
    who = _who(request, d)
    if request.method == "POST":
        return _take(request, d, who)
    before = _before(who, d)
    values = (
        {"score": before.score, "choice": before.choice, "words": before.words} if before else {}
    )
    form = signing.dumps(who.browser, salt=SALT) if who.browser else ""
    return _page(
        request, d, values | _chosen(request, d), before=before, form=form, preview=may_preview,
        closed="",
    )  # fmt: skip


def _take(request: HttpRequest, d: Door, who: services.Person) -> HttpResponse:
    spend(request, d.survey.pk)
    try:
        services.answer(
            actor=ACTOR, survey_id=d.survey.pk, reply=_reply(request), who=who,
            channel="email" if d.ask else "link", now=now_in(request),
        )  # fmt: skip
    except Invalid as wrong:
        reply = _reply(request)
        values = {"score": reply.score, "choice": reply.choice, "words": reply.words}
        form = request.POST.get("form", "")
        return _page(request, d, values, 422, errors=wrong.errors, form=form)
    except Conflict as shut:
        return _page(request, d, {}, 409, closed=shut.sentence)
    response = redirect(f"/survey/{d.key}/thanks")
    if who.browser:
        response.set_cookie(
            _cookie(d), signing.dumps(who.browser, salt=SALT), max_age=KEPT, path=f"/survey/{d.key}",
            secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
        )  # fmt: skip
    return response


@never_cache
def thanks(request: HttpRequest, key: str) -> HttpResponse:
    """After the answer; the way back leads to it for a correction."""
    d = door(key)
    context = {
        "s": d.survey, "key": d.key, "home_url": f"/survey/{d.key}",
        "closed": services.closed_because(d.survey),
    }  # fmt: skip
    return render(request, "surveys/thanks.html", context)


@csrf_exempt
@never_cache
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """No more messages: a button, or one click from the mail program (RFC 8058)."""
    d = door(key)
    if d.ask is None or not d.ask.contact_id:
        raise Missing("link; copy it whole from the message")
    done = request.method == "POST"
    if done:
        services.stop_asking(actor=ACTOR, token=key, now=now_in(request))
    context = {"done": done, "key": key, "home_url": f"/survey/{key}"}
    return render(request, "surveys/stop.html", context)
