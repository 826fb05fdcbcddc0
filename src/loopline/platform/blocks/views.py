"""One block as a piece of a page, fetched after it; the picker's list."""

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Missing
from loopline.platform.blocks import registry
from loopline.platform.ui.pages import now_in, render, signed_in

MOST_PARAMS = 10


def block(request: HttpRequest, name: str) -> HttpResponse:
    """What the block says to whoever asks; parameters by the query."""
    actor = signed_in(request, "blocks.read")
    known = registry.known().get(name)
    if known is None:
        raise Missing("block")
    params = {k: str(v)[:300] for k, v in list(request.GET.items())[:MOST_PARAMS]}
    shown = registry.show(actor, name, params, now_in(request))
    return render(request, "blocks/one.html", {"block": known, "shown": shown})


def picker(request: HttpRequest) -> HttpResponse:
    """Blocks to choose from, with their parameters."""
    actor = signed_in(request, "blocks.read")
    return render(request, "blocks/picker.html", {"blocks": registry.offered(actor)})
