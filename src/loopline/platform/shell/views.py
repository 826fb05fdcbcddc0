"""Addresses that every page uses; each parses, calls one service and shows a fragment."""

from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from loopline.core.problems import Missing
from loopline.platform.cards.registry import card, kind
from loopline.platform.discuss import services as discuss
from loopline.platform.identity.queries import find_people
from loopline.platform.links import services as links
from loopline.platform.lists import views as saved
from loopline.platform.progress import track
from loopline.platform.search.queries import search
from loopline.platform.shell.palette import palette_groups
from loopline.platform.ui.objects import LinkRow, comment_rows
from loopline.platform.ui.pages import go, is_fragment, now_in, render, signed_in, toast
from loopline.platform.undo import steps


def _posting(request: HttpRequest) -> None:
    if request.method != "POST":
        raise Missing("page")


def _back(request: HttpRequest) -> str:
    """The page the form was on; only ever one of ours."""
    parts = urlsplit(request.headers.get("Referer", ""))
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    ours = parts.netloc == request.get_host() and path.startswith("/")
    return path if ours and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else "/"


def palette(request: HttpRequest) -> HttpResponse:
    """Rows for the palette; opened as a page, without a script, it is the search page."""
    actor, q = signed_in(request, "line.read"), request.GET.get("q", "")
    if not is_fragment(request):
        return go(request, f"/search?{urlencode({'q': q})}" if q else "/search")
    groups = palette_groups(actor=actor, text=q, now=now_in(request))
    return render(request, "shell/palette.html", {"groups": groups, "q": q})


def find(request: HttpRequest) -> HttpResponse:
    """Objects as options for a picker; `?type=` narrows."""
    actor = signed_in(request, "line.read")
    hits = search(
        actor=actor, text=request.GET.get("q", ""), only=request.GET.get("type", ""), limit=8
    )
    return render(
        request,
        "shell/options.html",
        {"options": [(f"{h.type}:{h.id}", h.title, h.key) for h in hits]},
    )


def people(request: HttpRequest) -> HttpResponse:
    """People as options for mentions and pickers."""
    actor = signed_in(request, "people.read")
    found = find_people(actor=actor, text=request.GET.get("q", ""))
    return render(
        request, "shell/options.html", {"options": [(p.name, p.name, p.title) for p in found]}
    )


def undo(request: HttpRequest, token: str = "") -> HttpResponse:
    """Take the act behind a token back, or, from the Z key, the latest."""
    _posting(request)
    actor = signed_in(request, "line.read")
    token = token or steps.last_token(actor=actor, now=now_in(request)) or ""
    label = steps.undo(actor=actor, token=token, now=now_in(request))
    toast(request, f"Undone: {label}")
    return go(request, _back(request))


def comment(request: HttpRequest, object_type: str, object_id: int) -> HttpResponse:
    _posting(request)
    actor = signed_in(request, "comment.write")
    made = discuss.comment(
        actor=actor, object_type=object_type, object_id=object_id,
        text=request.POST.get("text", ""), now=now_in(request),
    )  # fmt: skip
    if not is_fragment(request):
        return go(
            request, f"{card(actor=actor, type_=object_type, id_=object_id).url}#comment-{made}"
        )
    rows = [c for c in comment_rows(actor, object_type, object_id) if c.id == made]
    return render(request, "shell/comment.html", {"rows": rows})


def remove_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    _posting(request)
    actor = signed_in(request, "comment.write")
    discuss.set_removed(actor=actor, comment_id=comment_id, removed=True, now=now_in(request))
    return HttpResponse("") if is_fragment(request) else go(request, _back(request))


def add_link(request: HttpRequest, object_type: str, object_id: int) -> HttpResponse:
    _posting(request)
    actor = signed_in(request, "link.change")
    to_type, _, to_id = request.POST.get("target", "").partition(":")
    kind(to_type)
    if not (to_id.isdecimal() and len(to_id) < 18):
        raise Missing("object to link; choose one from the list")
    made = links.link(
        actor=actor,
        first=(object_type, object_id),
        second=(to_type, int(to_id)),
        now=now_in(request),
    )
    there = card(actor=actor, type_=to_type, id_=int(to_id))
    row = LinkRow(there.title, there.url, f"relates to {there.key}", f"/links/{made}/remove")
    if not is_fragment(request):
        return go(request, _back(request))
    return render(request, "shell/link.html", {"row": row})


def remove_link(request: HttpRequest, link_id: int) -> HttpResponse:
    _posting(request)
    actor = signed_in(request, "link.change")
    links.unlink(actor=actor, link_id=link_id, now=now_in(request))
    return HttpResponse("") if is_fragment(request) else go(request, _back(request))


def follow(request: HttpRequest, object_type: str, object_id: int) -> HttpResponse:
    _posting(request)
    actor = signed_in(request, "follow.change")
    on = request.POST.get("follow") == "1"
    discuss.follow(actor=actor, object_type=object_type, object_id=object_id, on=on)
    url = f"/follow/{object_type}/{object_id}"
    if not is_fragment(request):
        return go(request, _back(request))
    return render(request, "shell/follow.html", {"following": on, "follow_url": url})


def save_view(request: HttpRequest) -> HttpResponse:
    _posting(request)
    actor = signed_in(request, "views.save")
    saved.save_view(
        actor=actor,
        list_name=request.POST.get("list", "")[:40],
        name=request.POST.get("name", ""),
        query=request.POST.get("query", "").lstrip("?"),
        shared=bool(request.POST.get("shared")),
        pinned=bool(request.POST.get("pinned")),
        now=now_in(request),
    )
    return go(request, _back(request))


def forget_view(request: HttpRequest, view_id: int) -> HttpResponse:
    _posting(request)
    actor = signed_in(request, "views.save")
    saved.forget_view(actor=actor, view_id=view_id, now=now_in(request))
    return go(request, _back(request))


def progress(request: HttpRequest, token: str) -> HttpResponse:
    """How far a long job is, as a fragment that its element polls; POST asks it to stop."""
    actor = signed_in(request, "line.read")
    if request.method == "POST":
        track.ask_to_stop(actor=actor, token=token)
    return render(request, "shell/progress.html", {"p": track.see(actor=actor, token=token)})
