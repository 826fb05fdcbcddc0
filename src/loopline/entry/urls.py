"""Every address: pages by slice, the API, webhooks in, health."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLResolver, include, path

from loopline.core.problems import Missing
from loopline.entry import health
from loopline.entry.api import api
from loopline.entry.problems import page_for
from loopline.platform.ui.pages import render

_ROOT = Path(__file__).resolve().parent.parent


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 in the house voice; problem+json under /api."""
    if request.path.startswith(("/api/", "/in/", "/hooks/", "/ofrep/")):
        from loopline.entry.problems import problem_json

        return problem_json(Missing("address"))
    return page_for(request, Missing("page"))


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(
            {
                "type": "about:blank",
                "title": "Something broke here",
                "status": 500,
                "detail": "It was written down.",
            },
            status=500,
            content_type="application/problem+json",
        )
    return page_for(request, None)


handler404 = not_found
handler500 = server_error


@cache
def _schema() -> dict[str, Any]:
    """Made once a process: it takes seconds and only another version changes it."""
    made: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
    return made


def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document of this version."""
    return JsonResponse(_schema())


def docs(request: HttpRequest) -> HttpResponse:
    """The API for people: every operation with what it takes and answers."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for address, verbs in _schema()["paths"].items():
        for verb, op in verbs.items():
            one = {
                "verb": verb.upper(),
                "address": address,
                "says": op.get("description") or op.get("summary", ""),
            }
            groups.setdefault((op.get("tags") or ["other"])[0], []).append(one)
    return render(request, "api_docs.html", {"groups": groups, "title": "API"})


def _pages() -> list[URLResolver]:
    found: list[URLResolver] = []
    for floor in ("platform", "slices", "connectors"):
        for file in sorted((_ROOT / floor).glob("*/urls.py")):
            module = import_module(f"loopline.{floor}.{file.parent.name}.urls")
            found.append(path("", include(module.urlpatterns)))
    return found


urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("api/docs", docs, name="api-docs"),
    path("api/openapi.json", openapi),
    path("api/v1/", api.urls),
    path("account/", include("allauth.urls")),
    *_pages(),
]
