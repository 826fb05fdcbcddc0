"""The JSON API assembled: every slice's router under /api/v1, one OpenAPI document, one mapping of problems."""

from importlib import import_module
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from loopline import __version__
from loopline.core.problems import Invalid, Problem
from loopline.entry.ingest_openapi import with_ingest
from loopline.entry.problems import problem_json
from loopline.platform.api.sentences import sentence

_ROOT = Path(__file__).resolve().parent.parent


class Api(NinjaAPI):
    def get_openapi_schema(self, **options: Any) -> Any:
        """The document, with the addresses that are answered before Django."""
        return with_ingest(super().get_openapi_schema(**options))


api = Api(
    title="Loopline",
    version=__version__,
    description="Everything the pages do. See docs/guide/api.md for conventions.",
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)


@api.exception_handler(Problem)
def on_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem_json(problem)


@api.exception_handler(ValidationError)
def on_validation(request: HttpRequest, failed: ValidationError) -> HttpResponse:
    errors: dict[str, str] = {}
    for error in failed.errors:
        place = [
            str(part) for part in error["loc"] if part not in ("body", "query", "path", "payload")
        ]
        errors[".".join(place) or "body"] = sentence(error)
    return problem_json(Invalid("Some fields need another look.", **errors))


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, failed: HttpError) -> HttpResponse:
    if failed.status_code == 400:
        return problem_json(Invalid(body="The body is not valid JSON."))
    problem = Problem(str(failed))
    response = problem_json(problem)
    response.status_code = failed.status_code
    return response


def _routers() -> None:
    for floor in ("platform", "slices"):
        found = [*(_ROOT / floor).glob("*/endpoints.py"), *(_ROOT / floor).glob("*/endpoints/")]
        for name in sorted(path.parent.name for path in found):
            module = import_module(f"loopline.{floor}.{name}.endpoints")
            api.add_router("", module.router)


_routers()
