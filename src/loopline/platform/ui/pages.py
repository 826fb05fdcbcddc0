"""Rendering pages: the frame every page gets, and the generic list page with its CSV and bulk actions."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.shortcuts import render as django_render

from loopline.core.problems import Invalid, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow, may
from loopline.platform.lists.page import every_row, narrowed, page
from loopline.platform.lists.spec import Done, ListSpec
from loopline.platform.lists.state import State
from loopline.platform.lists.views import saved_views
from loopline.platform.settings.options import workspace, zone


def actor_in(request: HttpRequest) -> Actor | None:
    return getattr(request, "actor", None)


def now_in(request: HttpRequest) -> datetime:
    now: datetime = request.now  # type: ignore[attr-defined]
    return now


def signed_in(request: HttpRequest, action: str) -> Actor:
    """The actor, allowed to do this. Raises NotSignedIn (which leads to sign-in) or NotAllowed."""
    actor = actor_in(request)
    allow(actor, action)
    assert actor is not None  # noqa: S101  allow has refused None
    return actor


def frame(request: HttpRequest) -> dict[str, Any]:
    """What base.html needs on every page."""
    space = workspace()
    return {
        "request": request,
        "actor": actor_in(request),
        "company": space.name,
        "currency": space.currency,
        "tz": zone(),
        "now": getattr(request, "now", None),
        "csrf_token": get_token(request),
        "toasts": [
            {"text": m.message, "undo_url": m.extra_tags or None, "tone": m.level_tag}
            for m in messages.get_messages(request)
        ],
        "may": may,
        "here": "",
        "group": "",
        "fixed": False,
    }


def render(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A product page. Fragments for htmx are templates of their own."""
    return django_render(
        request, template, {**frame(request), **(context or {})}, status=status, using="jinja2"
    )


def is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def toast(request: HttpRequest, text: str, undo: str = "") -> None:
    """Say at the next page what was done, with its undo."""
    messages.success(request, text, extra_tags=f"/undo/{undo}" if undo else "")


def go(request: HttpRequest, url: str) -> HttpResponse:
    """See other; htmx follows it as a whole page."""
    if is_fragment(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return redirect(url)


def state_of(request: HttpRequest, spec: ListSpec) -> State:
    return State.parse(spec, {k: request.GET.getlist(k) for k in request.GET})


def _views(spec: ListSpec, state: State, actor: Actor) -> list[dict[str, Any]]:
    me, query = str(actor.user_id or ""), state.query()
    built_in = [
        {
            "label": v.label,
            "url": f"{spec.url}?{v.query}".replace("{me}", me).rstrip("?"),
            "id": None,
            "pinned": True,
        }
        for v in spec.views
    ]
    kept = [
        {"label": v.name, "url": f"{spec.url}?{v.query}", "id": v.pk, "pinned": v.pinned}
        for v in saved_views(actor=actor, list_name=spec.name)
    ]
    here = f"{spec.url}?{query}".rstrip("?")
    return [{**v, "count": None, "current": v["url"] == here} for v in built_in + kept]


def list_page[M: Model](
    request: HttpRequest,
    spec: ListSpec,
    rows: QuerySet[M],
    *,
    template: str,
    decorate: Callable[[Sequence[M], Actor], Mapping[str, Any]] | None = None,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The list page. `decorate(rows, actor)` adds what the rows show beside themselves, in few queries.

    "More" asks for the same page with a cursor and takes its rows.
    """
    actor = signed_in(request, spec.read)
    state = state_of(request, spec)
    found = page(rows, state, actor)
    extra = dict(decorate(found.rows, actor)) if decorate else {}
    if spec.empty.permission and not may(actor, spec.empty.permission):
        spec = replace(spec, empty=replace(spec.empty, action_label=""))
    data = {
        "spec": spec,
        "state": state,
        "page": found,
        "rows": found.rows,
        "view_url": "/views" if may(actor, "views.save") else "",
        "title": spec.title,
        "here": spec.here or spec.title,
        "group": spec.group,
        "actions": [a for a in spec.actions if not a.permission or may(actor, a.permission)],
        **(context or {}),
        **extra,
    }
    data["views"] = _views(spec, state, actor)
    return render(request, template, data)


def safe_cell(value: Any) -> str:
    """A cell that no spreadsheet runs: a formula's first character gets a quote before it."""
    text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return (
        f"'{text}"
        if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(text)
        else text
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def list_csv[M: Model](
    request: HttpRequest, spec: ListSpec, rows: QuerySet[M]
) -> StreamingHttpResponse:
    """The same rows as the page, all of them, as a CSV that spreadsheets cannot be attacked with."""
    actor = signed_in(request, spec.read)
    state = state_of(request, spec)
    columns = [c for c in spec.columns if c.kind != "line"]

    def lines() -> Iterator[str]:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow([c.label for c in columns])
        for row in every_row(rows, state, actor):
            writer.writerow([safe_cell(c.cell(row)) for c in columns])
            if buffer.tell() > 32_768:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue()

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{spec.name}.csv"'
    return response


MOST_AT_ONCE = 5_000


def _chosen[M: Model](
    request: HttpRequest, spec: ListSpec, rows: QuerySet[M] | None, actor: Actor
) -> list[int]:
    if request.POST.get("all") and rows is not None:
        query = parse_qs(request.POST.get("query", "").lstrip("?"))
        found = narrowed(rows, State.parse(spec, query), actor).order_by("pk")
        ids = list(found.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    else:
        ids = [int(i) for i in request.POST.getlist("ids") if i.isdecimal() and len(i) < 19]
    if not ids:
        raise Invalid(ids="Select something first.")
    if len(ids) > MOST_AT_ONCE:
        raise Invalid(ids=f"Select at most {MOST_AT_ONCE:,} at a time; narrow the list first.")
    return ids


def list_bulk[M: Model](
    request: HttpRequest, spec: ListSpec, rows: QuerySet[M] | None = None
) -> HttpResponse:
    """Run one bulk action on the posted ids, or on all that match where `rows` is given; then show the
    list again with a toast that undoes it."""
    actor = signed_in(request, spec.read)
    if request.method != "POST":
        raise Missing("page")
    action = next((a for a in spec.actions if a.key == request.POST.get("action")), None)
    if action is None:
        raise Invalid(action="Choose one of the actions of this list.")
    allow(actor, action.permission or spec.read)
    ids = _chosen(request, spec, rows, actor)
    done: Done = action.run(
        actor=actor, ids=ids, value=request.POST.get("value", ""), now=now_in(request)
    )
    toast(request, done.text, done.undo)
    back = request.POST.get("back", "")
    return go(request, back if back.startswith(spec.url) else spec.url)
