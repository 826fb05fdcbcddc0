"""Idempotency-Key on POST: one effect and one answer per key, caller and day, also under a stampede.

The key's row, the effect and the stored answer share a transaction, so a killed server leaves all or
nothing. Answers that changed nothing (4xx, 5xx) are not kept. Kept answers lie sealed, for some of them
show a secret, and a token that no longer opens anything does not open them either.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from loopline.core.problems import Invalid
from loopline.platform.api.access import bearer_actor
from loopline.platform.api.models import IdempotentAnswer
from loopline.platform.db.sealed import seal, unseal
from loopline.platform.identity.queries import is_token

KEPT = timedelta(hours=24)


def _digest(request: HttpRequest) -> str:
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()


def _refuse_closed(request: HttpRequest) -> None:
    """A replay runs no route, so nothing else would ask whether the token still lives."""
    if is_token(request.headers.get("Authorization", "").partition(" ")[2].strip()):
        bearer_actor(request)


def _replay(request: HttpRequest, caller: str, key: str, digest: str) -> HttpResponse | None:
    kept = IdempotentAnswer.objects.filter(
        caller=caller, key=key, at__gt=timezone.now() - KEPT
    ).first()
    if kept is None:
        return None
    _refuse_closed(request)
    if kept.request_digest != digest:
        raise Invalid(idempotency_key="This key was used with another request. Use a new key.")
    body = unseal(bytes(kept.body))
    if body is None:
        raise Invalid(
            idempotency_key="Its answer was kept under another secret key. Use a new key."
        )
    response = HttpResponse(body, status=kept.status, content_type=kept.content_type)
    response["Idempotency-Replayed"] = "true"
    return response


def answer_once(
    request: HttpRequest, key: str, get_response: Callable[[HttpRequest], HttpResponse]
) -> HttpResponse:
    """Answer a POST that carries a key. Raises Invalid for a bad key or another body."""
    if len(key) > 255:
        raise Invalid(idempotency_key="An Idempotency-Key has at most 255 characters.")
    caller = hashlib.sha256(request.headers.get("Authorization", "").encode()).hexdigest()
    digest = _digest(request)
    now = timezone.now()
    try:
        with transaction.atomic():
            IdempotentAnswer.objects.filter(caller=caller, key=key, at__lte=now - KEPT).delete()
            replay = _replay(request, caller, key, digest)
            if replay is not None:
                return replay
            row = IdempotentAnswer.objects.create(
                caller=caller, key=key, request_digest=digest, at=now
            )
            response = get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
                return response
            row.status, row.body = response.status_code, seal(response.content)
            row.content_type = response.get("Content-Type", "application/json")
            row.save(update_fields=["status", "body", "content_type"])
            return response
    except IntegrityError:
        # somebody else held the key while we waited for it; theirs is the answer
        replay = _replay(request, caller, key, digest)
        if replay is None:
            raise
        return replay
