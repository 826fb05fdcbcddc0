"""Whom a survey asks, who was asked, and every answer."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Problem
from loopline.platform.identity.actor import Actor, Role
from loopline.platform.identity.policy import may
from loopline.platform.notify import post
from loopline.platform.ui.pages import go, list_csv, list_page, now_in, render, signed_in, toast
from loopline.slices.customers import queries as customers
from loopline.slices.surveys import audience as audiences
from loopline.slices.surveys import letters, queries, services
from loopline.slices.surveys.lists import answers_spec, who
from loopline.slices.surveys.models import Ask, Survey
from loopline.slices.surveys.rules import ASK_STATES, CHANNELS, REMINDERS

_STAGES = (("customer", "Customers"), ("prospect", "Prospects"), ("churned", "Churned"))
DUMMY = "their-own-link"  # stands for a person's token in the letter that is shown beforehand


def _audience(q: QueryDict) -> dict[str, Any]:
    parts: dict[str, Any] = {k: q.getlist(k) for k in (*audiences.PARTS, "roles") if q.getlist(k)}
    return parts | {"addresses": q.get("addresses", ""), "everybody": bool(q.get("everybody"))}


def _send_context(request: HttpRequest, actor: Actor, s: Survey, q: QueryDict) -> dict[str, Any]:
    names = customers.persona_names()
    chosen = _audience(q)
    return {
        "s": s, "here": "Surveys", "group": "Learn", "errors": {}, "found": None, "chosen": chosen,
        "segments": customers.segments(), "plans": customers.plans(), "personas": [(n, n) for n in names],
        "stages": _STAGES, "roles": [(x.value, x.value.capitalize()) for x in Role],
        "sending": post.may_send(), "mailer": post.mailer() is not None, "letter": None,
    }  # fmt: skip


def survey_send(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Choose whom to ask, look at who that is and what they get, then ask them."""
    actor = signed_in(request, "survey.change")
    s = queries.one(actor=actor, survey_id=survey_id)
    p, context = request.POST, _send_context(request, actor, s, request.POST)
    if request.method != "POST":
        return render(request, "surveys/send.html", context)
    try:
        meant = audiences.clean(s.kind, context["chosen"])
        if p.get("go"):
            done = services.send_survey(
                actor=actor, survey_id=s.pk, audience=context["chosen"], now=now_in(request)
            )
            people = "1 person is" if done.asked == 1 else f"{done.asked:,} people are"
            toast(request, f"{people} asked; the mails leave in 20 seconds", done.undo)
            return go(request, f"/surveys/{s.pk}")
        found = audiences.choose(s, meant)
        inside, name = s.kind != "stakeholders", found.to[0].name if found.to else ""
        sample = letters.write(s, name=name, token=DUMMY, stops=inside)
    except Invalid as wrong:
        return render(request, "surveys/send.html", context | {"errors": wrong.errors}, 422)
    except Problem as wrong:
        errors = {"all": wrong.sentence}
        return render(request, "surveys/send.html", context | {"errors": errors}, 409)
    return render(request, "surveys/send.html", context | {"found": found, "letter": sample})


def answer_list(request: HttpRequest, survey_id: int) -> HttpResponse:
    actor = signed_in(request, "survey_answer.read")
    s = queries.one(actor=actor, survey_id=survey_id)
    names = may(actor, "contact.read")
    spec = answers_spec(s, queries.rule(s), names=names)
    return list_page(
        request, spec, queries.answer_rows(s.pk), template="surveys/answers.html",
        context={"s": s, "answered_by": who, "sees_names": names, "channels": dict(CHANNELS)},
        decorate=lambda rows, _actor: {"came": queries.feedback_of([a.pk for a in rows])},
    )  # fmt: skip


def answer_csv(request: HttpRequest, survey_id: int) -> HttpResponseBase:
    actor = signed_in(request, "survey_answer.read")
    s = queries.one(actor=actor, survey_id=survey_id)
    spec = answers_spec(s, queries.rule(s), names=may(actor, "contact.read"))
    return list_csv(request, spec, queries.answer_rows(s.pk))


def asked_list(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Who was asked by e-mail, and what became of each mail; the newest 200."""
    actor = signed_in(request, "contact.read")
    s = queries.one(actor=actor, survey_id=survey_id)
    state = request.GET.get("state", "")
    rows = Ask.objects.filter(survey_id=s.pk)
    if state in dict(ASK_STATES):
        rows = rows.filter(state=state)
    counts = queries.ask_counts(s.pk)
    views = [("All", f"/surveys/{s.pk}/asked", not state, sum(counts.values()))]
    views += [
        (word, f"/surveys/{s.pk}/asked?state={key}", state == key, counts[key])
        for key, word in ASK_STATES
        if counts.get(key)
    ]
    shown = list(rows.order_by("-pk")[:200])
    answered = queries.who_answered(s.pk, [a.person for a in shown])
    context = {
        "s": s, "rows": shown, "answered": answered, "views_": views, "states": dict(ASK_STATES),
        "reminders": dict(REMINDERS),
        "here": "Surveys", "group": "Learn", "title": "Who was asked",
    }  # fmt: skip
    return render(request, "surveys/asked.html", context)
