"""Ingest keys: made, turned over and ended by admins; each value is shown once."""

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.entrance import ingest_keys
from loopline.platform.identity.grants import ingest_keys as known
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.insights.views.events import frame
from loopline.slices.insights.views.sending import host, snippets


def keys(request: HttpRequest) -> HttpResponse:
    """The list, with the value of a key that was just made."""
    actor = signed_in(request, "ingest-key.create")
    context = frame(request, "/events/keys") | {"made": "", "error": "", "title": "Ingest keys"}
    status = 200
    if request.method == "POST":
        name, verb, now = request.POST.get("name", ""), request.POST.get("do", ""), now_in(request)
        try:
            if verb == "revoke":
                ingest_keys.revoke_ingest_key(actor=actor, name=name, now=now)
                toast(request, f"{name} is ended; nothing more comes in with it")
                return go(request, "/events/keys")
            if verb == "rotate":
                days = request.POST.get("days", "7")
                if not (days.isdecimal() and len(days) < 4):
                    raise Invalid(days="Say in whole days how long the old key stays good.")
                made = ingest_keys.rotate_ingest_key(
                    actor=actor, name=name, keep_old_days=int(days), now=now
                )
            elif verb == "create":
                made = ingest_keys.create_ingest_key(actor=actor, name=name, now=now)
            else:
                raise Missing("page")
            context |= {
                "made": made.value,
                "made_name": name,
                "snippets": snippets(host(request), made.value),
            }
        except Missing:
            raise
        except Problem as wrong:
            context["error"], status = wrong.sentence, 422
    context["rows"] = known(actor=actor, now=now_in(request))
    return render(request, "insights/keys.html", context, status)
