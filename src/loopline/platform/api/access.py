"""Who calls: a bearer token becomes an actor, and its permission is judged before any body is read."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from loopline.core.problems import NotSignedIn
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.identity.queries import actor_by_token


class Can:
    """A route's guard: `auth=can("feedback.read")`. It also documents the scheme in OpenAPI."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, action: str) -> None:
        self.action = action
        self.openapi_security_schema = {"type": "http", "scheme": "bearer"}

    def __call__(self, request: HttpRequest) -> Actor:
        actor = bearer_actor(request)
        allow(actor, self.action)
        return actor


def can(action: str) -> Callable[[HttpRequest], Any]:
    return Can(action)


def bearer_actor(request: HttpRequest) -> Actor:
    """The actor of an Authorization header. Raises NotSignedIn."""
    scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not raw.strip():
        raise NotSignedIn("Send a token: Authorization: Bearer ll_…")
    return actor_by_token(raw.strip(), now=timezone.now())


def actor_of(request: HttpRequest) -> Actor:
    """The actor that the route's guard let in."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor
