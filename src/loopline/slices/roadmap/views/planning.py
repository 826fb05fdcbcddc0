"""Pausing a bet and going on with it."""

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Missing, Problem
from loopline.platform.ui.pages import go, now_in, signed_in, toast
from loopline.slices.roadmap import services


def pause(request: HttpRequest, bet_id: int) -> HttpResponse:
    actor = signed_in(request, "bet.change")
    if request.method != "POST":
        raise Missing("page")
    try:
        token = services.pause_bet(actor=actor, bet_id=bet_id, now=now_in(request))
        toast(request, "Paused", token)
    except Missing:
        raise
    except Problem as wrong:
        toast(request, wrong.sentence)
    return go(request, f"/bets/{bet_id}")


def resume(request: HttpRequest, bet_id: int) -> HttpResponse:
    actor = signed_in(request, "bet.change")
    if request.method != "POST":
        raise Missing("page")
    services.resume_bet(actor=actor, bet_id=bet_id, now=now_in(request))
    toast(request, "Goes on")
    return go(request, f"/bets/{bet_id}")
