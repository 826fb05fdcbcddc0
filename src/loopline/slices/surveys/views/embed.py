"""The snippet's doors: its script, what to ask, and where the answer goes. Open to pages of any site."""

import hmac
import json
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from loopline.core.problems import (
    Conflict,
    Invalid,
    Missing,
    NotAllowed,
    Problem,
    TooLarge,
    TooMany,
)
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import workspace
from loopline.platform.ui.pages import now_in
from loopline.slices.surveys import services
from loopline.slices.surveys.models import Survey
from loopline.slices.surveys.rules import MOST_WORDS, could_be_key, plain
from loopline.slices.surveys.views.limits import BODY, spend

ACTOR = Actor.system("Survey")
_STATUS = {Invalid: 422, Missing: 404, Conflict: 409, TooMany: 429, TooLarge: 413, NotAllowed: 405}
_FIELDS = {
    "score": int, "choice": str, "words": str, "email": str, "person": str, "name": str,
    "signature": str, "occasion": str, "browser": str,
}  # fmt: skip
_MOST = {
    "choice": 120, "words": MOST_WORDS, "email": 254, "person": 200, "name": 200, "signature": 64,
    "occasion": 120, "browser": 64,
}  # fmt: skip
type View = Callable[[HttpRequest, str], HttpResponse]


@lru_cache(maxsize=1)
def _script() -> bytes:
    return (Path(__file__).parents[1] / "assets" / "embed.js").read_bytes()


def embed_script(request: HttpRequest) -> HttpResponse:
    """The snippet's one file."""
    response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _spoken(problem: Problem) -> HttpResponse:
    status = next((c for kind, c in _STATUS.items() if isinstance(problem, kind)), 409)
    body: dict[str, Any] = {
        "type": "about:blank", "title": "Not taken", "status": status, "detail": problem.sentence, "errors": [],
    }  # fmt: skip
    if isinstance(problem, Invalid):
        body["errors"] = [{"field": f, "message": m} for f, m in problem.errors.items()]
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    if isinstance(problem, TooMany):
        response["Retry-After"] = str(problem.retry_after)
    return response


def _open_to_all(view: View) -> View:
    """Answers of any kind can be read by the page that asked; no cookie is looked at or set."""

    @wraps(view)
    def answered(request: HttpRequest, key: str) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
        else:
            try:
                response = view(request, key)
            except Problem as problem:
                response = _spoken(problem)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response["Access-Control-Allow-Headers"] = "Content-Type"
        response["Access-Control-Max-Age"] = "86400"
        return response

    return answered


def _survey(key: str) -> Survey:
    rows = Survey.objects.filter(key=key).exclude(kind="stakeholders")
    found = rows.first() if could_be_key(key) else None
    if found is None:
        raise Missing("survey")
    return found


def _read(request: HttpRequest) -> dict[str, Any]:
    """The body's fields, each of its type and length. Raises Invalid, TooLarge."""
    raw = request.body
    if len(raw) > BODY:
        raise TooLarge("An answer holds at most 64 KB.")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise Invalid(body="The body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise Invalid(body="The body is one JSON object.")
    for name, value in found.items():
        kind = _FIELDS.get(str(name))
        if kind is None:
            raise Invalid(**{str(name)[:40]: "There is no such field here."})
        if value is None:
            continue
        if not isinstance(value, kind) or isinstance(value, bool):
            raise Invalid(**{name: f"This is {'a whole number' if kind is int else 'text'}."})
        if isinstance(value, str) and len(value) > _MOST[name]:
            raise Invalid(**{name: f"At most {_MOST[name]:,} characters."})
    return {k: plain(v) if isinstance(v, str) else v for k, v in found.items() if v is not None}


def _person(survey: Survey, sent: dict[str, Any]) -> services.Person:
    """Whoever the page says; certain where its server signed that. Raises Invalid for a wrong signature."""
    email, external = sent.get("email", ""), sent.get("person", "")
    signed = sent.get("signature", "")
    if signed:
        text = services.signed_text(survey.kind, email=email, person=external)
        right = services.signature(survey.key, text)
        if not hmac.compare_digest(right.encode(), signed.encode()):
            of = services.signed_text(survey.kind, email=email and "ADDRESS", person="ID")
            raise Invalid(signature=f"It does not fit: sign {of} with HMAC-SHA256, in hex.")
    browser = sent.get("browser", "")
    if not (email or external) and len(browser) < 16:
        raise Invalid(
            browser="Say who answers by email or person, or send a random text of 16 or more."
        )
    return services.Person(
        email=email, external_id=external, name=sent.get("name", ""), browser=browser, certain=bool(signed)
    )  # fmt: skip


@csrf_exempt
@_open_to_all
def embed_survey(request: HttpRequest, key: str) -> HttpResponse:
    """GET: what to ask. POST: one answer as JSON."""
    s = _survey(key)
    if request.method == "GET":
        shut = services.closed_because(s)
        if shut:
            raise Conflict(shut)
        shown = (
            "form",
            "question",
            "follow_up",
            "least",
            "most",
            "least_label",
            "most_label",
            "choices",
        )
        response = JsonResponse(
            {k: getattr(s, k) for k in shown} | {"company": workspace().name, "round": str(s.pk)}
        )
        response["Cache-Control"] = "public, max-age=60"
        return response
    if request.method != "POST":
        raise NotAllowed("This address takes GET and POST.")
    spend(request, s.pk)
    sent = _read(request)
    services.answer(
        actor=ACTOR, survey_id=s.pk, who=_person(s, sent), channel="snippet",
        reply=services.Reply(sent.get("score"), sent.get("choice", ""), sent.get("words", "")),
        occasion=sent.get("occasion", ""), now=now_in(request),
    )  # fmt: skip
    return JsonResponse({"taken": True})
