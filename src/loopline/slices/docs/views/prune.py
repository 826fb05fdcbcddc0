"""Docs that may go: long out of date, not looked at, or nobody's. Once a month somebody goes through them."""

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import today
from loopline.platform.ui.formats import plural
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.docs import queries, services

MOST = 200


def prune(request: HttpRequest) -> HttpResponse:
    """The list with its reasons; POST puts the chosen ones away, with undo."""
    actor = signed_in(request, "doc.read")
    if request.method == "POST":
        actor = signed_in(request, "doc.write")
        ids = [int(i) for i in request.POST.getlist("id")[:MOST] if i.isdecimal() and len(i) < 18]
        if not ids:
            raise Invalid(id="Choose the docs to put away.")
        token = services.archive_many(actor=actor, ids=ids, now=now_in(request))
        toast(request, f"{plural(len(ids), 'doc')} put away", token)
        return go(request, "/docs/prune")
    found = queries.to_prune(on=today(now_in(request)))
    context = {"here": "Docs", "group": "Run", "found": found, "puts_away": may(actor, "doc.write")}
    return render(request, "docs/prune.html", context)
