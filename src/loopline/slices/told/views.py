"""Pages of follow-ups, and leaving them."""

from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from loopline.core.problems import Missing
from loopline.platform.cards.registry import card
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import value
from loopline.platform.ui import panels
from loopline.platform.ui.objects import object_page
from loopline.platform.ui.pages import (
    go,
    list_bulk,
    list_csv,
    list_page,
    now_in,
    render,
    signed_in,
    toast,
)  # fmt: skip
from loopline.slices.customers import services as customers
from loopline.slices.told import queries, services
from loopline.slices.told.jobs import SALT
from loopline.slices.told.lists import SPEC
from loopline.slices.told.models import FollowUp
from loopline.slices.told.rules import CHANNELS, STATES


def follow_up_list(request: HttpRequest) -> HttpResponse:
    words = {"states": dict(STATES), "channels": dict(CHANNELS), "sending": value("sending")}
    return list_page(request, SPEC, queries.rows(), template="told/list.html", context=words)


def follow_up_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, SPEC, queries.rows())


def follow_up_bulk(request: HttpRequest) -> HttpResponse:
    return list_bulk(request, SPEC, queries.rows())


def follow_up_page(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    actor = signed_in(request, "follow_up.read")
    f = queries.one(actor=actor, follow_up_id=follow_up_id)
    following = (
        FollowUp.objects.filter(state="draft", pk__lt=f.pk)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    context = {
        "f": f, "version": f.version, "state": dict(STATES)[f.state], "channel": dict(CHANNELS)[f.channel],
        "list_url": "/follow-ups?state=draft", "list_title": "Follow-ups", "here": "Follow-ups", "group": "Tell",
        "changes": may(actor, "follow_up.change") and f.state in ("draft", "failed"),
        "acts_": may(actor, "follow_up.change"), "next_id": following, "sending": value("sending"),
    }  # fmt: skip
    own = card(actor=actor, type_="follow-up", id_=f.pk)
    return object_page(request, actor, own, "told/page.html", context)


def follow_up_do(request: HttpRequest, follow_up_id: int, verb: str) -> HttpResponse:
    actor, now = signed_in(request, "follow_up.change"), now_in(request)
    if request.method != "POST":
        raise Missing("page")
    if verb == "approve":
        token = services.approve(actor=actor, follow_up_id=follow_up_id, now=now)
        toast(request, "Approved; it leaves in 20 seconds", token)
    elif verb == "leave-out":
        services.suppress_many(actor=actor, ids=[follow_up_id], now=now)
        toast(request, "Left out")
    elif verb == "told":
        services.mark_told(
            actor=actor, follow_up_id=follow_up_id, note=request.POST.get("note", ""), now=now
        )
        toast(request, "Written down as told")
    else:
        raise Missing("page")
    back = request.POST.get("back", "")
    return go(
        request,
        back if back.startswith(("/follow-ups", "/releases/")) else f"/follow-ups/{follow_up_id}",
    )


def release_approve(request: HttpRequest, release_id: int) -> HttpResponse:
    """Approve every draft of a release at once."""
    actor = signed_in(request, "follow_up.change")
    if request.method != "POST":
        raise Missing("page")
    ids = list(
        FollowUp.objects.filter(release_id=release_id, state="draft").values_list("pk", flat=True)[
            :5000
        ]
    )
    token = services.approve_many(actor=actor, ids=ids, now=now_in(request)) if ids else ""
    toast(request, f"Approved {len(ids)}; they leave in 20 seconds" if ids else "None waits", token)
    return go(request, f"/releases/{release_id}")


@csrf_exempt
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Open to whoever holds the link: a button, or one click from the mail program."""
    try:
        contact_id = int(signing.loads(token, salt=SALT))
    except (signing.BadSignature, TypeError, ValueError):
        raise Missing("link; copy it whole from the message") from None
    done = request.method == "POST"
    if done:
        customers.unsubscribe(
            actor=Actor.system("Unsubscribed"), contact_id=contact_id, now=now_in(request)
        )
    return render(
        request,
        "told/unsubscribe.html",
        {"done": done, "token": token, "title": "No more messages"},
    )


def _of_release(_request: HttpRequest, actor: Actor, release_id: int) -> Mapping[str, Any] | None:
    if not may(actor, "follow_up.read"):
        return None
    found = queries.counts(release_id)
    rows = (
        queries.rows()
        .filter(release_id=release_id)
        .exclude(state="suppressed")
        .order_by("state", "-pk")[:12]
    )
    return (
        {
            "counted": found,
            "rows": rows,
            "states": dict(STATES),
            "approves": may(actor, "follow_up.change"),
            "release_id": release_id,
            "total": sum(found.values()),
        }
        if found
        else None
    )


def _of_account(_request: HttpRequest, actor: Actor, account_id: int) -> Mapping[str, Any] | None:
    if not may(actor, "follow_up.read"):
        return None
    return {"rows": queries.of_account(account_id), "states": dict(STATES)}


def register_panels() -> None:
    panels.add("release", "main", "told/of_release.html", _of_release, 10)
    panels.add("account", "main", "told/of_account.html", _of_account, 30)
