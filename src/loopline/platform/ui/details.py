"""Inline edit, once: each object type registers its editable fields; one address reads, writes and shows conflicts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Missing, Stale
from loopline.platform.identity.actor import Actor
from loopline.platform.ui.pages import now_in, render, signed_in

Read = Callable[[int], tuple[Any, int]]
Write = Callable[..., None]
Shown = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Field:
    """`read(id)` answers (value, version); `write(actor=, id_=, value=, version=, now=)` calls a service.

    `kind` is text, longtext, choice, person, date, money, tags or number. `shown(value)` is what the
    page prints, the value itself unless given.
    """

    name: str
    label: str
    kind: str
    permission: str
    read: Read = field(repr=False)
    write: Write = field(repr=False)
    options: Callable[[], Sequence[tuple[str, str]]] = field(default=tuple, repr=False)
    shown: Shown | None = None

    @property
    def choices(self) -> list[tuple[str, str]]:
        return list(self.options())


_FIELDS: dict[tuple[str, str], Field] = {}


def editable(object_type: str, *fields: Field) -> None:
    for f in fields:
        _FIELDS[(object_type, f.name)] = f


def field_of(object_type: str, name: str) -> Field:
    found = _FIELDS.get((object_type, name))
    if found is None:
        raise Missing("field")
    return found


def _context(object_type: str, id_: int, f: Field, value: Any, version: int) -> dict[str, Any]:
    shown = f.shown(value) if f.shown else value
    return {
        "object_type": object_type,
        "object_id": id_,
        "field": f,
        "value": value,
        "shown": shown,
        "version": version,
    }


def edit_field(request: HttpRequest, object_type: str, object_id: int, name: str) -> HttpResponse:
    """GET: the field as a form (`?cancel=1`: as text). POST: write and show; a conflict shows both values."""
    f = field_of(object_type, name)
    actor = signed_in(request, f.permission)
    value, version = f.read(object_id)
    context = _context(object_type, object_id, f, value, version)
    if request.method != "POST":
        shape = (
            "parts/value.html"
            if (request.GET.get("cancel") or request.GET.get("show"))
            else "parts/edit.html"
        )
        return render(request, shape, context)
    raw = _posted(request, f)
    seen = request.POST.get("version", "")
    try:
        _write(
            f,
            actor,
            object_id,
            raw,
            int(seen) if seen.isdecimal() and len(seen) < 12 else None,
            now_in(request),
        )
    except Stale as stale:
        context |= {"mine": raw, "theirs": stale.facts["theirs"], "sentence": stale.sentence}
        return render(request, "parts/conflict.html", context, status=412)
    except Invalid as invalid:
        return render(
            request,
            "parts/edit.html",
            context | {"value": raw, "error": invalid.sentence},
            status=422,
        )
    value, version = f.read(object_id)
    return render(request, "parts/value.html", _context(object_type, object_id, f, value, version))


def _posted(request: HttpRequest, f: Field) -> Any:
    if f.kind == "tags":
        return [t.strip() for t in request.POST.get("value", "").split(",") if t.strip()]
    return request.POST.get("value", "").strip()


def _write(
    f: Field, actor: Actor, id_: int, value: Any, version: int | None, now: datetime
) -> None:
    f.write(actor=actor, id_=id_, value=value, version=version, now=now)
