"""Writing in the places of a prepared page: each answer is the place as it stands now."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Missing, Stale
from loopline.platform.identity.actor import Actor
from loopline.platform.ui.pages import go, is_fragment, now_in, render, signed_in, toast
from loopline.slices.docs import queries, services
from loopline.slices.docs.pages import place_part

# what counts the page's lines asks again; at the body, since the form that was sent is gone by then
FILLED = '{"doc-filled": {"target": "body"}}'


def _posting(request: HttpRequest) -> Actor:
    actor = signed_in(request, "doc.write")
    if request.method != "POST":
        raise Missing("page")
    return actor


def _place(
    request: HttpRequest, actor: Actor, doc_id: int, key: str, status: int = 200, **more: object
) -> HttpResponse:
    if not is_fragment(request) and status == 200:
        return go(request, f"/docs/{doc_id}#place-{key}")
    doc = queries.one(actor=actor, doc_id=doc_id)
    context = {
        "doc": doc, "part": place_part(actor, doc, key, now_in(request)), "writes": queries.writable(actor, doc),
        "editing": "", "error": "", "typed": "", **more,
    }  # fmt: skip
    answer = render(request, "docs/parts/place_only.html", context, status)
    if request.method == "POST" and status == 200:
        answer["HX-Trigger"] = FILLED
    return answer


def _done(
    request: HttpRequest,
    actor: Actor,
    doc_id: int,
    key: str,
    act: Callable[[], object],
    editing: str,
) -> HttpResponse:
    """Do it and show the place; refused, it stays open with what was typed and the reason."""
    try:
        act()
    except Invalid as wrong:
        said = " ".join(wrong.errors.values())
        return _place(
            request, actor, doc_id, key, 422, error=said, editing=editing, typed=request.POST
        )
    except Stale as stale:
        return _place(
            request,
            actor,
            doc_id,
            key,
            409,
            error=stale.sentence,
            editing=editing,
            typed=request.POST,
        )
    return _place(request, actor, doc_id, key)


def fill(request: HttpRequest, doc_id: int, key: str) -> HttpResponse:
    """Write `value`; with GET the place, and with `?edit=1` open to write."""
    if request.method != "POST":
        actor = signed_in(request, "doc.write")
        if not is_fragment(request):
            raise Missing("page")
        queries.one(actor=actor, doc_id=doc_id)
        return _place(request, actor, doc_id, key, editing=request.GET.get("edit", ""))
    actor, p = _posting(request), request.POST
    return _done(
        request, actor, doc_id, key,
        lambda: services.fill(
            actor=actor, doc_id=doc_id, key=key, value=p.get("value", ""), was=p.get("was"), now=now_in(request)
        ),
        "1",
    )  # fmt: skip


def add_row(request: HttpRequest, doc_id: int, key: str) -> HttpResponse:
    actor, values = _posting(request), request.POST.dict()
    return _done(
        request, actor, doc_id, key,
        lambda: services.add_row(
            actor=actor, doc_id=doc_id, key=key, values={k: str(v) for k, v in values.items()}, now=now_in(request)
        ),
        "new",
    )  # fmt: skip


def change_row(request: HttpRequest, doc_id: int, key: str, row: str) -> HttpResponse:
    actor, values = _posting(request), request.POST.dict()
    return _done(
        request, actor, doc_id, key,
        lambda: services.change_row(
            actor=actor, doc_id=doc_id, key=key, row_id=row, values={k: str(v) for k, v in values.items()},
            now=now_in(request),
        ),
        row,
    )  # fmt: skip


def remove_row(request: HttpRequest, doc_id: int, key: str, row: str) -> HttpResponse:
    actor = _posting(request)
    token = services.remove_row(
        actor=actor, doc_id=doc_id, key=key, row_id=row, now=now_in(request)
    )
    if is_fragment(request):
        return _place(request, actor, doc_id, key, undo=f"/undo/{token}")
    toast(request, "The line is gone", token)
    return go(request, f"/docs/{doc_id}#place-{key}")


def act(request: HttpRequest, doc_id: int, key: str, row: str) -> HttpResponse:
    """Do with a line what its table offers; the place shows what came of it."""
    actor = _posting(request)
    services.act_on_line(actor=actor, doc_id=doc_id, key=key, row_id=row, now=now_in(request))
    return _place(request, actor, doc_id, key)


def tick(request: HttpRequest, doc_id: int, key: str, item: str) -> HttpResponse:
    """Tick with `done=1`, untick with `done=0`."""
    actor, p = _posting(request), request.POST
    services.tick(
        actor=actor, doc_id=doc_id, key=key, item=item, done=p.get("done", "1") == "1", note=p.get("note", ""),
        now=now_in(request),
    )  # fmt: skip
    return _place(request, actor, doc_id, key)
