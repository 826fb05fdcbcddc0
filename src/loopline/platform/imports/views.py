"""Bringing a file in: choose it, map its columns, try it, take it, read the report."""

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Problem, TooLarge
from loopline.platform.identity.actor import Role
from loopline.platform.identity.policy import may
from loopline.platform.imports import services
from loopline.platform.imports.models import Import
from loopline.platform.imports.registry import kind, kinds
from loopline.platform.imports.running import preview, run
from loopline.platform.ui.pages import go, now_in, render, signed_in


def imports(request: HttpRequest) -> HttpResponse:
    """Files that were brought in, and one more."""
    actor = signed_in(request, "import.read")
    mine = [k for k in kinds() if may(actor, k.permission)]
    context: dict[str, Any] = {
        "kinds": mine,
        "error": "",
        "here": "Imports",
        "group": "Foot",
        "title": "Imports",
    }
    status = 200
    if request.method == "POST":
        try:
            file = request.FILES.get("file")
            if file is None:
                raise TooLarge("Choose a file first.")
            most = kind(request.POST.get("kind", "")).most
            if (file.size or 0) > most:
                raise TooLarge(
                    f"A file holds at most {most // 1_000_000} MB here; larger ones go in by ./loopline import."
                )
            made = services.keep(
                actor=actor, kind_key=request.POST.get("kind", ""), name=file.name or "file.csv", chunks=file.chunks(),
                now=now_in(request),
            )  # fmt: skip
            return go(request, f"/imports/{made}")
        except Problem as wrong:
            context["error"], status = wrong.sentence, 422
    rows = Import.objects.order_by("-at")
    if actor.role.rank < Role.ADMIN.rank:
        rows = rows.filter(user_id=actor.user_id)
    return render(
        request,
        "imports/list.html",
        context | {"rows": rows[:40], "labels": {k.key: k.label for k in kinds()}},
        status,
    )


def import_page(request: HttpRequest, import_id: int) -> HttpResponse:
    """The mapping with its preview and dry run; once started, the progress; at the end, the report."""
    actor, now = signed_in(request, "import.read"), now_in(request)
    row = services.one(actor=actor, import_id=import_id)
    found = kind(row.kind)
    context: dict[str, Any] = {
        "row": row, "kind": found, "here": "Imports", "group": "Foot", "title": row.label, "dry": None, "error": "",
        "preview": None,
    }  # fmt: skip
    if row.state != "mapping":
        return render(request, "imports/page.html", context)
    given = {f.name: request.POST[f.name] for f in found.fields if f.name in request.POST}
    if (
        found.bring is not None
    ):  # what is left to it is found by name; "Nothing" is said by leaving it out
        given = {name: column for name, column in given.items() if column}
    status = 200
    try:
        context["preview"] = preview(row.kind, Path(row.path), row.name, given or row.mapping)
        context["dry"] = services.tried(row)
        if request.method == "POST" and request.POST.get("act") == "dry" and found.bring:
            services.try_out(actor=actor, import_id=row.pk, mapping=given, now=now)
            return go(request, f"/imports/{row.pk}")
        if request.method == "POST" and request.POST.get("act") == "dry":
            context["dry"] = run(
                actor=actor,
                kind_key=row.kind,
                path=Path(row.path),
                name=row.name,
                given=given,
                dry_run=True,
                now=now,
            )
        elif request.method == "POST":
            services.start(actor=actor, import_id=row.pk, mapping=given, now=now)
            return go(request, f"/imports/{row.pk}")
    except Problem as wrong:
        context["error"], status = wrong.sentence, 422
    return render(request, "imports/page.html", context, status)
