"""The weekly check-in: everything a person answers for on one page, one form, by keyboard."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Conflict, Invalid, NotAllowed
from loopline.platform.settings.options import today
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast
from loopline.slices.goals import queries, services
from loopline.slices.goals.figures import printed, standings
from loopline.slices.goals.rules import label, period_of, week_in
from loopline.slices.goals.views.asking import number_in


def _said(request: HttpRequest, ids: list[int]) -> list[services.Said]:
    """Those with a confidence; a row left empty is not checked in."""
    p, out = request.POST, []
    for pk in ids:
        sure = p.get(f"confidence-{pk}", "").strip()
        value = p.get(f"value-{pk}", "")
        if not sure:
            if value.strip():
                raise Invalid(**{f"confidence-{pk}": "Say how sure you are too, from 0 to 10."})
            continue
        if not (sure.isascii() and sure.isdecimal() and len(sure) < 3 and int(sure) <= 10):
            raise Invalid(**{f"confidence-{pk}": "Confidence is a whole number from 0 to 10."})
        typed = number_in(f"value-{pk}", value)
        out.append(services.Said(pk, int(sure), p.get(f"note-{pk}", ""), typed))
    return out


def check_in(request: HttpRequest) -> HttpResponse:
    """Mine of the running quarter. Values come from metrics; only confidence and a note are typed."""
    actor, now = signed_in(request, "goal.check_in"), now_in(request)
    period = period_of(today(now))
    rows = queries.open_key_results(owner_id=actor.user_id, period=period)
    context: dict[str, Any] = {
        "here": "Goals", "group": "Decide", "title": "Check in", "rows": rows, "stand": standings(rows, now),
        "printed": printed, "quarter": label(period), "week": week_in(period, today(now)), "values": {}, "errors": {},
        "scopes": ["On goals"],
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "goals/check_in.html", context)
    try:
        said = _said(request, [k.pk for k in rows])
        services.check_in_many(actor=actor, said=said, now=now)
    except Invalid as wrong:
        again = {"values": request.POST, "errors": wrong.errors, "sentence": wrong.sentence}
        return render(request, "goals/check_in.html", context | again, 422)
    except (Conflict, NotAllowed) as wrong:
        toast(request, wrong.sentence)
        return go(request, "/goals/check-in")
    n = len(said)
    toast(request, f"{n} key result{'s' if n != 1 else ''} checked in")
    return go(request, "/goals")
