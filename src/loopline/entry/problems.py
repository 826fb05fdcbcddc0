"""The one mapping from problems to HTTP: problem+json for programs, a page or fragment for people."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode

from loopline.core import problems as p
from loopline.platform.ui.pages import actor_in, frame

STATUS: dict[type[p.Problem], tuple[int, str]] = {
    p.Invalid: (422, "Some input cannot be accepted"),
    p.Missing: (404, "Not found"),
    p.NotAllowed: (403, "Not allowed"),
    p.NotSignedIn: (401, "Not signed in"),
    p.Conflict: (409, "Not now"),
    p.Stale: (412, "Changed meanwhile"),
    p.TooMany: (429, "Too many at once"),
    p.TooLarge: (413, "Too large"),
    p.Unavailable: (503, "Not reachable now"),
}


def status_of(problem: p.Problem) -> tuple[int, str]:
    """Status and title; a slice's own problem takes its nearest ancestor's."""
    for kind in type(problem).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 409, "Not now"


def problem_json(problem: p.Problem) -> HttpResponse:
    """RFC 9457 problem details; Stale also carries both values."""
    status, title = status_of(problem)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": problem.sentence,
        "errors": [],
        **problem.facts,
    }
    if isinstance(problem, p.Invalid):
        body["errors"] = [{"field": f, "message": m} for f, m in problem.errors.items()]
    response = HttpResponse(
        json.dumps(body, cls=DjangoJSONEncoder),
        status=status,
        content_type="application/problem+json",
    )
    if isinstance(problem, p.TooMany):
        response["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, p.NotSignedIn):
        response["WWW-Authenticate"] = "Bearer"
    return response


def page_for(request: HttpRequest, problem: p.Problem | None) -> HttpResponse:
    """A page for a person, inside the navigation where somebody is signed in; for htmx a fragment; to sign-in
    where nobody is. After an unforeseen error the page asks the database for nothing."""
    if isinstance(problem, p.NotSignedIn) and request.method == "GET":
        return redirect(f"/account/login/?{urlencode({'next': request.get_full_path()})}")
    status, title = status_of(problem) if problem else (500, "Something broke here")
    sentence = (
        problem.sentence
        if problem
        else "It was written down. Nothing you saved before is lost; go back and try once more."
    )
    fragment = request.headers.get("HX-Request") == "true"
    name = "errors/fragment.html" if fragment else "errors/page.html"
    context: dict[str, Any] = {
        "title": title,
        "sentence": sentence,
        "status": status,
        "problem": problem,
    }
    if problem and actor_in(request) and not fragment:
        context = {**frame(request), **context, "inside": True}
    return render(request, name, context, status=status, using="jinja2")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long or came from elsewhere."""
    return page_for(
        request,
        p.NotAllowed(
            "This form is too old or came from another site. Reload the page and send it again."
        ),
    )
