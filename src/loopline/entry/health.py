"""Is it alive, is it ready, and a few numbers for a monitor."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from loopline.platform.api.access import bearer_actor
from loopline.platform.identity.policy import allow
from loopline.platform.jobs import queries as jobs


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has this version's tables."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    ready = not missing
    return JsonResponse(
        {"ready": ready, "migrations_missing": len(missing)}, status=200 if ready else 503
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Queue depths in Prometheus' text format; from this machine, or with an admin's token."""
    local = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not settings.HTTPS
    if not local:
        allow(bearer_actor(request), "jobs.read")
    lines = ["# TYPE loopline_jobs gauge"]
    lines += [f'loopline_jobs{{state="{state}"}} {n}' for state, n in jobs.counts().items()]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")
