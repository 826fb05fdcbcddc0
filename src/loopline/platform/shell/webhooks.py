"""The page of outgoing webhooks, and what was told me."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Missing
from loopline.platform.events.outbox import known_types
from loopline.platform.notify import jobs, services
from loopline.platform.notify.models import Webhook, WebhookDelivery
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast


def webhooks(request: HttpRequest) -> HttpResponse:
    actor = signed_in(request, "webhook.read")
    context: dict[str, Any] = {
        "known": list(known_types()), "made": None, "errors": {}, "here": "Webhooks", "group": "Foot",
        "title": "Webhooks", "values": request.POST,
    }  # fmt: skip
    status = 200
    if request.method == "POST":
        try:
            context["made"] = services.create_webhook(
                actor=actor, url=request.POST.get("url", ""), events=request.POST.getlist("events"),
                now=now_in(request),
            )  # fmt: skip
        except Invalid as wrong:
            context["errors"], status = wrong.errors, 422
    context["hooks"] = Webhook.objects.filter(archived_at=None).order_by("-pk")
    recent = WebhookDelivery.objects.select_related("webhook").order_by("-at")[:40]
    return render(request, "shell/webhooks.html", context | {"deliveries": recent}, status)


def webhook_do(request: HttpRequest, webhook_id: int, verb: str) -> HttpResponse:
    actor = signed_in(request, "webhook.change")
    changes = {"pause": {"paused": True}, "resume": {"paused": False}, "remove": {"archived": True}}
    if request.method != "POST" or verb not in changes:
        raise Missing("page")
    services.change_webhook(
        actor=actor, webhook_id=webhook_id, changes=changes[verb], now=now_in(request)
    )
    return go(request, "/connect/webhooks")


def delivery_retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    signed_in(request, "webhook.change")
    if request.method != "POST":
        raise Missing("page")
    jobs.retry(delivery_id)
    toast(request, "Trying again")
    return go(request, "/connect/webhooks")


def notifications(request: HttpRequest) -> HttpResponse:
    """What I was told; opening the page marks it as read after it is shown."""
    actor = signed_in(request, "line.read")
    told = services.for_actor(actor=actor, limit=100)
    services.mark_read(actor=actor, now=now_in(request))
    return render(
        request,
        "shell/notifications.html",
        {"told": told, "here": "Notifications", "title": "Notifications"},
    )
