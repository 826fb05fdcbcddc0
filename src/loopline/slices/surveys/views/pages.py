"""Pages of surveys for those who ask."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.cards.registry import card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.notify import post
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import (
    go,
    is_fragment,
    list_bulk,
    list_csv,
    list_page,
    now_in,
    render,
    signed_in,
    toast,
)  # fmt: skip
from loopline.platform.ui.rows import day, number
from loopline.slices.surveys import pages, queries, services
from loopline.slices.surveys.lists import SPEC, who
from loopline.slices.surveys.models import Survey
from loopline.slices.surveys.results import results
from loopline.slices.surveys.rules import ASK_STATES, CHANNELS, FORMS, KINDS, REPEATS, STATES

_TURNED = {"open": "Opened; the links take answers now", "close": "Closed; the links say so"}


def survey_list(request: HttpRequest) -> HttpResponse:
    words = {"kinds": KINDS, "states": dict(STATES)}
    return list_page(request, SPEC, queries.rows(), template="surveys/list.html", context=words)


def survey_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, SPEC, queries.rows())


def survey_bulk(request: HttpRequest) -> HttpResponse:
    return list_bulk(request, SPEC, queries.rows())


def _values(p: QueryDict) -> dict[str, Any]:
    """A form's fields as the service takes them."""
    values: dict[str, Any] = {
        k: p[k] for k in ("name", "question", "follow_up", "intro", "form") if p.get(k, "").strip()
    }
    values["choices"] = p.get("choices", "").splitlines()
    values |= {k: p.get(k, "") for k in ("least_label", "most_label")}
    for key in ("least", "most"):
        raw = str(p.get(key, ""))
        if raw.isdecimal() and len(raw) < 3:
            values[key] = int(raw)
    for key in ("opens_on", "closes_on"):
        values[key] = day(key, p.get(key, ""))
    values["remind_after"] = number("remind_after", p.get("remind_after", ""))
    values["repeats"] = p.get("repeats", "")
    return values


def survey_new(request: HttpRequest) -> HttpResponse:
    """Write one down; `?kind=nps` starts with that kind's words."""
    actor = signed_in(request, "survey.change")
    p = request.POST
    kind = KINDS.get(p.get("kind") or request.GET.get("kind", "nps"), KINDS["nps"])
    context: dict[str, Any] = {
        "here": "Surveys", "group": "Learn", "values": p, "errors": {}, "kinds": list(KINDS.values()),
        "kind": kind, "forms": FORMS, "repeats": REPEATS,
    }  # fmt: skip
    shape = "surveys/form.html" if is_fragment(request) else "surveys/new.html"
    if request.method != "POST":
        return render(request, shape, context)
    try:
        made = services.create_survey(
            actor=actor, kind=p.get("kind", ""), values=_values(p), now=now_in(request)
        )
    except Invalid as wrong:
        return render(request, shape, context | {"errors": wrong.errors}, 422)
    return go(request, f"/surveys/{made}")


def _words_of(actor: Actor, survey: Survey) -> dict[str, Any]:
    """The newest words with who said them and what became of them; nothing for who may not read them."""
    if not may(actor, "survey_answer.read"):
        return {"reads": False, "words": [], "came": {}, "names": {}}
    found = queries.answer_rows(survey.pk).exclude(words="").order_by("-at", "-pk")
    rows = list(found[:12])
    return {
        "reads": True, "words": rows, "came": queries.feedback_of([a.pk for a in rows]),
        "names": {a.pk: who(a) for a in rows} if may(actor, "contact.read") else {},
    }  # fmt: skip


def _recent(actor: Actor, survey: Survey) -> list[Any]:
    """All answers while they are too few for a score, newest first."""
    if not may(actor, "survey_answer.read"):
        return []
    return list(queries.answer_rows(survey.pk).order_by("-at", "-pk")[:12])


def survey_page(request: HttpRequest, survey_id: int) -> HttpResponse:
    actor = signed_in(request, "survey.read")
    s = queries.one(actor=actor, survey_id=survey_id)
    r, now = results(s), now_in(request)
    changes = may(actor, "survey.change")
    counts = queries.ask_counts(s.pk)
    snippet = (
        f'<script async src="{post.absolute("/survey/embed.js")}" data-survey="{s.key}"\n'
        '        data-email="" data-person=""></script>'
    )
    context = {
        "s": s, "version": s.version, "r": r, "list_url": "/surveys", "list_title": "Surveys",
        "here": "Surveys", "group": "Learn", "changes": changes, "kind": KINDS[s.kind],
        "state": dict(STATES)[s.state], "sentence": pages.sentence(s, r), "rate": pages.rate_words(s, r),
        "latest": pages.latest_words(s, r, now),
        "chart": pages.trend_chart(s, r, now), "bars": pages.bars(s, r), "parts": pages.parts(s, r),
        "breakdowns": pages.breakdowns(s, r), "asked": [(w, counts[k], k) for k, w in ASK_STATES if counts.get(k)],
        "link": post.absolute(f"/survey/{s.key}"), "snippet": snippet, "sending": post.may_send(),
        "secret": services.signing_secret(s.key) if changes else "", "shut": services.closed_because(s),
        "channels": dict(CHANNELS), "few": _recent(actor, s) if r.answers and not r.enough else [],
        "answered_by": who, "sees_names": may(actor, "contact.read"),
    }  # fmt: skip
    own = card(actor=actor, type_="survey", id_=s.pk)
    return object_page(request, actor, own, "surveys/page.html", context | _words_of(actor, s))


def survey_do(request: HttpRequest, survey_id: int, verb: str) -> HttpResponse:
    actor, now = signed_in(request, "survey.change"), now_in(request)
    if request.method != "POST" or verb not in ("open", "close", "archive", "restore"):
        raise Missing("page")
    try:
        if verb in ("archive", "restore"):
            gone = verb == "archive"
            undo = services.archive_many(actor=actor, ids=[survey_id], archived=gone, now=now)
            toast(request, "Archived; its links take no answers" if gone else "Brought back", undo)
        else:
            act = services.open_survey if verb == "open" else services.close_survey
            toast(request, _TURNED[verb], act(actor=actor, survey_id=survey_id, now=now))
    except Problem as wrong:
        if isinstance(wrong, Missing):
            raise
        toast(request, wrong.sentence)
    return go(request, f"/surveys/{survey_id}")
