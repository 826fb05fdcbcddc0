"""The list, making a doc, its page, its words, looking it over, putting it away."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Missing, Stale
from loopline.platform.cards.registry import card
from loopline.platform.identity.policy import may
from loopline.platform.identity.queries import teams
from loopline.platform.settings.options import today
from loopline.platform.ui.objects import object_page, resolver
from loopline.platform.ui.pages import (
    go,
    is_fragment,
    list_csv,
    list_page,
    now_in,
    render,
    signed_in,
    toast,
)
from loopline.platform.ui.rows import day
from loopline.slices.docs import queries, services
from loopline.slices.docs.lists import SPEC
from loopline.slices.docs.pages import page_parts
from loopline.slices.docs.rules import NOTES
from loopline.slices.docs.templating import templates


def doc_list(request: HttpRequest) -> HttpResponse:
    on = today(now_in(request))
    return list_page(
        request, SPEC, queries.rows(), template="docs/list.html",
        context={"words": queries.WORDS, "standing_of": lambda d: queries.standing_of(d, on),
                 "template_of": queries.template_of},
    )  # fmt: skip


def doc_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, SPEC, queries.rows())


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def doc_new(request: HttpRequest) -> HttpResponse:
    """Choose a template and a title; `?template=prd` has it chosen."""
    actor = signed_in(request, "doc.write")
    known = sorted((t for t in templates().values() if t.listed), key=lambda t: (t.group, t.title))
    context: dict[str, Any] = {
        "here": "Docs", "group": "Run", "values": request.GET, "errors": {}, "kinds": known,
        "team_choices": [("", "No team"), *((str(i), name) for i, name in teams())],
    }  # fmt: skip
    shape = "docs/form.html" if is_fragment(request) else "docs/new.html"
    if request.method != "POST":
        return render(request, shape, context)
    p = request.POST
    new = services.NewDoc(
        p.get("title", ""), p.get("template", ""), team_id=_whole(p.get("team", "")),
        parent_id=_whole(p.get("parent", "")),
    )  # fmt: skip
    try:
        made = services.create_doc(actor=actor, new=new, now=now_in(request))
    except Invalid as wrong:
        return render(request, shape, context | {"values": p, "errors": wrong.errors}, 422)
    return go(request, f"/docs/{made}" if new.template else f"/docs/{made}/edit")


def doc_page(request: HttpRequest, doc_id: int) -> HttpResponse:
    actor = signed_in(request, "doc.read")
    doc = queries.one(actor=actor, doc_id=doc_id)
    now = now_in(request)
    services.looked(actor=actor, doc_id=doc.pk, now=now)
    changes = queries.writable(actor, doc)
    writes = changes and doc.archived_at is None
    standing = queries.standing_of(doc, today(now))
    context = {
        "doc": doc, "version": doc.version, "list_url": "/docs", "list_title": "Docs", "here": "Docs", "group": "Run",
        "sends": writes and doc.template == NOTES and may(actor, "doc.send"),
        "writes": writes, "changes": changes, "parts": page_parts(actor, doc, now),
        "made": queries.template_of(doc), "standing": standing, "standing_word": queries.WORDS[standing],
        "below": queries.below(doc.pk), "resolve_body": resolver(actor, [doc.body]), "editing": "", "error": "",
        "typed": "",
    }  # fmt: skip
    own = card(actor=actor, type_="doc", id_=doc.pk)
    return object_page(request, actor, own, "docs/page.html", context)


def doc_edit(request: HttpRequest, doc_id: int) -> HttpResponse:
    """The words and their blocks as text."""
    actor = signed_in(request, "doc.write")
    doc = queries.one(actor=actor, doc_id=doc_id)
    context: dict[str, Any] = {
        "doc": doc, "here": "Docs", "group": "Run", "errors": {}, "title_now": doc.title, "body_now": doc.body,
        "version": doc.version, "theirs": None,
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "docs/edit.html", context)
    p = request.POST
    changes = {"title": p.get("title", ""), "body": p.get("body", "")}
    context |= {"title_now": changes["title"], "body_now": changes["body"]}
    try:
        services.change_doc(
            actor=actor, id_=doc_id, changes=changes, version=_whole(p.get("version", "")), now=now_in(request)
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, "docs/edit.html", context | {"errors": wrong.errors}, 422)
    except Stale as stale:
        context |= {"errors": {"body": stale.sentence}, "theirs": doc.body}
        return render(request, "docs/edit.html", context, 412)
    toast(request, "Saved")
    return go(request, f"/docs/{doc_id}")


def doc_review(request: HttpRequest, doc_id: int) -> HttpResponse:
    """It still holds."""
    actor = signed_in(request, "doc.write")
    if request.method != "POST":
        raise Missing("page")
    until = day("until", request.POST.get("until", ""))
    services.review(actor=actor, doc_id=doc_id, until=until, now=now_in(request))
    toast(request, "It holds; you are reminded before the next review")
    return go(request, f"/docs/{doc_id}")


def doc_send(request: HttpRequest, doc_id: int) -> HttpResponse:
    """To Slack and every webhook that listens to doc.sent."""
    actor = signed_in(request, "doc.send")
    if request.method != "POST":
        raise Missing("page")
    services.send_out(actor=actor, doc_id=doc_id, now=now_in(request))
    toast(request, "On its way to Slack and to every webhook that listens")
    return go(request, f"/docs/{doc_id}")


def doc_archive(request: HttpRequest, doc_id: int) -> HttpResponse:
    actor = signed_in(request, "doc.write")
    if request.method != "POST":
        raise Missing("page")
    token = services.archive(
        actor=actor, doc_id=doc_id, archived=request.POST.get("archived", "1") == "1", now=now_in(request)
    )  # fmt: skip
    toast(request, "Archived" if request.POST.get("archived", "1") == "1" else "It is back", token)
    return go(request, f"/docs/{doc_id}")
