"""What surrounds every request: an id and a size limit, the actor, and problems turned into answers."""

import logging
import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from loopline.core.problems import NotAllowed, Problem, TooLarge
from loopline.entry.problems import page_for, problem_json
from loopline.entry.proxies import settle
from loopline.platform.api.idempotency import answer_once
from loopline.platform.db.once import reading
from loopline.platform.identity.actor import Via
from loopline.platform.identity.queries import actor_for

Next = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("loopline.http")
JSON_BODY = 5 * 1024 * 1024  # bytes; files go up through forms, which have their own limit
BODY = 26 * 1024 * 1024  # what the largest webhook may send; nothing else comes near
FILE_BODY = 101 * 1024 * 1024  # a form with a file to import


class RequestFrame:
    """The outermost layer: who asks, request id, refusal of bodies that are too large, idempotent POSTs."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        settle(request.META, settings.TRUSTED_PROXIES)
        request.id = secrets.token_hex(6)  # type: ignore[attr-defined]
        try:
            if request.method in ("GET", "HEAD"):
                with reading():
                    response = self._answer(request)
            else:
                response = self._answer(request)
        except Problem as problem:
            response = problem_json(problem)
        if response.status_code == 405 and request.path.startswith("/api/"):
            allowed = response.get("Allow", "")
            response = problem_json(Problem(f"This address takes {allowed or 'other methods'}."))
            response.status_code, response["Allow"] = 405, allowed
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        api = request.path.startswith("/api/")
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isdecimal() and len(length) < 18 else BODY * BODY
        if api and size > JSON_BODY:
            raise TooLarge("The API takes bodies up to 5 MB. Send fewer objects, or import a file.")
        # judged before anything reads the form, which would put a stranger's file on our disk
        if size > (FILE_BODY if request.path == "/imports" else BODY):
            raise TooLarge("This is more than can be sent here at once.")
        key = request.headers.get("Idempotency-Key")
        if api and key and request.method == "POST":
            return answer_once(request, key, self.get_response)
        return self.get_response(request)


class CurrentActor:
    """`request.actor`: the signed-in person as an actor, or None."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        signed_in = user.is_authenticated and user.is_active
        request.actor = actor_for(user, Via.WEB) if signed_in else None  # type: ignore[attr-defined,arg-type]
        request.now = timezone.now()  # type: ignore[attr-defined]
        return self.get_response(request)


class ProblemPages:
    """Problems raised by pages become pages that say what to do; unforeseen errors are logged."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Problem):
            spoken = request.path.startswith(("/hooks/", "/in/", "/ofrep/"))
            return problem_json(error) if spoken else page_for(request, error)
        if isinstance(error, PermissionDenied):
            return page_for(request, NotAllowed(str(error) or "You may not do this here."))
        if isinstance(error, Http404 | SuspiciousOperation):
            return None  # Django answers these with our 404 page, or 400
        log.exception("unforeseen error", extra={"request_id": getattr(request, "id", "")})
        if settings.TESTING or request.path.startswith("/api/"):
            return None  # the API's own words for it: entry.urls.server_error
        return page_for(request, None)
