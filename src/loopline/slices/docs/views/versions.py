"""Versions of a doc's words, what changed in each, and bringing one back."""

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Missing
from loopline.core.text.diff import compared
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.docs import queries, services


def versions(request: HttpRequest, doc_id: int) -> HttpResponse:
    """`?n=3` is the third change; without it the newest."""
    actor = signed_in(request, "doc.read")
    doc = queries.one(actor=actor, doc_id=doc_id)
    changes = queries.changes_of(doc)
    asked = request.GET.get("n", "")
    chosen = next((c for c in changes if str(c.number) == asked), None)
    if asked and chosen is None:
        raise Missing("version")
    chosen = chosen or (changes[0] if changes else None)
    return render(
        request, "docs/versions.html",
        {
            "doc": doc, "here": "Docs", "group": "Run", "changes": changes, "chosen": chosen,
            "lines": compared(chosen.body, chosen.next_body) if chosen else [],
            "restores": queries.writable(actor, doc) and doc.archived_at is None,
        },
    )  # fmt: skip


def restore(request: HttpRequest, doc_id: int, number: int) -> HttpResponse:
    actor = signed_in(request, "doc.write")
    if request.method != "POST":
        raise Missing("page")
    services.restore_version(actor=actor, doc_id=doc_id, number=number, now=now_in(request))
    toast(request, "The earlier words are back; those of before are kept as a version")
    return go(request, f"/docs/{doc_id}")
