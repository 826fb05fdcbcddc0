"""What a text being written will look like, beside it."""

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Missing
from loopline.platform.ui.objects import resolver
from loopline.platform.ui.pages import now_in, render, signed_in
from loopline.slices.docs import queries
from loopline.slices.docs.pages import page_parts
from loopline.slices.docs.rules import MOST_BODY


def preview(request: HttpRequest, doc_id: int) -> HttpResponse:
    """The page with this body, nothing kept; places to write in are shown, not opened."""
    actor = signed_in(request, "doc.write")
    if request.method != "POST":
        raise Missing("page")
    doc = queries.one(actor=actor, doc_id=doc_id)
    doc.body = request.POST.get("body", "")[:MOST_BODY]
    context = {
        "doc": doc, "parts": page_parts(actor, doc, now_in(request), quick=True),
        "resolve_body": resolver(actor, [doc.body]),
    }  # fmt: skip
    return render(request, "docs/parts/preview.html", context)
