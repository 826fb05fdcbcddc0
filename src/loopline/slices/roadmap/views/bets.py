"""Bets: the board, the list, one bet with its states, making one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.core.problems import Invalid, Missing, Problem
from loopline.core.scoring.models import MODELS
from loopline.platform.cards.registry import card
from loopline.platform.identity.policy import may
from loopline.platform.settings.options import today, workspace
from loopline.platform.thread.queries import lines
from loopline.platform.ui.formats import written
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
)  # fmt: skip
from loopline.platform.ui.rows import day, number
from loopline.slices.measures import queries as measures
from loopline.slices.measures.rules import progress
from loopline.slices.roadmap import queries, services
from loopline.slices.roadmap.lists import BETS
from loopline.slices.roadmap.models import Bet
from loopline.slices.roadmap.rules import FOLLOWS, HORIZON_SAYS, HORIZONS, STATES
from loopline.slices.roadmap.scores import level_choices, scores_of, spreads


def shown(request: HttpRequest, rows: Sequence[Bet]) -> dict[int, dict[str, Any]]:
    """What a card shows beside the bet itself; a fixed number of queries."""
    now = now_in(request)
    values = measures.latest_values(b.metric_id for b in rows)
    found = lines("bet", [b.pk for b in rows], now=now)
    out = {}
    for b in rows:
        v = values.get(b.metric_id or 0)
        unit = b.metric.unit if b.metric else ""
        out[b.pk] = {
            "line": found[b.pk],
            "value": written(v.value if v else None, unit) if b.metric else "",
            "share": progress(b.baseline, v.value if v else None, b.target),
            "low": written(b.baseline, unit) if b.baseline is not None else "",
            "high": written(b.target, unit) if b.target is not None else "",
        }
    return out


def board(request: HttpRequest) -> HttpResponse:
    """Now, next and later; cards move by hand or with Shift and the arrows."""
    actor = signed_in(request, "bet.read")
    squad = request.GET.get("squad", "")
    all_ = (
        queries.bet_rows()
        .filter(archived_at=None)
        .exclude(state__in=("declined", "sunset", "confirmed", "pivoted"))
    )
    rows = [b for b in all_.order_by("position", "pk") if not squad or b.squad == squad]
    names = [n for n, _ in queries.squads()]
    context = {
        "columns": [
            (key, label, HORIZON_SAYS[key], [b for b in rows if b.horizon == key])
            for key, label in HORIZONS
        ],
        "shown": shown(request, rows),
        "count": len(rows),
        "states": STATES,
        "moves": may(actor, "bet.change"),
        "squad_views": [
            ("All squads", "/roadmap", not squad, ""),
            *((n, f"/roadmap?squad={n}", squad == n, "") for n in names),
        ],
        "here": "Roadmap",
        "group": "Decide",
        "title": "Roadmap",
        "space_currency": workspace().currency,
        "bare": [b for b in rows if not b.hypothesis],
    }
    return render(request, "roadmap/board.html", context)


def move(request: HttpRequest) -> HttpResponse:
    """A card was put into a column before another; answers the undo."""
    actor = signed_in(request, "bet.change")
    if request.method != "POST":
        raise Missing("page")
    p = request.POST
    ids = [
        int(x) if x.isdecimal() and len(x) < 18 else None
        for x in (p.get("id", ""), p.get("before", ""))
    ]
    token = services.move_bet(
        actor=actor,
        bet_id=ids[0] or 0,
        horizon=p.get("to", ""),
        before_id=ids[1],
        now=now_in(request),
    )
    return render(request, "roadmap/moved.html", {"undo_url": f"/undo/{token}"})


def bet_list(request: HttpRequest) -> HttpResponse:
    def decorate(rows: Sequence[Bet], _actor: Any) -> Mapping[str, Any]:
        return {"shown": shown(request, rows), "states": STATES}

    return list_page(
        request, BETS, queries.bet_rows(), template="roadmap/bets.html", decorate=decorate
    )


def bet_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, BETS, queries.bet_rows())


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _float(field: str, text: str) -> float | None:
    found = number(field, text)
    return None if found is None else float(found)


def bet_new(request: HttpRequest) -> HttpResponse:
    """Place a bet; `?opportunity=3` says on what."""
    actor = signed_in(request, "bet.change")
    context: dict[str, Any] = {
        "here": "Roadmap", "group": "Decide", "values": request.GET, "errors": {}, "horizons": HORIZONS,
        "opportunities": queries.opportunity_choices(), "metrics": measures.metric_choices(),
    }  # fmt: skip
    shape = "roadmap/bet_form.html" if is_fragment(request) else "roadmap/bet_new.html"
    if request.method != "POST":
        return render(request, shape, context)
    p = request.POST
    try:
        made = services.create_bet(
            actor=actor, title=p.get("title", ""), hypothesis=p.get("hypothesis", ""),
            opportunity_id=_id(p.get("opportunity", "")), metric_id=_id(p.get("metric", "")),
            baseline=_float("baseline", p.get("baseline", "")), target=_float("target", p.get("target", "")),
            horizon=p.get("horizon", "later"), squad=p.get("squad", ""), now=now_in(request),
        )  # fmt: skip
    except Invalid as wrong:
        return render(request, shape, context | {"values": p, "errors": wrong.errors}, 422)
    return go(request, f"/bets/{made}")


def bet_page(request: HttpRequest, bet_id: int) -> HttpResponse:
    actor = signed_in(request, "bet.read")
    b = queries.bet(actor=actor, bet_id=bet_id)
    context = {
        "b": b,
        "version": b.version,
        "state": STATES[b.state],
        "follows": FOLLOWS[b.state],
        "states": STATES,
        "s": shown(request, [b])[b.pk],
        "changes": may(actor, "bet.change"),
        "scores_": may(actor, "bet.score"),
        "given": scores_of(b.pk),
        "spreads": spreads([b.pk]).get(b.pk, {}),
        "models": MODELS,
        "list_url": "/bets",
        "list_title": "Bets",
        "here": "Bets",
        "group": "Decide",
        "metrics": measures.metric_choices(),
        "opportunities": queries.opportunity_choices(),
        "horizons": HORIZONS,
        "card_metric": b.metric,
        "check_due": bool(
            b.check_on and b.state == "shipped" and b.check_on <= today(now_in(request))
        ),
    }
    context["input_heads"] = {k: [(i.label, "num") for i in m.inputs] for k, m in MODELS.items()}
    context["level_choices"] = level_choices()
    own = card(actor=actor, type_="bet", id_=b.pk)
    return object_page(request, actor, own, "roadmap/bet.html", context)


def bet_do(request: HttpRequest, bet_id: int, verb: str) -> HttpResponse:
    """Commit, decline, start, ship, or say what became of it."""
    actor, p, now = signed_in(request, "bet.change"), request.POST, now_in(request)
    if request.method != "POST":
        raise Missing("page")
    try:
        if verb == "commit":
            services.commit_bet(actor=actor, bet_id=bet_id, rationale=p.get("reason", ""), now=now)
        elif verb == "decline":
            services.decline_bet(
                actor=actor, bet_id=bet_id, reason=p.get("reason", ""), not_now=p.get("not_now") == "1",
                revisit_on=day("revisit_on", p.get("revisit_on", "")), now=now,
            )  # fmt: skip
        elif verb == "start":
            services.mark_started(actor=actor, bet_id=bet_id, now=now)
        elif verb == "ship":
            services.mark_shipped(actor=actor, bet_id=bet_id, now=now)
        elif verb == "outcome":
            services.set_outcome(
                actor=actor,
                bet_id=bet_id,
                state=p.get("state", ""),
                reason=p.get("reason", ""),
                now=now,
            )
        else:
            raise Missing("page")
    except Invalid as wrong:
        toast(request, wrong.sentence)
        return go(request, f"/bets/{bet_id}")
    words = {
        "commit": "Committed; those who asked can be told",
        "decline": "Declined; the reason goes to those who asked",
        "start": "Started",
        "ship": "Shipped",
        "outcome": "Written down",
    }
    toast(request, words[verb])
    return go(request, f"/bets/{bet_id}")


def bet_score(request: HttpRequest, bet_id: int) -> HttpResponse:
    """One team's inputs."""
    actor, p = signed_in(request, "bet.score"), request.POST
    if request.method != "POST":
        raise Missing("page")
    model = p.get("model", "rice")
    keys = [i.key for i in MODELS[model].inputs] if model in MODELS else []
    try:
        values = {k: v for k in keys if (v := _float(k, p.get(k, ""))) is not None}
        services.score_bet(
            actor=actor,
            bet_id=bet_id,
            model=model,
            team=p.get("team", ""),
            values=values,
            now=now_in(request),
        )
        toast(request, f"Scored for {p.get('team', '')}")
    except Problem as wrong:
        toast(request, wrong.sentence)
    back = p.get("back", "")
    return go(request, back if back.startswith("/priorities") else f"/bets/{bet_id}#scores")
