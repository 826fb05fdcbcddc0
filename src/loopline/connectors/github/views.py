"""The address GitHub posts to, and the page that makes one."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from loopline.connectors.github import services
from loopline.connectors.github.models import Hook
from loopline.core.problems import Missing, TooLarge
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast

MOST = 5_000_000  # bytes; GitHub's own cap is 25 MB, its issue and release events stay far below


@csrf_exempt
def hook(request: HttpRequest, secret: str) -> HttpResponse:
    """POST with a signature; anything else says what is wrong."""
    if request.method != "POST":
        raise Missing("page")
    found = services.hook_at(secret)
    if int(request.headers.get("Content-Length") or 0) > MOST or len(request.body) > MOST:
        raise TooLarge("A delivery holds at most 5 MB.")
    services.check(found, request.body, request.headers.get("X-Hub-Signature-256", ""))
    payload = services.payload_of(request.body)
    done = services.take(
        hook=found, event=request.headers.get("X-GitHub-Event", ""), guid=request.headers.get("X-GitHub-Delivery", ""),
        payload=payload, now=now_in(request),
    )  # fmt: skip
    return JsonResponse({"result": done})


def github(request: HttpRequest) -> HttpResponse:
    """Webhooks there are; a new one is shown once."""
    actor = signed_in(request, "connection.read")
    made = None
    if request.method == "POST":
        made = services.create_hook(
            actor=actor, name=request.POST.get("name", ""), now=now_in(request)
        )
    hooks = Hook.objects.filter(removed_at=None).order_by("-created_at")
    context = {
        "hooks": hooks, "made": made, "base": f"{request.scheme}://{request.get_host()}", "here": "Connections",
        "group": "Foot", "title": "GitHub",
    }  # fmt: skip
    return render(request, "github/page.html", context)


def remove(request: HttpRequest, hook_id: int) -> HttpResponse:
    actor = signed_in(request, "connection.change")
    if request.method != "POST":
        raise Missing("page")
    services.remove_hook(actor=actor, hook_id=hook_id, now=now_in(request))
    toast(request, "Removed; nothing is taken there from now on")
    return go(request, "/connect/github")
