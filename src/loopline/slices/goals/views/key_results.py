"""Key results: the list, one of them with its chart, writing one, checking in, taking out."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Conflict, Invalid, NotAllowed
from loopline.platform.cards.registry import card
from loopline.platform.identity.policy import may
from loopline.platform.identity.queries import find_person_id
from loopline.platform.thread.queries import lines
from loopline.platform.ui.objects import object_page
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
from loopline.slices.goals import queries, services
from loopline.slices.goals.figures import printed, standings
from loopline.slices.goals.lists import KEY_RESULTS
from loopline.slices.goals.models import KeyResult
from loopline.slices.goals.pages import drawing
from loopline.slices.goals.planning import source
from loopline.slices.goals.rules import DIRECTIONS, label
from loopline.slices.goals.views.asking import key_in, number_in, posted
from loopline.slices.measures.queries import metric_choices


def key_result_list(request: HttpRequest) -> HttpResponse:
    def decorate(rows: Sequence[KeyResult], _actor: Any) -> Mapping[str, Any]:
        return {"stand": standings(rows, now_in(request)), "printed": printed, "quarter": label}

    return list_page(
        request,
        KEY_RESULTS,
        queries.key_result_rows(),
        template="goals/key_results.html",
        decorate=decorate,
    )


def key_result_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, KEY_RESULTS, queries.key_result_rows())


def key_result_new(request: HttpRequest) -> HttpResponse:
    """`?objective=3` says of which."""
    actor = signed_in(request, "goal.change")
    context: dict[str, Any] = {
        "here": "Goals", "group": "Decide", "values": request.GET, "errors": {}, "metrics": metric_choices(),
        "objectives": queries.objective_choices(), "directions": [("", "As the numbers say"), *DIRECTIONS],
    }  # fmt: skip
    shape = "goals/key_result_form.html" if is_fragment(request) else "goals/key_result_new.html"
    if request.method != "POST":
        return render(request, shape, context)
    p = request.POST
    try:
        target = number_in("target", p.get("target", ""))
        if target is None:
            raise Invalid(target="A key result needs a target.")
        objective = key_in(p.get("objective", ""))
        if objective is None:
            raise Invalid(objective="Choose the objective it belongs to.")
        made = services.create_key_result(
            actor=actor, objective_id=objective, text=p.get("text", ""), target=target,
            baseline=number_in("baseline", p.get("baseline", "")), direction=p.get("direction", ""),
            unit=p.get("unit", ""), metric_id=key_in(p.get("metric", "")), due=day("due", p.get("due", "")),
            owner_id=find_person_id(p.get("owner", "")) if p.get("owner") else None, now=now_in(request),
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, shape, context | {"values": p, "errors": wrong.errors}, 422)
    except Conflict as wrong:
        said = {"values": p, "errors": {"objective": wrong.sentence}}
        return render(request, shape, context | said, 409)
    return go(request, f"/goals/key-results/{made}")


def key_result_page(request: HttpRequest, key_result_id: int) -> HttpResponse:
    actor, now = signed_in(request, "goal.read"), now_in(request)
    k = queries.key_result(actor=actor, key_result_id=key_result_id)
    said = queries.check_ins_of(k.pk)
    bets = source().of_key_results([k.pk])
    changes = may(actor, "goal.change")
    over = k.objective.state == "closed" or k.dropped_at is not None
    context = {
        "k": k, "version": k.version, "s": standings([k], now)[k.pk], "drawn": drawing(actor, k, said, now),
        "said_": list(reversed(said)), "printed": printed, "list_url": f"/goals?period={k.objective.period}",
        "list_title": f"Goals {label(k.objective.period)}", "here": "Goals", "group": "Decide", "changes": changes,
        "checks": not over and (changes or (may(actor, "goal.check_in") and k.owner_id == actor.user_id)),
        "bets": bets, "bet_lines": lines("bet", [b.id for b in bets], now=now), "metrics": metric_choices(),
        "directions": DIRECTIONS, "over": over,
    }  # fmt: skip
    own = card(actor=actor, type_="key-result", id_=k.pk)
    return object_page(request, actor, own, "goals/key_result.html", context)


def _whole(text: str) -> int:
    """What the service refuses where it is no whole number."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else -1


def key_result_check_in(request: HttpRequest, key_result_id: int) -> HttpResponse:
    actor, p = posted(request, "goal.check_in"), request.POST
    queries.key_result(actor=actor, key_result_id=key_result_id)
    try:
        services.check_in(
            actor=actor, key_result_id=key_result_id, confidence=_whole(p.get("confidence", "")),
            note=p.get("note", ""), value=number_in("value", p.get("value", "")), now=now_in(request),
        )  # fmt: skip
        toast(request, "Checked in")
    except (Conflict, Invalid, NotAllowed) as wrong:
        toast(request, wrong.sentence)
    return go(request, f"/goals/key-results/{key_result_id}")


def key_result_drop(request: HttpRequest, key_result_id: int) -> HttpResponse:
    actor = posted(request, "goal.change")
    queries.key_result(actor=actor, key_result_id=key_result_id)
    try:
        token = services.drop_key_result(
            actor=actor,
            key_result_id=key_result_id,
            why=request.POST.get("why", ""),
            now=now_in(request),
        )
        toast(request, "Taken out", token)
    except (Conflict, Invalid) as wrong:
        toast(request, wrong.sentence)
    return go(request, f"/goals/key-results/{key_result_id}")


def key_result_restore(request: HttpRequest, key_result_id: int) -> HttpResponse:
    actor = posted(request, "goal.change")
    services.restore_key_result(actor=actor, key_result_id=key_result_id, now=now_in(request))
    toast(request, "Brought back")
    return go(request, f"/goals/key-results/{key_result_id}")
